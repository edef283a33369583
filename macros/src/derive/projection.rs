//! The type that a field has in the gradient and in the accumulator.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned, ToTokens};
use syn::{GenericArgument, Generics, Ident, PathArguments, Type};

use super::input::{Field, Kind, Model};
use crate::types;

/// An associated type of the runtime's `Differentiable`.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Projection {
    Gradient,
    Acc,
}

impl Projection {
    /// The name of the generated struct that holds this projection of every field.
    pub(super) fn name<'m>(self, model: &'m Model) -> &'m Ident {
        match self {
            Self::Gradient => &model.gradient,
            Self::Acc => &model.accumulator,
        }
    }

    /// What a constant field becomes (the type and its only value are written alike), or `None` if
    /// it is left out.
    ///
    /// The accumulator has all fields: code that reads a field adds to the same field there, and
    /// cannot know whether it is constant.
    pub(super) fn of_constant(self, field: &Field, model: &Model) -> Option<TokenStream> {
        let root = model.root;
        match (self, &field.kind) {
            (Self::Acc, _) => Some(quote! { #root::rt::Nothing }),
            (Self::Gradient, Kind::Placeholder) => Some(quote! { () }),
            (Self::Gradient, _) => None,
        }
    }

    /// What the field of type `ty` becomes.
    ///
    /// In general `<ty as Differentiable>::Gradient`. Where the struct holds itself, that type is
    /// spelled out: rustc finds no end when it asks whether a generic type that holds a projection
    /// of itself is `Send`.
    pub(super) fn of(self, ty: &Type, field: &Field, model: &Model) -> TokenStream {
        match ty {
            Type::Group(group) => self.of(&group.elem, field, model),
            Type::Paren(paren) => self.of(&paren.elem, field, model),
            _ if *ty == model.this => {
                let name = self.name(model);
                let (_, arguments, _) = model.generics.kept.split_for_impl();
                quote! { #name #arguments }
            }
            _ if holds(ty, &model.this) => self.of_container(ty, field, model),
            _ => self.written(ty, field, model),
        }
    }

    fn of_container(self, ty: &Type, field: &Field, model: &Model) -> TokenStream {
        let root = model.root;
        match ty {
            Type::Array(array) => {
                let (elem, len) = (self.of(&array.elem, field, model), &array.len);
                match self {
                    Self::Gradient => quote! { [#elem; #len] },
                    Self::Acc => quote! { #root::rt::ArrayAcc<#elem, { #len }> },
                }
            }
            Type::Slice(slice) => self.of_sequence(&slice.elem, field, model),
            Type::Tuple(tuple) => {
                let elems = tuple.elems.iter().map(|elem| self.of(elem, field, model));
                quote! { (#(#elems,)*) }
            }
            _ => match container(ty) {
                Some((name, elem)) if name == "Vec" => self.of_sequence(elem, field, model),
                Some((name, elem)) => {
                    let elem = self.of(elem, field, model);
                    match name.to_string().as_str() {
                        "Box" => quote! { ::std::boxed::Box<#elem> },
                        _ => quote! { ::core::option::Option<#elem> },
                    }
                }
                None => self.written(ty, field, model),
            },
        }
    }

    fn of_sequence(self, elem: &Type, field: &Field, model: &Model) -> TokenStream {
        let root = model.root;
        let elem = self.of(elem, field, model);
        match self {
            Self::Gradient => quote! { ::std::vec::Vec<#elem> },
            Self::Acc => quote! { #root::rt::VecAcc<#elem> },
        }
    }

    /// `<ty as Differentiable>::Gradient` with the spans of the type that the user wrote, so that a
    /// missing `Differentiable` is reported there.
    fn written(self, ty: &Type, field: &Field, model: &Model) -> TokenStream {
        let (start, end) = ends(field.written);
        let name = match self {
            Self::Gradient => "Gradient",
            Self::Acc => "Acc",
        };
        let (root, name) = (model.root, Ident::new(name, end));
        let open = quote_spanned! {start=> < };
        let rest = quote_spanned! {end=> as #root::Differentiable>::#name };
        quote! { #open #ty #rest }
    }
}

/// Whether `ty` holds `this` through containers whose gradients are known.
fn holds(ty: &Type, this: &Type) -> bool {
    *ty == *this
        || match ty {
            Type::Array(array) => holds(&array.elem, this),
            Type::Slice(slice) => holds(&slice.elem, this),
            Type::Tuple(tuple) => tuple.elems.iter().any(|elem| holds(elem, this)),
            Type::Group(group) => holds(&group.elem, this),
            Type::Paren(paren) => holds(&paren.elem, this),
            _ => container(ty).is_some_and(|(_, elem)| holds(elem, this)),
        }
}

/// The name and the element type of a `Vec`, `Option` or `Box`.
fn container(ty: &Type) -> Option<(&Ident, &Type)> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    let known = last.ident == "Vec" || last.ident == "Option" || last.ident == "Box";
    match &last.arguments {
        PathArguments::AngleBracketed(arguments) if known => match arguments.args.first()? {
            GenericArgument::Type(elem) => Some((&last.ident, elem)),
            _ => None,
        },
        _ => None,
    }
}

/// Whether `ty` is a single type, or a `Vec`, slice or array of one, and so on.
pub(super) fn is_sequence(ty: &Type) -> bool {
    match ty {
        Type::Array(array) => is_sequence(&array.elem),
        Type::Slice(slice) => is_sequence(&slice.elem),
        Type::Group(group) => is_sequence(&group.elem),
        Type::Paren(paren) => is_sequence(&paren.elem),
        Type::Tuple(_) => false,
        _ => container(ty).is_none_or(|(name, elem)| name == "Vec" && is_sequence(elem)),
    }
}

/// The types in `ty` that rustc has to be asked about: neither floats nor arrays of them by their
/// name, nor the struct itself.
pub(super) fn unknown_types<'t>(
    ty: &'t Type,
    this: &Type,
    generics: &Generics,
    found: &mut Vec<&'t Type>,
) {
    let mut inside = |ty| unknown_types(ty, this, generics, found);
    match ty {
        Type::Array(array) => inside(&array.elem),
        Type::Slice(slice) => inside(&slice.elem),
        Type::Tuple(tuple) => tuple.elems.iter().for_each(inside),
        Type::Group(group) => inside(&group.elem),
        Type::Paren(paren) => inside(&paren.elem),
        _ => match container(ty) {
            Some((_, elem)) => inside(elem),
            None => {
                let known = *ty == *this || types::is_float_or_array(ty, generics);
                if !known && !found.contains(&ty) {
                    found.push(ty);
                }
            }
        },
    }
}

/// The spans of the first and of the last token.
fn ends(ty: &Type) -> (Span, Span) {
    let mut spans = ty.to_token_stream().into_iter().map(|token| token.span());
    let start = spans.next().unwrap_or_else(Span::call_site);
    (start, spans.last().unwrap_or(start))
}
