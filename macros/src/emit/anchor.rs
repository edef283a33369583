//! The type that a number of ours has, where the macro does not know it.

use proc_macro2::TokenStream;
use quote::quote;

/// What a literal takes its type from.
#[derive(Clone)]
pub(super) enum Anchor {
    /// A float variable.
    Value(TokenStream),
    /// The function's only type parameter that is a float.
    Type(TokenStream),
}

impl Anchor {
    pub(super) fn number(&self, lit: &TokenStream, number: TokenStream) -> TokenStream {
        match self {
            Anchor::Value(value) => quote!(#lit(#value, #number)),
            Anchor::Type(ty) => quote!(#ty::from_f64_lossy(#number)),
        }
    }
}
