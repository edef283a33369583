//! Types and generics of the generated functions, made of the user's own.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::visit_mut::VisitMut;
use syn::{GenericParam, Lifetime, Type};

use crate::source::{Param, Source};

/// A signature from which all generated ones are made.
pub(super) struct Signature<'a> {
    pub(super) source: &'a Source,
    /// The path of the runtime crate.
    pub(super) krate: TokenStream,
    /// True where a person reads it: short paths, and no fallbacks for errors.
    pub(super) for_reading: bool,
    /// True if the function calls itself, or takes part in such a circle.
    pub(super) is_recursive: bool,
    /// Of stand-ins: where rustc alone has something to say.
    pub(super) unread: Option<Span>,
}

impl Signature<'_> {
    /// The user's generic parameters, as declared.
    pub(super) fn generics(&self) -> TokenStream {
        let params = &self.source.item.sig.generics.params;
        quote!(#params)
    }

    pub(super) fn where_clause(&self) -> TokenStream {
        let clause = &self.source.item.sig.generics.where_clause;
        quote!(#clause)
    }

    /// The predicates `clause` with bounds that what is copied be `Clone`, asked for where the function is
    /// called alone.
    pub(super) fn with_clones(&self, clause: &TokenStream) -> TokenStream {
        let given = self.source.params.iter().filter(|param| {
            let is_copied = param.reference().is_none() && !param.is_view() && !param.is_receiver();
            is_copied && !param.is_float_or_array(&self.source.item.sig.generics)
        });
        let bounds: Vec<TokenStream> = given
            .map(|param| {
                let ty = &param.ty;
                quote!(for<'__c> #ty: ::core::clone::Clone)
            })
            .collect();
        match (bounds.is_empty(), clause.is_empty()) {
            (true, _) => clause.clone(),
            (false, true) => quote!(where #(#bounds),*),
            // Bounds stand before the user's, which may end in a comma or not.
            (false, false) => {
                let predicates = clause.clone().into_iter().skip(1);
                quote!(where #(#bounds,)* #(#predicates)*)
            }
        }
    }

    /// The where clause of the hidden `__vjp`: a rule of the user's own that runs again is given copies.
    pub(super) fn hidden_clause(&self) -> TokenStream {
        match self.source.options.vjp {
            Some(_) => self.with_clones(&self.where_clause()),
            None => self.where_clause(),
        }
    }

    /// The predicates alone, with a comma at their end if there are any.
    pub(super) fn predicates(&self) -> TokenStream {
        match &self.source.item.sig.generics.where_clause {
            Some(clause) => {
                let predicates = clause.predicates.iter();
                quote!(#(#predicates,)*)
            }
            None => TokenStream::new(),
        }
    }

    /// The user's types and consts by name, to be passed on as `::<..>`.
    pub(super) fn generic_names(&self) -> Vec<&Ident> {
        self.source
            .item
            .sig
            .generics
            .params
            .iter()
            .filter_map(|param| match param {
                GenericParam::Type(ty) => Some(&ty.ident),
                GenericParam::Const(constant) => Some(&constant.ident),
                GenericParam::Lifetime(_) => None,
            })
            .collect()
    }

    /// The parameters, as `self` or `name: Type`.
    pub(super) fn parameters(&self) -> Vec<TokenStream> {
        self.source
            .params
            .iter()
            .zip(&self.source.item.sig.inputs)
            .map(|(param, input)| match input {
                syn::FnArg::Receiver(receiver) => quote!(#receiver),
                syn::FnArg::Typed(_) => {
                    let (name, ty) = (&param.name, &param.ty);
                    quote!(#name: #ty)
                }
            })
            .collect()
    }

    /// The type whose `Differentiable` a parameter's gradient comes from.
    pub(super) fn differentiable(&self, ty: &Type) -> TokenStream {
        let mut ty = owner(ty).clone();
        WithoutBorrow { replacement: "'static" }.visit_type_mut(&mut ty);
        if let Some(view) = self.generic_storage(&ty) {
            return view;
        }
        quote!(#ty)
    }

    /// True for `ArrayBase<S, D>`, which has an accumulator through its view only.
    pub(super) fn is_generic_storage(&self, ty: &Type) -> bool {
        self.generic_storage(owner(ty)).is_some()
    }

    /// True for a method that takes `self` by value; its hidden function borrows and clones.
    pub(super) fn owns_self(&self) -> bool {
        self.source
            .params
            .first()
            .is_some_and(|param| param.is_receiver() && param.reference().is_none())
    }

    /// `ArrayBase<S, D>` of a generic `S` is seen through its view.
    fn generic_storage(&self, ty: &Type) -> Option<TokenStream> {
        let Type::Path(path) = ty else { return None };
        let last = path.path.segments.last()?;
        if last.ident != "ArrayBase" {
            return None;
        }
        let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
        let (storage, dimension) = (arguments.args.first()?, arguments.args.get(1)?);
        let krate = &self.krate;
        Some(quote! {
            #krate::ndarray::ArrayView<'static, <#storage as #krate::ndarray::RawData>::Elem, #dimension>
        })
    }

    fn projected(&self, ty: &Type, name: &str) -> TokenStream {
        // All of it lies at the type, so that rustc says once where there is no such thing.
        let span = Span::call_site().located_at(owner(ty).span());
        let (krate, name) = (&self.krate, Ident::new(name, span));
        let of = self.differentiable(ty);
        quote_spanned!(span=> <#of as #krate::Differentiable>::#name)
    }

    pub(super) fn gradient(&self, ty: &Type) -> TokenStream {
        match owner(ty) {
            // Known ones are written out, so that the signature can be read.
            Type::Path(path) if path.path.is_ident("f64") || path.path.is_ident("f32") => {
                quote!(#path)
            }
            _ => self.projected(ty, "Gradient"),
        }
    }

    pub(super) fn accumulator(&self, ty: &Type) -> TokenStream {
        self.projected(ty, "Acc")
    }

    /// The gradients of all active arguments: a tuple, or the bare one.
    pub(super) fn gradients(&self) -> TokenStream {
        let gradients: Vec<TokenStream> =
            self.source.active().map(|(_, param)| self.gradient(&param.ty)).collect();
        match gradients.as_slice() {
            [one] => quote!(#one),
            many => quote!((#(#many),*)),
        }
    }

    /// What a pullback is handed again: what was borrowed; the rest it owns.
    pub(super) fn again(&self, param: &Param) -> TokenStream {
        if param.is_receiver() && self.owns_self() {
            return quote!(&Self);
        }
        match param.reference() {
            Some(_)
                if param.is_active || param.reference().is_some_and(|r| r.mutability.is_none()) =>
            {
                let mut ty = param.ty.clone();
                WithoutBorrow { replacement: "'_" }.visit_type_mut(&mut ty);
                quote!(#ty)
            }
            None if param.is_view() => {
                let mut ty = param.ty.clone();
                WithoutBorrow { replacement: "'_" }.visit_type_mut(&mut ty);
                quote!(#ty)
            }
            _ => quote!(()),
        }
    }

    /// `Yes` or `No` for each parameter.
    pub(super) fn public_markers(&self) -> Vec<TokenStream> {
        let krate = &self.krate;
        self.source
            .params
            .iter()
            .map(
                |param| {
                    if param.is_active {
                        quote!(#krate::rt::Yes)
                    } else {
                        quote!(#krate::rt::No)
                    }
                },
            )
            .collect()
    }

    /// The marker types of the hidden function.
    pub(super) fn marker_types(&self) -> Vec<Ident> {
        (0..self.source.params.len())
            .map(|position| format_ident!("M{position}", span = Span::mixed_site()))
            .collect()
    }

    /// Attributes and visibility of a generated function.
    pub(super) fn head(&self, documentation: &str) -> TokenStream {
        self.head_with(&quote!(#[doc = #documentation]))
    }

    /// The same of one that other generated code calls.
    pub(super) fn hidden_head(&self) -> TokenStream {
        self.head_with(&quote!(#[doc(hidden)]))
    }

    fn head_with(&self, documentation: &TokenStream) -> TokenStream {
        let visibility = &self.source.item.vis;
        // In debug builds what nothing calls is not compiled: of most functions one derivative is wanted, or none. With
        // optimisation a derivative stays apart from its callers, where it would be optimised with all that is around it.
        quote! {
            #documentation
            #[allow(warnings, clippy::all)]
            #[cfg_attr(debug_assertions, inline)]
            #visibility
        }
    }

    /// The name of a generated function: `vjp`, or `forward_vjp` beside a method `forward`.
    pub(super) fn item(&self, item: &str) -> Ident {
        match item {
            // What callers ask for has no `aux`; see `refused_to_callers`.
            "__vjp" | "__jvp" | "__vjp_jvp" | "__linear" if self.source.options.aux => {
                self.item_named(&format!("{item}_with_aux"))
            }
            _ => self.item_named(item),
        }
    }

    /// The same whatever the options are.
    pub(super) fn item_named(&self, item: &str) -> Ident {
        let function = self.source.name();
        let span = Span::call_site().located_at(function.span());
        if self.source.is_associated() {
            let function = function.to_string();
            let function = function.trim_start_matches("r#");
            match item.strip_prefix("__") {
                Some(hidden) => Ident::new(&format!("__{function}_{hidden}"), span),
                None => Ident::new(&format!("{function}_{item}"), span),
            }
        } else {
            Ident::new(item, span)
        }
    }
}

/// The type behind references.
pub(super) fn owner(ty: &Type) -> &Type {
    match ty {
        Type::Reference(reference) => owner(&reference.elem),
        Type::Paren(inner) => owner(&inner.elem),
        Type::Group(inner) => owner(&inner.elem),
        other => other,
    }
}

/// The type, with this lifetime where it borrows without naming one.
pub(super) fn lent_for(ty: &Type, lifetime: &'static str) -> Type {
    struct Elided(&'static str);
    impl VisitMut for Elided {
        fn visit_type_reference_mut(&mut self, reference: &mut syn::TypeReference) {
            let span = reference.span();
            reference.lifetime.get_or_insert_with(|| Lifetime::new(self.0, span));
            syn::visit_mut::visit_type_reference_mut(self, reference);
        }
        fn visit_path_segment_mut(&mut self, segment: &mut syn::PathSegment) {
            WithoutBorrow { replacement: self.0 }.name_lifetime(segment);
            syn::visit_mut::visit_path_segment_mut(self, segment);
        }
        // What a function takes has lifetimes of its own.
        fn visit_type_fn_ptr_mut(&mut self, _: &mut syn::TypeFnPtr) {}
    }
    let mut ty = ty.clone();
    Elided(lifetime).visit_type_mut(&mut ty);
    ty
}

/// Replaces lifetimes, since a type inside `Fn(..)` or a projection cannot name the function's.
struct WithoutBorrow {
    replacement: &'static str,
}

impl VisitMut for WithoutBorrow {
    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident != "static" {
            *lifetime = Lifetime::new(self.replacement, lifetime.span());
        }
    }

    fn visit_type_reference_mut(&mut self, reference: &mut syn::TypeReference) {
        if self.replacement == "'static" && reference.lifetime.is_none() {
            reference.lifetime = Some(Lifetime::new("'static", reference.span()));
        }
        syn::visit_mut::visit_type_reference_mut(self, reference);
    }

    fn visit_path_segment_mut(&mut self, segment: &mut syn::PathSegment) {
        self.name_lifetime(segment);
        syn::visit_mut::visit_path_segment_mut(self, segment);
    }
}

impl WithoutBorrow {
    /// `ArrayView1<f64>` leaves its lifetime out.
    fn name_lifetime(&self, segment: &mut syn::PathSegment) {
        let name = segment.ident.to_string();
        let borrows = name.starts_with("ArrayView") || name == "CowArray";
        if let (true, syn::PathArguments::AngleBracketed(arguments)) =
            (borrows, &mut segment.arguments)
        {
            let is_lifetime =
                |arg: &syn::GenericArgument| matches!(arg, syn::GenericArgument::Lifetime(_));
            if !arguments.args.iter().any(is_lifetime) {
                let lifetime = Lifetime::new(self.replacement, Span::call_site());
                arguments.args.insert(0, syn::GenericArgument::Lifetime(lifetime));
            }
        }
    }
}
