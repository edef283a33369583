//! Writes into `v[a..b]`: each of its elements is written.

use proc_macro2::Span;
use quote::quote;
use syn::{Block, Expr, ExprMethodCall, ExprRange};

use super::exits::Tail;
use super::Lowering;
use crate::graph::{Ty, Value};
use crate::ops;

impl Lowering<'_> {
    /// The part of a list, or of an array of one axis, between two positions.
    pub(super) fn between(&mut self, base: Value, start: Value, end: Value, span: Span) -> Value {
        if !matches!(self.graph.ty(base), Ty::Array(..)) {
            let range = self.range_from(start, end, span);
            return self.subslice(base, range, span);
        }
        let axis = self.number(&[], |_| quote!(__chainrule::ndarray::Axis(0)), span);
        let part = |names: &[proc_macro2::Ident]| {
            let (start, end) = (&names[0], &names[1]);
            quote!(__chainrule::ndarray::Slice::from(#start..#end))
        };
        let part = self.constant_of(&[start, end], part, Ty::Constant, span);
        self.row(ops::row("SliceAxis"), vec![base, axis, part], span)
    }

    /// `v[a..b].copy_from_slice(&w)` and `v[a..b].fill(x)`; false if the call is none of these.
    pub(super) fn written_subslice(&mut self, call: &ExprMethodCall) -> bool {
        let (Some((list, range)), Some(value)) = (subslice(&call.receiver), call.args.first())
        else {
            return false;
        };
        let is_filled = call.method == "fill";
        if !is_filled && call.method != "copy_from_slice" && call.method != "clone_from_slice" {
            return false;
        }
        let value = self.expr(value);
        let whole = self.part_at(list);
        let (start, end) = self.ends_of(whole, range);
        let list = self.pinned(list);
        self.scopes.enter();
        for (name, value) in [("__start", start), ("__end", end), ("__value", value)] {
            self.scopes.bind(name, value);
        }
        let written: Block = match is_filled {
            true => syn::parse_quote!({
                for __at in __start..__end {
                    #list[__at] = __value;
                }
            }),
            false => syn::parse_quote!({
                for (__at, __item) in __value.iter().enumerate() {
                    #list[__start + __at] = *__item;
                }
            }),
        };
        self.block_with(&written, Tail::No);
        self.scopes.leave();
        true
    }
}

/// The list and the range of `v[a..b]`.
pub(super) fn subslice(place: &Expr) -> Option<(&Expr, &ExprRange)> {
    match place {
        Expr::Paren(inner) => subslice(&inner.expr),
        Expr::Index(index) => match &*index.index {
            Expr::Range(range) => Some((&index.expr, range)),
            _ => None,
        },
        _ => None,
    }
}
