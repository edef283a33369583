//! Second order: `hvp`, `grad_and_hvp`, and the hidden `__vjp_jvp` that stands between functions: the
//! value with its tangent, and a pullback of cotangents with theirs.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};

use super::body::{split_results, sweeps, NextIfActive};
use super::forward::tangent_name;
use super::names::Whose;
use super::signature::Signature;
use super::tokens::located;
use super::writer::{settle, Writer};
use super::{given_name, like_name, ours};
use crate::graph::{Graph, Ty, Value};

/// The graphs of second order.
pub(crate) struct Second {
    /// Primal and adjoint with tangents.
    pub(crate) dual: Graph,
    /// The gradients and the product alone, of a function that gives a float.
    pub(crate) product: Option<Graph>,
    /// The primal with tangents in two directions, of a function without `aux`.
    pub(crate) twice: Option<Graph>,
}

impl Signature<'_> {
    /// Everything that `second_order` adds.
    pub(super) fn second(&self, second: &Second) -> TokenStream {
        let hidden = self.hidden_dual(&second.dual);
        let gradients = self.gradients();
        let both = quote_spanned!(self.place_of_gradient()=> (#gradients, #gradients));
        let (body, clause) = match &second.product {
            Some(graph) => (self.product_body(graph), self.where_clause()),
            None => (self.product_by_dual(), self.scalar_only()),
        };
        let (grad_and_hvp, hvp) = (self.item("grad_and_hvp"), self.item("hvp"));
        let both_head =
            self.head("The gradients, and the Hessian's product with a direction, of one sweep.");
        let head = self.head("The Hessian's product with a direction.");
        let generics = self.generics();
        let parameters = self.parameters();
        let (_, _, types) = self.tangents(&second.dual);
        let direction = ours("direction");
        let names = self.source.params.iter().map(|param| &param.name);
        let call = self.call_of("grad_and_hvp", 0);
        let call = located(quote!(#call(#(#names,)* #direction).1), self.place_of_gradient());
        quote! {
            #hidden
            #both_head fn #grad_and_hvp<#generics>(#(#parameters,)* #direction: #types) -> #both #clause {
                #body
            }
            #head fn #hvp<#generics>(#(#parameters,)* #direction: #types) -> #gradients #clause { #call }
        }
    }

    /// Gradients and product as straight code.
    pub(super) fn product_body(&self, graph: &Graph) -> TokenStream {
        let mut writer = Writer::new(graph, self);
        // Their gradients take their shapes in the end.
        let params = &graph.body.params[..self.source.params.len()];
        let shaped = params.iter().filter(|param| !graph.ty(**param).is_float());
        writer.captured.extend(shaped);
        let tangents = &graph.body.params[self.source.params.len()..];
        let names: Vec<Ident> = tangents
            .iter()
            .map(|tangent| {
                let wish = graph.info(*tangent).name.clone().unwrap_or_default();
                writer.names.bind(*tangent, &wish, Whose::Ours, |_| true)
            })
            .collect();
        let pattern = match names.as_slice() {
            [one] => quote!(#one),
            many => quote!((#(#many),*)),
        };
        let direction = ours("direction");
        let (primal, adjoint) = sweeps(graph);
        let mut statements = writer.statements(primal);
        writer.in_adjoint = true;
        statements.extend(writer.statements(adjoint));
        writer.come_to(&graph.body.results, Default::default());
        let (gradients, product) = graph.body.results.split_at(graph.body.results.len() / 2);
        let parts = [gradients, product].map(|values| {
            let parts: Vec<TokenStream> = self
                .source
                .active()
                .zip(values)
                .map(|((_, param), value)| writer.gradient(param, *value))
                .collect();
            match parts.as_slice() {
                [one] => quote!(#one),
                many => quote!((#(#many),*)),
            }
        });
        let [gradients, product] = parts;
        let shared = writer.shared.take();
        let results = quote_spanned!(self.place_of_gradient()=> (#gradients, #product));
        let positions: Vec<usize> = self.source.active().map(|(position, _)| position).collect();
        let lent = self.lent_letters(|position| {
            names[positions.iter().position(|at| *at == position).unwrap_or_default()].clone()
        });
        settle(quote!(let #pattern = #direction; #lent #(#statements)* #results), &shared)
    }

    /// The same through `__vjp_jvp`, where the result's type is rustc's to see.
    fn product_by_dual(&self) -> TokenStream {
        let krate = &self.krate;
        let hidden = self.call_of("__vjp_jvp", 0);
        let names = self.lent_names();
        let again: Vec<TokenStream> =
            self.source.params.iter().map(|param| self.again_value(param)).collect();
        let active: Vec<usize> = self.source.active().map(|(position, _)| position).collect();
        let given: Vec<Ident> = active.iter().map(|position| tangent_name(*position)).collect();
        let passed = self.source.params.iter().enumerate().map(|(position, param)| {
            let tangent = tangent_name(position);
            match param.is_active {
                true if self.is_letter(param) => quote!(::core::option::Option::Some(#tangent)),
                true => quote!(#krate::rt::owned_tangent(#tangent)),
                false => quote!(#krate::rt::owned_tangent(#krate::rt::No)),
            }
        });
        let likes = self.source.active().map(|(position, param)| {
            let (like, seen) = (like_name(position), self.seen(param));
            quote!(let #like = #krate::rt::accumulator(#seen);)
        });
        let (value, pull, direction) = (ours("value"), ours("pull"), ours("direction"));
        let pattern = match given.as_slice() {
            [one] => quote!(#one),
            many => quote!((#(#many),*)),
        };
        let differentiated = self.value_of(quote!(#value));
        let twin = |position: usize| {
            let name = given_name(position);
            quote::format_ident!("{name}_t", span = name.span())
        };
        let received = |name: &dyn Fn(usize) -> Ident| -> Vec<TokenStream> {
            (0..self.source.params.len())
                .map(|position| match active.contains(&position) {
                    true => {
                        let name = name(position);
                        quote!(#name)
                    }
                    false => quote!(_),
                })
                .collect()
        };
        let (gave, twins) = (received(&given_name), received(&twin));
        let filled = |name: &dyn Fn(usize) -> Ident| {
            let parts: Vec<TokenStream> = active
                .iter()
                .map(|position| {
                    let (like, name) = (like_name(*position), name(*position));
                    quote!(#krate::rt::filled(&#like, #name))
                })
                .collect();
            match parts.as_slice() {
                [one] => quote!(#one),
                many => quote!((#(#many),*)),
            }
        };
        let (gradients, product) = (filled(&given_name), filled(&twin));
        located(
            quote! {
                let #pattern = #direction;
                #(#likes)*
                let (#value, #pull, _) = #hidden(#(#names,)* #(#passed),*);
                let (#(#gave,)* #(#twins,)*) = #pull(
                    #(#again,)*
                    #krate::rt::seed_acc(&#differentiated),
                    ::core::default::Default::default(),
                );
                (#gradients, #product)
            },
            self.place_of_gradient(),
        )
    }

    /// The hidden `__vjp_jvp`: `(value, pullback, tangent)`. The pullback owns the tangents.
    fn hidden_dual(&self, graph: &Graph) -> TokenStream {
        let name = self.item("__vjp_jvp");
        let head = self.hidden_head();
        let (generics, clause) = (self.generics(), self.where_clause());
        let parameters = self.hidden_parameters();
        // Not types of their own: what a pullback's type mentions would have to live as long as it.
        let krate = &self.krate;
        let tangents = self.source.params.iter().enumerate().map(|(position, param)| {
            let name = tangent_name(position);
            let gradient = match param.is_active {
                true => self.gradient(&param.ty),
                false => quote!(#krate::rt::Nothing),
            };
            quote!(#name: ::core::option::Option<#gradient>)
        });
        let (result, tangent) = (self.source.result(), self.result_gradient());
        let seed = self.accumulator(&self.differentiated_result());
        let again = self.again_types();
        let accumulators: Vec<TokenStream> = self
            .source
            .params
            .iter()
            .map(|param| if param.is_active { self.accumulator(&param.ty) } else { quote!(()) })
            .collect();
        let pullback = quote! {
            Fn(#(#again,)* #seed, #seed) -> (#(#accumulators,)* #(#accumulators,)*)
        };
        let pullback = match self.is_recursive {
            true => quote!(::std::boxed::Box<dyn #pullback>),
            false => quote!(impl #pullback),
        };
        let results = located(quote!((#result, #pullback, #tangent)), self.place_of_gradient());
        let body = self.dual_body(graph, &seed, &again);
        quote! {
            #head fn #name<#generics>(#(#parameters,)* #(#tangents),*) -> #results
            #clause
            {
                #body
            }
        }
    }

    fn dual_body(
        &self,
        graph: &Graph,
        seed_type: &TokenStream,
        again_types: &[TokenStream],
    ) -> TokenStream {
        let Some(sweep) = &graph.sweep else { return TokenStream::new() };
        let seeds: Vec<Value> =
            [Some(sweep.seed), sweep.seed_tangent].into_iter().flatten().collect();
        let mut writer = Writer::new(graph, self);
        let mut opening = self.owned_self(&mut writer, graph);
        let tangents = &graph.body.params[self.source.params.len()..];
        for ((position, _), tangent) in self.source.active().zip(tangents) {
            let (name, zero) = self.open_tangent(&mut writer, graph, position, *tangent);
            let given = tangent_name(position);
            opening.extend(quote!(let #name = #given.unwrap_or_else(#zero);));
        }
        let (primal_nodes, adjoint_nodes) = sweeps(graph);
        let primal = writer.statements(primal_nodes);
        let params = &graph.body.params[..self.source.params.len()];
        let named: Vec<bool> = params.iter().map(|param| writer.names.holds(*param)).collect();
        let (values, received) = split_results(graph);
        let (residuals, places) = writer.residuals_apart(sweep.start, received);
        let (value, tangent) = {
            let used = residuals.keys().chain(tangents).copied();
            let before = writer.before_second_part(used, values);
            let (values, tangent) = values.split_at(values.len() - 1);
            (before.results(values), before.moved(tangent[0]))
        };
        let kept = writer.begin_second_part(&residuals);
        writer.declare_receiver();
        let like = match graph.ty(sweep.seed) {
            Ty::Accumulator | Ty::Float(_) => None,
            _ => {
                let (like, accumulator, value) =
                    (ours("like"), writer.rt("accumulator"), ours("value"));
                let value = self.value_of(quote!(#value));
                Some(quote!(let #like = #accumulator(&#value);))
            }
        };
        let mut given = TokenStream::new();
        let mut conversions = TokenStream::new();
        for seed in seeds {
            let name = writer.name_of_seed(seed);
            let mutable = writer.declare(seed);
            conversions.extend(writer.convert_seed(seed, &name));
            given.extend(quote!(#mutable #name: #seed_type,));
        }
        let shown = writer.shown_again(&places);
        let adjoint = writer.statements(adjoint_nodes);
        writer.come_to(received, Default::default());
        let (gradients, product) = received.split_at(received.len() / 2);
        let parts = [gradients, product].map(|values| {
            let mut values = values.iter();
            let parts: Vec<TokenStream> = self
                .source
                .params
                .iter()
                .map(|param| match values.next_if_active(param) {
                    Some(value) => writer.accumulated(*value),
                    None => quote!(()),
                })
                .collect();
            quote!(#(#parts,)*)
        });
        let again = self.again_patterns(again_types, &named);
        let (value_name, tangent_value) = (ours("value"), ours("tangent"));
        let closure = quote! {
            move |#(#again,)* #given| {
                #conversions
                #(#shown)*
                #(#adjoint)*
                (#(#parts)*)
            }
        };
        let closure = match self.is_recursive {
            true => quote!(::std::boxed::Box::new(#closure)),
            false => closure,
        };
        let results = quote_spanned! {self.place_of_gradient()=>
            (#value_name, #closure, #tangent_value)
        };
        let body = quote! {
            #opening
            #(#primal)*
            let (#value_name, #tangent_value) = (#value, #tangent);
            #like
            #(#kept)*
            #results
        };
        settle(body, &writer.shared.take())
    }
}
