//! `Vec`s that become longer or shorter: each time a new version.

use proc_macro2::Span;
use quote::quote;
use syn::{Block, Expr, ExprMethodCall};

use super::exits::Tail;
use super::mentions::Mentions;
use super::Lowering;
use crate::graph::{Action, Ty, Value};

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
        self.scopes.enter();
        self.scopes.bind("__length", length);
        // A list that is cut off where nothing was is as it was, so that no branch writes it.
        let popped: Block = syn::parse_quote!({
            let __popped = if __length > 0 {
                ::core::option::Option::Some(#list[__length - 1].clone())
            } else {
                ::core::option::Option::None
            };
            #list.truncate(__length.saturating_sub(1));
            __popped
        });
        let popped = self.block_with(&popped, Tail::No);
        self.scopes.leave();
        popped.unwrap_or_else(|| self.undefined(span))
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
