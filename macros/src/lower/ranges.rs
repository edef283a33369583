//! Positions and ranges in lists.

use proc_macro2::Span;
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::Expr;

use super::Lowering;
use crate::graph::{element, Op, Ty, Value};
use crate::ops;

impl Lowering<'_> {
    /// A position that is known.
    pub(super) fn position(&mut self, position: usize, span: Span) -> Value {
        let mentions = super::mentions::Mentions { pure: true, ..Default::default() };
        let digits = proc_macro2::Literal::usize_unsuffixed(position).to_token_stream();
        self.verbatim(digits, mentions, Ty::Integer, span)
    }

    /// `a..b` of a list, with both ends.
    pub(super) fn range_of(&mut self, base: Value, range: &syn::ExprRange) -> Value {
        let (start, end) = self.ends_of(base, range);
        self.range_from(start, end, range.span())
    }

    /// Where a range of a list begins and ends.
    pub(super) fn ends_of(&mut self, base: Value, range: &syn::ExprRange) -> (Value, Value) {
        let span = range.span();
        let start = match &range.start {
            Some(start) => self.constant_position(start),
            None => self.position(0, span),
        };
        let is_closed = matches!(range.limits, syn::RangeLimits::Closed(_));
        let end = match &range.end {
            Some(end) => {
                let end = self.constant_position(end);
                match is_closed {
                    true => self.constant_of(
                        &[end],
                        |names| {
                            let end = &names[0];
                            quote::quote!(#end + 1)
                        },
                        Ty::Integer,
                        span,
                    ),
                    false => end,
                }
            }
            None => self.constant_of(
                &[base],
                |names| {
                    let base = &names[0];
                    quote::quote!(#base.len())
                },
                Ty::Integer,
                span,
            ),
        };
        (start, end)
    }

    /// A constant that is an integer by its use.
    pub(super) fn constant_position(&mut self, expr: &Expr) -> Value {
        let value = self.constant(expr);
        if *self.graph.ty(value) == Ty::Unknown {
            self.graph.info_mut(value).ty = Ty::Integer;
        }
        value
    }

    /// `start..end`, written wherever it is used.
    pub(super) fn range_from(&mut self, start: Value, end: Value, span: Span) -> Value {
        self.constant_of(
            &[start, end],
            |names| {
                let (start, end) = (&names[0], &names[1]);
                quote::quote!(#start..#end)
            },
            Ty::Constant,
            span,
        )
    }

    /// `&v[a..b]`.
    pub(super) fn subslice(&mut self, base: Value, range: Value, span: Span) -> Value {
        let ty = match self.graph.ty(base) {
            Ty::List(inner) => Ty::List(inner.clone()),
            other => Ty::List(Box::new(element(other))),
        };
        let depends_on = self.graph.info(base).depends_on.clone();
        let out = self.node(Op::Row(ops::row("Get")), vec![base, range], ty, span);
        self.graph.info_mut(out).depends_on = depends_on;
        out
    }
}
