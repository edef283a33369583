//! `for`, `while` and `loop` as they are written.

use std::collections::BTreeSet;

use syn::spanned::Spanned;
use syn::{Expr, ExprForLoop, ExprLoop, ExprWhile, Pat};

use super::checkpoint::Every;
use super::constant::only_reads;
use super::exits::Tail;
use super::flow::written;
use super::jumps::Jumps;
use super::matching::has_let;
use super::scope::Variable;
use super::turns::{is_range, Over};
use super::Lowering;
use crate::graph::{key, Elem, Ty, Value};

/// What can be told of a loop before it is read.
pub(super) struct Scope {
    /// The variables that it writes.
    pub(super) written: BTreeSet<Variable>,
    /// Where it jumps.
    pub(super) jumps: Jumps,
    /// True if something jumps out of a turn.
    pub(super) leaves: bool,
    pub(super) label: Option<String>,
    /// How long its segments are, if it is checkpointed.
    pub(super) every: Option<Every>,
}

impl Scope {
    fn of(lowering: &Lowering<'_>, whole: &Expr, label: Option<&syn::Label>) -> Scope {
        Scope {
            written: lowering.carried(whole),
            jumps: Jumps::of_expr(whole),
            label: label.map(|label| label.name.ident.to_string()),
            leaves: match whole {
                Expr::ForLoop(turns) => Jumps::of_block(&turns.body).any(),
                Expr::While(turns) => {
                    Jumps::of_block(&turns.body).any() || Jumps::of_expr(&turns.cond).any()
                }
                Expr::Loop(turns) => Jumps::of_block(&turns.body).any(),
                _ => false,
            },
            every: None,
        }
    }
}

