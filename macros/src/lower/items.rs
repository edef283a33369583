//! Iteration over active values: what an iterator goes over, as positions and what stands at each.

use std::borrow::Cow;

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::spanned::Spanned;
use syn::{Expr, ExprClosure, ExprMethodCall};

use super::lent::Lent;
use super::Lowering;
use crate::graph::{Ty, Value};
use crate::language;
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
    /// The first's up to its length, and then the second's.
    Chained {
        first: Box<Item<'e>>,
        length: Value,
        second: Box<Item<'e>>,
    },
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
        items.bounded().ok_or_else(|| self.mistake(expr, language::NO_END))
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
            Expr::Call(call) if is_once(call) => {
                let one = &call.args[0];
                let list = self.expr(&syn::parse_quote!([#one]));
                Ok(self.elements_of(list, expr.span())?.given(Lending::ByValue))
            }
            // What is lent mutably under a name is gone over as it was lent.
            Expr::Path(_) if self.is_a_name_for_a_place(expr) => {
                self.lent_items(expr, Lent::Element, expr.span())
            }
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

    fn is_a_name_for_a_place(&self, expr: &Expr) -> bool {
        super::turns::plain(expr).is_some_and(|name| self.scopes.alias(&name).is_some())
    }

    /// `x.iter()` and what else an iterator is made of.
    pub(super) fn adapted<'e>(&mut self, call: &'e ExprMethodCall) -> Result<Items<'e>, Value> {
        let span = call.method.span();
        let name = call.method.to_string();
        match (name.as_str(), call.args.len()) {
            ("iter", 0) if self.is_a_name_for_a_place(&call.receiver) => {
                let base = self.expr(&call.receiver);
                Ok(self.elements_of(base, span)?.given(Lending::ByReference))
            }
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
                    (Some(a), Some(b)) if a != b => Some(self.number(
                        &[a, b],
                        |names| {
                            let (a, b) = (&names[0], &names[1]);
                            quote!(::core::cmp::Ord::min(#a, #b))
                        },
                        span,
                    )),
                    (a, b) => a.or(b),
                };
                Ok(Items { length, item: Item::Pair(Box::new(left.item), Box::new(right.item)) })
            }
            ("chain", 1) => self.chained(call),
            ("rev", 0) => {
                let inner = self.sequence_of(&call.receiver)?;
                let Some(length) = inner.length else {
                    return Err(self.left_to_rustc(call.method.span()));
                };
                Ok(inner.moved(quote!(__by - 1 - __at), length, Some(length)))
            }
            ("skip", 1) => {
                let inner = self.sequence_of(&call.receiver)?;
                let by = self.constant(&call.args[0]);
                let length = inner.length.map(|length| {
                    self.number(
                        &[length, by],
                        |names| {
                            let (length, by) = (&names[0], &names[1]);
                            quote!(usize::saturating_sub(#length, #by))
                        },
                        span,
                    )
                });
                Ok(inner.moved(quote!(__by + __at), by, length))
            }
            ("take", 1) => {
                let inner = self.sequence_of(&call.receiver)?;
                let by = self.constant(&call.args[0]);
                let length = match inner.length {
                    None => by,
                    Some(length) => self.number(
                        &[length, by],
                        |names| {
                            let (length, by) = (&names[0], &names[1]);
                            quote!(::core::cmp::Ord::min(#length, #by))
                        },
                        span,
                    ),
                };
                Ok(Items { length: Some(length), item: inner.item })
            }
            ("step_by", 1) => {
                let inner = self.sequence_of(&call.receiver)?;
                let by = self.constant(&call.args[0]);
                let length = inner.length.map(|length| {
                    self.number(
                        &[length, by],
                        |names| {
                            let (length, by) = (&names[0], &names[1]);
                            quote!(usize::div_ceil(#length, #by))
                        },
                        span,
                    )
                });
                Ok(inner.moved(quote!(__by * __at), by, length))
            }
            ("windows" | "chunks" | "chunks_exact", 1) => {
                let base = self.expr(&call.receiver);
                if has_axes(&call.args[0]) || matches!(self.graph.ty(base), Ty::Array(_, Some(2..)))
                {
                    return Err(self.mistake(&call.method, language::WINDOWS_OF_AXES));
                }
                let size = self.constant(&call.args[0]);
                let is_chunk = name != "windows";
                let length = self.number(
                    &[base, size],
                    |names| {
                        let (base, size) = (&names[0], &names[1]);
                        match name.as_str() {
                            "windows" => quote!((#base.len() + 1).saturating_sub(#size)),
                            "chunks" => quote!(#base.len().div_ceil(#size)),
                            _ => quote!(#base.len() / #size),
                        }
                    },
                    span,
                );
                Ok(Items { length: Some(length), item: Item::Part { base, size, is_chunk } })
            }
            ("outer_iter", 0) => {
                let base = self.expr(&call.receiver);
                let axis = self.number(&[], |_| quote!(__chainrule::ndarray::Axis(0)), span);
                let length = self.number(
                    &[base],
                    |names| {
                        let base = &names[0];
                        quote!(#base.shape()[0])
                    },
                    span,
                );
                let item = Item::View { base, row: ops::row("IndexAxis"), axis: Some(axis) };
                Ok(Items { length: Some(length), item })
            }
            ("axis_iter", 1) => {
                let base = self.expr(&call.receiver);
                let axis = self.constant(&call.args[0]);
                let length = self.number(
                    &[base, axis],
                    |names| {
                        let (base, axis) = (&names[0], &names[1]);
                        quote!(#base.len_of(#axis))
                    },
                    span,
                );
                let item = Item::View { base, row: ops::row("IndexAxis"), axis: Some(axis) };
                Ok(Items { length: Some(length), item })
            }
            ("rows" | "columns", 0) => {
                let base = self.expr(&call.receiver);
                let is_rows = name == "rows";
                let length = self.number(
                    &[base],
                    |names| {
                        let base = &names[0];
                        if is_rows {
                            quote!(#base.nrows())
                        } else {
                            quote!(#base.ncols())
                        }
                    },
                    span,
                );
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
                Ok(Items {
                    length: inner.length,
                    item: Item::Pair(Box::new(item), Box::new(inner.item)),
                })
            }
            ("map", 1) if is_iterator(&call.receiver) => {
                let closure = self.closure(&call.args[0], 1, "map")?;
                let inner = self.sequence_of(&call.receiver)?;
                Ok(Items {
                    length: inner.length,
                    item: Item::Mapped(Box::new(inner.item), closure),
                })
            }
            ("iter_mut", 0) => self.lent_items(&call.receiver, Lent::Element, span),
            ("chunks_mut" | "chunks_exact_mut", 1) => {
                if !self.is_versioned(&call.receiver) {
                    return Err(self.mistake(span, language::NO_VARIABLE));
                }
                let whole = self.part_at(&call.receiver);
                let length = self.length_now(whole, span);
                let size = self.constant(&call.args[0]);
                let chunk = Lent::Chunk { size, length, is_exact: name != "chunks_mut" };
                self.lent_items(&call.receiver, chunk, span)
            }
            ("rows_mut", 0) => self.lent_items(&call.receiver, Lent::Row, span),
            ("columns_mut", 0) => self.lent_items(&call.receiver, Lent::Column, span),
            ("outer_iter_mut", 0) => self.lent_items(&call.receiver, Lent::Axis(None), span),
            ("axis_iter_mut", 1) => {
                self.lent_items(&call.receiver, Lent::Axis(call.args.first()), span)
            }
            _ if is_iterator(&call.receiver) => Err(self.mistake(span, language::ADAPTER.of(name))),
            _ => {
                let whole = self.method(call);
                self.elements_of(whole, span)
            }
        }
    }

    /// `a.iter().chain(&b)`: the items of one after those of the other.
    fn chained<'e>(&mut self, call: &'e ExprMethodCall) -> Result<Items<'e>, Value> {
        let span = call.method.span();
        let first = self.items(&call.receiver)?;
        let second = self.sequence_of(&call.args[0])?;
        if !first.item.lent().is_empty() || !second.item.lent().is_empty() {
            return Err(self.mistake(span, language::PASSES_OVER_PLACES.of(&call.method)));
        }
        let length = second.length.map(|length| {
            let both = |names: &[proc_macro2::Ident]| {
                let (first, second) = (&names[0], &names[1]);
                quote!(#first + #second)
            };
            self.number(&[first.length, length], both, span)
        });
        let item = Item::Chained {
            first: Box::new(first.item),
            length: first.length,
            second: Box::new(second.item),
        };
        Ok(Items { length, item })
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
        Expr::Call(call) => is_once(call),
        Expr::MethodCall(call) => match call.method.to_string().as_str() {
            "iter" | "into_iter" | "windows" | "chunks" | "chunks_exact" | "outer_iter"
            | "axis_iter" | "rows" | "columns" | "indexed_iter" | "enumerate" | "zip"
            | "iter_mut" | "chunks_mut" | "chunks_exact_mut" | "outer_iter_mut"
            | "axis_iter_mut" | "rows_mut" | "columns_mut" => true,
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

/// True for `iter::once(a)`.
fn is_once(call: &syn::ExprCall) -> bool {
    let Expr::Path(function) = &*call.func else { return false };
    let mut names = function.path.segments.iter().rev().map(|segment| &segment.ident);
    call.args.len() == 1
        && names.next().is_some_and(|name| name == "once")
        && names.next().is_some_and(|name| name == "iter")
}

/// True for `(2, 2)` and `[2, 2]`.
fn has_axes(size: &Expr) -> bool {
    match size {
        Expr::Tuple(_) | Expr::Array(_) => true,
        Expr::Paren(inner) => has_axes(&inner.expr),
        _ => false,
    }
}
