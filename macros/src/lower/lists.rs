//! `Vec`s that become longer or shorter: each time a new version.

use proc_macro2::{Ident, Span};
use quote::quote;
use syn::{Block, Expr, ExprMethodCall};

use super::exits::Tail;
use super::mentions::Mentions;
use super::Lowering;
use crate::graph::{Action, Construct, Op, Ty, Value};

/// Which element of a list.
#[derive(Clone, Copy)]
enum At {
    First,
    Last,
    Position(Value),
}

impl Lowering<'_> {
    /// `v.push(a)`, `v.extend(w)`, `v.truncate(n)` and `v.pop()` as statements; false if the call is none of these.
    pub(super) fn changes_length(&mut self, call: &ExprMethodCall) -> bool {
        let span = call.method.span();
        match (call.method.to_string().as_str(), call.args.first()) {
            ("push", Some(value)) => {
                let value = self.expr(value);
                let Some(place) = self.place(&call.receiver) else { return true };
                self.update_by(place, value, Action::Push, span);
            }
            ("extend" | "extend_from_slice", Some(items)) => {
                let list = self.pinned(&call.receiver);
                let pushed: Block = syn::parse_quote!({
                    for __item in #items {
                        #list.push(__item.clone());
                    }
                });
                self.block_with(&pushed, Tail::No);
            }
            ("truncate", Some(length)) => {
                let length = self.constant_position(length);
                self.truncated(&call.receiver, length, span);
            }
            ("clear", None) => {
                let length = self.position(0, span);
                self.truncated(&call.receiver, length, span);
            }
            ("pop", None) => {
                self.popped(call);
            }
            _ => return false,
        }
        true
    }

    fn truncated(&mut self, list: &Expr, length: Value, span: Span) {
        if let Some(place) = self.place(list) {
            self.update_by(place, length, Action::Truncate, span);
        }
    }

    /// `v.pop()`: what stood at the end, if there was something.
    pub(super) fn popped(&mut self, call: &ExprMethodCall) -> Value {
        let span = call.method.span();
        let list = self.pinned(&call.receiver);
        let whole = self.part_at(&list);
        let length = self.length_now(whole, span);
        let popped = self.element_if_any(whole, length, At::Last, span);
        // A list that is cut off where nothing was is as it was, so that no branch writes it.
        let rest = |names: &[Ident]| {
            let length = &names[0];
            quote!(usize::saturating_sub(#length, 1))
        };
        let rest = self.number(&[length], rest, span);
        self.truncated(&list, rest, span);
        popped
    }

    /// `v.first()`, `v.last()` and `v.get(i)` of a list; nothing if the call is none of these.
    pub(super) fn end_of(&mut self, call: &ExprMethodCall, list: Value) -> Option<Value> {
        if !matches!(self.graph.ty(list), Ty::List(_)) {
            return None;
        }
        let at = match (call.method.to_string().as_str(), call.args.first()) {
            ("first", None) => At::First,
            ("last", None) => At::Last,
            ("get", Some(Expr::Range(_))) => return None,
            ("get", Some(at)) => At::Position(self.constant_position(at)),
            _ => return None,
        };
        let span = call.method.span();
        let length = self.length_now(list, span);
        Some(self.element_if_any(list, length, at, span))
    }

    /// The first or last element of a list, or that at a position, in an `Option`.
    fn element_if_any(&mut self, list: Value, length: Value, at: At, span: Span) -> Value {
        let is_any = |names: &[Ident]| {
            let (length, at) = (&names[0], names.get(1));
            match at {
                Some(at) => quote!(#at < #length),
                None => quote!(#length > 0),
            }
        };
        let asked = match at {
            At::Position(at) => vec![length, at],
            At::First | At::Last => vec![length],
        };
        let is_any = self.constant_of(&asked, is_any, Ty::Bool, span);
        let below = self.scopes.depth();
        let found = |lowering: &mut Self| {
            let last = |names: &[Ident]| {
                let length = &names[0];
                quote!(#length - 1)
            };
            let at = match at {
                At::First => lowering.position(0, span),
                At::Last => lowering.number(&[length], last, span),
                At::Position(at) => at,
            };
            let element = lowering.element(list, at, span);
            let ty = Ty::Option(Box::new(lowering.graph.ty(element).clone()));
            Some(lowering.node(Op::Construct(Construct::some()), vec![element], ty, span))
        };
        let none = |lowering: &mut Self| Some(lowering.nothing(span));
        let element = self.either(is_any, found, none, below, span);
        element.unwrap_or_else(|| self.undefined(span))
    }

    /// How long a list is now: it is kept, since the list itself goes on changing.
    pub(super) fn length_now(&mut self, list: Value, span: Span) -> Value {
        let names = [("__list".to_owned(), list)].into_iter().collect();
        let mentions = Mentions { pure: false, ..Mentions::of(names) };
        let length = self.verbatim(quote!(__list.len()), mentions, Ty::Integer, span);
        self.graph.info_mut(length).name = Some("length".to_owned());
        self.kept.insert(length);
        length
    }
}
