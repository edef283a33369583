//! `for`, `while` and `loop` as they are written.

use std::collections::HashSet;

use quote::quote;
use syn::{Expr, ExprForLoop, ExprLoop, ExprWhile};

use super::exits::Tail;
use super::flow::{written, Jumps};
use super::matching::has_let;
use super::turns::Over;
use super::Lowering;
use crate::graph::Value;

/// What can be told of a loop before it is read.
pub(super) struct Scope {
    /// The variables that it writes.
    pub(super) written: HashSet<String>,
    /// Where it jumps.
    pub(super) jumps: Jumps,
    pub(super) label: Option<String>,
}

impl Scope {
    fn of(whole: &Expr, label: Option<&syn::Label>) -> Scope {
        Scope {
            written: written(whole),
            jumps: Jumps::of_expr(whole),
            label: label.map(|label| label.name.ident.to_string()),
        }
    }
}

impl Lowering<'_> {
    pub(super) fn for_loop(&mut self, turns: &ExprForLoop) -> Option<Value> {
        let over = match self.mentions(&*turns.expr).active {
            None => Over::Constants { iterable: &turns.expr, pattern: &turns.pat },
            Some(_) => match self.items(&turns.expr) {
                Ok(items) => Over::Positions(items, &turns.pat),
                Err(mistake) => return Some(mistake),
            },
        };
        let whole = Expr::ForLoop(turns.clone());
        let scope = Scope::of(&whole, turns.label.as_ref());
        self.turns(&over, &scope, turns.for_token.span, &mut |lowering, number| {
            lowering.block_with(&turns.body, Tail::Turn(number));
        })
    }

    pub(super) fn while_loop(&mut self, turns: &ExprWhile) -> Option<Value> {
        let scope = Scope::of(&Expr::While(turns.clone()), turns.label.as_ref());
        let span = turns.while_token.span;
        if has_let(&turns.cond) || !written(&turns.cond).is_empty() {
            // `while let P = e { .. }` is `loop { if let P = e { .. } else { break } }`; so is a `while` whose
            // condition writes.
            let (cond, body) = (&turns.cond, &turns.body);
            let read: syn::Result<Expr> = syn::parse2(quote!(if #cond #body else { break; }));
            return match read {
                Ok(Expr::If(branch)) => {
                    let always: Expr = syn::parse_quote!(true);
                    self.turns(&Over::Condition(&always), &scope, span, &mut |lowering, number| {
                        lowering.if_expr(&branch, Tail::Turn(number));
                    })
                }
                _ => Some(self.mistake(cond, "this condition is not understood")),
            };
        }
        self.turns(&Over::Condition(&turns.cond), &scope, span, &mut |lowering, number| {
            lowering.block_with(&turns.body, Tail::Turn(number));
        })
    }

    pub(super) fn endless_loop(&mut self, turns: &ExprLoop) -> Option<Value> {
        let scope = Scope::of(&Expr::Loop(turns.clone()), turns.label.as_ref());
        let always: Expr = syn::parse_quote!(true);
        self.turns(
            &Over::Condition(&always),
            &scope,
            turns.loop_token.span,
            &mut |lowering, number| {
                lowering.block_with(&turns.body, Tail::Turn(number));
            },
        )
    }
}
