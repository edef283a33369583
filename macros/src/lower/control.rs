//! Branches, loops and blocks among other code: which of them must be read, and who reads them.

use syn::spanned::Spanned;
use syn::Expr;

use super::exits::{Around, Pending, Tail};
use super::flow::changes_receiver;
use super::jumps::Jumps;
use super::stmt::operator_of;
use super::{Language, Lowering};
use crate::graph::Value;

impl Lowering<'_> {
    /// True for an expression that is written for what it does, not for its value.
    pub(super) fn is_statement_like(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Assign(_) => true,
            Expr::Binary(binary) => operator_of(&binary.op).is_some(),
            Expr::MethodCall(call) => {
                changes_receiver(call)
                    && !call.method.to_string().ends_with("_mut")
                    && self.is_versioned(&call.receiver)
            }
            Expr::Call(call) => self.gives_nothing_back(call),
            _ => false,
        }
    }

    /// True for a branch, loop or block that cannot be passed on whole: something active flows in it, it
    /// writes a variable whose versions the graph knows, or it jumps.
    pub(super) fn must_be_read(&self, expr: &Expr) -> bool {
        self.language == Language::Formula
            || self.mentions(expr).active.is_some()
            || Jumps::of_expr(expr).any()
            || !self.carried(expr).is_empty()
    }

    /// Branches, loops and blocks.
    pub(super) fn control(&mut self, expr: &Expr, tail: Tail) -> Option<Value> {
        let value = match expr {
            Expr::If(branch) => self.if_expr(branch, tail),
            Expr::Match(matched) => self.match_expr(matched, tail),
            Expr::ForLoop(turns) => self.for_loop(turns),
            Expr::While(turns) => self.while_loop(turns),
            Expr::Loop(turns) => self.endless_loop(turns),
            Expr::Block(block) => match &block.label {
                None => self.block_with(&block.block, tail),
                Some(label) => self.labelled_block(block, label),
            },
            _ => None,
        };
        match (tail, self.pending(expr.span())) {
            (Tail::Function, Pending::If(_) | Pending::Always) => {
                self.with_returned(value, expr.span())
            }
            _ => value,
        }
    }

    /// `'found: { .. break 'found v; .. }`.
    fn labelled_block(&mut self, block: &syn::ExprBlock, label: &syn::Label) -> Option<Value> {
        let span = label.span();
        self.numbers += 1;
        let label = Some(label.name.ident.to_string());
        let around = Around { number: self.numbers, label, is_loop: false };
        self.scopes.enter();
        let undefined = self.undefined(span);
        self.scopes.bind(&around.value(), undefined);
        let flag = self.flag(false, span);
        self.scopes.bind(&around.done(), flag);
        self.around.push(around.clone());
        let value = self.block_with(&block.block, Tail::No);
        self.around.pop();
        let done = self.scopes.get(&around.done()).map_or(flag, |binding| binding.value);
        let value = match self.flags.get(&done) {
            Some(false) => value,
            Some(true) => self.read_variable(&around.value(), span),
            None => {
                let below = self.scopes.depth();
                let has_value = value.is_some();
                self.either(
                    done,
                    |lowering| {
                        if has_value {
                            lowering.read_variable(&around.value(), span)
                        } else {
                            None
                        }
                    },
                    // What the rest of the block gives is there, since it was not left.
                    |lowering| value.map(|value| lowering.if_reached(value, span)),
                    below,
                    span,
                )
            }
        };
        self.scopes.leave();
        value
    }
}
