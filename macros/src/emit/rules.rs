//! Rules of the user's own, `vjp = path` and `jvp = path`: what is generated calls them, and looks at the
//! shapes that they give.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned, ToTokens};
use syn::spanned::Spanned;
use syn::Path;

use super::forward::tangent_name;
use super::signature::Signature;
use super::tokens::located;
use super::{given_name, ours, this};
use crate::graph::Graph;
use crate::source::Param;

impl Signature<'_> {
    /// `vjp`, `value_and_grad` and the hidden `__vjp` by the rule.
    pub(super) fn reverse_by_rule(&self) -> TokenStream {
        let Some(rule) = &self.source.options.vjp else { return TokenStream::new() };
        let items =
            [self.vjp_by_rule(rule), self.value_and_grad_by_rule(), self.hidden_by_rule(rule)];
        quote!(#(#items)*)
    }

    /// The public `vjp`: the rule's own pullback, which may borrow.
    fn vjp_by_rule(&self, rule: &Path) -> TokenStream {
        let krate = &self.krate;
        let name = self.item("vjp");
        let head = self.head("The value, and the pullback of a cotangent to the gradients.");
        let (generics, clause) = (self.generics(), self.where_clause());
        let parameters = self.parameters_of_one_lifetime();
        let result = self.source.result();
        let (seed, gradients) = (self.result_gradient(), self.gradients());
        let names = self.source.params.iter().map(|param| &param.name);
        let shapes = self.shapes_of_arguments();
        let (value, pull, dy) = (ours("value"), ours("pull"), ours("dy"));
        let called = called(rule, quote!(#(#names),*));
        let received = self.received(rule, quote!(#pull(#dy)));
        let given = bare_or_tuple(self.checked(rule));
        let results = quote_spanned! {self.place_of_gradient()=>
            (#result, #krate::__pullback!(Fn(#seed) -> #gradients))
        };
        quote! {
            #head fn #name<'__a, #generics>(#(#parameters),*) -> #results #clause {
                #shapes
                let (#value, #pull) = #called;
                (#value, move |#dy: #seed| { #received #given })
            }
        }
    }

    /// `value_and_grad` by `vjp`.
    fn value_and_grad_by_rule(&self) -> TokenStream {
        let krate = &self.krate;
        let name = self.item("value_and_grad");
        let head = self.head("The value and the gradients with respect to the active arguments.");
        let (generics, clause) = (self.generics(), self.scalar_only());
        let parameters = self.parameters();
        let (result, gradients) = (self.source.result(), self.gradients());
        let names = self.source.params.iter().map(|param| &param.name);
        let vjp = self.call_of("vjp", 0);
        let (value, pull) = (ours("value"), ours("pull"));
        let differentiated = self.value_of(quote!(#value));
        let body = quote! {
            let (#value, #pull) = #vjp(#(#names),*);
            let gradients = #pull(#krate::rt::seed_gradient(&#differentiated));
            ::core::mem::drop(#pull);
            (#value, gradients)
        };
        let body = located(body, self.place_of_gradient());
        let results = quote_spanned!(self.place_of_gradient()=> (#result, #gradients));
        quote! { #head fn #name<#generics>(#(#parameters),*) -> #results #clause { #body } }
    }

    /// The hidden `__vjp`. The rule's pullback may borrow the arguments, and so could not be kept by a
    /// caller: where one is borrowed, the rule runs again in the backward pass.
    fn hidden_by_rule(&self, rule: &Path) -> TokenStream {
        let krate = &self.krate;
        let again_types = self.again_types();
        let seed_type = self.accumulator(&self.differentiated_result());
        let runs_again = self.source.params.iter().any(|param| self.is_borrowed(param));
        let shapes = self.shapes_of_arguments();
        let (value, pull, dy, like) = (ours("value"), ours("pull"), ours("dy"), ours("like"));
        let differentiated = self.value_of(quote!(#value));
        let arguments: Vec<TokenStream> =
            self.source.params.iter().map(|param| self.argument(param, false)).collect();
        let (before, call) = match runs_again {
            true => {
                let (kept, again) = self.kept_arguments();
                let function = self.function();
                let called = called(rule, quote!(#(#again),*));
                (
                    quote!(#kept let #value = #function(#(#arguments),*);),
                    quote!(let (_, #pull) = #called;),
                )
            }
            false => {
                let called = called(rule, quote!(#(#arguments),*));
                (quote!(let (#value, #pull) = #called;), TokenStream::new())
            }
        };
        let received = self.received(rule, quote!(#pull(#krate::rt::filled(&#like, #dy))));
        let mut checked = self.checked(rule).into_iter();
        let given = self.source.params.iter().map(|param| match param.is_active {
            true => {
                let gradient = checked.next();
                quote!(#krate::rt::into_acc_of(#gradient))
            }
            false => quote!(()),
        });
        let again = self.again_patterns(&again_types, &vec![true; again_types.len()]);
        let closure = quote! {
            move |#(#again,)* #dy: #seed_type| { #call #received (#(#given,)*) }
        };
        let closure = match self.is_recursive {
            true => quote!(::std::boxed::Box::new(#closure)),
            false => closure,
        };
        let owned = self.owns_self().then(|| {
            let this = this();
            quote!(let #this = ::core::clone::Clone::clone(self);)
        });
        self.hidden_with(quote! {
            #owned
            #shapes
            #before
            let #like = #krate::rt::accumulator(&#differentiated);
            (#value, #closure)
        })
    }

    /// `jvp` and the hidden `__jvp` by the rule.
    pub(super) fn forward_by_rule(&self, rule: &Path, graph: &Graph) -> TokenStream {
        let krate = &self.krate;
        let (jvp, jacobian) = (self.jvp(graph), self.jacobian(Some(self.columns_by_calls(graph))));
        let linear = self.linear_by_calls();
        let name = self.item("__jvp");
        let head = self.hidden_head();
        let (generics, clause) = (self.generics(), self.where_clause());
        let separator = self.separator();
        let parameters = self.hidden_parameters();
        let (types, bounds) = (self.tangent_types(), self.tangent_bounds());
        let given: Vec<Ident> = (0..types.len()).map(tangent_name).collect();
        let results = self.value_and_tangent();
        let mut opening = self.owns_self().then(|| {
            let this = this();
            quote!(let #this = ::core::clone::Clone::clone(self);)
        });
        let tangents: Vec<TokenStream> = self
            .source
            .active()
            .map(|(position, param)| {
                let name = tangent_name(position);
                let like = match param.is_receiver() && self.owns_self() {
                    true => quote!(self),
                    false => self.seen(param),
                };
                opening.get_or_insert_default().extend(quote! {
                    let #name =
                        #krate::rt::Tangent::tangent(&#name, || #krate::rt::zero_gradient(#like));
                });
                self.passed_tangent(graph, (position, param), &quote!(#name))
            })
            .collect();
        let tangents = bare_or_tuple(tangents);
        let arguments = self.source.params.iter().map(|param| self.argument(param, false));
        let called = called(rule, quote!(#(#arguments,)* #tangents));
        let (value, tangent) = (ours("value"), ours("tangent"));
        let differentiated = self.value_of(quote!(#value));
        let text = text_of(rule);
        quote! {
            #head fn #name<#generics #separator #(#types: #bounds),*>(
                #(#parameters,)* #(#given: #types),*
            ) -> #results
            #clause
            {
                #opening
                let (#value, #tangent) = #called;
                #krate::rt::check_rule(
                    #text, "the tangent", &#krate::rt::shapes(&#differentiated), &#tangent,
                );
                (#value, #tangent)
            }
            #jvp
            #linear
            #jacobian
        }
    }

    /// An argument as it is passed on, also by a pullback that is handed it again: a `self` by value as a
    /// copy.
    pub(super) fn argument(&self, param: &Param, is_again: bool) -> TokenStream {
        let (name, this) = (&param.name, this());
        match param.is_receiver() {
            true if self.owns_self() => quote!(::core::clone::Clone::clone(&#this)),
            true if is_again => quote!(#this),
            true => quote!(self),
            false if param.is_view() => quote!(#name.view()),
            false => quote!(#name),
        }
    }

    /// True if a pullback is handed the argument again, or a copy of it.
    fn is_borrowed(&self, param: &Param) -> bool {
        self.is_handed_again(param) || param.is_receiver() && self.owns_self()
    }

    /// What a pullback keeps of arguments that were given away, and all arguments as it has them: those are
    /// copied for each call.
    pub(super) fn kept_arguments(&self) -> (TokenStream, Vec<TokenStream>) {
        let mut kept = TokenStream::new();
        let again = self
            .source
            .params
            .iter()
            .enumerate()
            .map(|(position, param)| {
                if self.is_borrowed(param) {
                    return self.argument(param, true);
                }
                let (name, copy) = (&param.name, kept_name(position));
                kept.extend(quote!(let #copy = ::core::clone::Clone::clone(&#name);));
                quote!(::core::clone::Clone::clone(&#copy))
            })
            .collect();
        (kept, again)
    }

    /// The function by its name.
    pub(super) fn function(&self) -> TokenStream {
        let name = self.source.name();
        match self.source.is_associated() {
            true => quote!(Self::#name),
            false => quote!(#name),
        }
    }

    /// The parameters, with one lifetime for all that are borrowed without a name: a rule's pullback may
    /// borrow several of them, and a hidden type has to name what it borrows.
    fn parameters_of_one_lifetime(&self) -> Vec<TokenStream> {
        let inputs = self.source.params.iter().zip(&self.source.item.sig.inputs);
        inputs
            .map(|(param, input)| match input {
                syn::FnArg::Receiver(receiver) => match &receiver.kind {
                    syn::ReceiverKind::Reference(_, None, None) => quote!(&'__a self),
                    _ => quote!(#receiver),
                },
                syn::FnArg::Typed(_) => {
                    let (name, ty) = (&param.name, super::signature::lent_for(&param.ty, "'__a"));
                    quote!(#name: #ty)
                }
            })
            .collect()
    }

    /// The shapes of the active arguments, before one is given away.
    fn shapes_of_arguments(&self) -> TokenStream {
        let krate = &self.krate;
        let shapes = self.source.active().map(|(position, param)| {
            let (name, seen) = (shapes_name(position), self.seen(param));
            quote!(let #name = #krate::rt::shapes(#seen);)
        });
        quote!(#(#shapes)*)
    }

    /// `let (d0, d1): (..) = pull(dy);`: another number of gradients, or another type, is rustc's to say, at
    /// the rule.
    fn received(&self, rule: &Path, call: TokenStream) -> TokenStream {
        let names = self.source.active().map(|(position, _)| {
            let name = given_name(position);
            quote!(#name)
        });
        let pattern = bare_or_tuple(names.collect());
        let gradients = self.gradients();
        located(quote!(let #pattern: #gradients = #call;), rule.span())
    }

    /// The gradients, each of the shape of its argument.
    fn checked(&self, rule: &Path) -> Vec<TokenStream> {
        let krate = &self.krate;
        let text = text_of(rule);
        self.source
            .active()
            .map(|(position, param)| {
                let (given, shapes) = (given_name(position), shapes_name(position));
                let argument = format!("the gradient of `{}`", param.name);
                quote! {{
                    #krate::rt::check_rule(#text, #argument, &#shapes, &#given);
                    #given
                }}
            })
            .collect()
    }
}

/// `rule(arguments)`, at the rule.
fn called(rule: &Path, arguments: TokenStream) -> TokenStream {
    let span = rule.span();
    quote_spanned!(span=> #rule(#arguments))
}

pub(super) fn bare_or_tuple(parts: Vec<TokenStream>) -> TokenStream {
    match parts.as_slice() {
        [one] => one.clone(),
        many => quote!((#(#many),*)),
    }
}

/// The rule's path as the user wrote it.
fn text_of(rule: &Path) -> String {
    rule.to_token_stream().to_string().replace(' ', "")
}

fn shapes_name(position: usize) -> Ident {
    format_ident!("shapes{position}", span = proc_macro2::Span::mixed_site())
}

fn kept_name(position: usize) -> Ident {
    format_ident!("kept{position}", span = proc_macro2::Span::mixed_site())
}
