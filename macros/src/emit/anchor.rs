//! The type that a number of ours has, where the macro does not know it.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::{quote, ToTokens};
use syn::visit::Visit;
use syn::{Generics, Type, TypeParamBound};

use super::signature::Signature;

/// What a literal takes its type from.
#[derive(Clone)]
pub(super) enum Anchor {
    /// A float variable.
    Value(TokenStream),
    /// The function's only type parameter that is a float, or one of the `impl` around it.
    Type(TokenStream),
}

impl Anchor {
    /// The type that is a float by what the signature says of it, if there is just one.
    pub(super) fn of_type(signature: &Signature<'_>) -> Option<Anchor> {
        let sig = &signature.source.item.sig;
        let mut own = floats(&sig.generics);
        if let (Some(first), None) = (own.next(), own.next()) {
            return Some(Anchor::Type(first));
        }
        // A parameter of the `impl` is not declared here, and says by its place what it is.
        let mut written = Written { generics: &sig.generics, found: BTreeMap::new() };
        written.visit_signature(sig);
        if let syn::ReturnType::Type(_, result) = &sig.output {
            written.element(result, false);
            let result = result.to_token_stream().to_string();
            if result.contains("f64") || result.contains("f32") {
                // The function's floats are known; a letter is something else.
                written.found.retain(|_, (_, is_of_array)| *is_of_array);
            }
        }
        let krate = &signature.krate;
        let mut found = written.found.into_values();
        match (found.next(), found.next()) {
            (Some((only, _)), None) => Some(Anchor::Type(quote!(<#only as #krate::Float>))),
            _ => None,
        }
    }

    pub(super) fn number(&self, lit: &TokenStream, number: TokenStream) -> TokenStream {
        match self {
            Anchor::Value(value) => quote!(#lit(#value, #number)),
            Anchor::Type(ty) => quote!(#ty::from_f64_lossy(#number)),
        }
    }
}

/// The function's own type parameters that are floats.
fn floats(generics: &Generics) -> impl Iterator<Item = TokenStream> + '_ {
    let is_float = |bound: &TypeParamBound| match bound {
        TypeParamBound::Trait(bound) => {
            bound.path.segments.last().is_some_and(|last| last.ident == "Float")
        }
        _ => false,
    };
    let clause = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let bounded = clause.filter_map(move |predicate| match predicate {
        syn::WherePredicate::Type(predicate) if predicate.bounds.iter().any(is_float) => {
            Some(predicate.bounded_ty.to_token_stream())
        }
        _ => None,
    });
    let params = generics.type_params().filter(move |param| param.bounds.iter().any(is_float));
    params.map(|param| param.ident.to_token_stream()).chain(bounded)
}

/// Types that stand where floats do: in arrays, whatever they are called, and parameters of the `impl` in lists and as
/// the result.
struct Written<'a> {
    generics: &'a Generics,
    /// With true for the elements of arrays.
    found: BTreeMap<String, (TokenStream, bool)>,
}

impl Written<'_> {
    fn element(&mut self, ty: &Type, is_of_array: bool) {
        let Type::Path(path) = ty else { return };
        let Some(name) = path.path.get_ident().map(ToString::to_string) else { return };
        let is_own = self.generics.type_params().any(|param| param.ident == name);
        let is_known = matches!(name.as_str(), "f32" | "f64");
        let is_letter = name.len() == 1 && name.starts_with(|c: char| c.is_ascii_uppercase());
        if !is_own && !is_known && (is_letter || is_of_array) {
            self.found.insert(name, (ty.to_token_stream(), is_of_array));
        }
    }
}

impl<'ast> Visit<'ast> for Written<'_> {
    fn visit_path_segment(&mut self, segment: &'ast syn::PathSegment) {
        let name = segment.ident.to_string();
        let is_array = name.starts_with("Array") && name != "ArrayBase";
        if let syn::PathArguments::AngleBracketed(arguments) = &segment.arguments {
            let first = arguments.args.iter().find_map(|argument| match argument {
                syn::GenericArgument::Type(ty) => Some(ty),
                _ => None,
            });
            if let (Some(first), true) = (first, is_array || name == "Vec") {
                self.element(first, is_array);
            }
        }
        syn::visit::visit_path_segment(self, segment);
    }

    fn visit_type_slice(&mut self, slice: &'ast syn::TypeSlice) {
        self.element(&slice.elem, false);
        syn::visit::visit_type_slice(self, slice);
    }

    fn visit_type_array(&mut self, array: &'ast syn::TypeArray) {
        self.element(&array.elem, false);
        syn::visit::visit_type_array(self, array);
    }
}
