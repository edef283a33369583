//! Iteration over parts that are lent mutably: `for row in x.rows_mut()`.

use proc_macro2::Span;
use quote::quote;
use syn::Expr;

use super::items::{Item, Items};
use super::Lowering;
use crate::graph::Value;

/// How a part is lent mutably.
#[derive(Clone, Copy)]
pub(super) enum Lent<'e> {
    Element,
    Row,
    Column,
    /// Along an axis, the first if none is named.
    Axis(Option<&'e Expr>),
}

impl Lowering<'_> {
    /// Parts of a variable, lent mutably.
    pub(super) fn lent_items<'e>(
        &mut self,
        base: &'e Expr,
        view: Lent<'e>,
        span: Span,
    ) -> Result<Items<'e>, Value> {
        if !self.is_versioned(base) {
            return Err(
                self.mistake(span, "what is lent mutably here is no local variable: index it")
            );
        }
        let whole = self.part_at(base);
        let mut operands = vec![whole];
        if let Lent::Axis(Some(axis)) = view {
            operands.push(self.constant(axis));
        }
        let length = self.number(
            &operands,
            |names| {
                let whole = &names[0];
                match view {
                    Lent::Element => quote!(#whole.len()),
                    Lent::Row => quote!(#whole.nrows()),
                    Lent::Column => quote!(#whole.ncols()),
                    Lent::Axis(None) => quote!(#whole.shape()[0]),
                    Lent::Axis(Some(_)) => {
                        let axis = &names[1];
                        quote!(#whole.len_of(#axis))
                    }
                }
            },
            span,
        );
        Ok(Items { length: Some(length), item: Item::Lent { base, view } })
    }

    /// The place of one turn, which names its position.
    pub(super) fn lent_place(&mut self, base: &Expr, view: Lent<'_>, at: Value) -> Expr {
        self.numbers += 1;
        let position = quote::format_ident!("__at{}", self.numbers);
        self.scopes.bind(&position.to_string(), at);
        match view {
            Lent::Element => syn::parse_quote!(#base[#position]),
            Lent::Row => syn::parse_quote!(#base.row_mut(#position)),
            Lent::Column => syn::parse_quote!(#base.column_mut(#position)),
            Lent::Axis(None) => {
                syn::parse_quote!(#base.index_axis_mut(__chainrule::ndarray::Axis(0), #position))
            }
            Lent::Axis(Some(axis)) => syn::parse_quote!(#base.index_axis_mut(#axis, #position)),
        }
    }
}
