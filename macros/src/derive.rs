//! `#[derive(Differentiable)]`: a gradient type, an accumulator, and the traits that tie them to a
//! struct.
//!
//! `input` reads the struct and collects what is wrong with it; `generics` works out which of its
//! parameters the gradient has; `items` and `accumulator` write the code, `projection` the types in
//! it.

mod accumulator;
mod constants;
mod generics;
mod input;
mod items;
mod projection;

use proc_macro2::TokenStream;
use syn::{Data, DeriveInput};

use input::Model;

/// Expands the derive. Every mistake becomes a `compile_error!`; where the type cannot have a
/// gradient, a stub of the trait is written beside it, so that one mistake is one error.
pub(crate) fn derive(input: TokenStream) -> TokenStream {
    let item: DeriveInput = match syn::parse2(input) {
        Ok(item) => item,
        Err(error) => return error.to_compile_error(),
    };
    let mut errors = Errors::default();
    let root = input::root(&item, &mut errors);
    let items = match &item.data {
        Data::Struct(data) => match Model::read(&item, &data.fields, &root, &mut errors) {
            Some(model) => items::all(&model),
            None => stand_in(&item, &data.fields, &root),
        },
        Data::Enum(_) => {
            errors.push(syn::Error::new(
                item.ident.span(),
                "an enum cannot derive `Differentiable`: the shape of its gradient would change \
                 with the variant\nhelp: hold the floats in a struct (with an `Option` for what \
                 is not always there) and `match` on a constant kind beside it, or mark the \
                 fields of this type `#[differentiable(constant)]`",
            ));
            items::stub(&item, &root)
        }
        Data::Union(_) => {
            errors.push(syn::Error::new(
                item.ident.span(),
                "a union cannot derive `Differentiable`: nothing tells which of its fields holds \
                 a value\nhelp: make it a struct",
            ));
            items::stub(&item, &root)
        }
    };
    let errors = errors.into_compile_errors();
    quote::quote! { #errors #items }
}

/// What stands in for the traits of a struct that holds no floats: where a type parameter would, if it were bound, those
/// that it has then, so that its callers have no second error.
fn stand_in(item: &DeriveInput, fields: &syn::Fields, root: &syn::Path) -> TokenStream {
    let mut bound = item.clone();
    for name in input::unbounded(&item.generics) {
        let predicate = syn::parse_quote!(#name: #root::Float);
        bound.generics.make_where_clause().predicates.push(predicate);
    }
    match Model::read(&bound, fields, root, &mut Errors::default()) {
        Some(model) => items::all(&model),
        None => items::stub(item, root),
    }
}

/// All that is wrong with one type, reported together.
#[derive(Default)]
struct Errors(Option<syn::Error>);

impl Errors {
    fn push(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(first) => first.combine(error),
            none => *none = Some(error),
        }
    }

    fn into_compile_errors(self) -> Option<TokenStream> {
        self.0.map(|errors| errors.into_compile_error())
    }
}

#[cfg(test)]
mod tests;
