//! The hidden `__linear`: the value, and the map from tangents to its tangent. It stands between functions where a
//! tangent is asked for in several directions, as by the columns of a Jacobian: the value, with the sines and
//! exponentials that its derivative asks for, is computed once. As with `__vjp`, the map owns what it keeps and is
//! handed the borrowed arguments again, so that it can be kept anywhere.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, ToTokens};

use super::body::{split_results, sweeps, NextIfActive};
use super::forward::tangent_name;
use super::signature::Signature;
use super::tokens::located;
use super::writer::{settle, Writer};
use super::{like_name, ours, this};
use crate::graph::{Graph, Node, Op};

impl Signature<'_> {
    /// `__linear` of a primal and the part that is linear in tangents. With `aux` nothing may call it.
    pub(super) fn hidden_linear(&self, graph: &Graph) -> TokenStream {
        if self.source.options.aux {
            return TokenStream::new();
        }
        let (_, linear) = sweeps(graph);
        match linear.iter().any(calls_again) {
            true => self.linear_by_calls(),
            false => self.linear_with(self.where_clause(), self.linear_body(graph)),
        }
    }

    /// Its stand-in, where the function has mistakes.
    pub(super) fn linear_stand_in(&self) -> TokenStream {
        let again = self.again_types();
        let given = self.given_types();
        let never = self.never();
        let closure = quote!(|#(_: #again,)* #(_: #given),*| #never);
        self.linear_with(self.where_clause(), self.linear_result(never, closure))
    }

    /// The same by `__jvp`, which runs again for each direction: of a rule of the user's own, and of what calls the
    /// derivative of another function.
    pub(super) fn linear_by_calls(&self) -> TokenStream {
        let is_written = |param: &crate::source::Param| {
            param.reference().is_some_and(|reference| reference.mutability.is_some())
        };
        if self.source.options.aux {
            return TokenStream::new();
        }
        let (function, value) = (self.function(), ours("value"));
        let arguments = self.source.params.iter().map(|param| self.argument(param, false));
        if self.source.params.iter().any(is_written) {
            let (again, given) = (self.again_types(), self.given_types());
            let text = format!(
                "{}: it writes to an argument, so it cannot run again for each column of a Jacobian",
                self.source.name()
            );
            let closure = quote!(|#(_: #again,)* #(_: #given),*| ::core::panic!(#text));
            let result = self.linear_result(quote!(#function(#(#arguments),*)), closure);
            return self.linear_with(self.where_clause(), result);
        }
        let krate = &self.krate;
        let (again_types, given_types) = (self.again_types(), self.given_types());
        let (kept, again_values) = self.kept_arguments();
        let again = self.again_patterns(&again_types, &vec![true; again_types.len()]);
        let given: Vec<Ident> = (0..given_types.len()).map(tangent_name).collect();
        let jvp = self.call_of("__jvp", self.source.params.len());
        // A `self` by value is borrowed by the hidden function.
        let lent = self.source.params.iter().zip(&again_values).map(|(param, again)| {
            match param.is_receiver() && self.owns_self() {
                true => quote!(&#again),
                false => again.clone(),
            }
        });
        let passed =
            self.source.params.iter().zip(&given).map(|(param, given)| match param.is_active {
                true => quote!(#given),
                false => quote!(#krate::rt::No),
            });
        let closure = quote! {
            move |#(#again,)* #(#given: #given_types),*| #jvp(#(#lent,)* #(#passed),*).1
        };
        let owned = self.owns_self().then(|| {
            let this = this();
            quote!(let #this = ::core::clone::Clone::clone(self);)
        });
        let result = self.linear_result(quote!(#value), closure);
        self.linear_with(
            self.with_clones(&self.where_clause()),
            quote! {
                #owned
                #kept
                let #value = #function(#(#arguments),*);
                #result
            },
        )
    }

    /// `(value, closure)`, boxed where the function calls itself.
    fn linear_result(&self, value: TokenStream, closure: TokenStream) -> TokenStream {
        let closure = match self.is_recursive {
            true => quote!(::std::boxed::Box::new(#closure)),
            false => closure,
        };
        located(quote!((#value, #closure)), self.place_of_gradient())
    }

    /// What the map is given for each parameter: its tangent, if there is one.
    fn given_types(&self) -> Vec<TokenStream> {
        let krate = &self.krate;
        let params = self.source.params.iter();
        params
            .map(|param| {
                let gradient = match param.is_active {
                    true => self.gradient(&param.ty),
                    false => quote!(#krate::rt::Nothing),
                };
                quote!(::core::option::Option<::std::borrow::Cow<'_, #gradient>>)
            })
            .collect()
    }

    fn linear_with(&self, clause: TokenStream, body: TokenStream) -> TokenStream {
        let name = self.item("__linear");
        let head = self.hidden_head();
        let generics = self.generics();
        let parameters = self.hidden_parameters();
        let (again, given) = (self.again_types(), self.given_types());
        let (result, tangent) = (self.source.result(), self.result_gradient());
        let map = quote!(Fn(#(#again,)* #(#given),*) -> #tangent);
        let map = match self.is_recursive {
            true => quote!(::std::boxed::Box<dyn #map>),
            false => quote!(impl #map),
        };
        let results = located(quote!((#result, #map)), self.place_of_gradient());
        quote! {
            #head fn #name<#generics>(#(#parameters),*) -> #results #clause { #body }
        }
    }

    fn linear_body(&self, graph: &Graph) -> TokenStream {
        let krate = &self.krate;
        let again_types = self.again_types();
        let mut writer = Writer::new(graph, self);
        let mut opening = self.owned_self(&mut writer, graph);
        // A tangent of zeros is made where none is given: of the shape that is kept of the argument.
        opening.extend(self.source.active().map(|(position, param)| {
            let (like, seen) = (like_name(position), self.seen_in_hidden(param));
            located(quote!(let #like = #krate::rt::accumulator(#seen);), self.place_of_gradient())
        }));
        let (primal_nodes, linear_nodes) = sweeps(graph);
        let primal = writer.statements(primal_nodes);
        let params = &graph.body.params[..self.source.params.len()];
        let named: Vec<bool> = params.iter().map(|param| writer.names.holds(*param)).collect();
        let (values, tangent) = split_results(graph);
        let (residuals, places) = writer.residuals_apart(primal_nodes.len(), tangent);
        let value = writer.before_second_part(residuals.keys().copied(), values).results(values);
        let kept = writer.begin_second_part(&residuals);
        writer.declare_receiver();
        let mut given = TokenStream::new();
        let mut shown = TokenStream::new();
        let types = self.given_types();
        let mut tangents = graph.body.params[self.source.params.len()..].iter();
        for (position, (param, ty)) in self.source.params.iter().zip(types).enumerate() {
            let (name, like) = (tangent_name(position), like_name(position));
            given.extend(quote!(#name: #ty,));
            let Some(tangent) = tangents.next_if_active(param) else { continue };
            let wish = graph.info(*tangent).name.clone().unwrap_or_else(|| "tangent".to_owned());
            let own = writer.names.bind(*tangent, &wish, super::names::Whose::Ours, |_| true);
            let lent = located(
                quote!(#krate::rt::Tangent::tangent(&#name, || #krate::rt::zeros_like(&#like))),
                self.place_of_gradient(),
            );
            shown.extend(match graph.ty(*tangent).is_float() {
                true => quote!(let #own = *#lent;),
                false => quote!(let #own = #lent; let #own = &*#own;),
            });
        }
        let places = writer.shown_again(&places);
        let linear = writer.statements(linear_nodes);
        writer.come_to(tangent, Default::default());
        let tangent = writer.moved(tangent[0]);
        let again = self.again_patterns(&again_types, &named);
        let value_name = ours("value");
        let closure = quote! {
            move |#(#again,)* #given| {
                #shown
                #(#places)*
                #(#linear)*
                #tangent
            }
        };
        let result = self.linear_result(value_name.to_token_stream(), closure);
        let body = quote! {
            #opening
            #(#primal)*
            let #value_name = #value;
            #(#kept)*
            #result
        };
        settle(body, &writer.shared.take())
    }

    /// An argument of a hidden function as a reference to something that has an accumulator.
    fn seen_in_hidden(&self, param: &crate::source::Param) -> TokenStream {
        match param.is_receiver() && self.owns_self() {
            true => quote!(self),
            false => self.seen(param),
        }
    }
}

/// True for a call of a derivative, which has no map of tangents, outside of kernels.
fn calls_again(node: &Node) -> bool {
    let blocks = node.blocks.iter().flat_map(|block| &block.nodes);
    matches!(node.op, Op::Jvp(_)) || node.holds_code() && blocks.into_iter().any(calls_again)
}
