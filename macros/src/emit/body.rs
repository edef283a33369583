//! The bodies of `value_and_grad` and of the hidden `__vjp`.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned, ToTokens};

use super::names::Whose;
use super::signature::Signature;
use super::tokens::located;
use super::writer::{settle, Writer};
use super::{marker_value, ours, this};
use crate::graph::{Graph, Node, Op, Ty, Value};
use crate::lower::ByName;
use crate::source::Param;

impl Signature<'_> {
    /// Primal and adjoint as straight code; gives `(value, gradients)`.
    pub(super) fn gradient_body(&self, graph: &Graph) -> TokenStream {
        let mut writer = Writer::new(graph, self);
        // Their gradients take their shapes in the end.
        writer.captured.extend(
            graph
                .body
                .params
                .iter()
                .copied()
                .filter(|param| !graph.ty(*param).is_float() && graph.is_active(*param)),
        );
        let (primal, adjoint) = sweeps(graph);
        let mut statements = writer.statements(primal);
        writer.in_adjoint = true;
        statements.extend(writer.statements(adjoint));
        writer.come_to(&graph.body.results, Default::default());
        let (values, received) = split_results(graph);
        let gradients: Vec<TokenStream> = self
            .source
            .active()
            .zip(received)
            .map(|((_, param), cotangent)| writer.gradient(param, *cotangent))
            .collect();
        // The gradients may borrow the value, as for its shape; it is given away last.
        let gradients = match gradients.as_slice() {
            [one] => one.clone(),
            many => quote!((#(#many),*)),
        };
        let value = writer.results(values);
        let shared = writer.shared.take();
        let results = quote_spanned!(self.place_of_gradient()=> (#value, #gradients));
        settle(quote!(#(#statements)* #results), &shared)
    }

    /// The hidden `__vjp`: the value, and a pullback that owns what the adjoint uses of the primal.
    pub(super) fn hidden(&self, graph: &Graph, calls: &[ByName]) -> TokenStream {
        let ours = self.checks_of_names(calls);
        let body = self.hidden_body(graph);
        self.hidden_with(quote! {
            // Lets cargo build again when the variable changes.
            let _ = option_env!("CHAINRULE_DUMP");
            #ours
            #body
        })
    }

    /// Its stand-in, where the function has mistakes.
    pub(super) fn hidden_stand_in(&self) -> TokenStream {
        let again = self.again_types();
        let seed = self.accumulator(&self.differentiated_result());
        let never = self.never();
        let closure = quote!(|#(_: #again,)* _: #seed| #never);
        let closure = match self.is_recursive {
            true => quote!(::std::boxed::Box::new(#closure)),
            false => closure,
        };
        self.hidden_with(quote!((#never, #closure)))
    }

    /// What the hidden pullback is handed again, of every parameter.
    pub(super) fn again_types(&self) -> Vec<TokenStream> {
        self.source.params.iter().map(|param| self.again(param)).collect()
    }

    pub(super) fn hidden_with(&self, body: TokenStream) -> TokenStream {
        let seed = self.accumulator(&self.differentiated_result());
        self.hidden_of("__vjp", &self.source.result(), &seed, self.hidden_clause(), body)
    }

    /// A hidden function with this name, whose pullback takes this seed.
    pub(super) fn hidden_of(
        &self,
        name: &str,
        result: &impl ToTokens,
        seed: &TokenStream,
        clause: TokenStream,
        body: TokenStream,
    ) -> TokenStream {
        let krate = &self.krate;
        let name = self.item(name);
        let head = self.hidden_head();
        let generics = self.generics();
        let separator = self.separator();
        let parameters = self.hidden_parameters();
        let markers = self.marker_types();
        let marker_values: Vec<_> = markers.iter().map(marker_value).collect();
        let again = self.again_types();
        // A type that held itself would have no size: a function that calls itself boxes its pullback.
        let pullback_kind = match self.is_recursive {
            true => quote!(::std::boxed::Box<dyn Fn),
            false => quote!(impl Fn),
        };
        let pullback_end = self.is_recursive.then(|| quote!(>));
        let accumulators: Vec<TokenStream> = self
            .source
            .params
            .iter()
            .map(|param| if param.is_active { self.accumulator(&param.ty) } else { quote!(()) })
            .collect();
        let pullback = quote! {
            #pullback_kind(#(#again,)* #seed) -> (#(#accumulators,)*) #pullback_end
        };
        // An active value for a parameter that is constant is an error, never a silent zero.
        let bounds = self.source.params.iter().map(|param| match param.is_active {
            true => quote!(#krate::rt::Activity),
            false => quote!(#krate::rt::Constant),
        });
        let results = located(quote!((#result, #pullback)), self.place_of_gradient());
        quote! {
            #head fn #name<#generics #separator #(#markers: #bounds),*>(
                #(#parameters,)* #(#marker_values: #markers),*
            ) -> #results
            #clause
            {
                #body
            }
        }
    }

    fn hidden_body(&self, graph: &Graph) -> TokenStream {
        let (seed_type, again_types) =
            (self.accumulator(&self.differentiated_result()), self.again_types());
        let mut writer = Writer::new(graph, self);
        writer.markers = Some(self.marker_types());
        if let (true, Some(value)) = (self.owns_self(), graph.body.params.first()) {
            writer.names.declare(*value, this());
        }
        let Some(sweep) = &graph.sweep else { return TokenStream::new() };
        let (primal_nodes, adjoint_nodes) = sweeps(graph);
        let primal = writer.statements(primal_nodes);
        // A local that took over an argument's name is what the pullback means by it: the argument,
        // which the adjoint does not use then, is handed again without a name.
        let named: Vec<bool> =
            graph.body.params.iter().map(|param| writer.names.holds(*param)).collect();
        let (values, received) = split_results(graph);
        // What the adjoint uses of the primal now belongs to the pullback, which may run twice.
        let (residuals, places) = writer.residuals_apart(sweep.start, received);
        let value = writer.before_second_part(residuals.keys().copied(), values).results(values);
        let kept = writer.begin_second_part(&residuals);
        writer.declare_receiver();
        let like = match graph.ty(sweep.seed) {
            Ty::Accumulator | Ty::Float(_) => None,
            _ => {
                let (like, accumulator) = (like(), writer.rt("accumulator"));
                let value = self.value_of(ours("value").to_token_stream());
                Some(quote!(let #like = #accumulator(&#value);))
            }
        };
        let seed = writer.name_of_seed(sweep.seed);
        let mutable = writer.declare(sweep.seed);
        let conversion = writer.convert_seed(sweep.seed, &seed);
        let shown = writer.shown_again(&places);
        let adjoint = writer.statements_of_both(adjoint_nodes, graph.body.primal);
        writer.come_to(received, Default::default());
        let mut received = received.iter();
        let gradients: Vec<TokenStream> = self
            .source
            .params
            .iter()
            .map(|param| match (param.is_active, received.next_if_active(param)) {
                (true, Some(cotangent)) => writer.accumulated(*cotangent),
                _ => quote!(()),
            })
            .collect();
        let again = self.again_patterns(&again_types, &named);
        let result = ours("value");
        let owned_self = self.owns_self().then(|| {
            let this = this();
            quote!(let #this = ::core::clone::Clone::clone(self);)
        });
        let closure = quote! {
            move |#(#again,)* #mutable #seed: #seed_type| {
                #conversion
                #(#shown)*
                #(#adjoint)*
                (#(#gradients,)*)
            }
        };
        let closure = match self.is_recursive {
            true => quote!(::std::boxed::Box::new(#closure)),
            false => closure,
        };
        let results = quote_spanned!(self.place_of_gradient()=> (#result, #closure));
        let body = quote! {
            #owned_self
            #(#primal)*
            let #result = #value;
            #like
            #(#kept)*
            #results
        };
        settle(body, &writer.shared.take())
    }

    /// What a pullback is handed again, each under its name if the adjoint means it.
    pub(super) fn again_patterns(&self, types: &[TokenStream], named: &[bool]) -> Vec<TokenStream> {
        self.source
            .params
            .iter()
            .zip(types)
            .zip(named)
            .map(|((param, ty), is_named)| {
                let name = &param.name;
                match (self.is_handed_again(param) && *is_named, param.is_receiver()) {
                    (true, false) => quote!(#name: #ty),
                    (true, true) => {
                        let this = this();
                        quote!(#this: #ty)
                    }
                    (false, _) => quote!(_: #ty),
                }
            })
            .collect()
    }

    /// The parameters of the hidden function; a `self` by value is borrowed.
    pub(super) fn hidden_parameters(&self) -> Vec<TokenStream> {
        let mut parameters = self.parameters();
        if self.owns_self() {
            parameters[0] = quote!(&self);
        }
        parameters
    }

    pub(super) fn is_handed_again(&self, param: &Param) -> bool {
        param.is_view() || param.reference().is_some_and(|reference| reference.mutability.is_none())
    }
}

/// The next cotangent, if the parameter has one.
pub(super) trait NextIfActive<'v> {
    fn next_if_active(&mut self, param: &Param) -> Option<&'v Value>;
}

impl<'v> NextIfActive<'v> for std::slice::Iter<'v, Value> {
    fn next_if_active(&mut self, param: &Param) -> Option<&'v Value> {
        if param.is_active {
            self.next()
        } else {
            None
        }
    }
}

/// The primal's nodes, and the adjoint's.
pub(super) fn sweeps(graph: &Graph) -> (&[Node], &[Node]) {
    let nodes = &graph.body.nodes;
    let start = graph.sweep.as_ref().map_or(nodes.len(), |sweep| sweep.start);
    nodes.split_at(start.min(nodes.len()))
}

/// The primal's results, and what each active parameter received.
pub(super) fn split_results(graph: &Graph) -> (&[Value], &[Value]) {
    let values = graph.sweep.as_ref().map_or(graph.body.results.len(), |sweep| sweep.values);
    graph.body.results.split_at(values)
}

impl Writer<'_> {
    /// The function's result: a value, or a value and what `aux` passes on.
    pub(super) fn results(&self, values: &[Value]) -> TokenStream {
        let texts: Vec<TokenStream> = values
            .iter()
            .map(|value| {
                self.here.set(self.definition(*value).and_then(|node| node.origin.0));
                self.moved(*value)
            })
            .collect();
        match texts.as_slice() {
            [one] => one.clone(),
            many => quote!((#(#many),*)),
        }
    }

    /// A parameter's gradient at the end of straight code.
    pub(super) fn gradient(&self, param: &Param, cotangent: Value) -> TokenStream {
        match self.graph.ty(cotangent) {
            Ty::Accumulator => {
                let name = &param.name;
                let value = self.moved(cotangent);
                if self.is_own_accumulator(cotangent) {
                    let finish = self.rt("finish");
                    return located(quote!(#finish(#value)), self.signature.place_of_gradient());
                }
                let dense = self.rt("dense");
                let like = match param.reference() {
                    Some(_) => name.to_token_stream(),
                    None => quote!(&#name),
                };
                quote!(#dense(#like, #value))
            }
            _ => self.moved(cotangent),
        }
    }

    /// True if the accumulator was made from the parameter, and so knows its shape.
    fn is_own_accumulator(&self, value: Value) -> bool {
        match self.definition(value).map(|node| (&node.op, node.args.first())) {
            Some((Op::Accumulator, _)) => true,
            Some((Op::AddField(_) | Op::AddAll | Op::AddView(_), Some(base))) => {
                self.is_own_accumulator(*base)
            }
            _ => false,
        }
    }

    /// What a parameter received, as an accumulator; nothing where its marker says so.
    pub(super) fn accumulated(&self, cotangent: Value) -> TokenStream {
        let value = match self.graph.ty(cotangent) {
            Ty::Accumulator | Ty::Float(_) => self.moved(cotangent),
            _ => {
                let into = self.rt("into_acc");
                let value = self.moved(cotangent);
                quote!(#into(#value))
            }
        };
        match self.guard_of(&self.graph.info(cotangent).depends_on) {
            Some(guard) if self.access.contains(&cotangent) => {
                let activity = self.rt("Activity");
                quote!(if <#guard as #activity>::IS { #value } else { ::core::default::Default::default() })
            }
            _ => value,
        }
    }

    pub(super) fn name_of_seed(&mut self, seed: Value) -> Ident {
        let wish = self.graph.info(seed).name.clone().unwrap_or_else(|| "dy".to_owned());
        self.names.bind(seed, &wish, Whose::Ours, |_| true)
    }

    /// The hidden pullback is handed an accumulator; the adjoint of an array wants the array.
    pub(super) fn convert_seed(&mut self, seed: Value, name: &Ident) -> TokenStream {
        match (self.graph.ty(seed), self.graph.info(seed).shape_of) {
            (Ty::Accumulator | Ty::Float(_), _) | (_, None) => TokenStream::new(),
            (_, Some(_)) => {
                let filled = self.rt("filled");
                let like = like();
                let mutable = self.declare(seed);
                quote!(let #mutable #name = #filled(&#like, #name);)
            }
        }
    }
}

/// The empty accumulator of the value, which knows the shape of its cotangent.
fn like() -> Ident {
    ours("like")
}
