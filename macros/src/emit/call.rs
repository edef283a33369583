//! Calls of differentiable functions, and of their pullbacks.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned, ToTokens};

use super::forms::{is_made, is_owned};
use super::ours;
use super::text::{Strength, Text};
use super::tokens::located;
use super::writer::Writer;
use crate::graph::{Callee, Node, Op, Passing, Target, Tokens, Ty, Value};
use crate::source::Source;

/// The runtime's fallback modules, by the number of arguments.
const COUNTS: [&str; 13] = [
    "one", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve",
];

/// What a pullback is handed again of an argument.
#[derive(Clone, Copy)]
pub(super) enum Again {
    /// A constant that stands beside the pullback, at this position.
    Kept(usize),
    /// A constant that is evaluated again, if it is a reference.
    Asked,
    /// Any other constant.
    Constant,
    Active,
}

impl Writer<'_> {
    /// `g::__vjp(a, &b, Yes, No)`: the value and its pullback.
    pub(super) fn call(&self, callee: &Callee, node: &Node) -> Text {
        let span = call_span(node);
        let passed = node
            .args
            .iter()
            .zip(&callee.passing)
            .map(|(arg, passing)| {
                let passed = self.passed(*arg, *passing, self.is_active(*arg));
                // A literal has no place of its own, and may be where rustc says what it has to say of the callee.
                match self.definition(*arg).map(|node| &node.op) {
                    Some(Op::Literal(_)) => located(passed, span),
                    _ => passed,
                }
            })
            .collect();
        let passed = self.with_given_tangents(callee, node, passed);
        // A field's marker is asked for before the field may be moved.
        let mut asked = Vec::new();
        let (args, tangents) = node.args.split_at(callee.passing.len());
        let markers: Vec<TokenStream> = args
            .iter()
            .map(|arg| {
                let marker = located(self.marker(*arg), span);
                if !self.may_be_constant_field(*arg) {
                    return marker;
                }
                let name =
                    located(ours(&format!("marker{}", asked.len())).into_token_stream(), span);
                let (krate, field) =
                    (&self.signature.krate, self.text(*arg).at_least(Strength::Unary));
                asked.push(quote!(let #name = #krate::__marker!(&#field, #marker);));
                name
            })
            .collect();
        let kept = self.kept_again(callee, node);
        let call = match &callee.tangents {
            _ if callee.is_linear => {
                asked.clear();
                self.called(callee, node, "linear", &passed, &[])
            }
            Some(given) => {
                asked.clear();
                let owned = self.rt("owned_tangent");
                let tangents: Vec<TokenStream> = self
                    .passed_tangents(given, tangents)
                    .into_iter()
                    .map(|tangent| located(quote!(#owned(#tangent)), span))
                    .collect();
                self.called(callee, node, "vjp_jvp", &passed, &tangents)
            }
            None => self.called(callee, node, "vjp", &passed, &markers),
        };
        if kept.is_empty() && asked.is_empty() {
            return Text::atom(call);
        }
        if kept.is_empty() {
            return Text::atom(quote!({ #(#asked)* #call }));
        }
        // Constants that may be references are handed again; what they were is kept beside the
        // pullback.
        let (again, value, pull) = (ours("again"), ours("value"), ours("pull"));
        let second = (callee.tangents.is_some() && !callee.is_linear).then(|| {
            let tangent = ours("tangent");
            quote!(, #tangent)
        });
        Text::atom(quote! {{
            #(#asked)*
            let #again = (#(#kept,)*);
            let (#value, #pull #second) = #call;
            (#value, (#pull, #again) #second)
        }})
    }

    /// `g::__item(passed.., beside..)`, with whatever stands beside the arguments.
    pub(super) fn called(
        &self,
        callee: &Callee,
        node: &Node,
        item: &str,
        passed: &[TokenStream],
        beside: &[TokenStream],
    ) -> TokenStream {
        let span = call_span(node);
        let generics = callee.generics.as_ref().map(|generics| {
            let generics = &generics.0;
            let separator = (!generics.is_empty()
                && !generics.to_string().trim_end().ends_with(','))
            .then(|| quote!(,));
            // The tangents that a pullback owns have no types of their own, three in a tuple have one each.
            let count = match item {
                "vjp_jvp" => 0,
                "jvp_twice" => 3 * beside.len(),
                _ => beside.len(),
            };
            let inferred = (0..count).map(|_| quote!(_));
            quote!(::<#generics #separator #(#inferred),*>)
        });
        match &callee.target {
            Target::Function(path) => {
                self.called_by_path(path, &format!("__{item}"), generics, passed, beside, span)
            }
            Target::Derivative { of, item: derivative } => {
                let item = format!("__{derivative}_{item}");
                self.called_by_path(of, &item, generics, passed, beside, span)
            }
            Target::Associated { ty, name } => {
                let (ty, name) = (&ty.0, format_ident!("__{name}_{item}", span = node.span()));
                quote!(#ty::#name #generics(#(#passed),*, #(#beside),*))
            }
            Target::Method(name) => {
                let name = format_ident!("__{name}_{item}", span = node.span());
                let receiver = self.text(node.args[0]).at_least(Strength::Atom);
                let passed = &passed[1..];
                let call = quote!(#receiver.#name #generics(#(#passed,)* #(#beside),*));
                if self.may_be_operation(callee, passed.len() + 1) {
                    let krate = &self.signature.krate;
                    quote!({ #[allow(unused_imports)] use #krate::rt::ByAnotherName as _; #call })
                } else {
                    call
                }
            }
        }
    }

    /// `pullback(&a, (), dy)`: what was borrowed is handed again.
    pub(super) fn pullback(&self, callee: &Callee, node: &Node) -> Text {
        let (pullback, rest) = (node.args[0], &node.args[1..]);
        let (args, seeds) = rest.split_at(callee.handed());
        let name = self.text(pullback).at_least(Strength::Atom);
        let origin = self.survey.origin(pullback);
        // What a loop or branch finds again does not say by itself how it was passed.
        let passed = self.shared.borrow().again.get(&origin).cloned().unwrap_or_default();
        let is_pair = passed.iter().any(|again| matches!(again, Again::Kept(_)));
        let mut args = args.iter().peekable();
        let again: Vec<TokenStream> = callee
            .passing
            .iter()
            .zip(passed)
            .map(|(passing, again)| {
                let arg = args.next_if(|_| *passing != Passing::Given);
                arg.map_or(quote!(()), |arg| match again {
                    Again::Kept(position) => {
                        let position = proc_macro2::Literal::usize_unsuffixed(position);
                        let lent = ours("lent");
                        // Its type is its own, so that it is coerced like the argument.
                        quote!({ let #lent = ::core::clone::Clone::clone(&#name.1.#position); #lent })
                    }
                    Again::Asked => self.again_of(*arg),
                    Again::Constant => self.again(*arg, *passing, false),
                    Again::Active => self.again(*arg, *passing, true),
                })
            })
            .collect();
        if let (true, Some(given)) = (callee.is_linear, &callee.tangents) {
            let tangent = self.rt("Tangent");
            let passed = self.passed_tangents(given, seeds);
            let pullback = if is_pair { quote!((#name.0)) } else { quote!(#name) };
            return Text::atom(quote_spanned! {call_span(node)=>
                #pullback(#(#again,)* #(#tangent::given(&(#passed))),*)
            });
        }
        let seeds = seeds.iter().map(|seed| match self.graph.ty(*seed) {
            Ty::Accumulator | Ty::Float(_) => self.moved(*seed),
            _ => {
                let into = self.rt("into_acc");
                let seed = self.moved(*seed);
                quote!(#into(#seed))
            }
        });
        let pullback = if is_pair { quote!((#name.0)) } else { name };
        Text::atom(quote_spanned!(call_span(node)=> #pullback(#(#again,)* #(#seeds),*)))
    }

    /// `path::item(..)`. Where the path names no differentiable function, or one without this item, a
    /// fallback of ours says so.
    fn called_by_path(
        &self,
        path: &Tokens,
        item: &str,
        generics: Option<TokenStream>,
        passed: &[TokenStream],
        beside: &[TokenStream],
        span: Span,
    ) -> TokenStream {
        let path = &path.0;
        let item = format_ident!("{item}", span = Span::call_site().located_at(span));
        let count = format_ident!("{}", COUNTS[passed.len().min(COUNTS.len() - 1)]);
        let krate = &self.signature.krate;
        if self.signature.for_reading {
            return quote!(#path::#item #generics(#(#passed),*, #(#beside),*));
        }
        quote_spanned! {span=> {
            #[allow(unused_imports)]
            use #path as __callee;
            #[allow(unused_imports)]
            use #krate::rt::callee::#count::*;
            __callee::#item #generics(#(#passed),*, #(#beside),*)
        }}
    }

    /// What the call keeps of constant arguments, which the pullback is handed again.
    fn kept_again(&self, callee: &Callee, node: &Node) -> Vec<TokenStream> {
        let mut kept = Vec::new();
        let again = node.args.iter().zip(&callee.passing).map(|(arg, passing)| {
            if self.is_active(*arg) {
                Again::Active
            } else if self.is_kept_again(*arg, *passing) {
                kept.push(self.again_of(*arg));
                Again::Kept(kept.len() - 1)
            } else if self.may_be_reference(*arg, *passing) {
                Again::Asked
            } else {
                Again::Constant
            }
        });
        let again = again.collect();
        if let Some(pullback) = node.outs.get(1) {
            self.shared.borrow_mut().again.insert(*pullback, again);
        }
        kept
    }

    /// True for a named constant that may be a reference, as far as the macro can see, and that a
    /// pullback does not evaluate again.
    fn is_kept_again(&self, arg: Value, passing: Passing) -> bool {
        self.may_be_reference(arg, passing)
            && self.names.get(arg).is_some()
            && (self.markers.is_none() || !self.is_place(arg))
            && !self.is_part_of_what_is_lent(arg)
            && !self.survey.items_again.contains(&arg)
    }

    /// True for a name in a pattern that takes a borrowed argument apart: the adjoint takes it apart again.
    fn is_part_of_what_is_lent(&self, value: Value) -> bool {
        self.definition(value).is_some_and(|node| match &node.op {
            Op::Verbatim(verbatim) => {
                let params = &self.graph.body.params;
                let is_lent = |arg| params.contains(arg) && self.graph.info(*arg).is_reference;
                verbatim.pattern.is_some() && verbatim.pure && node.args.iter().all(is_lent)
            }
            _ => false,
        })
    }

    fn may_be_reference(&self, arg: Value, passing: Passing) -> bool {
        !self.graph.is_active(arg)
            && matches!(passing, Passing::Value | Passing::Owned)
            && !self.graph.info(arg).is_reference
            && !self.graph.body.params.contains(&arg)
            && !matches!(self.graph.ty(arg), Ty::Integer | Ty::Bool | Ty::Float(_))
            && match self.definition(arg).map(|node| &node.op) {
                Some(Op::Verbatim(verbatim)) => !is_owned(&verbatim.tokens.0),
                Some(Op::Row(row)) => row.is_view(),
                _ => true,
            }
    }

    /// The constant itself if it is a reference or a view, else `()`.
    fn again_of(&self, arg: Value) -> TokenStream {
        let krate = &self.signature.krate;
        let arg = self.text(arg).tokens;
        quote!(#krate::__again!(#arg))
    }

    /// An argument as the user passed it.
    pub(super) fn passed(&self, arg: Value, passing: Passing, is_active: bool) -> TokenStream {
        let text = self.text(arg);
        if !is_active {
            return match passing {
                Passing::Reference => {
                    let text = text.at_least(Strength::Unary);
                    quote!(&#text)
                }
                // A constant that is needed again; of a reference this copies the reference.
                _ if self.is_made_and_needed(arg) => {
                    let text = text.at_least(Strength::Unary);
                    quote!(::core::clone::Clone::clone(&#text))
                }
                _ => text.tokens,
            };
        }
        let is_reference = self.is_reference_here(arg);
        if self.is_view(arg) || passing == Passing::View {
            let text = text.at_least(Strength::Atom);
            return quote!(#text.view());
        }
        match passing {
            Passing::Reference if is_reference && !self.access.contains(&arg) => text.tokens,
            Passing::Reference => {
                let text = text.at_least(Strength::Unary);
                quote!(&#text)
            }
            // What is found again behind a reference was no reference before.
            Passing::Value
                if is_reference && !self.graph.info(self.survey.origin(arg)).is_reference =>
            {
                let text = text.at_least(Strength::Atom);
                quote!(#text.clone())
            }
            Passing::Value if is_reference => text.tokens,
            // Of a field whose type the macro does not know, this copies the reference if it is one.
            Passing::Value if self.is_field(arg) && self.is_of_what_is_needed(arg) => {
                let text = text.at_least(Strength::Unary);
                quote!(::core::clone::Clone::clone(&#text))
            }
            Passing::Value if self.is_field(arg) => text.tokens,
            Passing::Owned if is_reference => {
                let text = text.at_least(Strength::Atom);
                quote!(#text.to_owned())
            }
            Passing::Value | Passing::Owned | Passing::View | Passing::Given => self.moved(arg),
        }
    }

    /// True for a constant that a call makes, in a variable that something else needs as well.
    fn is_made_and_needed(&self, arg: Value) -> bool {
        self.names.get(arg).is_some()
            && !self.dies_here(arg)
            && !matches!(self.graph.ty(arg), Ty::Integer | Ty::Bool | Ty::Float(_))
            && self.definition(arg).is_some_and(|node| match &node.op {
                Op::Verbatim(verbatim) => is_made(&verbatim.tokens.0),
                Op::Row(row) => !row.is_view(),
                _ => false,
            })
    }

    /// True if the name that a value has here is a reference to it. What is kept behind a marker is
    /// reached as a place, so it is one only if it was before.
    fn is_reference_here(&self, value: Value) -> bool {
        let known = match self.access.contains(&value) {
            true => self.survey.origin(value),
            false => value,
        };
        self.names.get(value).is_some() && self.graph.info(known).is_reference
    }

    /// True for a field of an active struct whose type the macro does not know: it may hold no floats.
    fn may_be_constant_field(&self, arg: Value) -> bool {
        self.is_field(arg)
            && !self.signature.for_reading
            && self.graph.is_active(arg)
            && *self.graph.ty(arg) == Ty::Unknown
    }

    /// True if the method has the name of an operation: its receiver may be an array by another name.
    fn may_be_operation(&self, callee: &Callee, operands: usize) -> bool {
        let Target::Method(name) = &callee.target else { return false };
        !self.signature.for_reading
            && crate::ops::by_call(name, operands).is_some_and(|row| !row.is_internal())
    }

    fn is_field(&self, arg: Value) -> bool {
        matches!(self.definition(arg).map(|node| &node.op), Some(Op::Field(_)))
    }

    /// True for a field of what is needed as a whole after it, or stands behind a marker.
    fn is_of_what_is_needed(&self, field: Value) -> bool {
        let mut whole = field;
        while let Some(Node { op: Op::Field(_), args, .. }) = self.definition(whole) {
            whole = args[0];
        }
        let is_needed = self.survey.wholes.contains(&whole) && !self.dies_anyhow(whole);
        !self.graph.info(whole).is_reference
            && !self.is_float(field)
            && (is_needed || self.access.contains(&whole))
    }

    /// True for a view: a part of an array, or a parameter that is one.
    fn is_view(&self, arg: Value) -> bool {
        let is_part = match self.definition(arg).map(|node| &node.op) {
            Some(Op::Row(row)) => row.is_view() && !row.is_element(),
            _ => false,
        };
        is_part || self.is_lent_view(arg)
    }

    /// True for a parameter that is a view by its type.
    pub(super) fn is_lent_view(&self, value: Value) -> bool {
        let position = self.graph.body.params.iter().position(|param| *param == value);
        // After the parameters come the tangents, which are lent as references.
        let param = position.and_then(|position| self.signature.source.params.get(position));
        param.is_some_and(|param| param.is_view())
    }

    /// What a pullback is handed again for an argument: what it was lent.
    fn again(&self, arg: Value, passing: Passing, is_active: bool) -> TokenStream {
        // What is found again behind a reference was lent only if it was a reference before.
        let written = self.survey.origin(arg);
        let is_lent = self.graph.info(written).is_reference && passing != Passing::Owned
            || passing == Passing::Reference
            || passing == Passing::View
            || self.is_view(arg) && passing != Passing::Owned;
        if is_lent {
            self.passed(arg, passing, is_active)
        } else {
            quote!(())
        }
    }

    /// True for an active value. A constant that the adjoint computes again or finds again depends on
    /// nothing, whatever it is needed for.
    pub(super) fn is_active(&self, arg: Value) -> bool {
        let origin = self.survey.origin(arg);
        let is_constant = matches!(
            self.definition(origin).map(|node| &node.op),
            Some(Op::Verbatim(_) | Op::Literal(_))
        );
        !is_constant && self.graph.is_active(origin)
    }

    /// Whether the argument is active, as a marker.
    fn marker(&self, arg: Value) -> TokenStream {
        let depends_on = &self.graph.info(arg).depends_on;
        if !self.is_active(arg) {
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

/// Where the call's own tokens lie: all at one place, so that rustc says once what it has to say.
pub(super) fn call_span(node: &Node) -> Span {
    Span::mixed_site().located_at(node.span())
}

/// What a callee is called.
pub(super) fn callee_name(callee: &Callee) -> String {
    match &callee.target {
        Target::Function(path) => {
            path.to_string().rsplit("::").next().unwrap_or("call").trim().to_owned()
        }
        Target::Associated { name, .. } | Target::Method(name) => name.clone(),
        Target::Derivative { item, .. } => item.clone(),
    }
}

/// True if a function calls itself, as far as names tell.
pub(super) fn calls_itself(source: &Source, nodes: &[Node]) -> bool {
    let own = source.name().to_string();
    nodes.iter().any(|node| {
        let is_own = match &node.op {
            Op::Call(callee) => match &callee.target {
                Target::Function(path) => {
                    path.to_string().rsplit("::").next().is_some_and(|last| last.trim() == own)
                }
                Target::Associated { name, .. } | Target::Method(name) => *name == own,
                Target::Derivative { .. } => false,
            },
            _ => false,
        };
        is_own || node.blocks.iter().any(|block| calls_itself(source, &block.nodes))
    })
}