impl Lowering<'_> {
    /// What `flatten` makes of an item that is an `Option`: it has one turn or none, and nothing follows it in the body of
    /// the chain's own loop.
    fn of_an_option(&self, turns: &ExprForLoop) -> Option<syn::ExprIf> {
        let is_item = matches!(&*turns.expr, Expr::Path(path) if path.path.is_ident("__item"));
        let value = self.binding(&turns.expr).filter(|_| is_item)?.value;
        let (pattern, body) = (&turns.pat, &turns.body);
        let is_option = matches!(self.graph.ty(value), Ty::Option(_));
        is_option.then(|| syn::parse_quote!(if let Some(#pattern) = __item #body))
    }

    pub(super) fn for_loop(&mut self, turns: &ExprForLoop) -> Option<Value> {
        if let Some(branch) = self.of_an_option(turns) {
            return self.if_expr(&branch, Tail::No);
        }
        let every = Every::of(&turns.attrs, self);
        let iterable = self.with_integer_ends(&turns.expr);
        let iterable = iterable.as_ref().unwrap_or(&turns.expr);
        let is_cut = every.is_some() && !is_made_anew(iterable);
        let active = self.mentions(iterable).active;
        if active.is_some() {
            if let Some(value) = self.sifted_loop(turns) {
                return value;
            }
        }
        let over = match active {
            None if !is_cut && !self.is_mapped(iterable) => {
                Over::Constants { iterable, pattern: &turns.pat }
            }
            _ => match self.items(iterable) {
                Ok(items) => Over::Positions(Box::new(items), &turns.pat),
                Err(mistake) => return Some(mistake),
            },
        };
        let whole = Expr::ForLoop(turns.clone());
        let mut scope = Scope { every, ..Scope::of(self, &whole, turns.label.as_ref()) };
        if let Over::Positions(items, _) = &over {
            scope
                .written
                .extend(items.item.lent().into_iter().filter_map(|base| self.variable_of(base)));
        }
        self.turns(&over, &scope, turns.for_token.span, &mut |lowering, number| {
            lowering.block_with(&turns.body, Tail::Turn(number));
        })
    }

    pub(super) fn while_loop(&mut self, turns: &ExprWhile) -> Option<Value> {
        let every = Every::of(&turns.attrs, self);
        let scope =
            Scope { every, ..Scope::of(self, &Expr::While(turns.clone()), turns.label.as_ref()) };
        let span = turns.while_token.span;
        let jumps = Jumps::of_expr(&turns.cond).any();
        let writes = !written(&turns.cond).is_empty() || !self.carried(&turns.cond).is_empty();
        if has_let(&turns.cond) || writes || jumps {
            // `while let P = e { .. }` is `loop { if let P = e { .. } else { break } }`; so is a `while` whose
            // condition writes or jumps. It begins where the user's `while` stands, and is of the user's edition.
            let branch = Expr::If(syn::ExprIf {
                attrs: Vec::new(),
                if_token: syn::Token![if](span),
                cond: turns.cond.clone(),
                then_branch: turns.body.clone(),
                else_branch: Some((
                    Default::default(),
                    syn::parse_quote!({
                        break;
                    }),
                )),
            });
            let scope = Scope { leaves: true, ..scope };
            let always: Expr = syn::parse_quote!(true);
            return self.turns(&Over::Condition(&always), &scope, span, &mut |lowering, number| {
                lowering.tail_expr(&branch, Tail::Turn(number));
            });
        }
        self.turns(&Over::Condition(&turns.cond), &scope, span, &mut |lowering, number| {
            lowering.block_with(&turns.body, Tail::Turn(number));
        })
    }

    pub(super) fn endless_loop(&mut self, turns: &ExprLoop) -> Option<Value> {
        let every = Every::of(&turns.attrs, self);
        let scope =
            Scope { every, ..Scope::of(self, &Expr::Loop(turns.clone()), turns.label.as_ref()) };
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

    /// `0..net.layers`, of something active, with a name for its end: a range that can be gone over is one of integers.
    fn with_integer_ends(&mut self, iterable: &Expr) -> Option<Expr> {
        if !is_range(iterable) || self.is_constant(iterable) {
            return None;
        }
        let mut named = iterable.clone();
        let range = range_in(&mut named)?;
        for (end, name) in [(&mut range.start, "__start"), (&mut range.end, "__end")] {
            let Some(end) = end.as_mut().filter(|end| !self.is_constant(end) && only_reads(end))
            else {
                continue;
            };
            let value = self.integer(end);
            self.scopes.bind(name, value);
            let name = syn::Ident::new(name, end.span());
            **end = syn::parse_quote!(#name);
        }
        Some(named)
    }

    /// Floats that a pattern takes out of an array or a list of floats: `&y` of `ys`, `(i, &y)` of `ys.iter().enumerate()`.
    pub(super) fn learn_items(&mut self, iterable: &Expr, pattern: &Pat) {
        match (iterable, pattern) {
            (Expr::Paren(inner), _) => self.learn_items(&inner.expr, pattern),
            (Expr::MethodCall(call), Pat::Tuple(parts))
                if call.method == "enumerate" && parts.elems.len() == 2 =>
            {
                self.learn_item(&parts.elems[0], Ty::Integer);
                self.learn_items(&call.receiver, &parts.elems[1]);
            }
            (Expr::MethodCall(call), Pat::Ident(_))
                if call.method == "copied" || call.method == "cloned" =>
            {
                self.learn_elements(&call.receiver, pattern);
            }
            (_, Pat::Reference(shown)) => self.learn_elements(iterable, &shown.pat),
            _ => {}
        }
    }

    fn learn_elements(&mut self, elements: &Expr, pattern: &Pat) {
        let list = match elements {
            Expr::MethodCall(call) if call.method == "iter" => &*call.receiver,
            Expr::Reference(lent) => &*lent.expr,
            other => other,
        };
        let Some(list) = self.binding(list).map(|binding| binding.value) else { return };
        let element = match self.graph.ty(list) {
            Ty::Array(elem, _) => Ty::Float(*elem),
            Ty::List(element) => (**element).clone(),
            _ => return,
        };
        if matches!(element, Ty::Float(Elem::F32 | Elem::F64)) {
            self.learn_item(pattern, element);
        }
    }

    fn learn_item(&mut self, pattern: &Pat, ty: Ty) {
        let Pat::Ident(name) = pattern else { return };
        if let Some(item) = self.scopes.get(&key(&name.ident)) {
            self.graph.info_mut(item.value).ty = ty;
        }
    }

    /// True for an iterator over constants that a closure makes, one at a time: what it makes may be a view, which
    /// cannot be kept.
    fn is_mapped(&self, iterable: &Expr) -> bool {
        matches!(iterable, Expr::MethodCall(call) if call.method == "map")
            && self.is_made_of_positions(iterable)
    }
}

/// True for an iterator that is made where it stands: it can be made again, and go on from any place.
fn is_made_anew(iterable: &Expr) -> bool {
    match iterable {
        Expr::Paren(inner) => is_made_anew(&inner.expr),
        Expr::Range(_) | Expr::Reference(_) | Expr::MethodCall(_) => true,
        _ => false,
    }
}

/// The range of `(a..b).rev()`.
fn range_in(iterable: &mut Expr) -> Option<&mut syn::ExprRange> {
    match iterable {
        Expr::Range(range) => Some(range),
        Expr::Paren(inner) => range_in(&mut inner.expr),
        Expr::MethodCall(call) => range_in(&mut call.receiver),
        _ => None,
    }
}
