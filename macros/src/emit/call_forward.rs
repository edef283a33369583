//! Calls in forward mode, with the tangents of their arguments.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::call::call_span;
use super::text::{Strength, Text};
use super::tokens::located;
use super::writer::Writer;
use crate::graph::{Callee, Form, Node, Op, Target, Value};

impl Writer<'_> {
    /// `g::__jvp(a, &b, da, No)`: the value and its tangent. Where no tangent is asked for, `g(a, &b)`.
    pub(super) fn jvp_call(&self, callee: &Callee, node: &Node) -> Text {
        let span = call_span(node);
        let count = callee.passing.len();
        let (args, tangents) = node.args.split_at(count);
        let passed: Vec<TokenStream> = args
            .iter()
            .zip(&callee.passing)
            .map(|(arg, passing)| {
                // At the call, so that rustc says there what it has to say of a callee without `jvp`.
                located(self.passed(*arg, *passing, self.graph.is_active(*arg)), span)
            })
            .collect();
        let Some(given) = &callee.tangents else {
            return Text::atom(self.called_plainly(callee, node, &passed));
        };
        let passed = self.with_given_tangents(callee, node, passed);
        let tangents = self.passed_tangents(given, tangents);
        if given.len() == count {
            return Text::atom(self.called(callee, node, "jvp", &passed, &tangents));
        }
        // In two directions: each argument comes with its tangent, its second, and that of its tangent.
        let each = (0..count).map(|at| {
            let (one, two, both) =
                (&tangents[at], &tangents[count + at], &tangents[2 * count + at]);
            quote!((#one, #two, #both))
        });
        let each: Vec<TokenStream> = each.collect();
        Text::atom(self.called(callee, node, "jvp_twice", &passed, &each))
    }

    /// What is passed, the tangents that `jvp` takes in a tuple in the form in which its twins take them: owned.
    pub(super) fn with_given_tangents(
        &self,
        callee: &Callee,
        node: &Node,
        mut passed: Vec<TokenStream>,
    ) -> Vec<TokenStream> {
        let last = callee.passing.len().checked_sub(1);
        if let (Some(last), true) = (last, callee.takes_tangents()) {
            if self.is_written_as_tuple(node.args[last]) {
                let (given, tuple) = (self.rt("given_tangents"), &passed[last]);
                passed[last] = quote!(#given(#tuple));
            }
        }
        passed
    }

    fn is_written_as_tuple(&self, value: Value) -> bool {
        match self.definition(self.survey.origin(value)).map(|node| &node.op) {
            Some(Op::Construct(construct)) => {
                construct.path.is_none() && matches!(construct.form, Form::Tuple)
            }
            Some(Op::Verbatim(verbatim)) => {
                matches!(syn::parse2(verbatim.tokens.0.clone()), Ok(syn::Expr::Tuple(_)))
            }
            _ => false,
        }
    }

    /// The tangent of each argument: a float by value, all else lent; a marker where there is none.
    pub(super) fn passed_tangents(&self, given: &[bool], tangents: &[Value]) -> Vec<TokenStream> {
        let mut tangents = tangents.iter();
        given
            .iter()
            .map(|is_given| match tangents.next_if(*is_given) {
                Some(tangent) => self.operand(*tangent),
                None => self.rt("No"),
            })
            .collect()
    }

    /// The call as the user wrote it.
    fn called_plainly(&self, callee: &Callee, node: &Node, passed: &[TokenStream]) -> TokenStream {
        let generics = callee.generics.as_ref().map(|generics| {
            let generics = &generics.0;
            quote!(::<#generics>)
        });
        match &callee.target {
            Target::Function(path) => {
                let path = &path.0;
                quote!(#path #generics(#(#passed),*))
            }
            Target::Derivative { of, item } => {
                let (path, item) = (&of.0, format_ident!("{item}", span = node.span()));
                quote!(#path::#item #generics(#(#passed),*))
            }
            Target::Associated { ty, name } => {
                let (ty, name) = (&ty.0, format_ident!("{name}", span = node.span()));
                quote!(#ty::#name #generics(#(#passed),*))
            }
            Target::Method(name) => {
                let name = format_ident!("{name}", span = node.span());
                let receiver = self.text(node.args[0]).at_least(Strength::Atom);
                let passed = &passed[1..];
                quote!(#receiver.#name #generics(#(#passed),*))
            }
        }
    }
}

/// The next value, if one is asked for.
trait NextIf<'v> {
    fn next_if(&mut self, is_asked: bool) -> Option<&'v Value>;
}

impl<'v> NextIf<'v> for std::slice::Iter<'v, Value> {
    fn next_if(&mut self, is_asked: bool) -> Option<&'v Value> {
        is_asked.then(|| self.next()).flatten()
    }
}
