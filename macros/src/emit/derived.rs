//! Derivatives of derivatives: what a differentiable function calls whose body calls `g::grad`,
//! `g::value_and_grad` or `g::jvp`. A Hessian is symmetric, so the pullback of the gradient is its product
//! with the cotangent; and the pullback of a directional derivative is that of `__vjp_jvp` with the two
//! cotangents exchanged.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::forward::tangent_name;
use super::rules::bare_or_tuple;
use super::second::Second;
use super::signature::Signature;
use super::tokens::located;
use super::{given_name, like_name, ours, this};
use crate::graph::Graph;
use crate::source::Param;

impl Signature<'_> {
    /// The hidden twins of the derivatives.
    pub(super) fn derived(&self, second: &Second) -> TokenStream {
        let graph = &second.dual;
        // Whether the result is a float is rustc's to see where the macro does not.
        let clause = match &second.product {
            Some(_) => self.where_clause(),
            None => self.scalar_only(),
        };
        let clause = self.with_clones(&clause);
        // With `aux` the value is a pair, the second of which is no number.
        let jvp = second.twice.as_ref().map(|twice| {
            let (reverse, forward) = (self.jvp_in_reverse(graph), self.jvp_forward(graph));
            let twice = self.jvp_twice(twice);
            quote!(#reverse #forward #twice)
        });
        let jvp = quote!(#jvp);
        if !self.may_be_scalar() {
            return jvp;
        }
        let mut items =
            vec![jvp, self.grad_in_reverse(graph, &clause), self.grad_forward(graph, &clause)];
        if !self.source.options.aux {
            items.extend([
                self.value_and_grad_in_reverse(&clause),
                self.value_and_grad_forward(&clause),
            ]);
        }
        located(quote!(#(#items)*), self.place_of_gradient())
    }

    /// False for a result that is surely no float: what it has no gradient for needs no twin.
    fn may_be_scalar(&self) -> bool {
        let result = self.differentiated_result();
        match &result {
            syn::Type::Path(path) => {
                let last = path.path.segments.last().map(|last| last.ident.to_string());
                !last.is_some_and(|last| {
                    last.starts_with("Array") || last == "Vec" || last == "Option"
                })
            }
            _ => false,
        }
    }

    /// `__grad_vjp`: the pullback is the Hessian's product with the cotangent.
    fn grad_in_reverse(&self, graph: &Graph, clause: &TokenStream) -> TokenStream {
        let krate = &self.krate;
        let gradients = self.gradients();
        let seed = quote!(<#gradients as #krate::Differentiable>::Acc);
        let (kept, again) = self.kept_arguments();
        let arguments = self.arguments();
        let (grad, product) = (self.call_of("grad", 0), self.call_of("grad_and_hvp", 0));
        let (value, like, dy) = (ours("value"), ours("like"), ours("dy"));
        let directions: Vec<Ident> = self.active_names(given_name);
        let pattern = self.bare(&directions);
        let lent = self
            .source
            .active()
            .zip(&directions)
            .map(|(active, name)| self.passed_tangent(graph, active, &quote!((&#name))));
        let lent = bare_or_tuple(lent.collect());
        let given = self.for_each(&directions, |name| quote!(#krate::rt::into_acc_of(#name)));
        let closure = self.pullback(
            &seed,
            quote! {
                let #pattern = #krate::rt::filled(&#like, #dy);
                let (_, #pattern) = #product(#(#again,)* #lent);
                (#(#given,)*)
            },
        );
        let owned = self.owned();
        self.hidden_of(
            "__grad_vjp",
            &gradients,
            &seed,
            clause.clone(),
            quote! {
                #owned
                #kept
                let #value = #grad(#(#arguments),*);
                let #like = #krate::rt::accumulator(&#value);
                (#value, #closure)
            },
        )
    }

    /// `__grad_jvp`: the gradient's derivative is the Hessian's product with the direction.
    fn grad_forward(&self, graph: &Graph, clause: &TokenStream) -> TokenStream {
        let gradients = self.gradients();
        let product = self.call_of("grad_and_hvp", 0);
        let arguments = self.arguments();
        let (opening, tangents) = self.given_tangents();
        let lent = self
            .source
            .active()
            .zip(&tangents)
            .map(|(active, name)| self.passed_tangent(graph, active, &quote!(#name)));
        let lent = bare_or_tuple(lent.collect());
        self.hidden_forward(
            "__grad_jvp",
            quote!((#gradients, #gradients)),
            clause,
            quote!(#opening #product(#(#arguments,)* #lent)),
        )
    }

    /// `__value_and_grad_vjp`: the cotangent of the value weighs the gradient, that of the gradient is a
    /// direction.
    fn value_and_grad_in_reverse(&self, clause: &TokenStream) -> TokenStream {
        let krate = &self.krate;
        let (result, gradients) = (self.source.result(), self.gradients());
        let both = quote!((#result, #gradients));
        let seed = quote!(<#both as #krate::Differentiable>::Acc);
        let (kept, again) = self.kept_arguments();
        let again = self.hidden_arguments(again);
        let arguments = self.arguments();
        let call = self.call_of("value_and_grad", 0);
        let dual = self.call_of("__vjp_jvp", 0);
        let (value, like, dy, one) = (ours("value"), ours("like"), ours("dy"), ours("one"));
        let (weight, pull) = (ours("weight"), ours("pull"));
        let directions: Vec<Ident> = self.active_names(given_name);
        let pattern = self.bare(&directions);
        let passed = self.for_each_or(
            &directions,
            |name| quote!(::core::option::Option::Some(#name)),
            || quote!(::core::option::Option::None),
        );
        let twins = self.for_each_or(&directions, |name| quote!(#name), || quote!(_));
        let nothing = self.source.params.iter().map(|_| quote!(_));
        let again_values: Vec<TokenStream> =
            self.source.params.iter().map(|param| self.again_in_pullback(param)).collect();
        let given = self.for_each(&directions, |name| quote!(#name));
        let closure = self.pullback(
            &seed,
            quote! {
                let (#weight, #pattern) = #krate::rt::filled(&#like, #dy);
                let (_, #pull, _) = #dual(#(#again,)* #(#passed),*);
                let (#(#nothing,)* #(#twins,)*) = #pull(
                    #(#again_values,)*
                    ::core::clone::Clone::clone(&#one),
                    #krate::rt::into_acc_of(#weight),
                );
                (#(#given,)*)
            },
        );
        let owned = self.owned();
        self.hidden_of(
            "__value_and_grad_vjp",
            &both,
            &seed,
            clause.clone(),
            quote! {
                #owned
                #kept
                let #value = #call(#(#arguments),*);
                let #like = #krate::rt::accumulator(&#value);
                let #one = #krate::rt::seed_acc(&#value.0);
                (#value, #closure)
            },
        )
    }

    /// `__value_and_grad_jvp`.
    fn value_and_grad_forward(&self, clause: &TokenStream) -> TokenStream {
        let krate = &self.krate;
        let (result, gradients) = (self.source.result(), self.gradients());
        let tangent = self.result_gradient();
        let dual = self.call_of("__vjp_jvp", 0);
        let arguments = self.hidden_arguments(self.arguments());
        let (opening, tangents) = self.given_tangents();
        let (value, pull, derivative) = (ours("value"), ours("pull"), ours("derivative"));
        let passed = self.for_each_or(
            &tangents,
            |name| quote!(::core::option::Option::Some(#name.into_owned())),
            || quote!(::core::option::Option::None),
        );
        let likes = self.source.active().map(|(position, param)| {
            let (like, seen) = (like_name(position), self.seen(param));
            quote!(let #like = #krate::rt::accumulator(#seen);)
        });
        let (ones, twos): (Vec<Ident>, Vec<Ident>) = (
            self.active_names(given_name),
            self.active_names(|position| {
                format_ident!("d{position}_t", span = proc_macro2::Span::mixed_site())
            }),
        );
        let gave = self.for_each_or(&ones, |name| quote!(#name), || quote!(_));
        let twins = self.for_each_or(&twos, |name| quote!(#name), || quote!(_));
        let filled = |names: &[Ident]| {
            let parts = self.source.active().zip(names).map(|((position, _), name)| {
                let like = like_name(position);
                quote!(#krate::rt::filled(&#like, #name))
            });
            bare_or_tuple(parts.collect())
        };
        let (gradient, product) = (filled(&ones), filled(&twos));
        let again: Vec<TokenStream> =
            self.source.params.iter().map(|param| self.again_value(param)).collect();
        self.hidden_forward(
            "__value_and_grad_jvp",
            quote!(((#result, #gradients), (#tangent, #gradients))),
            clause,
            quote! {
                #opening
                #(#likes)*
                let (#value, #pull, #derivative) = #dual(#(#arguments,)* #(#passed),*);
                let (#(#gave,)* #(#twins,)*) = #pull(
                    #(#again,)* #krate::rt::seed_acc(&#value), ::core::default::Default::default(),
                );
                ((#value, #gradient), (#derivative, #product))
            },
        )
    }

    /// `__jvp_vjp`: arguments and tangents are active.
    fn jvp_in_reverse(&self, graph: &Graph) -> TokenStream {
        let krate = &self.krate;
        let name = self.item("__jvp_vjp");
        let head = self.hidden_head();
        let (generics, clause) = (self.generics(), self.where_clause());
        let separator = self.separator();
        let parameters = self.hidden_parameters();
        let (result, tangent) = (self.source.result(), self.result_gradient());
        let both = quote!((#result, #tangent));
        let seed = quote!(<#both as #krate::Differentiable>::Acc);
        let dual = self.call_of("__vjp_jvp", 0);
        let arguments = self.hidden_arguments(self.arguments());
        let active: Vec<(usize, &Param)> = self.source.active().collect();
        let (pattern, given) = self.tangents_to_own(graph);
        let is_lent = active.len() == 1 && !graph.ty(graph.body.params[active[0].0]).is_float();
        let again_type = if is_lent { given.clone() } else { quote!(()) };
        let tangents = self.active_names(tangent_name);
        let passed = self.for_each_or(
            &tangents,
            |name| quote!(#krate::rt::owned_tangent(#name)),
            || quote!(::core::option::Option::None),
        );
        // A tuple's parts are owned.
        let opening = (active.len() > 1).then(|| {
            let some = tangents.iter().map(|name| quote!(let #name = &#name;));
            quote!(#(#some)*)
        });
        let accumulators = |params: &mut dyn Iterator<Item = &Param>| -> Vec<TokenStream> {
            params
                .map(|param| match param.is_active {
                    true => self.accumulator(&param.ty),
                    false => quote!(()),
                })
                .collect()
        };
        let of_arguments = accumulators(&mut self.source.params.iter());
        let of_tangents = bare_or_tuple(
            active
                .iter()
                .map(|(_, param)| {
                    let gradient = self.gradient(&param.ty);
                    quote!(<#gradient as #krate::Differentiable>::Acc)
                })
                .collect(),
        );
        let again_types = self.again_types();
        let pullback = quote! {
            Fn(#(#again_types,)* #again_type, #seed) -> (#(#of_arguments,)* #of_tangents,)
        };
        let pullback = match self.is_recursive {
            true => quote!(::std::boxed::Box<dyn #pullback>),
            false => quote!(impl #pullback),
        };
        let markers = self.marker_types();
        let marker_of_tangents = format_ident!("M{}", markers.len());
        let bounds = self.source.params.iter().map(|param| match param.is_active {
            true => quote!(#krate::rt::Activity),
            false => quote!(#krate::rt::Constant),
        });
        let again = self.again_patterns(&again_types, &vec![true; again_types.len()]);
        let again_values: Vec<TokenStream> =
            self.source.params.iter().map(|param| self.again_in_pullback(param)).collect();
        let (ones, twos): (Vec<Ident>, Vec<Ident>) = (
            self.active_names(given_name),
            self.active_names(|position| {
                format_ident!("d{position}_t", span = proc_macro2::Span::mixed_site())
            }),
        );
        let gave = self.for_each_or(&ones, |name| quote!(#name), || quote!(_));
        let twins = self.for_each_or(&twos, |name| quote!(#name), || quote!(_));
        let to_arguments = self.for_each(&twos, |name| quote!(#name));
        let to_tangents = bare_or_tuple(ones.iter().map(|name| quote!(#name)).collect());
        let (value, pull, derivative) = (ours("value"), ours("pull"), ours("derivative"));
        let (dy, dy_t) = (ours("dy"), ours("dy_t"));
        let closure = quote! {
            move |#(#again,)* _: #again_type, (#dy, #dy_t): #seed| {
                let (#(#gave,)* #(#twins,)*) = #pull(#(#again_values,)* #dy_t, #dy);
                (#(#to_arguments,)* #to_tangents,)
            }
        };
        let closure = match self.is_recursive {
            true => quote!(::std::boxed::Box::new(#closure)),
            false => closure,
        };
        let owned = self.owned();
        let tangents_name = ours("tangents");
        let types: Vec<TokenStream> = markers.iter().map(|marker| quote!(_: #marker)).collect();
        quote! {
            #head fn #name<
                #generics #separator #(#markers: #bounds,)* #marker_of_tangents: #krate::rt::Activity
            >(
                #(#parameters,)* #tangents_name: #given, #(#types,)* _: #marker_of_tangents
            ) -> (#both, #pullback)
            #clause
            {
                #owned
                let #pattern = #tangents_name;
                #opening
                let (#value, #pull, #derivative) = #dual(#(#arguments,)* #(#passed),*);
                ((#value, #derivative), #closure)
            }
        }
    }

    /// The pattern of the tangents that a call of `jvp` gives, and their type: one is lent if it is no float, several
    /// are given in a tuple.
    pub(super) fn tangents_to_own(&self, graph: &Graph) -> (TokenStream, TokenStream) {
        let gradients = self.gradients();
        let active: Vec<usize> = self.source.active().map(|(position, _)| position).collect();
        match active.as_slice() {
            [position] => {
                let name = tangent_name(*position);
                match graph.ty(graph.body.params[*position]).is_float() {
                    true => (quote!(#name), gradients),
                    false => (quote!(#name), quote!(&#gradients)),
                }
            }
            many => {
                let names = many.iter().map(|position| tangent_name(*position));
                (quote!((#(#names),*)), gradients)
            }
        }
    }

    /// `self` of a method that takes it by value, owned.
    fn owned(&self) -> Option<TokenStream> {
        self.owns_self().then(|| {
            let this = this();
            quote!(let #this = ::core::clone::Clone::clone(self);)
        })
    }

    fn arguments(&self) -> Vec<TokenStream> {
        self.source.params.iter().map(|param| self.argument(param, false)).collect()
    }

    /// The same for a hidden function, which borrows a `self` that is owned.
    fn hidden_arguments(&self, mut arguments: Vec<TokenStream>) -> Vec<TokenStream> {
        if self.owns_self() {
            let this = this();
            arguments[0] = quote!(&#this);
        }
        arguments
    }

    /// What a pullback hands on of what it was handed again.
    fn again_in_pullback(&self, param: &Param) -> TokenStream {
        let this = this();
        match param.is_receiver() {
            true if self.owns_self() => quote!(&#this),
            true => quote!(#this),
            false => self.again_value(param),
        }
    }

    fn active_names(&self, name: impl Fn(usize) -> Ident) -> Vec<Ident> {
        self.source.active().map(|(position, _)| name(position)).collect()
    }

    fn bare(&self, names: &[Ident]) -> TokenStream {
        bare_or_tuple(names.iter().map(|name| quote!(#name)).collect())
    }

    /// For each parameter what is made of its name, and `()` for a constant.
    fn for_each(&self, names: &[Ident], of: impl Fn(&Ident) -> TokenStream) -> Vec<TokenStream> {
        self.for_each_or(names, of, || quote!(()))
    }

    fn for_each_or(
        &self,
        names: &[Ident],
        of: impl Fn(&Ident) -> TokenStream,
        constant: impl Fn() -> TokenStream,
    ) -> Vec<TokenStream> {
        let mut names = names.iter();
        let each = self.source.params.iter().map(|param| match param.is_active {
            true => names.next().map_or_else(&constant, &of),
            false => constant(),
        });
        each.collect()
    }

    /// A pullback of this body, which is handed the arguments again.
    fn pullback(&self, seed: &TokenStream, body: TokenStream) -> TokenStream {
        let types = self.again_types();
        let again = self.again_patterns(&types, &vec![true; types.len()]);
        let dy = ours("dy");
        let closure = quote!(move |#(#again,)* #dy: #seed| { #body });
        match self.is_recursive {
            true => quote!(::std::boxed::Box::new(#closure)),
            false => closure,
        }
    }

    /// The tangents under their names, zeros where there is none.
    fn given_tangents(&self) -> (TokenStream, Vec<Ident>) {
        let krate = &self.krate;
        let mut opening = self.owned().unwrap_or_default();
        let names = self.active_names(tangent_name);
        for ((_, param), name) in self.source.active().zip(&names) {
            let like = match param.is_receiver() && self.owns_self() {
                true => quote!(self),
                false => self.seen(param),
            };
            opening.extend(quote! {
                let #name = #krate::rt::Tangent::tangent(&#name, || #krate::rt::zero_gradient(#like));
            });
        }
        (opening, names)
    }

    /// A hidden function in forward mode.
    fn hidden_forward(
        &self,
        name: &str,
        results: TokenStream,
        clause: &TokenStream,
        body: TokenStream,
    ) -> TokenStream {
        let name = self.item(name);
        let head = self.hidden_head();
        let generics = self.generics();
        let separator = self.separator();
        let parameters = self.hidden_parameters();
        let (types, bounds) = (self.tangent_types(), self.tangent_bounds());
        let given: Vec<Ident> = (0..types.len()).map(tangent_name).collect();
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
}
