//! The code that the derive writes.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, ImplGenerics, Path, Type, TypeGenerics, WhereClause, WherePredicate};

use super::accumulator::accumulator;
use super::constants::constants;
use super::input::{Field, Kind, Model};
use super::projection::Projection;

/// Everything for a struct that has a gradient.
pub(super) fn all(model: &Model) -> TokenStream {
    let items = [
        gradient_struct(model),
        gradient_impls(model),
        constants(model),
        accumulator(model),
        differentiable_for_the_struct(model),
        differentiable_for_the_gradient(model),
        check(model),
    ];
    quote! { #(#items)* }
}

/// A `Differentiable` without leaves, for a type that has no gradient: the derive has reported why,
/// and uses of the type shall not report it again.
pub(super) fn stub(item: &DeriveInput, root: &Path) -> TokenStream {
    let name = &item.ident;
    let (impl_generics, ty_generics, where_clause) = item.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        #[allow(warnings)]
        impl #impl_generics #root::Differentiable for #name #ty_generics #where_clause {
            type Gradient = ();
            type Acc = <() as #root::Differentiable>::Acc;
            fn accumulator(&self) -> Self::Acc { #root::Differentiable::accumulator(&()) }
            fn visit<__V: #root::differentiable::Visit>(
                &self, _: &mut #root::differentiable::LeafPath, _: &mut __V,
            ) {}
            fn visit_mut<__V: #root::differentiable::VisitMut>(
                &mut self, _: &mut #root::differentiable::LeafPath, _: &mut __V,
            ) {}
            fn visit_with<__V: #root::differentiable::VisitWith>(
                &mut self, _: &(), _: &mut #root::differentiable::LeafPath, _: &mut __V,
            ) {}
        }
    }
}

fn gradient_struct(model: &Model) -> TokenStream {
    let documentation = format!(
        "A gradient with respect to a `{}`: its fields that hold floats, under the same names.",
        model.item.ident
    );
    let declared = declare(model, Projection::Gradient, |field| {
        format!("The gradient with respect to `{}`.", field.name)
    });
    quote! {
        #[doc = #documentation]
        #[allow(warnings)]
        #declared
    }
}

