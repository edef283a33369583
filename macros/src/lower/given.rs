//! What an iterator over active values gives in a turn, and the names that it gets.

use proc_macro2::{Ident, Span, TokenTree};
use quote::quote;
use syn::{Expr, Pat};

use super::items::{Item, Lending};
use super::made::unwritten;
use super::mentions::Mentions;
use super::scope::Binding;
use super::Lowering;
use crate::graph::{Op, Ty, Value};

/// An item of one turn.
pub(super) enum Given {
    One(Value),
    /// A constant, as the user's iterator gives it.
    Constant(Value),
    /// An element to which the user has a reference.
    Lent(Value),
    Pair(Box<Given>, Box<Given>),
    /// A place that may be written.
    Place(Box<Expr>),
}

impl Lending {
    fn give(self, element: Value) -> Given {
        match self {
            Lending::ByReference => Given::Lent(element),
            Lending::ByValue => Given::One(element),
        }
    }
}

impl Lowering<'_> {
    /// What stands at a position.
    pub(super) fn item(&mut self, item: &Item<'_>, at: Value, span: Span) -> Given {
        match item {
            Item::Element { base, positions, lending } => {
                let index = self.index_at(*positions, at, span);
                lending.give(self.element(*base, index, span))
            }
            Item::View { base, row, axis } => {
                let args = std::iter::once(*base).chain(*axis).chain([at]).collect();
                Given::One(self.row(row, args, span))
            }
            Item::Part { base, size, is_chunk } => {
                let [start, end] = match is_chunk {
                    true => {
                        let length = |names: &[Ident]| {
                            let base = &names[0];
                            quote!(#base.len())
                        };
                        let length = self.number(&[*base], length, span);
                        self.chunk(length, at, *size, span)
                    }
                    false => {
                        let end = |names: &[Ident]| {
                            let (start, size) = (&names[0], &names[1]);
                            quote!(#start + #size)
                        };
                        [at, self.number(&[at, *size], end, span)]
                    }
                };
                Given::One(self.between(*base, start, end, span))
            }
            Item::Position(None) => Given::One(at),
            Item::Position(Some(start)) => Given::One(self.number(
                &[*start, at],
                |names| {
                    let (start, at) = (&names[0], &names[1]);
                    quote!(#start + #at)
                },
                span,
            )),
            Item::Constant { tokens, mentions, ty } => {
                let mut names: std::collections::BTreeMap<String, Value> =
                    mentions.iter().cloned().collect();
                names.insert("__at".to_owned(), at);
                let mentions = Mentions::of(names);
                let value = self.verbatim(tokens.clone(), mentions, ty.clone(), span);
                let first = tokens.clone().into_iter().next();
                self.graph.info_mut(value).is_reference =
                    matches!(first, Some(TokenTree::Punct(punct)) if punct.as_char() == '&');
                Given::Constant(value)
            }
            Item::Pair(left, right) => {
                let (left, right) = (self.item(left, at, span), self.item(right, at, span));
                Given::Pair(Box::new(left), Box::new(right))
            }
            Item::Moved { item, tokens, by } => {
                let names =
                    [("__at".to_owned(), at), ("__by".to_owned(), *by)].into_iter().collect();
                let mentions = Mentions::of(names);
                let at = self.verbatim(tokens.clone(), mentions, Ty::Integer, span);
                self.item(item, at, span)
            }
            Item::Lent { base, positions, view } => {
                let index = self.index_at(*positions, at, span);
                Given::Place(Box::new(self.lent_place(base, *view, index)))
            }
            Item::Chained { first, length, second } => {
                let in_first = |names: &[Ident]| {
                    let (at, length) = (&names[0], &names[1]);
                    quote!(#at < #length)
                };
                let selector = self.constant_of(&[at, *length], in_first, Ty::Bool, span);
                let mut is_lent = false;
                let one = self.read_arm(|lowering| {
                    let given = lowering.item(first, at, span);
                    is_lent = matches!(given, Given::Lent(_));
                    Some(lowering.value_beside(given, span))
                });
                let other = self.read_arm(|lowering| {
                    let after = |names: &[Ident]| {
                        let (at, length) = (&names[0], &names[1]);
                        quote!(#at - #length)
                    };
                    let at = lowering.number(&[at, *length], after, span);
                    let given = lowering.item(second, at, span);
                    Some(lowering.value_beside(given, span))
                });
                let depth = self.scopes.depth();
                match self.join_arms(selector, vec![one, other], depth, span) {
                    Some(value) if is_lent => Given::Lent(value),
                    value => Given::One(value.unwrap_or_else(|| self.undefined(span))),
                }
            }
            Item::Mapped(inner, closure) => {
                let given = self.item(inner, at, span);
                self.scopes.enter();
                if let Some(pattern) = closure.inputs.first() {
                    self.bind_item(pattern, given, span);
                }
                let value = self.function_body(&closure.body, &closure.output, span);
                self.scopes.leave();
                Given::One(value)
            }
        }
    }

    /// Where the chunk of this number begins and ends.
    pub(super) fn chunk(
        &mut self,
        length: Value,
        at: Value,
        size: Value,
        span: Span,
    ) -> [Value; 2] {
        let start = |names: &[Ident]| {
            let (at, size) = (&names[0], &names[1]);
            quote!(#at * #size)
        };
        let end = |names: &[Ident]| {
            let (start, size, length) = (&names[0], &names[1], &names[2]);
            quote!(::core::cmp::Ord::min(#start + #size, #length))
        };
        let start = self.number(&[at, size], start, span);
        [start, self.number(&[start, size, length], end, span)]
    }

    /// Binds a pattern to an item.
    pub(super) fn bind_item(&mut self, pattern: &Pat, given: Given, span: Span) {
        match (pattern, given) {
            (Pat::Paren(inner), given) => self.bind_item(&inner.pat, given, span),
            (Pat::Type(typed), given @ (Given::Pair(..) | Given::Place(_))) => {
                self.bind_item(&typed.pat, given, span);
            }
            (Pat::Tuple(parts), Given::Pair(left, right)) if parts.elems.len() == 2 => {
                self.bind_item(&parts.elems[0], *left, span);
                self.bind_item(&parts.elems[1], *right, span);
            }
            // What stands behind it may be counted with.
            (Pat::Reference(inner), Given::Constant(value)) => {
                let ty = self.graph.ty(value).clone();
                let shown = |names: &[Ident]| {
                    let lent = &names[0];
                    quote!((*#lent).clone())
                };
                let shown = self.constant_of(&[value], shown, ty, span);
                self.bind_item(&inner.pat, Given::One(shown), span);
            }
            (pattern, Given::Place(place)) => self.lend_parts(pattern, *place, true),
            (pattern, given) => {
                let is_reference = matches!(given, Given::Lent(_));
                let value = self.whole(given, span);
                let pattern = self.learn_ascribed(pattern, value);
                let is_lent = matches!(pattern, Pat::Ident(_)) && self.is_lent_item(value);
                self.graph.info_mut(value).is_reference |= is_lent;
                self.bind_parts(pattern, value, is_reference);
                let is_lent = is_reference && !self.graph.info(value).is_reference;
                if let (true, Some(name)) = (is_lent, super::branch::alone(pattern)) {
                    self.scopes.bind_as(&name, Binding { is_lent: true, ..Binding::of(value) });
                }
            }
        }
    }

    /// An item as one value; a constant number is no reference then, as an active one is none.
    fn value_beside(&mut self, given: Given, span: Span) -> Value {
        let value = self.whole(given, span);
        let ty = self.graph.ty(value).clone();
        match ty.is_float() && self.graph.info(value).is_reference && !self.is_active(value) {
            true => self.constant_of(&[value], |names| quote!(*#(#names)*), ty, span),
            false => value,
        }
    }

    /// An item as one value.
    pub(super) fn whole(&mut self, given: Given, span: Span) -> Value {
        match given {
            Given::One(value) | Given::Constant(value) | Given::Lent(value) => value,
            Given::Place(place) => self.part_at(&place),
            Given::Pair(left, right) => {
                let parts = vec![self.whole(*left, span), self.whole(*right, span)];
                self.tuple(unwritten(parts), span)
            }
        }
    }

    /// An element of a list that is no number is lent, as the iterator lends it.
    fn is_lent_item(&self, value: Value) -> bool {
        let is_element = self.nodes.iter().any(|node| {
            node.outs.contains(&value) && matches!(node.op, Op::Row(row) if row.name == "Get")
        });
        is_element && self.is_active(value) && !self.graph.ty(value).is_float()
    }
}
