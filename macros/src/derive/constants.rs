//! The constant fields of a struct, where its gradient is a tangent.
//!
//! Forward mode reads the fields of a tangent as the user reads the struct's, and cannot see which of them
//! are constants. A gradient has no such fields, so it derefs to a struct that has them, and holds nothing.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::input::{Kind, Model};
use super::items::kept;

/// The struct of the constant fields, and the gradient's way to it; nothing where all fields are active.
pub(super) fn constants(model: &Model) -> TokenStream {
    let fields: Vec<_> =
        model.fields.iter().filter(|field| matches!(field.kind, Kind::Constant)).collect();
    // In a tuple the gradient itself holds their places.
    if fields.is_empty() || model.is_tuple {
        return TokenStream::new();
    }
    let (root, gradient, vis) = (model.root, &model.gradient, &model.item.vis);
    let name = format_ident!("{gradient}Constants");
    let (impl_generics, ty_generics, where_clause) = kept(model);
    let members: Vec<_> = fields.iter().map(|field| &field.member).collect();
    let visibilities = fields.iter().map(|field| field.vis);
    let documentation =
        format!("What the constant fields of a `{}` have for a tangent.", model.item.ident);
    quote! {
        #[doc = #documentation]
        #[doc(hidden)]
        #[allow(warnings)]
        #vis struct #name { #(#visibilities #members: #root::rt::Nothing,)* }
        #[automatically_derived]
        #[allow(warnings)]
        impl #impl_generics ::core::ops::Deref for #gradient #ty_generics #where_clause {
            type Target = #name;
            fn deref(&self) -> &#name { &#name { #(#members: #root::rt::Nothing,)* } }
        }
    }
}
