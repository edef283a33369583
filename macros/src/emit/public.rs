//! The public `vjp`, over the hidden one: gradients instead of accumulators.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::signature::Signature;
use super::tokens::located;
use super::{given_name, like_name, ours};

impl Signature<'_> {
    /// The public `vjp`.
    pub(super) fn vjp(&self) -> TokenStream {
        let krate = &self.krate;
        let name = self.item("vjp");
        let head = self.head("The value, and the pullback of a cotangent to the gradients.");
        let (generics, clause) = (self.generics(), self.where_clause());
        let parameters = self.parameters();
        let result = self.source.result();
        let (seed, gradients) = (self.result_gradient(), self.gradients());
        let forward = self.forward_to_hidden();
        let (value, dy) = (ours("value"), ours("dy"));
        let pulled = self.pulled(quote!(#krate::rt::into_acc_of(#dy)));
        let body =
            located(quote!(#forward (#value, move |#dy: #seed| #pulled)), self.place_of_gradient());
        let results = quote_spanned! {self.place_of_gradient()=>
            (#result, #krate::__pullback!(Fn(#seed) -> #gradients))
        };
        quote! {
            #head fn #name<#generics>(#(#parameters),*) -> #results #clause
            { #body }
        }
    }

    /// `let (value, pull) = Self::__vjp(..)`, with an accumulator for each active argument made
    /// before it is moved away.
    pub(super) fn forward_to_hidden(&self) -> TokenStream {
        let krate = &self.krate;
        let hidden = self.call_of("__vjp", self.source.params.len());
        let names = self.lent_names();
        let markers = self.public_markers();
        let likes = self.source.active().map(|(position, param)| {
            let (like, seen) = (like_name(position), self.seen(param));
            quote!(let #like = #krate::rt::accumulator(#seen);)
        });
        let (value, pull) = (ours("value"), ours("pull"));
        quote! {
            #(#likes)*
            let (#value, #pull) = #hidden(#(#names,)* #(#markers),*);
        }
    }

    /// The parameters as they are passed to a hidden function.
    pub(super) fn lent_names(&self) -> Vec<TokenStream> {
        self.source
            .params
            .iter()
            .map(|param| {
                let name = &param.name;
                match param.is_receiver() && self.owns_self() {
                    true => quote!(&self),
                    false if param.is_view() => quote!(#name.view()),
                    false => quote!(#name),
                }
            })
            .collect()
    }

    /// A parameter as a reference to something that has an accumulator.
    pub(super) fn seen(&self, param: &crate::source::Param) -> TokenStream {
        let name = &param.name;
        if self.is_generic_storage(&param.ty) {
            return quote!(&#name.view());
        }
        match param.reference() {
            Some(_) => quote!(#name),
            None => quote!(&#name),
        }
    }

    /// The gradients that the hidden pullback gives for the seed.
    pub(super) fn pulled(&self, seed: TokenStream) -> TokenStream {
        let krate = &self.krate;
        let again = self.source.params.iter().map(|param| self.again_value(param));
        let given = (0..self.source.params.len()).map(|position| {
            let name = given_name(position);
            match self.source.params[position].is_active {
                true => quote!(#name),
                false => quote!(_),
            }
        });
        let gradients: Vec<TokenStream> = self
            .source
            .active()
            .map(|(position, _)| {
                let (like, given) = (like_name(position), given_name(position));
                quote!(#krate::rt::filled(&#like, #given))
            })
            .collect();
        let gradients = match gradients.as_slice() {
            [one] => quote!(#one),
            many => quote!((#(#many),*)),
        };
        let pull = ours("pull");
        quote! {{
            let (#(#given,)*) = #pull(#(#again,)* #seed);
            #gradients
        }}
    }
}
