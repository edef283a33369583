//! Iteration over parts that are lent mutably: `for row in x.rows_mut()`.

use proc_macro2::Span;
use quote::quote;
use syn::Expr;

use super::items::{Item, Items};
use super::scope::Variable;
use super::subslices::subslice;
use super::Lowering;
use crate::graph::{key, Value};

/// How a part is lent mutably.
#[derive(Clone, Copy)]
pub(super) enum Lent<'e> {
    Element,
    Row,
    Column,
    /// Along an axis, the first if none is named.
    Axis(Option<&'e Expr>),
}

pub(super) const NO_VARIABLE: &str = "what is lent mutably here is no local variable: index it";

impl Lowering<'_> {
    /// Parts of a variable, lent mutably.
    pub(super) fn lent_items<'e>(
        &mut self,
        base: &'e Expr,
        view: Lent<'e>,
        span: Span,
    ) -> Result<Items<'e>, Value> {
        if !self.is_versioned(base) {
            return Err(self.mistake(span, NO_VARIABLE));
        }
        if let (Lent::Element, Some((list, range))) = (view, subslice(base)) {
            let whole = self.part_at(list);
            let (start, end) = self.ends_of(whole, range);
            let count = |names: &[proc_macro2::Ident]| {
                let (start, end) = (&names[0], &names[1]);
                quote!(#end - #start)
            };
            let length = self.number(&[start, end], count, span);
            let items = self.lent_items(list, view, span)?;
            return Ok(items.moved(quote!(__by + __at), start, Some(length)));
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
        let positions = match view {
            Lent::Element => self.positions_of(whole, span),
            _ => None,
        };
        let base = Box::new(self.pinned(base));
        Ok(Items { length: Some(length), item: Item::Lent { base, positions, view } })
    }

    /// A place as it is here, whatever its names stand for where it is written: the variable is pinned, and
    /// positions are computed now.
    pub(super) fn pinned(&mut self, place: &Expr) -> Expr {
        let mut place = place.clone();
        self.pin(&mut place);
        place
    }

    fn pin(&mut self, place: &mut Expr) {
        match place {
            Expr::Paren(inner) => self.pin(&mut inner.expr),
            Expr::Group(inner) => self.pin(&mut inner.expr),
            Expr::Reference(inner) => self.pin(&mut inner.expr),
            Expr::Unary(inner) => self.pin(&mut inner.expr),
            Expr::Field(field) => self.pin(&mut field.base),
            Expr::Index(index) => {
                self.pin(&mut index.expr);
                match &mut *index.index {
                    Expr::Range(range) => {
                        let ends = range.start.iter_mut().chain(range.end.iter_mut());
                        ends.for_each(|end| self.hold(end));
                    }
                    position => self.hold(position),
                }
            }
            Expr::MethodCall(call) => {
                self.pin(&mut call.receiver);
                call.args.iter_mut().for_each(|arg| self.hold(arg));
            }
            Expr::Path(path) => {
                let name = path.path.get_ident().map(key);
                let is_variable = |name: &String| {
                    self.scopes.alias(name).is_none() && self.scopes.get(name).is_some()
                };
                let Some(name) = name.filter(is_variable) else { return };
                let Some(variable) = self.scopes.variable(&name) else { return };
                let pin = quote::format_ident!("{}", self.pin_of(&variable));
                *place = syn::parse_quote!(#pin);
            }
            _ => {}
        }
    }

    /// A name of ours for a variable.
    pub(super) fn pin_of(&mut self, variable: &Variable) -> String {
        self.numbers += 1;
        let pin = format!("__place{}", self.numbers);
        self.scopes.pin(&pin, variable.clone());
        pin
    }

    /// A position that is computed now, and then has a name.
    fn hold(&mut self, position: &mut Expr) {
        if matches!(position, Expr::Lit(_) | Expr::Macro(_) | Expr::Call(_)) {
            return;
        }
        let value = self.constant(position);
        self.numbers += 1;
        let name = quote::format_ident!("__at{}", self.numbers);
        self.scopes.bind(&name.to_string(), value);
        *position = syn::parse_quote!(#name);
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