/// The struct with the field `name: <FieldType as Differentiable>::projection` for each active field.
pub(super) fn declare(
    model: &Model,
    projection: Projection,
    document: impl Fn(&Field) -> String,
) -> TokenStream {
    let (vis, name) = (&model.item.vis, projection.name(model));
    let (_, _, where_clause) = model.generics.kept.split_for_impl();
    let params = &model.generics.kept;
    let fields = model.fields.iter().filter_map(|field| {
        let vis = field.vis;
        let (documentation, ty) = match &field.kind {
            Kind::Active(ty) => (document(field), projection.of(ty, field, model)),
            Kind::Placeholder | Kind::Constant => {
                let ty = projection.of_constant(field, model)?;
                ("Holds the place of a constant.".to_owned(), ty)
            }
        };
        let name = match &field.member {
            syn::Member::Named(name) => Some(quote! { #name: }),
            syn::Member::Unnamed(_) => None,
        };
        Some(quote! { #[doc = #documentation] #vis #name #ty })
    });
    let phantom = phantom_field(model, |marker| match model.is_tuple {
        true => quote! { #marker },
        false => quote! { __phantom: #marker },
    });
    if model.is_tuple {
        quote! { #vis struct #name #params (#(#fields,)* #phantom) #where_clause; }
    } else {
        quote! { #vis struct #name #params #where_clause { #(#fields,)* #phantom } }
    }
}

/// A `PhantomData` for the parameters that only bounds mention.
fn phantom_field(
    model: &Model,
    place: impl FnOnce(TokenStream) -> TokenStream,
) -> Option<TokenStream> {
    let names = &model.generics.phantom;
    (!names.is_empty()).then(|| {
        let field = place(quote! { ::core::marker::PhantomData<(#(fn() -> #names,)*)> });
        quote! { #[doc(hidden)] #field }
    })
}

/// `Name { field: each(field), .. }` for the active fields, and what stands for constants.
pub(super) fn construct(
    model: &Model,
    projection: Projection,
    each: impl Fn(&Field) -> TokenStream,
) -> TokenStream {
    let name = projection.name(model);
    let mut count = 0;
    let fields: Vec<_> = model
        .fields
        .iter()
        .filter_map(|field| {
            let value = match field.kind {
                Kind::Active(_) => each(field),
                Kind::Placeholder | Kind::Constant => projection.of_constant(field, model)?,
            };
            count += 1;
            let member = &field.member;
            Some(quote! { #member: #value })
        })
        .collect();
    let phantom = (!model.generics.phantom.is_empty()).then(|| {
        if model.is_tuple {
            let index = syn::Index::from(count);
            quote! { #index: ::core::marker::PhantomData }
        } else {
            quote! { __phantom: ::core::marker::PhantomData }
        }
    });
    quote! { #name { #(#fields,)* #phantom } }
}

pub(super) fn active<'m>(model: &'m Model) -> impl Iterator<Item = &'m Field<'m>> {
    model.fields.iter().filter(|field| matches!(field.kind, Kind::Active(_)))
}

/// The generics of the gradient and of the accumulator, as `impl` wants them.
pub(super) fn kept<'m>(
    model: &'m Model,
) -> (ImplGenerics<'m>, TypeGenerics<'m>, Option<&'m WhereClause>) {
    model.generics.kept.split_for_impl()
}

/// `Clone`, `Debug` and `PartialEq` without bounds that a derive would add: `T: Clone` is neither
/// needed nor enough for a field `<T as Differentiable>::Gradient`.
fn gradient_impls(model: &Model) -> TokenStream {
    let Model { root, gradient, .. } = model;
    let (impl_generics, ty_generics, where_clause) = kept(model);
    let cloned = construct(model, Projection::Gradient, |field| {
        let member = &field.member;
        quote! { ::core::clone::Clone::clone(&self.#member) }
    });
    let name = gradient.to_string();
    let debug = if model.is_tuple {
        let fields = model.fields.iter().filter(|field| !matches!(field.kind, Kind::Constant));
        let fields = fields.map(|field| &field.member);
        quote! {
            ::core::fmt::Formatter::debug_tuple(formatter, #name) #(.field(&self.#fields))* .finish()
        }
    } else {
        let names = active(model).map(|field| &field.name);
        let fields = active(model).map(|field| &field.member);
        quote! {
            ::core::fmt::Formatter::debug_struct(formatter, #name)
                #(.field(#names, &self.#fields))* .finish()
        }
    };
    let equal = active(model).map(|field| {
        let member = &field.member;
        quote! { self.#member == other.#member }
    });
    let mut comparable = model.generics.kept.clone();
    for opaque in &model.generics.opaque {
        comparable.make_where_clause().predicates.push(syn::parse_quote! {
            <#opaque as #root::Differentiable>::Gradient: ::core::cmp::PartialEq
        });
    }
    for ty in required_types(model) {
        comparable.make_where_clause().predicates.push(syn::parse_quote! {
            for<'__c> <#ty as #root::Differentiable>::Gradient: ::core::cmp::PartialEq
        });
    }
    let comparable = &comparable.where_clause;
    quote! {
        #[automatically_derived]
        #[allow(warnings)]
        impl #impl_generics ::core::clone::Clone for #gradient #ty_generics #where_clause {
            fn clone(&self) -> Self { #cloned }
        }
        #[automatically_derived]
        #[allow(warnings)]
        impl #impl_generics ::core::fmt::Debug for #gradient #ty_generics #where_clause {
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                #debug
            }
        }
        #[automatically_derived]
        #[allow(warnings)]
        impl #impl_generics ::core::cmp::PartialEq for #gradient #ty_generics #comparable {
            fn eq(&self, other: &Self) -> bool { #(#equal)&&* }
        }
    }
}

fn differentiable_for_the_struct(model: &Model) -> TokenStream {
    let name = &model.item.ident;
    let mut generics = model.item.generics.clone();
    if !model.required.is_empty() {
        generics.make_where_clause().predicates.extend(model.required.iter().cloned());
    }
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let root = model.root;
    let accumulated = construct(model, Projection::Acc, |field| {
        let member = &field.member;
        quote! { #root::Differentiable::accumulator(&self.#member) }
    });
    let body = quote! {
        fn accumulator(&self) -> Self::Acc { #accumulated }
    };
    let header =
        quote! { impl #impl_generics #root::Differentiable for #name #ty_generics #where_clause };
    differentiable(model, header, body)
}

/// The gradient is differentiable itself, with itself as its gradient, so that optimisers, files
/// and clipping can walk over it.
fn differentiable_for_the_gradient(model: &Model) -> TokenStream {
    let Model { root, gradient, .. } = model;
    let (impl_generics, ty_generics, where_clause) = kept(model);
    // Not `self.w.accumulator()`: for a `T: Differentiable`, nothing says that a gradient's
    // accumulator has the type of the value's.
    let accumulated =
        construct(model, Projection::Acc, |_| quote! { ::core::default::Default::default() });
    let zeros = construct(model, Projection::Gradient, |field| {
        let member = &field.member;
        quote! { #root::Differentiable::zero_gradient(&self.#member) }
    });
    let body = quote! {
        fn zero_gradient(&self) -> Self::Gradient { #zeros }
        fn accumulator(&self) -> Self::Acc {
            let mut accumulator = #accumulated;
            #root::differentiable::Accumulator::add_gradient(
                &mut accumulator,
                #root::Differentiable::zero_gradient(self),
            );
            accumulator
        }
    };
    let header = quote! { impl #impl_generics #root::Differentiable for #gradient #ty_generics #where_clause };
    differentiable(model, header, body)
}

/// An `impl Differentiable` with the three walks over the leaves.
fn differentiable(model: &Model, header: TokenStream, body: TokenStream) -> TokenStream {
    let Model { root, gradient, accumulator, .. } = model;
    let (_, ty_generics, _) = kept(model);
    let names: Vec<_> = active(model).map(|field| &field.name).collect();
    let members: Vec<_> = active(model).map(|field| &field.member).collect();
    // `__V`, since a parameter of the user's struct may be called `V`.
    quote! {
        #[automatically_derived]
        #[allow(warnings)]
        #header {
            type Gradient = #gradient #ty_generics;
            type Acc = #accumulator #ty_generics;
            #body
            fn visit<__V: #root::differentiable::Visit>(
                &self,
                path: &mut #root::differentiable::LeafPath,
                visitor: &mut __V,
            ) {
                #(path.inside(#names, |path| {
                    #root::Differentiable::visit(&self.#members, path, visitor)
                });)*
            }
            fn visit_mut<__V: #root::differentiable::VisitMut>(
                &mut self,
                path: &mut #root::differentiable::LeafPath,
                visitor: &mut __V,
            ) {
                #(path.inside(#names, |path| {
                    #root::Differentiable::visit_mut(&mut self.#members, path, visitor)
                });)*
            }
            fn visit_with<__V: #root::differentiable::VisitWith>(
                &mut self,
                gradient: &Self::Gradient,
                path: &mut #root::differentiable::LeafPath,
                visitor: &mut __V,
            ) {
                #(path.inside(#names, |path| {
                    #root::Differentiable::visit_with(
                        &mut self.#members, &gradient.#members, path, visitor,
                    )
                });)*
            }
            fn release_memory(&mut self) {
                #(#root::Differentiable::release_memory(&mut self.#members);)*
            }
        }
    }
}

/// Asks rustc, once, whether the fields' types are differentiable.
fn check(model: &Model) -> TokenStream {
    let root = model.root;
    let types = required_types(model);
    let (impl_generics, _, where_clause) = model.item.generics.split_for_impl();
    quote! {
        #[allow(warnings)]
        const _: () = {
            fn __is_differentiable<__T: #root::Differentiable + ?Sized>() {}
            fn __check #impl_generics () #where_clause { #(__is_differentiable::<#types>();)* }
        };
    }
}

pub(super) fn required_types<'m>(model: &'m Model) -> impl Iterator<Item = &'m Type> {
    model.required.iter().filter_map(|required| match required {
        WherePredicate::Type(required) => Some(&required.bounded_ty),
        _ => None,
    })
}
