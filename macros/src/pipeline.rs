//! The stages in their order, from the user's tokens to ours.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::ItemFn;

use crate::differentiate::{differentiate, linearized};
use crate::dump::Dump;
use crate::emit::{self, Derivatives, Second};
use crate::graph::{Block, Callee, Graph, Op, Target, Ty};
use crate::lower::Lowered;
use crate::mistake::Mistakes;
use crate::simplify::{drop_dead, simplify, simplify_sweeps};
use crate::source::{without_checkpoints, Source};
use crate::{differentiate, language, lower, residuals};

/// `#[differentiable(options)] item`: the item as it was, and its derivatives.
pub(crate) fn differentiable(options: TokenStream, item: TokenStream) -> TokenStream {
    let function = match syn::parse2::<ItemFn>(item.clone()) {
        Ok(function) => function,
        Err(error) => return not_a_function(&item, &error),
    };
    let item = without_checkpoints(item);
    let mut mistakes = Mistakes::default();
    let source = Source::read(options, function, &mut mistakes);
    if !mistakes.is_empty() {
        return refused(&item, &source, mistakes);
    }
    if source.options.vjp.is_some() {
        // The body is the user's own affair: its derivative does not follow from it.
        let generated = emit::by_rule(&source, &lower::signature(&source));
        return quote! { #item #generated };
    }
    let lowered = lower::function(&source, &mut mistakes);
    if source.options.second_order {
        refuse_derivatives(&lowered.graph.body, &mut mistakes);
    }
    if !mistakes.is_empty() {
        return refused(&item, &source, mistakes);
    }
    let mut dump = Dump::of(&source);
    dump.stage("primal", &lowered.graph);
    let derivatives = derive(lowered, &source, &mut dump);
    // A loop of constants is passed on with what stands on it.
    let generated = without_checkpoints(emit::emit(&source, &derivatives));
    dump.finish(&source, &derivatives);
    quote! { #item #generated }
}

/// Second derivatives of what holds a first one would be third ones.
fn refuse_derivatives(block: &Block, mistakes: &mut Mistakes) {
    for node in &block.nodes {
        if let Op::Call(Callee { target: Target::Derivative { .. }, .. }) = &node.op {
            mistakes.add(
                node.span(),
                "a function that calls a derivative has first derivatives alone, since this would take a third: \
                 leave `second_order` out",
            );
        }
        node.blocks.iter().for_each(|block| refuse_derivatives(block, mistakes));
    }
}

/// All derivatives of a primal.
fn derive(lowered: Lowered, source: &Source, dump: &mut Dump) -> Derivatives {
    let is_forward = source.options.forward && source.options.jvp.is_none();
    let forward = is_forward.then(|| {
        let forward = differentiate::forward(lowered.graph.clone());
        dump.stage("primal and tangents", &forward);
        simplify(forward)
    });
    let linear = is_forward.then(|| {
        let linear = simplify(linearized(lowered.graph.clone()));
        dump.stage("primal and linear part", &linear);
        residuals(linear)
    });
    let twice = (source.options.second_order && !source.options.aux)
        .then(|| simplify(differentiate::forward_twice(lowered.graph.clone())));
    let adjoint = differentiate(lowered.graph);
    dump.stage("primal and adjoint", &adjoint);
    let second = source.options.second_order.then(|| second_order(&adjoint, twice, dump));
    let gradient = gives_float(&adjoint)
        .then(|| simplify_sweeps(differentiate::seeded_with_one(adjoint.clone())))
        .map(|gradient| drop_dead(residuals::of_sweeps(gradient)));
    if let Some(gradient) = &gradient {
        dump.stage("gradient, simplified", gradient);
    }
    let adjoint = simplify(adjoint);
    let reverse = match source.options.checkpoint {
        true => drop_dead(residuals::of_checkpointed(adjoint)),
        false => residuals(adjoint),
    };
    dump.stage("vector-Jacobian product, simplified", &reverse);
    Derivatives { reverse, gradient, forward, linear, second, by_name: lowered.by_name }
}

/// Second derivatives: the tangents of an adjoint.
fn second_order(adjoint: &Graph, twice: Option<Graph>, dump: &mut Dump) -> Second {
    let product = gives_float(adjoint).then(|| {
        let gradient = differentiate::seeded_with_one(adjoint.clone());
        residuals(simplify(differentiate::product(differentiate::forward(gradient))))
    });
    if let Some(product) = &product {
        dump.stage("gradient and Hessian-vector product, simplified", product);
    }
    let dual = residuals(simplify(differentiate::owning(differentiate::forward(adjoint.clone()))));
    Second { dual, product, twice }
}

/// What branches and loops keep for their adjoints. What an adjoint computes again by itself the primal need not.
fn residuals(graph: Graph) -> Graph {
    drop_dead(residuals::residuals(graph))
}

/// True if the result is known to be a float.
fn gives_float(adjoint: &Graph) -> bool {
    adjoint.sweep.as_ref().is_some_and(|sweep| matches!(adjoint.ty(sweep.seed), Ty::Float(_)))
}

/// The function as it was, every mistake at its place, and stand-ins of the derivatives so that
/// there is no second error where they are called.
fn refused(item: &TokenStream, source: &Source, mistakes: Mistakes) -> TokenStream {
    let stubs = emit::stubs(source, mistakes.unread());
    let errors = mistakes.into_tokens();
    quote! { #item #errors #stubs }
}

fn not_a_function(item: &TokenStream, error: &syn::Error) -> TokenStream {
    let is_other_item = syn::parse2::<syn::Item>(item.clone()).is_ok();
    let errors = if is_other_item {
        syn::Error::new(Span::call_site(), String::from(language::ITEM)).to_compile_error()
    } else {
        // rustc says what is wrong with it.
        let _ = error;
        TokenStream::new()
    };
    quote! { #item #errors }
}
