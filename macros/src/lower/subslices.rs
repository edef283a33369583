//! Stretches of a list, `v[a..b]`: each element of one is an element of the list.

use proc_macro2::{Ident, Span};
use quote::quote;
use syn::spanned::Spanned;
use syn::{Block, Expr, ExprIndex, ExprMethodCall, ExprRange, Local, Pat, Stmt};

use super::exits::Tail;
use super::turns::plain;
use super::Lowering;
use crate::graph::{Passing, Ty, Value};
use crate::ops;

/// Where `v[a..b]` is, or a name for it.
pub(super) struct Stretch {
    pub(super) list: Expr,
    pub(super) start: Value,
    pub(super) end: Value,
}

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

    /// The stretch that a place is, if it is one; that of a stretch is one of the list too.
    pub(super) fn stretch(&mut self, place: &Expr) -> Option<Stretch> {
        let (list, range) = self.subslice_of(place)?;
        let shown = self.part_at(&list);
        let (start, end) = self.ends_of(shown, &range);
        let Some(outer) = self.stretch(&list) else { return Some(Stretch { list, start, end }) };
        let span = range.span();
        let [start, end] = [start, end].map(|by| self.moved_by(outer.start, by, span));
        Some(Stretch { list: outer.list, start, end })
    }

    /// The list and the range of `v[a..b]`, or of what has this name.
    fn subslice_of(&self, place: &Expr) -> Option<(Expr, ExprRange)> {
        match place {
            Expr::Paren(inner) => self.subslice_of(&inner.expr),
            Expr::Group(inner) => self.subslice_of(&inner.expr),
            Expr::Reference(inner) => self.subslice_of(&inner.expr),
            Expr::Unary(inner) if matches!(inner.op, syn::UnOp::Deref(_)) => {
                self.subslice_of(&inner.expr)
            }
            Expr::Path(_) => {
                let alias = self.scopes.alias(&plain(place)?)?;
                self.subslice_of(&alias)
            }
            Expr::Index(index) => match &*index.index {
                Expr::Range(range) => Some(((*index.expr).clone(), range.clone())),
                _ => None,
            },
            _ => None,
        }
    }

    /// True for an element of a stretch of a variable, which is one of the variable's.
    pub(super) fn is_in_a_stretch(&self, index: &ExprIndex) -> bool {
        !matches!(&*index.index, Expr::Range(_))
            && self.is_versioned(&index.expr)
            && self.subslice_of(&index.expr).is_some()
    }

    fn moved_by(&mut self, start: Value, by: Value, span: Span) -> Value {
        let sum = |names: &[Ident]| {
            let (start, by) = (&names[0], &names[1]);
            quote!(#start + #by)
        };
        self.number(&[start, by], sum, span)
    }

    /// The position in the list of what stands at a position of a stretch, which must be in it.
    pub(super) fn position_in(&mut self, stretch: &Stretch, position: Value, span: Span) -> Value {
        let within = |names: &[Ident]| {
            let (start, end, at) = (&names[0], &names[1], &names[2]);
            quote!((#start..#end).nth(#at).expect("an index in the subslice"))
        };
        self.number(&[stretch.start, stretch.end, position], within, span)
    }

    /// `v.fill(x)` of a list, which is all of `v[..]`; false if it is none.
    pub(super) fn filled_list(&mut self, call: &ExprMethodCall) -> bool {
        if call.method != "fill" || !self.is_versioned(&call.receiver) {
            return false;
        }
        let list = self.pinned(&call.receiver);
        let whole = self.part_at(&list);
        let mut call = call.clone();
        *call.receiver = syn::parse_quote!(#list[..]);
        matches!(self.graph.ty(whole), Ty::List(_)) && self.written_subslice(&call)
    }

    /// `v[a..b].copy_from_slice(&w)` and `v[a..b].fill(x)`; false if the call is none of these.
    pub(super) fn written_subslice(&mut self, call: &ExprMethodCall) -> bool {
        let is_filled = call.method == "fill";
        if !is_filled && call.method != "copy_from_slice" && call.method != "clone_from_slice" {
            return false;
        }
        let Some(value) = call.args.first() else { return false };
        if self.subslice_of(&call.receiver).is_none() {
            return false;
        }
        let value = self.expr(value);
        let Some(Stretch { list, start, end }) = self.stretch(&call.receiver) else { return false };
        let list = self.pinned(&list);
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

    /// `v.split_at(k)`: both parts.
    pub(super) fn split(&mut self, call: &ExprMethodCall) -> Value {
        let span = call.method.span();
        let list = self.expr(&call.receiver);
        if self.poisoned.contains(&list) {
            return list;
        }
        let (start, middle) = (self.position(0, span), self.constant_position(&call.args[0]));
        let length = |names: &[Ident]| {
            let list = &names[0];
            quote!(#list.len())
        };
        let end = self.number(&[list], length, span);
        let parts = [(start, middle), (middle, end)].map(|(from, to)| {
            let range = self.range_from(from, to, span);
            (self.subslice(list, range, span), Passing::Reference)
        });
        self.tuple(parts.to_vec(), span)
    }

    /// `let (a, b) = v.split_at_mut(k);` as names for two stretches; false if the `let` is none.
    pub(super) fn split_mutably(&mut self, local: &Local) -> bool {
        let (Pat::Tuple(names), Some(Expr::MethodCall(call))) =
            (&local.pat, local.init.as_ref().map(|init| &*init.expr))
        else {
            return false;
        };
        let is_split = call.method == "split_at_mut" && call.args.len() == 1;
        if !is_split || names.elems.len() != 2 || !self.is_versioned(&call.receiver) {
            return false;
        }
        let list = self.pinned(&call.receiver);
        let middle = self.constant_position(&call.args[0]);
        self.numbers += 1;
        let at = quote::format_ident!("__middle{}", self.numbers);
        self.scopes.bind(&at.to_string(), middle);
        let (first, second) = (&names.elems[0], &names.elems[1]);
        let parts: [Stmt; 2] = [
            syn::parse_quote!(let #first = &mut #list[..#at];),
            syn::parse_quote!(let #second = &mut #list[#at..];),
        ];
        for part in &parts {
            if let Stmt::Local(part) = part {
                self.local(part);
            }
        }
        true
    }
}
