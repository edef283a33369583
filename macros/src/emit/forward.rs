//! `jvp`, and the hidden `__jvp` that stands between functions in forward mode.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Type;

use super::names::Whose;
use super::signature::Signature;
use super::tokens::located;
use super::writer::{settle, Writer};
use super::{ours, this};
use crate::graph::{Graph, Value};
use crate::source::Param;

impl Signature<'_> {
    /// The public `jvp`: unpacks the tangents.
    pub(super) fn jvp(&self, graph: &Graph) -> TokenStream {
        let krate = &self.krate;
        let name = self.item("jvp");
        let head = self.head("The value, and its derivative in the direction of the tangents.");
        let (generics, clause) = (self.generics(), self.where_clause());
        let parameters = self.parameters();
        let (tangents, pattern, types) = self.tangents(graph);
        let results = self.value_and_tangent();
        let hidden = self.call_of("__jvp", self.source.params.len());
        let names = self.lent_names();
        let passed = self.source.params.iter().enumerate().map(|(position, param)| {
            let tangent = tangent_name(position);
            if param.is_active {
                quote!(#tangent)
            } else {
                quote!(#krate::rt::No)
            }
        });
        let lent = self.lent_letters(tangent_name);
        let body = located(
            quote! {
                let #pattern = #tangents;
                #lent
                #hidden(#(#names,)* #(#passed),*)
            },
            self.place_of_gradient(),
        );
        quote! {
            #head fn #name<#generics>(#(#parameters,)* #tangents: #types) -> #results #clause { #body }
        }
    }

    /// What the tangents are called, the pattern that takes them apart, and their types: floats by
    /// value, all else by reference.
    pub(super) fn tangents(&self, graph: &Graph) -> (Ident, TokenStream, TokenStream) {
        let (names, types): (Vec<Ident>, Vec<TokenStream>) = self
            .source
            .active()
            .map(|(position, param)| {
                let gradient = self.gradient(&param.ty);
                let is_float = graph.ty(graph.body.params[position]).is_float();
                let is_by_value = is_float || self.is_letter(param);
                let ty = if is_by_value { gradient } else { quote!(&#gradient) };
                (tangent_name(position), ty)
            })
            .unzip();
        let tangents = ours("tangents");
        match (names.as_slice(), types.as_slice()) {
            ([name], [ty]) => (tangents, quote!(#name), quote!(#ty)),
            (names, types) => (tangents, quote!((#(#names),*)), quote!((#(#types),*))),
        }
    }

    /// True for `x: T` where `T` is a type parameter of the `impl` around, which the macro does not see: most likely
    /// a float, whose tangent is passed by value.
    pub(super) fn is_letter(&self, param: &Param) -> bool {
        let Type::Path(path) = &param.ty else { return false };
        let Some(name) = path.path.get_ident() else { return false };
        let written = name.to_string();
        let is_own =
            self.source.item.sig.generics.type_params().any(|parameter| parameter.ident == *name);
        written.len() == 1 && written.starts_with(char::is_uppercase) && !is_own
    }

    /// The tangents of those as what the rest of the code takes them for.
    pub(super) fn lent_letters(&self, name: impl Fn(usize) -> Ident) -> TokenStream {
        let letters = self.source.active().filter(|(_, param)| self.is_letter(param));
        letters
            .map(|(position, _)| {
                let name = name(position);
                quote!(let #name = &#name;)
            })
            .collect()
    }

    /// The tangent of an argument, which `lent` is a reference to, as the user passes it.
    pub(super) fn passed_tangent(
        &self,
        graph: &Graph,
        (position, param): (usize, &Param),
        lent: &TokenStream,
    ) -> TokenStream {
        match graph.ty(graph.body.params[position]).is_float() {
            true => quote!(*#lent),
            false if self.is_letter(param) => quote!(::core::clone::Clone::clone(&*#lent)),
            false => quote!(&*#lent),
        }
    }

    /// `(Y, Gradient of Y)`.
    pub(super) fn value_and_tangent(&self) -> TokenStream {
        let (result, tangent) = (self.source.result(), self.result_gradient());
        quote_spanned!(self.place_of_gradient()=> (#result, #tangent))
    }

    /// The hidden `__jvp`: a tangent, or a marker, for each parameter.
    pub(super) fn hidden_jvp(&self, graph: &Graph) -> TokenStream {
        let name = self.item("__jvp");
        let head = self.hidden_head();
        let (generics, clause) = (self.generics(), self.where_clause());
        let separator = self.separator();
        let parameters = self.hidden_parameters();
        let types = self.tangent_types();
        let bounds = self.tangent_bounds();
        let given: Vec<Ident> = (0..types.len()).map(tangent_name).collect();
        let results = self.value_and_tangent();
        let mut writer = Writer::new(graph, self);
        let opening = self.open_tangents(&mut writer, graph);
        let statements = writer.statements(&graph.body.nodes);
        writer.come_to(&graph.body.results, Default::default());
        let (values, tangent) = graph.body.results.split_at(graph.body.results.len() - 1);
        let value = writer.results(values);
        let tangent = writer.moved(tangent[0]);
        let shared = writer.shared.take();
        let result = quote_spanned!(self.place_of_gradient()=> (#value, #tangent));
        let body = settle(quote!(#opening #(#statements)* #result), &shared);
        quote! {
            #head fn #name<#generics #separator #(#types: #bounds),*>(
                #(#parameters,)* #(#given: #types),*
            ) -> #results
            #clause
            {
                #body
            }
        }
    }

    /// A type for the tangent of each parameter.
    pub(super) fn tangent_types(&self) -> Vec<Ident> {
        (0..self.source.params.len())
            .map(|position| format_ident!("__T{position}", span = proc_macro2::Span::mixed_site()))
            .collect()
    }

    /// What each of those types must be.
    pub(super) fn tangent_bounds(&self) -> Vec<TokenStream> {
        let krate = &self.krate;
        self.source
            .params
            .iter()
            .map(|param| match param.is_active {
                true => {
                    let gradient = self.gradient(&param.ty);
                    quote!(#krate::rt::Tangent<#gradient>)
                }
                false => quote!(#krate::rt::NoTangent),
            })
            .collect()
    }

    /// Names the tangents of the active parameters, after whom the graph has them.
    fn open_tangents(&self, writer: &mut Writer<'_>, graph: &Graph) -> TokenStream {
        let tangents = &graph.body.params[self.source.params.len()..];
        let mut opening = self.owned_self(writer, graph);
        for ((position, _), tangent) in self.source.active().zip(tangents) {
            let given = tangent_name(position);
            opening.extend(self.lend_tangent(writer, graph, position, *tangent, &given));
        }
        opening
    }

    /// Names a tangent that was `given`, or zeros in its place.
    pub(super) fn lend_tangent(
        &self,
        writer: &mut Writer<'_>,
        graph: &Graph,
        position: usize,
        tangent: Value,
        given: &Ident,
    ) -> TokenStream {
        let krate = &self.krate;
        let (name, zero) = self.open_tangent(writer, graph, position, tangent);
        let lent = quote!(#krate::rt::Tangent::tangent(&#given, #zero));
        let lent = located(lent, self.place_of_gradient());
        match graph.ty(tangent).is_float() {
            true => quote!(let #name = *#lent;),
            false => quote!(let #name = #lent; let #name = &*#name;),
        }
    }

    /// The name of a tangent, and a closure that gives zeros in its place.
    pub(super) fn open_tangent(
        &self,
        writer: &mut Writer<'_>,
        graph: &Graph,
        position: usize,
        tangent: Value,
    ) -> (Ident, TokenStream) {
        let krate = &self.krate;
        let param = &self.source.params[position];
        let like = match param.is_receiver() && self.owns_self() {
            true => quote!(self),
            false => self.seen(param),
        };
        let wish = graph.info(tangent).name.clone().unwrap_or_else(|| "tangent".to_owned());
        let name = writer.names.bind(tangent, &wish, Whose::Ours, |_| true);
        let zero = quote!(|| #krate::rt::zero_gradient(#like));
        (name, located(zero, self.place_of_gradient()))
    }

    /// `let this = self.clone();` for a method that takes `self` by value, which the hidden function
    /// borrows.
    pub(super) fn owned_self(&self, writer: &mut Writer<'_>, graph: &Graph) -> TokenStream {
        match (self.owns_self(), graph.body.params.first()) {
            (true, Some(value)) => {
                let this = this();
                writer.names.declare(*value, this.clone());
                quote!(let #this = ::core::clone::Clone::clone(self);)
            }
            _ => TokenStream::new(),
        }
    }
}

/// What a tangent is called before it has the name of its parameter.
pub(super) fn tangent_name(position: usize) -> Ident {
    format_ident!("tangent{position}", span = proc_macro2::Span::mixed_site())
}
