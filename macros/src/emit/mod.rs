//! From the graph to Rust: the only stage that quotes.
//!
//! For `fn f` an empty `enum f {}` carries the derivatives as inherent functions (the type namespace
//! is free); a method's are its siblings, `f_vjp` and so on. Between differentiable functions stands
//! a hidden `__vjp` whose pullback owns residuals only and is handed borrowed arguments again.
//!
//! This crate is an edition-2021 crate on purpose: what an `impl Fn` captures follows the edition of
//! the crate that wrote the token, and under 2021 the hidden pullback captures all type parameters
//! and no lifetimes, also inside a generic `impl` that an attribute on a method cannot see. The
//! public pullback, which does borrow, is written by a macro of the runtime under 2024.

mod addition;
mod anchor;
mod asked;
mod body;
mod branches;
mod call;
mod call_forward;
mod construct;
mod derived;
mod elements;
mod expr;
mod extension;
mod forms;
mod forward;
mod jacobian;
mod kept;
mod kernel;
mod layers;
mod linear;
mod liveness;
mod loops;
mod names;
pub(crate) mod operation_tests;
mod parts;
mod public;
mod recycled;
mod restored;
mod reused;
mod rules;
pub(crate) mod runtime;
mod second;
mod signature;
mod stretches;
mod stubs;
mod survey;
mod text;
mod tokens;
mod twice;
mod update;
mod variables;
mod watch;
mod wishes;
mod writer;

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::{format_ident, quote, quote_spanned, ToTokens};

use crate::graph::Graph;
use crate::lower::ByName;
use crate::source::Source;
pub(crate) use second::Second;
use signature::Signature;
use syn::spanned::Spanned;
use tokens::located;

/// The value that a marker type's parameter is called.
fn marker_value(marker: &Ident) -> Ident {
    Ident::new(&marker.to_string().to_lowercase(), Span::mixed_site())
}

/// The graphs from which a function's derivatives are written.
pub(crate) struct Derivatives {
    /// Primal and adjoint, for `__vjp`.
    pub(crate) reverse: Graph,
    /// The same with the seed 1, for `value_and_grad` of a float; none where the result is not
    /// known to be one.
    pub(crate) gradient: Option<Graph>,
    /// The primal with tangents, for `__jvp`, if it was asked for.
    pub(crate) forward: Option<Graph>,
    /// The primal and the part that is linear in tangents, for `__linear` and the Jacobian of what may be no float.
    pub(crate) linear: Option<Graph>,
    /// For second order, if it was asked for.
    pub(crate) second: Option<Second>,
    /// The methods of ours that the function calls by name.
    pub(crate) by_name: Vec<ByName>,
}

