//! The accumulator: the type in which generated code sums up contributions to a gradient.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::{quote, ToTokens};

use super::input::{Kind, Model};
use super::items::{active, construct, declare, kept, required_types};
use super::projection::{self, Projection};

/// The accumulator's declaration and what it implements.
pub(super) fn accumulator(model: &Model) -> TokenStream {
    let items =
        [accumulator_struct(model), accumulator_impls(model), contributions(model), dense(model)];
    quote! { #(#items)* }
}

fn accumulator_struct(model: &Model) -> TokenStream {
    let documentation =
        format!("Sums up contributions to a gradient with respect to a `{}`.", model.item.ident);
    let declared = declare(model, Projection::Acc, |field| {
        format!("Contributions to the gradient with respect to `{}`.", field.name)
    });
    quote! {
        #[doc = #documentation]
        #[doc(hidden)]
        #[allow(warnings)]
        #declared
    }
}

fn accumulator_impls(model: &Model) -> TokenStream {
    let Model { root, gradient, accumulator, .. } = model;
    let (impl_generics, ty_generics, where_clause) = kept(model);
    let empty =
        construct(model, Projection::Acc, |_| quote! { ::core::default::Default::default() });
    let cloned = construct(model, Projection::Acc, |field| {
        let member = &field.member;
        quote! { ::core::clone::Clone::clone(&self.#member) }
    });
    let finished = construct(model, Projection::Gradient, |field| {
        let member = &field.member;
        quote! { #root::differentiable::Accumulator::finish(self.#member) }
    });
    let members: Vec<_> = active(model).map(|field| &field.member).collect();
    quote! {
        #[automatically_derived]
        #[allow(warnings)]
        impl #impl_generics ::core::default::Default for #accumulator #ty_generics #where_clause {
            fn default() -> Self { #empty }
        }
        #[automatically_derived]
        #[allow(warnings)]
        impl #impl_generics ::core::clone::Clone for #accumulator #ty_generics #where_clause {
            fn clone(&self) -> Self { #cloned }
        }
        #[automatically_derived]
        #[allow(warnings)]
        impl #impl_generics #root::differentiable::Accumulator
            for #accumulator #ty_generics #where_clause
        {
            type Gradient = #gradient #ty_generics;
            fn finish(self) -> Self::Gradient { #finished }
            fn add_gradient(&mut self, gradient: Self::Gradient) {
                #(#root::differentiable::Accumulator::add_gradient(
                    &mut self.#members, gradient.#members,
                );)*
            }
            fn merge(&mut self, other: Self) {
                #(#root::differentiable::Accumulator::merge(&mut self.#members, other.#members);)*
            }
        }
    }
}

/// What generated code adds to an accumulator: a whole gradient, or another accumulator.
fn contributions(model: &Model) -> TokenStream {
    let Model { root, gradient, accumulator, .. } = model;
    let (impl_generics, ty_generics, where_clause) = kept(model);
    quote! {
        #[automatically_derived]
        impl #impl_generics #root::rt::Contribution<#accumulator #ty_generics>
            for #gradient #ty_generics #where_clause
        {
            fn add_to(self, accumulator: &mut #accumulator #ty_generics) {
                #root::differentiable::Accumulator::add_gradient(accumulator, self);
            }
        }
        #[automatically_derived]
        impl #impl_generics #root::rt::Contribution<#accumulator #ty_generics>
            for #accumulator #ty_generics #where_clause
        {
            fn add_to(self, accumulator: &mut #accumulator #ty_generics) {
                #root::differentiable::Accumulator::merge(accumulator, self);
            }
        }
    }
}

/// An empty accumulator of the same shape, for what is zero so far.
fn dense(model: &Model) -> TokenStream {
    let Model { root, accumulator, .. } = model;
    let (impl_generics, ty_generics, _) = kept(model);
    let empty = construct(model, Projection::Acc, |field| {
        let member = &field.member;
        quote! { #root::rt::Dense::empty(&&self.#member) }
    });
    // Higher-ranked, and so asked for only where it is used: not every accumulator has a shape.
    let unknown = required_types(model).map(ToTokens::to_token_stream);
    let opaque = model.generics.opaque.iter().map(ToTokens::to_token_stream);
    let mut accumulators: Vec<_> =
        unknown.chain(opaque).map(|ty| quote! { <#ty as #root::Differentiable>::Acc }).collect();
    for field in active(model) {
        match &field.kind {
            Kind::Active(ty) if !projection::is_sequence(ty) => {
                accumulators.push(Projection::Acc.of(ty, field, model));
            }
            _ => {}
        }
    }
    let mut written = HashSet::new();
    accumulators.retain(|accumulator| written.insert(accumulator.to_string()));
    let mut bounds = model.generics.kept.clone();
    for accumulator in accumulators {
        bounds.make_where_clause().predicates.push(syn::parse_quote! {
            for<'__c> &'__c #accumulator: #root::rt::Dense<#accumulator>
        });
    }
    let where_clause = &bounds.where_clause;
    quote! {
        #[automatically_derived]
        #[allow(warnings)]
        impl #impl_generics #root::rt::Dense<#accumulator #ty_generics>
            for &#accumulator #ty_generics #where_clause
        {
            fn empty(&self) -> #accumulator #ty_generics { #empty }
        }
    }
}
