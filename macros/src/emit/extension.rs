//! Checks that a method which is called like one of ours is ours.
//!
//! The macro sees names, not traits: `x.relu()` may be a method of a trait of the user's. So a dead
//! closure calls the method on a value of that type with our traits in scope; if there is another
//! applicable method of that name, rustc says so (E0034), at the user's call. Ours borrow their
//! receiver, and a method that takes it by value would be found before them: so a second closure has
//! one of those in scope.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};

use super::signature::Signature;
use crate::graph::{Elem, Ty};
use crate::lower::ExtensionCall;

impl Signature<'_> {
    /// One dead closure for every method and type of receiver.
    pub(super) fn extension_checks(&self, calls: &[ExtensionCall]) -> TokenStream {
        let mut seen = BTreeSet::new();
        let krate = &self.krate;
        let mut checks = TokenStream::new();
        for call in calls {
            for receiver in self.receivers(call) {
                if !seen.insert((call.row.call, receiver.to_string())) {
                    continue;
                }
                let method = format_ident!("{}", call.row.call, span = call.span);
                let args = call.row.operands[1..].iter().map(|operand| match *operand {
                    "b" | "t" => quote!(x),
                    "labels" => quote!(&[0_usize]),
                    _ => quote!(unreachable!()),
                });
                let generics: Vec<_> =
                    (1..call.row.operands.len()).map(|n| format_ident!("A{n}")).collect();
                let units = generics.iter().map(|_| quote!(()));
                checks.extend(quote_spanned! {call.span=>
                    let _ = |x: &#receiver| {
                        use #krate::prelude::*;
                        let _ = x.#method(#(#args),*);
                    };
                    let _ = |x: #receiver| {
                        trait ByValue: Sized { fn #method<#(#generics),*>(self, #(_: #generics),*) {} }
                        impl ByValue for #receiver {}
                        x.#method(#(#units),*)
                    };
                });
            }
        }
        checks
    }

    /// The types that the receiver may have, as far as the macro can see.
    fn receivers(&self, call: &ExtensionCall) -> Vec<TokenStream> {
        let krate = &self.krate;
        let elements = match call.receiver.elem() {
            Elem::F32 => vec![quote!(f32)],
            Elem::F64 => vec![quote!(f64)],
            _ => vec![quote!(f32), quote!(f64)],
        };
        let ranks = match (call.row.name, &call.receiver) {
            ("CrossEntropy", _) => vec![quote!(Ix2)],
            (_, Ty::Float(_)) => return elements,
            (_, Ty::Array(_, Some(rank @ 1..=6))) => {
                let dimension = format_ident!("Ix{rank}");
                vec![quote!(#dimension)]
            }
            _ => vec![quote!(Ix1), quote!(Ix2), quote!(Ix3)],
        };
        ranks
            .iter()
            .flat_map(|rank| {
                elements.iter().map(
                    move |element| quote!(#krate::ndarray::Array<#element, #krate::ndarray::#rank>),
                )
            })
            .collect()
    }
}