/// The derivatives of a function.
pub(crate) fn emit(source: &Source, derivatives: &Derivatives) -> TokenStream {
    let mut signature = Signature::new(source, false);
    signature.is_recursive |= call::calls_itself(source, &derivatives.reverse.body.nodes);
    let items = [
        signature.hidden(&derivatives.reverse, &derivatives.by_name),
        signature.vjp(),
        signature.value_and_grad(derivatives.gradient.as_ref()),
        signature.value_and_grad_into(),
        signature.grad(),
        signature.not_asked_for(),
        signature.refused_to_callers(),
    ];
    let rule = source.options.jvp.as_ref();
    let forward = match (&derivatives.forward, rule) {
        (Some(graph), _) => {
            let linear = derivatives.linear.as_ref();
            let columns = linear.filter(|_| !graph.gives_float());
            let columns = columns.map(|linear| signature.columns(linear));
            let items = [
                signature.hidden_jvp(graph),
                signature.jvp(graph),
                linear.map(|linear| signature.hidden_linear(linear)).unwrap_or_default(),
                signature.jacobian(columns),
            ];
            quote!(#(#items)*)
        }
        (None, Some(rule)) => signature.forward_by_rule(rule, &derivatives.reverse),
        (None, None) => TokenStream::new(),
    };
    let second = derivatives.second.as_ref().map(|second| {
        let (items, derived) = (signature.second(second), signature.derived(second));
        quote!(#items #derived)
    });
    signature.around(quote!(#(#items)* #forward #second))
}

/// The derivatives of a function whose rule is the user's own; the graph has its parameters.
pub(crate) fn by_rule(source: &Source, graph: &Graph) -> TokenStream {
    let signature = Signature::new(source, false);
    let rules = signature.reverse_by_rule();
    let forward = source.options.jvp.as_ref().map(|rule| signature.forward_by_rule(rule, graph));
    let items = [
        signature.value_and_grad_into(),
        signature.grad(),
        signature.not_asked_for(),
        signature.refused_to_callers(),
    ];
    signature.around(quote!(#rules #(#items)* #forward))
}

/// The functions that a person would like to read, without what only rustc needs.
pub(crate) fn readable(source: &Source, derivatives: &Derivatives) -> TokenStream {
    let signature = Signature::new(source, true);
    let reverse = match &derivatives.gradient {
        Some(graph) => signature.value_and_grad(Some(graph)),
        None => signature.hidden(&derivatives.reverse, &[]),
    };
    let forward = derivatives.forward.as_ref().map(|graph| signature.hidden_jvp(graph));
    let second = derivatives.second.as_ref().map(|second| signature.second(second));
    quote!(#reverse #forward #second)
}

/// Stand-ins of the derivatives of a function with mistakes, so that its callers compile; of one where rustc finds a
/// mistake at `unread`, which we did not read further, for that reason.
pub(crate) fn stubs(source: &Source, unread: Option<Span>) -> TokenStream {
    let signature = Signature { unread, ..Signature::new(source, false) };
    signature.around(signature.stand_ins())
}

impl<'a> Signature<'a> {
    fn new(source: &'a Source, for_reading: bool) -> Signature<'a> {
        let krate = match (&source.options.krate, for_reading) {
            (Some(path), _) => quote!(#path),
            (None, true) => quote!(chainrule),
            (None, false) => quote!(::chainrule),
        };
        let is_recursive = source.options.recursive;
        Signature { source, krate, for_reading, is_recursive, unread: None }
    }

    /// Where it lies what calls the hidden function or accumulates: at the first type that may have no
    /// gradient, so that rustc says so once and there.
    pub(super) fn place_of_gradient(&self) -> Span {
        let generics = &self.source.item.sig.generics;
        let first = self.source.active().find(|(_, param)| !param.is_float_or_array(generics));
        let span = first
            .map_or(self.source.name().span(), |(_, param)| signature::owner(&param.ty).span());
        Span::call_site().located_at(span)
    }

    /// The `enum` with its `impl`, or the functions alone beside a method.
    fn around(&self, items: TokenStream) -> TokenStream {
        if self.source.is_associated() {
            return items_at(items, self.source.name().span());
        }
        let name = self.source.name();
        let visibility = &self.source.item.vis;
        // The documentation shows the function; the type beside it needs no page of its own.
        quote! {
            #[doc(hidden)]
            #[allow(non_camel_case_types, dead_code)]
            #visibility enum #name {}
            #[automatically_derived]
            #[allow(warnings, clippy::all)]
            impl #name { #items }
        }
    }

    /// `f::name::<T, N>` or `Self::f_name::<T, N>`, with more generics after the user's.
    fn call_of(&self, item: &str, inferred: usize) -> TokenStream {
        let name = self.item(item);
        let generics = self.generic_names();
        let inferred = (0..inferred).map(|_| quote!(_));
        if generics.is_empty() {
            quote!(Self::#name)
        } else {
            quote!(Self::#name::<#(#generics,)* #(#inferred),*>)
        }
    }

    fn result_gradient(&self) -> TokenStream {
        let result = self.differentiated_result();
        self.gradient(&result)
    }

    /// The result's type, without what `aux` passes on beside it.
    fn differentiated_result(&self) -> syn::Type {
        match (self.source.result(), self.source.options.aux) {
            (syn::Type::Tuple(tuple), true) if tuple.elems.len() == 2 => tuple.elems[0].clone(),
            (result, _) => result,
        }
    }

    /// `value` as the first part of a result, without `aux`: the value to be differentiated.
    fn value_of(&self, value: TokenStream) -> TokenStream {
        if self.source.options.aux {
            quote!(#value.0)
        } else {
            value
        }
    }

    /// What the hidden pullback is handed again.
    fn again_value(&self, param: &crate::source::Param) -> TokenStream {
        let name = &param.name;
        if param.is_receiver() && self.owns_self() {
            return quote!(&self);
        }
        match self.is_handed_again(param) {
            true if param.is_view() => quote!(#name.view()),
            true => quote!(#name),
            false => quote!(()),
        }
    }

    /// `value_and_grad`: a straight function of its own for a float, through `__vjp` else.
    fn value_and_grad(&self, graph: Option<&Graph>) -> TokenStream {
        let krate = &self.krate;
        let name = self.item("value_and_grad");
        let head = match self.for_reading {
            true => self.source.item.vis.clone().into_token_stream(),
            false => self.head("The value and the gradients with respect to the active arguments."),
        };
        let generics = self.generics();
        let parameters = self.parameters();
        let (result, gradients) = (self.source.result(), self.gradients());
        let (clause, body) = match graph {
            Some(graph) => (self.where_clause(), self.gradient_body(graph)),
            None => {
                let forward = self.forward_to_hidden();
                let (value, gradients) = (ours("value"), ours("gradients"));
                let differentiated = self.value_of(quote!(#value));
                let pulled = self.pulled(quote!(#krate::rt::seed_acc(&#differentiated)));
                let body = quote! {
                    #forward
                    let #gradients = #pulled;
                    (#value, #gradients)
                };
                (self.scalar_only(), located(body, self.place_of_gradient()))
            }
        };
        let results = quote_spanned!(self.place_of_gradient()=> (#result, #gradients));
        quote! {
            #head fn #name<#generics>(#(#parameters),*) -> #results #clause { #body }
        }
    }

    /// The user's where clause, and that the result is a float: checked where it is called alone.
    fn scalar_only(&self) -> TokenStream {
        let krate = &self.krate;
        let predicates = self.predicates();
        let result = self.differentiated_result();
        let result = quote_spanned!(self.source.name().span()=> #result);
        quote!(where #predicates for<'__a> #result: #krate::rt::ScalarResult)
    }

    fn bounded(&self) -> TokenStream {
        self.scalar_only()
    }

    fn value_and_grad_into(&self) -> TokenStream {
        let name = self.item("value_and_grad_into");
        let head = self
            .head("The value; the gradients are written into the last argument, whatever it held. It has no elements after a \
                   panic of the function.");
        let (generics, clause) = (self.generics(), self.bounded());
        let parameters = self.parameters();
        let (result, gradients) = (self.source.result(), self.gradients());
        let names = self.source.params.iter().map(|param| &param.name);
        let value_and_grad = self.call_of("value_and_grad", 0);
        let (value, old, new) = (ours("value"), ours("gradients"), ours("new"));
        let krate = &self.krate;
        let body = quote! {
            // What was there before gives its memory to what comes.
            #krate::rt::release(#old);
            let (#value, #new) = #value_and_grad(#(#names),*);
            *#old = #new;
            #value
        };
        let body = located(body, self.place_of_gradient());
        quote! {
            #head fn #name<#generics>(#(#parameters,)* #old: &mut #gradients) -> #result #clause {
                #body
            }
        }
    }

    fn grad(&self) -> TokenStream {
        let name = self.item("grad");
        let head = self.head("The gradients with respect to the active arguments.");
        let (generics, clause) = (self.generics(), self.bounded());
        let parameters = self.parameters();
        let gradients = self.gradients();
        let names = self.source.params.iter().map(|param| &param.name);
        let value_and_grad = self.call_of("value_and_grad", 0);
        let used = self.mention_of_function();
        let call = located(quote!(#value_and_grad(#(#names),*).1), self.place_of_gradient());
        quote! {
            #head fn #name<#generics>(#(#parameters),*) -> #gradients #clause {
                #used
                #call
            }
        }
    }

    /// The function by its name, so that it is never unused.
    fn mention_of_function(&self) -> TokenStream {
        let name = self.source.name();
        let generics = self.generic_names();
        let path = if self.source.is_associated() { quote!(Self::#name) } else { quote!(#name) };
        if generics.is_empty() {
            quote!(let _ = #path;)
        } else {
            quote!(let _ = #path::<#(#generics),*>;)
        }
    }

    /// A comma after the user's generics, if there are any without one.
    fn separator(&self) -> Option<TokenStream> {
        let generics = &self.source.item.sig.generics.params;
        (!generics.is_empty() && !generics.trailing_punct()).then(|| quote!(,))
    }
}

/// The same functions, each lying at the user's: there rustc says that they are no members of a trait.
fn items_at(items: TokenStream, function: Span) -> TokenStream {
    items
        .into_iter()
        .map(|mut tree| {
            let is_frame = match &tree {
                TokenTree::Ident(word) => word == "fn",
                TokenTree::Group(body) => body.delimiter() == Delimiter::Brace,
                _ => false,
            };
            if is_frame {
                tree.set_span(tree.span().located_at(function));
            }
            tree
        })
        .collect()
}

/// A local of ours, which no name of the user's can be.
fn ours(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// What `self` is called where it is handed again, or a copy of it is owned.
fn this() -> Ident {
    ours("this")
}

fn like_name(position: usize) -> Ident {
    format_ident!("like{position}", span = Span::mixed_site())
}

fn given_name(position: usize) -> Ident {
    format_ident!("d{position}", span = Span::mixed_site())
}
