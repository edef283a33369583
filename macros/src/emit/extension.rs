//! Checks that a method which is known by its name alone is the one that is meant.
//!
//! The macro sees names, not traits: `x.relu()` may be a method of a trait of the user's. So a dead
//! closure calls the method on a value of that type with our traits in scope; if there is another
//! applicable method of that name, rustc says so (E0034), at the user's call. Ours borrow their
//! receiver, and a method that takes it by value would be found before them: so a second closure has
//! one of those in scope. And what shows an array has to be asked of one, or of a float or a list.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};

use super::signature::Signature;
use crate::graph::{Elem, Ty};
use crate::lower::ByName;
use crate::ops::Row;

impl Signature<'_> {
    /// Dead closures for every method and type of receiver.
    pub(super) fn checks_of_names(&self, calls: &[ByName]) -> TokenStream {
        let mut seen = BTreeSet::new();
        let krate = &self.krate;
        let mut checks = TokenStream::new();
        for call in calls {
            let (row, receiver, span) = match call {
                ByName::Extension { row, receiver, span } => (*row, receiver, *span),
                ByName::Float { ty, span } => {
                    if seen.insert(("", ty.to_string())) {
                        let float = quote_spanned!(*span=> #krate::rt::float_type::<#ty>());
                        checks.extend(quote!(let _ = || #float;));
                    }
                    continue;
                }
                ByName::Trait { path, span } => {
                    if seen.insert(("", path.to_string())) {
                        checks.extend(quote_spanned!(*span=> let _ = || {
                            fn is_a_trait<T: #path>() {}
                        };));
                    }
                    continue;
                }
                ByName::Shown { receiver, span } => {
                    if seen.insert(("", receiver.to_string())) {
                        let shown = quote_spanned!(*span=> #krate::rt::shown(&#receiver));
                        checks.extend(quote!(let _ = || #shown;));
                    }
                    continue;
                }
            };
            for receiver in self.receivers(row, receiver) {
                if !seen.insert((row.call, receiver.to_string())) {
                    continue;
                }
                let method = format_ident!("{}", row.call, span = span);
                let args = row.operands[1..].iter().map(|operand| match *operand {
                    "b" | "t" => quote_spanned!(span=> x),
                    "labels" => quote!(&[0_usize]),
                    _ => quote!(unreachable!()),
                });
                let generics: Vec<_> =
                    (1..row.operands.len()).map(|n| format_ident!("A{n}")).collect();
                let units = generics.iter().map(|_| quote!(()));
                checks.extend(quote_spanned! {span=>
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
    fn receivers(&self, row: &Row, receiver: &Ty) -> Vec<TokenStream> {
        let krate = &self.krate;
        let elements = match receiver.elem() {
            Elem::F32 => vec![quote!(f32)],
            Elem::F64 => vec![quote!(f64)],
            _ => vec![quote!(f32), quote!(f64)],
        };
        let ranks = match (row.name, receiver) {
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
