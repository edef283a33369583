//! Calls of differentiable functions, and of their pullbacks.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote, quote_spanned};

use super::text::{Strength, Text};
use super::writer::Writer;
use crate::graph::{Callee, Node, Target, Ty, Value};

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
            .zip(&callee.by_reference)
            .map(|(arg, by_reference)| self.passed(*arg, *by_reference))
            .collect();
        let markers: Vec<TokenStream> = node.args.iter().map(|arg| self.marker(*arg)).collect();
        let generics = callee.generics.as_ref().map(|generics| {
            let generics = &generics.0;
            let separator = (!generics.is_empty() && !generics.to_string().trim_end().ends_with(',')).then(|| quote!(,));
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
            .zip(&callee.by_reference)
            .map(|(arg, by_reference)| self.again(*arg, *by_reference))
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
    fn passed(&self, arg: Value, by_reference: bool) -> TokenStream {
        let text = self.text(arg);
        let is_reference = self.graph.info(arg).is_reference && self.names.get(arg).is_some();
        if !self.graph.is_active(arg) {
            return text.tokens;
        }
        if is_reference {
            return text.tokens;
        }
        if by_reference {
            let text = text.at_least(Strength::Unary);
            return quote!(&#text);
        }
        let is_view = matches!(self.definitions.get(&arg).map(|node| &node.op), Some(crate::graph::Op::Row(row)) if row.is_view());
        if is_view || self.is_field(arg) { text.tokens } else { self.moved(arg) }
    }

    fn is_field(&self, arg: Value) -> bool {
        matches!(self.definitions.get(&arg).map(|node| &node.op), Some(crate::graph::Op::Field(_)))
    }

    /// What a pullback is handed again for an argument.
    fn again(&self, arg: Value, by_reference: bool) -> TokenStream {
        let is_reference = self.graph.info(arg).is_reference;
        if by_reference || is_reference { self.passed(arg, by_reference) } else { quote!(()) }
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
