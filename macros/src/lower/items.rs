//! Iteration over active values: what an iterator goes over, as positions and what stands at each.

use std::borrow::Cow;

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::spanned::Spanned;
use syn::{Expr, ExprClosure, ExprMethodCall, Pat};

use super::function::as_closure;
use super::lent::Lent;
use super::made::unwritten;
use super::mentions::Mentions;
use super::scope::Binding;
use super::Lowering;
use crate::graph::{Op, Ty, Value};
use crate::ops::{self, Row};

/// Something that is gone over from position 0 to a length.
pub(super) struct Items<'e> {
    /// How many there are; none for an iterator without end.
    pub(super) length: Option<Value>,
    pub(super) item: Item<'e>,
}

/// What stands at a position.
pub(super) enum Item<'e> {
    /// The element of `base` at a position in an array of these, by reference or not.
    Element {
        base: Value,
        positions: Option<Value>,
        lending: Lending,
    },
    /// A row, a column or the part at one index of an axis.
    View {
        base: Value,
        row: &'static Row,
        axis: Option<Value>,
    },
    /// `size` elements from `at * stride` on, as far as there are so many.
    Part {
        base: Value,
        size: Value,
        is_chunk: bool,
    },
    /// `start + at`.
    Position(Option<Value>),
    /// A constant: tokens in which `__at` is the position.
    Constant {
        tokens: TokenStream,
        mentions: Vec<(String, Value)>,
        ty: Ty,
    },
    Pair(Box<Item<'e>>, Box<Item<'e>>),
    /// What stands at another position, told by tokens of `__at` and `__by`.
    Moved {
        item: Box<Item<'e>>,
        tokens: TokenStream,
        by: Value,
    },
    Mapped(Box<Item<'e>>, Cow<'e, ExprClosure>),
    /// A part that is lent mutably: `x[at]`, `x.row_mut(at)`.
    Lent {
        base: Box<Expr>,
        positions: Option<Value>,
        view: Lent<'e>,
    },
}

/// How an iterator gives its elements, as the user sees it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lending {
    ByReference,
    ByValue,
}

/// An item of one turn.
pub(super) enum Given {
    One(Value),
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

impl<'e> Items<'e> {
    /// The same, if there is an end.
    pub(super) fn bounded(self) -> Option<Bounded<'e>> {
        Some(Bounded { length: self.length?, item: self.item })
    }

    /// The same elements, given this way.
    fn given(mut self, by: Lending) -> Items<'e> {
        if let Item::Element { lending, .. } = &mut self.item {
            *lending = by;
        }
        self
    }

    pub(super) fn moved(self, tokens: TokenStream, by: Value, length: Option<Value>) -> Items<'e> {
        Items { length, item: Item::Moved { item: Box::new(self.item), tokens, by } }
    }
}

