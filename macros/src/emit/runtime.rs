//! What the runtime makes of the table: a function and a method for every row with a formula of its
//! own.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::{format_ident, quote};

use crate::ops::{table, Kind, Row};

/// Functions on floats, for all elementwise rows with a formula.
pub(crate) fn functions() -> TokenStream {
    let functions = rows().map(|row| {
        let (name, doc) = (format_ident!("{}", row.call), row.doc);
        let operands: Vec<_> = row.operands.iter().map(|name| format_ident!("{name}")).collect();
        let formula = formula(row);
        quote! {
            #[doc = #doc]
            #[inline(always)]
            #[allow(clippy::eq_op, unused_variables)]
            pub fn #name<T: crate::Float>(#(#operands: T),*) -> T { #formula }
        }
    });
    quote!(#(#functions)*)
}

/// The extension trait with the same operations as methods of floats and arrays.
pub(crate) fn methods() -> TokenStream {
    let public: Vec<&Row> = rows().filter(|row| !row.is_internal()).collect();
    let declared = public.iter().map(|row| {
        let (name, doc) = (format_ident!("{}", row.call), row.doc);
        let operands = others(row);
        quote! { #[doc = #doc] fn #name(&self #(, #operands: Self::Elem)*) -> Self::Output; }
    });
    let on_floats: Vec<TokenStream> = public
        .iter()
        .map(|row| {
            let name = format_ident!("{}", row.call);
            let operands = others(row);
            quote! {
                #[inline(always)]
                fn #name(&self #(, #operands: Self)*) -> Self { crate::rt::#name(*self #(, #operands)*) }
            }
        })
        .collect();
    let on_arrays = public.iter().map(|row| {
        let name = format_ident!("{}", row.call);
        let operands = others(row);
        quote! {
            fn #name(&self #(, #operands: T)*) -> Self::Output {
                self.mapv(|x| crate::rt::#name(x #(, #operands)*))
            }
        }
    });
    quote! {
        /// Elementwise operations that neither the float types nor ndarray have, on both alike.
        ///
        /// ```
        /// use chainrule::prelude::*;
        /// use chainrule::ndarray::array;
        /// assert_eq!(0.0_f64.sigmoid(), 0.5);
        /// assert_eq!(array![-1.0, 2.0].relu(), array![0.0, 2.0]);
        /// ```
        pub trait Elementwise {
            /// The float, or the type of the array's elements.
            type Elem;
            /// A float for a float, an array for an array.
            type Output;
            #(#declared)*
        }
        impl Elementwise for f32 { type Elem = f32; type Output = f32; #(#on_floats)* }
        impl Elementwise for f64 { type Elem = f64; type Output = f64; #(#on_floats)* }
        impl<T: crate::Float, D: ndarray::Dimension> Elementwise for ndarray::ArrayRef<T, D> {
            type Elem = T;
            type Output = ndarray::Array<T, D>;
            #(#on_arrays)*
        }
    }
}

/// A trait with the hidden siblings that the operations would have, were they methods of the user's:
/// what a method falls back on whose receiver is an array under another name.
pub(crate) fn fallbacks() -> TokenStream {
    let rows = table().filter(|row| !row.is_internal() && row.kind != Kind::Query);
    let rows = rows.map(|row| (row.call, row.operands.len()));
    let shown = crate::ops::SHOWS.into_iter().chain(["into_owned"]).map(|call| (call, 1));
    let mut seen = std::collections::BTreeSet::new();
    let methods = rows.chain(shown).filter(|(call, _)| seen.insert(*call));
    let declared = methods
        .flat_map(|method| ["vjp", "jvp", "vjp_jvp"].map(|item| (method, item)))
        .map(|((call, operands), item)| {
            let name = format_ident!("__{call}_{item}");
            let others: Vec<_> = (1..operands).map(|n| format_ident!("A{n}")).collect();
            let markers: Vec<_> = (0..operands).map(|n| format_ident!("M{n}")).collect();
            quote! {
                fn #name<#(#others,)* #(#markers),*>(&self #(, _: #others)* #(, _: #markers)*) -> !
                where
                    Self: WrittenOut,
                {
                    unreachable!("no type satisfies this method's bound")
                }
            }
        });
    quote! {
        /// Cannot be called: the bound holds for nothing.
        pub trait ByAnotherName { #(#declared)* }
        impl ByAnotherName for f32 {}
        impl ByAnotherName for f64 {}
        impl<T, D> ByAnotherName for ndarray::ArrayRef<T, D> {}
    }
}

fn rows() -> impl Iterator<Item = &'static Row> {
    table().filter(|row| row.is_elementwise() && row.value().is_some())
}

/// The operands after the first.
fn others(row: &Row) -> Vec<proc_macro2::Ident> {
    row.operands[1..].iter().map(|name| format_ident!("{name}")).collect()
}

/// The formula with its literals in the type `T`, and `x.sigmoid()` as a function.
fn formula(row: &Row) -> TokenStream {
    let text = row.value().unwrap_or_default();
    generic_literals(text.parse().unwrap_or_default())
}

fn generic_literals(tokens: TokenStream) -> TokenStream {
    tokens
        .into_iter()
        .flat_map(|tree| match tree {
            TokenTree::Literal(literal) => quote!(T::from_f64_lossy(#literal)),
            TokenTree::Group(group) => {
                let inner = Group::new(group.delimiter(), generic_literals(group.stream()));
                quote!(#inner)
            }
            other => quote!(#other),
        })
        .collect()
}
