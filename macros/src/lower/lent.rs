//! Iteration over parts that are lent mutably: `for row in x.rows_mut()`.

use proc_macro2::Span;
use quote::quote;
use syn::spanned::Spanned;
use syn::Expr;

use super::items::{Item, Items};
use super::lent_options::unwrapped_place;
use super::mentions::makes_a_value;
use super::scope::Variable;
use super::Lowering;
use crate::graph::{key, Value};
use crate::language;

/// How a part is lent mutably.
#[derive(Clone, Copy)]
pub(super) enum Lent<'e> {
    Element,
    Row,
    Column,
    /// Along an axis, the first if none is named.
    Axis(Option<&'e Expr>),
    /// So many elements, with fewer at the end or not.
    Chunk {
        size: Value,
        length: Value,
        is_exact: bool,
    },
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
            return Err(self.mistake(span, language::NO_VARIABLE));
        }
        let whole = self.part_at(base);
        let mut operands = vec![whole];
        match view {
            Lent::Axis(Some(axis)) => operands.push(self.constant(axis)),
            Lent::Chunk { size, length, .. } => operands = vec![length, size],
            Lent::Element => {
                // However a list changes, the two ends of a stretch of it stay.
                if let Some(stretch) = self.stretch(base) {
                    operands = vec![stretch.end, stretch.start];
                }
            }
            _ => {}
        }
        let length = self.number(
            &operands,
            |names| {
                let whole = &names[0];
                match view {
                    Lent::Element => match names.get(1) {
                        Some(start) => quote!(#whole - #start),
                        None => quote!(#whole.len()),
                    },
                    Lent::Row => quote!(#whole.nrows()),
                    Lent::Column => quote!(#whole.ncols()),
                    Lent::Axis(None) => quote!(#whole.shape()[0]),
                    Lent::Axis(Some(_)) => {
                        let axis = &names[1];
                        quote!(#whole.len_of(#axis))
                    }
                    Lent::Chunk { is_exact, .. } => {
                        let size = &names[1];
                        match is_exact {
                            true => quote!(#whole / #size),
                            false => quote!(usize::div_ceil(#whole, #size)),
                        }
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
        if let Some(element) = unwrapped_place(place) {
            *place = element;
        }
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
                        if range.end.is_none() {
                            // The list may become longer.
                            let whole = self.part_at(&index.expr);
                            let length = self.length_now(whole, range.span());
                            range.end = Some(Box::new(self.named(length)));
                        }
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
                let Some(name) = name else { return };
                // A name for a place is that place, which was pinned when it got the name.
                if let Some(alias) = self.scopes.alias(&name) {
                    *place = syn::parse_quote!((#alias));
                    return;
                }
                if self.scopes.get(&name).is_none() {
                    return;
                }
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
        let is_anew = match position {
            Expr::Lit(_) | Expr::Macro(_) => true,
            Expr::Call(call) => makes_a_value(call),
            _ => false,
        };
        if is_anew {
            return;
        }
        let value = self.constant(position);
        *position = self.named(value);
    }

    /// A name of ours for a position.
    fn named(&mut self, position: Value) -> Expr {
        self.numbers += 1;
        let name = quote::format_ident!("__at{}", self.numbers);
        self.scopes.bind(&name.to_string(), position);
        syn::parse_quote!(#name)
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
            Lent::Chunk { size, length, .. } => {
                let end = quote::format_ident!("__end{}", self.numbers);
                let [from, to] = self.chunk(length, at, size, base.span());
                self.scopes.bind(&position.to_string(), from);
                self.scopes.bind(&end.to_string(), to);
                syn::parse_quote!(#base[#position..#end])
            }
        }
    }
}