impl Lowering<'_> {
    /// What an expression goes over, with a length.
    pub(super) fn items<'e>(&mut self, expr: &'e Expr) -> Result<Bounded<'e>, Value> {
        let items = self.sequence_of(expr)?;
        items.bounded().ok_or_else(|| {
            self.mistake(expr, "this iterator has no end: `zip` it with what has one")
        })
    }

    fn sequence_of<'e>(&mut self, expr: &'e Expr) -> Result<Items<'e>, Value> {
        if self.is_constant(expr) {
            return self.constant_items(expr);
        }
        match expr {
            Expr::Paren(inner) => self.sequence_of(&inner.expr),
            Expr::Group(inner) => self.sequence_of(&inner.expr),
            Expr::Reference(inner) if inner.mutability.is_none() => {
                Ok(self.sequence_of(&inner.expr)?.given(Lending::ByReference))
            }
            Expr::Reference(inner) => self.lent_items(&inner.expr, Lent::Element, expr.span()),
            Expr::MethodCall(call) => self.adapted(call),
            _ => {
                let base = self.expr(expr);
                let items = self.elements_of(base, expr.span())?;
                Ok(match self.binding(expr).is_some_and(|binding| binding.is_lent) {
                    true => items.given(Lending::ByReference),
                    false => items,
                })
            }
        }
    }

    /// `x.iter()` and what else an iterator is made of.
    pub(super) fn adapted<'e>(&mut self, call: &'e ExprMethodCall) -> Result<Items<'e>, Value> {
        let span = call.method.span();
        let name = call.method.to_string();
        match (name.as_str(), call.args.len()) {
            ("iter", 0) => Ok(self.sequence_of(&call.receiver)?.given(Lending::ByReference)),
            ("copied" | "cloned", 0) => {
                Ok(self.sequence_of(&call.receiver)?.given(Lending::ByValue))
            }
            ("into_iter" | "by_ref" | "view" | "as_slice", 0) => self.sequence_of(&call.receiver),
            ("enumerate", 0) => {
                let inner = self.sequence_of(&call.receiver)?;
                let item = Item::Pair(Box::new(Item::Position(None)), Box::new(inner.item));
                Ok(Items { length: inner.length, item })
            }
            ("zip", 1) => {
                let left = self.sequence_of(&call.receiver)?;
                let right = self.sequence_of(&call.args[0])?;
                let length = match (left.length, right.length) {
                    (Some(a), Some(b)) if a != b => {
                        Some(self.number(&[a, b], |names| {
                            let (a, b) = (&names[0], &names[1]);
                            quote!(::core::cmp::Ord::min(#a, #b))
                        }, span))
                    }
                    (a, b) => a.or(b),
                };
                Ok(Items { length, item: Item::Pair(Box::new(left.item), Box::new(right.item)) })
            }
            ("rev", 0) => {
                let inner = self.sequence_of(&call.receiver)?;
                let Some(length) = inner.length else {
                    return Err(self.mistake(span, "an iterator without end has no last element"));
                };
                Ok(inner.moved(quote!(__by - 1 - __at), length, Some(length)))
            }
            ("skip", 1) => {
                let inner = self.sequence_of(&call.receiver)?;
                let by = self.constant(&call.args[0]);
                let length = inner.length.map(|length| {
                    self.number(&[length, by], |names| {
                        let (length, by) = (&names[0], &names[1]);
                        quote!(usize::saturating_sub(#length, #by))
                    }, span)
                });
                Ok(inner.moved(quote!(__by + __at), by, length))
            }
            ("take", 1) => {
                let inner = self.sequence_of(&call.receiver)?;
                let by = self.constant(&call.args[0]);
                let length = match inner.length {
                    None => by,
                    Some(length) => self.number(&[length, by], |names| {
                        let (length, by) = (&names[0], &names[1]);
                        quote!(::core::cmp::Ord::min(#length, #by))
                    }, span),
                };
                Ok(Items { length: Some(length), item: inner.item })
            }
            ("step_by", 1) => {
                let inner = self.sequence_of(&call.receiver)?;
                let by = self.constant(&call.args[0]);
                let length = inner.length.map(|length| {
                    self.number(&[length, by], |names| {
                        let (length, by) = (&names[0], &names[1]);
                        quote!(usize::div_ceil(#length, #by))
                    }, span)
                });
                Ok(inner.moved(quote!(__by * __at), by, length))
            }
            ("windows" | "chunks" | "chunks_exact", 1) => {
                let base = self.expr(&call.receiver);
                let size = self.constant(&call.args[0]);
                let is_chunk = name != "windows";
                let length = self.number(&[base, size], |names| {
                    let (base, size) = (&names[0], &names[1]);
                    match name.as_str() {
                        "windows" => quote!((#base.len() + 1).saturating_sub(#size)),
                        "chunks" => quote!(#base.len().div_ceil(#size)),
                        _ => quote!(#base.len() / #size),
                    }
                }, span);
                Ok(Items { length: Some(length), item: Item::Part { base, size, is_chunk } })
            }
            ("outer_iter", 0) => {
                let base = self.expr(&call.receiver);
                let axis = self.number(&[], |_| quote!(__chainrule::ndarray::Axis(0)), span);
                let length = self.number(&[base], |names| {
                    let base = &names[0];
                    quote!(#base.shape()[0])
                }, span);
                let item = Item::View { base, row: ops::row("IndexAxis"), axis: Some(axis) };
                Ok(Items { length: Some(length), item })
            }
            ("axis_iter", 1) => {
                let base = self.expr(&call.receiver);
                let axis = self.constant(&call.args[0]);
                let length = self.number(&[base, axis], |names| {
                    let (base, axis) = (&names[0], &names[1]);
                    quote!(#base.len_of(#axis))
                }, span);
                let item = Item::View { base, row: ops::row("IndexAxis"), axis: Some(axis) };
                Ok(Items { length: Some(length), item })
            }
            ("rows" | "columns", 0) => {
                let base = self.expr(&call.receiver);
                let is_rows = name == "rows";
                let length = self.number(&[base], |names| {
                    let base = &names[0];
                    if is_rows { quote!(#base.nrows()) } else { quote!(#base.ncols()) }
                }, span);
                let row = ops::row(if is_rows { "RowOf" } else { "ColumnOf" });
                Ok(Items { length: Some(length), item: Item::View { base, row, axis: None } })
            }
            ("indexed_iter", 0) => {
                let base = self.expr(&call.receiver);
                let inner = self.elements_of(base, span)?;
                let positions = match inner.item {
                    Item::Element { positions, .. } => positions,
                    _ => None,
                };
                let item = match positions {
                    None => Item::Position(None),
                    Some(positions) => Item::Constant {
                        tokens: quote!(__indices(&__base, __at)),
                        mentions: vec![("__base".to_owned(), positions)],
                        ty: Ty::Unknown,
                    },
                };
                Ok(Items { length: inner.length, item: Item::Pair(Box::new(item), Box::new(inner.item)) })
            }
            ("map", 1) if is_iterator(&call.receiver) => match as_closure(&call.args[0], 1) {
                Some(closure) => {
                    let inner = self.sequence_of(&call.receiver)?;
                    Ok(Items { length: inner.length, item: Item::Mapped(Box::new(inner.item), closure) })
                }
                None => Err(self.mistake(
                    &call.args[0],
                    "`map` of an iterator takes a closure or the name of a function here",
                )),
            },
            ("iter_mut", 0) => self.lent_items(&call.receiver, Lent::Element, span),
            ("rows_mut", 0) => self.lent_items(&call.receiver, Lent::Row, span),
            ("columns_mut", 0) => self.lent_items(&call.receiver, Lent::Column, span),
            ("outer_iter_mut", 0) => self.lent_items(&call.receiver, Lent::Axis(None), span),
            ("axis_iter_mut", 1) => {
                self.lent_items(&call.receiver, Lent::Axis(call.args.first()), span)
            }
            _ if is_iterator(&call.receiver) => Err(self.mistake(
                span,
                format!(
                    "`{name}` of an iterator over active values is not supported: use `enumerate`, `zip`, `rev`, \
                     `skip`, `take`, `step_by`, `windows`, `chunks` and `map`, or write the loop"
                ),
            )),
            _ => {
                let whole = self.method(call);
                self.elements_of(whole, span)
            }
        }
    }

    pub(super) fn elements_of<'e>(&mut self, base: Value, span: Span) -> Result<Items<'e>, Value> {
        if self.poisoned.contains(&base) {
            return Err(base);
        }
        let length = self.number(
            &[base],
            |names| {
                let base = &names[0];
                quote!(#base.len())
            },
            span,
        );
        let lending = match self.graph.info(base).is_reference {
            true => Lending::ByReference,
            false => Lending::ByValue,
        };
        let positions = self.positions_of(base, span);
        let item = Item::Element { base, positions, lending };
        Ok(Items { length: Some(length), item })
    }

    /// An integer made of values.
    pub(super) fn number(
        &mut self,
        operands: &[Value],
        tokens: impl FnOnce(&[proc_macro2::Ident]) -> TokenStream,
        span: Span,
    ) -> Value {
        let ty = if operands.is_empty() { Ty::Constant } else { Ty::Integer };
        self.constant_of(operands, tokens, ty, span)
    }

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
                let start = match is_chunk {
                    true => self.number(
                        &[at, *size],
                        |names| {
                            let (at, size) = (&names[0], &names[1]);
                            quote!(#at * #size)
                        },
                        span,
                    ),
                    false => at,
                };
                let end = self.number(
                    &[start, *size, *base],
                    |names| {
                        let (start, size, base) = (&names[0], &names[1], &names[2]);
                        match is_chunk {
                            true => quote!(::core::cmp::Ord::min(#start + #size, #base.len())),
                            false => quote!(#start + #size),
                        }
                    },
                    span,
                );
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
                Given::One(self.verbatim(tokens.clone(), mentions, ty.clone(), span))
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
            Item::Mapped(inner, closure) => {
                let given = self.item(inner, at, span);
                self.scopes.enter();
                if let Some(pattern) = closure.inputs.first() {
                    self.bind_item(pattern, given, span);
                }
                let value = self.function_body(&closure.body, span);
                self.scopes.leave();
                Given::One(value)
            }
        }
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
            (pattern, Given::Place(place)) => match super::branch::alone(pattern) {
                Some(name) => self.scopes.bind_alias(&name, *place),
                None => {
                    self.mistake(pattern, "what is lent mutably needs a name here");
                }
            },
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

    /// An item as one value.
    pub(super) fn whole(&mut self, given: Given, span: Span) -> Value {
        match given {
            Given::One(value) | Given::Lent(value) => value,
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

/// What is gone over, with a length.
pub(super) struct Bounded<'e> {
    pub(super) length: Value,
    pub(super) item: Item<'e>,
}

/// True if an expression is an iterator by its form.
pub(super) fn is_iterator(expr: &Expr) -> bool {
    match expr {
        Expr::Paren(inner) => is_iterator(&inner.expr),
        Expr::Range(_) => true,
        Expr::MethodCall(call) => match call.method.to_string().as_str() {
            "iter" | "into_iter" | "windows" | "chunks" | "chunks_exact" | "outer_iter"
            | "axis_iter" | "rows" | "columns" | "indexed_iter" | "enumerate" | "zip" => true,
            "rev" | "skip" | "take" | "step_by" | "copied" | "cloned" | "map" | "filter"
            | "take_while" | "skip_while" | "inspect" | "scan" | "flat_map" | "chain" | "cycle"
            | "filter_map" | "flatten" | "fuse" | "map_while" | "peekable" | "by_ref" => {
                is_iterator(&call.receiver)
            }
            _ => false,
        },
        _ => false,
    }
}
