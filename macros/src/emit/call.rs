//! Calls of differentiable functions, and of their pullbacks.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned, ToTokens};

use super::signature::is_view_type;
use super::text::{Strength, Text};
use super::writer::Writer;
use crate::graph::{Callee, Node, Op, Passing, Target, Ty, Value};

/// The runtime's fallback modules, by the number of arguments.
const COUNTS: [&str; 13] = [
    "one", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve",
];

impl Writer<'_> {
    /// `g::__vjp(a, &b, Yes, No)`: the value and its pullback.
    pub(super) fn call(&self, callee: &Callee, node: &Node) -> Text {
        let span = node.span();
        let passed: Vec<TokenStream> = node
            .args
            .iter()
            .zip(&callee.passing)
            .map(|(arg, passing)| self.passed(*arg, *passing))
            .collect();
        let markers: Vec<TokenStream> = node.args.iter().map(|arg| self.marker(*arg)).collect();
        let generics = callee.generics.as_ref().map(|generics| {
            let generics = &generics.0;
            let separator = (!generics.is_empty()
                && !generics.to_string().trim_end().ends_with(','))
            .then(|| quote!(,));
            let inferred = markers.iter().map(|_| quote!(_));
            quote!(::<#generics #separator #(#inferred),*>)
        });
        Text::atom(match &callee.target {
            Target::Function(path) => {
                let path = &path.0;
                let count = format_ident!("{}", COUNTS[node.args.len().min(COUNTS.len() - 1)]);
                let krate = &self.signature.krate;
                if self.signature.for_reading {
                    quote!(#path::__vjp #generics(#(#passed),*, #(#markers),*))
                } else {
                    // Where the name is no differentiable function, a fallback of ours says so.
                    quote_spanned! {span=> {
                        #[allow(unused_imports)]
                        use #path as __callee;
                        #[allow(unused_imports)]
                        use #krate::rt::callee::#count::*;
                        __callee::__vjp #generics(#(#passed),*, #(#markers),*)
                    }}
                }
            }
            Target::Associated { ty, name } => {
                let (ty, name) = (&ty.0, format_ident!("__{name}_vjp", span = span));
                quote!(#ty::#name #generics(#(#passed),*, #(#markers),*))
            }
            Target::Method(name) => {
                let name = format_ident!("__{name}_vjp", span = span);
                let receiver = self.text(node.args[0]).at_least(Strength::Atom);
                let passed = &passed[1..];
                quote!(#receiver.#name #generics(#(#passed,)* #(#markers),*))
            }
        })
    }

    /// `pullback(&a, (), dy)`: what was borrowed is handed again.
    pub(super) fn pullback(&self, callee: &Callee, node: &Node) -> Text {
        let (pullback, rest) = (node.args[0], &node.args[1..]);
        let (args, seed) = rest.split_at(rest.len() - 1);
        let again: Vec<TokenStream> = args
            .iter()
            .zip(&callee.passing)
            .map(|(arg, passing)| self.again(*arg, *passing))
            .collect();
        let seed = match self.graph.ty(seed[0]) {
            Ty::Accumulator | Ty::Float(_) => self.moved(seed[0]),
            _ => {
                let into = self.rt("into_acc");
                let seed = self.moved(seed[0]);
                quote!(#into(#seed))
            }
        };
        let pullback = self.text(pullback).at_least(Strength::Atom);
        Text::atom(quote_spanned!(node.span()=> #pullback(#(#again),*, #seed)))
    }

    /// An argument as the user passed it.
    fn passed(&self, arg: Value, passing: Passing) -> TokenStream {
        let text = self.text(arg);
        if !self.graph.is_active(arg) {
            return match passing {
                Passing::Reference => {
                    let text = text.at_least(Strength::Unary);
                    quote!(&#text)
                }
                _ => text.tokens,
            };
        }
        let is_reference = self.graph.info(arg).is_reference && self.names.get(arg).is_some();
        if self.is_view(arg) || passing == Passing::View {
            let text = text.at_least(Strength::Atom);
            return quote!(#text.view());
        }
        match passing {
            Passing::Reference if is_reference => text.tokens,
            Passing::Reference => {
                let text = text.at_least(Strength::Unary);
                quote!(&#text)
            }
            Passing::Value if is_reference || self.is_field(arg) => text.tokens,
            Passing::Owned if is_reference => {
                let text = text.at_least(Strength::Atom);
                quote!(#text.to_owned())
            }
            Passing::Value | Passing::Owned | Passing::View => self.moved(arg),
        }
    }

    fn is_field(&self, arg: Value) -> bool {
        matches!(self.definition(arg).map(|node| &node.op), Some(Op::Field(_)))
    }

    /// True for a view: a part of an array, or a parameter that is one.
    fn is_view(&self, arg: Value) -> bool {
        let is_part = match self.definition(arg).map(|node| &node.op) {
            Some(Op::Row(row)) => row.is_view() && row.name != "Get",
            _ => false,
        };
        is_part || self.is_lent_view(arg)
    }

    /// True for a parameter that is a view by its type.
    pub(super) fn is_lent_view(&self, value: Value) -> bool {
        let position = self.graph.body.params.iter().position(|param| *param == value);
        position.is_some_and(|position| is_view_type(&self.signature.source.params[position].ty))
    }

    /// What a pullback is handed again for an argument: what it was lent.
    fn again(&self, arg: Value, passing: Passing) -> TokenStream {
        // What is found again behind a reference was lent only if it was a reference before.
        let written = self.survey.origins.get(&arg).copied().unwrap_or(arg);
        let is_lent = self.graph.info(written).is_reference && passing != Passing::Owned
            || passing == Passing::Reference
            || passing == Passing::View
            || self.is_view(arg) && passing != Passing::Owned;
        if is_lent {
            self.passed(arg, passing)
        } else {
            quote!(())
        }
    }

    /// Whether the argument is active, as a marker.
    fn marker(&self, arg: Value) -> TokenStream {
        let depends_on = &self.graph.info(arg).depends_on;
        if depends_on.is_empty() {
            return self.rt("No");
        }
        let Some(markers) = &self.markers else { return self.rt("Yes") };
        let or = self.rt("or");
        let mut names = depends_on.0.iter().map(|position| {
            let name = super::marker_value(&markers[*position]);
            name.to_token_stream()
        });
        match names.next() {
            Some(first) => names.fold(first, |so_far, next| quote!(#or(#so_far, #next))),
            None => self.rt("No"),
        }
    }
}
