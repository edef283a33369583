//! Branches and their adjoints. What the arms change stands in a variable that is assigned to; the rest is
//! the value of the `if` or `match`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned, ToTokens};

use super::writer::Writer;
use crate::graph::{Block, Node, Op, Ty, Value};

/// An arm as it is written.
struct Arm {
    /// What the record looks like where it ran.
    pattern: TokenStream,
    statements: TokenStream,
    /// The parts of its value.
    tail: Vec<TokenStream>,
}

/// Where a branch leaves one of its results.
#[derive(Clone)]
enum Place {
    /// In a variable from outside, which stood for this value before.
    Variable(Value),
    /// In the value of the `if` or `match`, behind this marker if there is one.
    Tail(Option<TokenStream>),
}

impl<'a> Writer<'a> {
    /// `if c { .. } else { .. }` or `match arm { .. }`.
    pub(super) fn branch_statement(&mut self, node: &'a Node) -> TokenStream {
        let count = node.blocks.first().map_or(0, |block| block.results.len());
        let mut opening = TokenStream::new();
        let mut places = Vec::new();
        for position in 0..count {
            let place = self.place_of(node, position, &places, &mut opening);
            places.push(place);
        }
        // A record that nothing reads would not say what its other arms are.
        let record = node.record().filter(|record| self.after.contains(record));
        let arms: Vec<Arm> = node
            .blocks
            .iter()
            .enumerate()
            .map(|(position, arm)| self.arm(node, arm, position, &places, record.is_some()))
            .collect();
        // What stands in a variable has its name, which none of the others may take.
        for (out, place) in node.outs.iter().zip(&places) {
            if let Place::Variable(value) = place {
                self.take_over(*out, *value);
            }
        }
        // The value of the whole: the results that stand in no variable, and the record.
        let mut names = Vec::new();
        if let Some(record) = record {
            names.push(self.bound_name(record, node));
        }
        for (out, place) in node.outs.iter().zip(&places) {
            let Place::Tail(guard) = place else { continue };
            names.push(self.bound_name(*out, node));
            if let (Some(guard), Some(name)) = (guard, self.names.get(*out).cloned()) {
                self.keep(*out, guard, &name, TokenStream::new());
            }
        }
        let branch = self.where_needed(node, self.choice(node, &arms), &places);
        let span = node.span();
        let statement = match names.as_slice() {
            [] => branch,
            [one] => quote_spanned!(span=> let #one = #branch;),
            many => quote_spanned!(span=> let (#(#many),*) = #branch;),
        };
        quote!(#opening #statement)
    }

    /// The adjoint of a branch, behind the marker of what receives something from it: what decides is kept
    /// for that alone.
    fn where_needed(&self, node: &Node, branch: TokenStream, places: &[Place]) -> TokenStream {
        if !self.in_adjoint {
            return branch;
        }
        let mut needed = crate::graph::Arguments::default();
        node.outs.iter().for_each(|out| needed.join(&self.graph.info(*out).depends_on));
        let Some(guard) = self.guard_of(&needed) else { return branch };
        let activity = self.rt("Activity");
        let mut others = Vec::new();
        for place in places {
            match place {
                Place::Variable(_) => {}
                Place::Tail(Some(guard)) => {
                    others.push(quote!(<#guard as #activity>::compute(|| ::core::unreachable!())));
                }
                Place::Tail(None) => return branch,
            }
        }
        match others.as_slice() {
            [] => quote!(if <#guard as #activity>::IS { #branch }),
            [one] => quote!(if <#guard as #activity>::IS { #branch } else { #one }),
            many => quote!(if <#guard as #activity>::IS { #branch } else { (#(#many),*) }),
        }
    }

    fn bound_name(&mut self, value: Value, node: &Node) -> TokenStream {
        if !self.after.contains(&value) {
            return quote!(_);
        }
        let mutable = self.declare(value);
        let name = self.name(value, node);
        quote!(#mutable #name)
    }

    /// The variable that a result can be left in: one that the arms change or leave as it is, and that
    /// nothing else needs.
    fn place_of(
        &mut self,
        node: &'a Node,
        position: usize,
        taken: &[Place],
        opening: &mut TokenStream,
    ) -> Place {
        let out = node.outs[position];
        let mut defined = crate::graph::collections::HashSet::default();
        node.each_definition(&mut |value| {
            defined.insert(value);
        });
        let candidates: Vec<Value> = node
            .blocks
            .iter()
            .filter_map(|arm| self.root_outside(arm.results[position], &defined))
            .collect();
        let own_guard = self.guard_of_value(out).map(|guard| guard.to_string());
        let is_free = |writer: &Self, value: Value| {
            let is_taken = taken
                .iter()
                .any(|place| matches!(place, Place::Variable(other) if *other == value));
            let is_alike = writer.graph.info(value).name == writer.graph.info(out).name
                && (!writer.in_adjoint
                    || writer.is_mutated(value)
                    || writer.graph.info(out).name.is_some());
            // What is there for more than the result must stay there, though the result is not wanted.
            let guard = writer.guards.get(&value).map(ToString::to_string);
            writer.is_free_variable(value) && !is_taken && is_alike && guard == own_guard
        };
        if let Some(value) = candidates.iter().copied().find(|value| is_free(self, *value)) {
            self.open_for_writing(value);
            return Place::Variable(value);
        }
        let guard = self.guard_of_value(out);
        // What is linear in tangents makes its results anew.
        if !matches!(node.op, Op::Unbranch) || self.is_linear() {
            return Place::Tail(guard);
        }
        let is_plain = self.is_float(out) && guard.is_none();
        let is_in_all = candidates.len() == node.blocks.len()
            && candidates.iter().all(|candidate| *candidate == candidates[0]);
        match candidates.first() {
            // What is written where it is used is computed in the arm that uses it.
            Some(before) if is_in_all && !is_plain && !self.is_inlined(*before) => {
                // The arms begin with what was received before.
                let init = self.moved(*before);
                opening.extend(self.open_variable(out, node, init));
                Place::Variable(out)
            }
            _ => Place::Tail(guard),
        }
    }

    /// The value from outside that a result is a version of, or is.
    fn root_outside(
        &self,
        value: Value,
        defined: &crate::graph::collections::HashSet<Value>,
    ) -> Option<Value> {
        if !defined.contains(&value) {
            return Some(value);
        }
        let node = self.definition(value)?;
        match &node.op {
            Op::Update(..) | Op::AddField(_) | Op::AddAll | Op::AddView(_) => {
                self.root_outside(node.args[0], defined)
            }
            Op::TakePart(..) if node.out() == value => self.root_outside(node.args[0], defined),
            Op::Loop(_) | Op::Unloop(_) => {
                let position = node.outs.iter().position(|out| *out == value)?;
                self.root_outside(*node.args.get(node.first_carried() + position)?, defined)
            }
            Op::If | Op::Unbranch => {
                let position = node.outs.iter().position(|out| *out == value)?;
                node.blocks
                    .iter()
                    .find_map(|arm| self.root_outside(*arm.results.get(position)?, defined))
            }
            _ => None,
        }
    }

    fn arm(
        &mut self,
        node: &'a Node,
        arm: &'a Block,
        position: usize,
        places: &[Place],
        is_recorded: bool,
    ) -> Arm {
        let mut inner = self.clone();
        for place in places {
            if let Place::Variable(value) = place {
                inner.pinned.insert(*value, ());
            }
        }
        inner.bind_restored(node, arm);
        let restored = inner.restored_pattern(arm, 0);
        let pattern = inner.in_arm(restored, position, node.blocks.len());
        let mut statements = inner.owned_constants(arm, 0);
        statements.extend(inner.statements(&arm.nodes));
        let mut tail = Vec::new();
        let saved = is_recorded.then(|| {
            let saved = inner.saved(arm);
            inner.in_arm(saved, position, node.blocks.len())
        });
        inner.come_to(&arm.results, inner.liveness.after_results(arm));
        let mut changes = Vec::new();
        let mut given = Vec::new();
        for ((result, place), out) in arm.results.iter().zip(places).zip(&node.outs) {
            match place {
                Place::Variable(value) => changes.push((*value, *result)),
                Place::Tail(guard) => given.push((*result, self.is_active(*out), guard.clone())),
            }
        }
        // What is given or saved is taken before the variables change.
        let assignments = inner.assignments(&changes);
        let changes_something = !assignments.is_empty();
        // The record comes first, since what it saves may be moved into a result.
        if let Some(saved) = saved {
            tail.push(match changes_something {
                true => {
                    let name = inner.fresh("kept");
                    statements.push(quote!(let #name = #saved;));
                    name.to_token_stream()
                }
                false => saved,
            });
        }
        for (value, is_active, guard) in given {
            // What the arms of a constant are made of says its type; what flows back has one anyway.
            let literal = inner.definition(value).filter(|_| !inner.in_adjoint && !is_active);
            let literal = literal.filter(|_| inner.is_inlined(value));
            let text = match literal.and_then(|node| inner.suffixed_literal(node)) {
                Some(text) => text.tokens,
                None => inner.moved(value),
            };
            let text = match guard {
                Some(guard) => {
                    let activity = inner.rt("Activity");
                    quote!(<#guard as #activity>::compute(|| #text))
                }
                None => text,
            };
            let is_changed = changes_something && inner.reads_any(value, &changes);
            tail.push(match is_changed {
                true => {
                    let name = inner.fresh("given");
                    statements.push(quote!(let #name = #text;));
                    name.to_token_stream()
                }
                false => text,
            });
        }
        statements.push(assignments);
        // What is never reached gives no value: a tuple of several would have a type of its own.
        if arm.results.iter().any(|result| inner.is_undefined(*result)) {
            tail = vec![quote!(unreachable!())];
        }
        Arm { pattern, statements: quote!(#(#statements)*), tail }
    }

    fn is_undefined(&self, value: Value) -> bool {
        self.definition(value).is_some_and(|node| node.op == Op::Undefined)
    }

    /// The `if` or `match` around the arms.
    fn choice(&self, node: &'a Node, arms: &[Arm]) -> TokenStream {
        let bodies: Vec<TokenStream> = arms
            .iter()
            .map(|Arm { statements, tail, .. }| match tail.as_slice() {
                [] => quote!({ #statements }),
                [one] => quote!({ #statements #one }),
                many => quote!({ #statements (#(#many),*) }),
            })
            .collect();
        let selector = node.args[0];
        let is_recorded = matches!(node.op, Op::Unbranch)
            && node.blocks.iter().any(|block| !block.restored.is_empty());
        if is_recorded {
            let subject = self.place_text(selector);
            let patterns = arms.iter().map(|arm| &arm.pattern);
            return quote!(match #subject { #(#patterns => #bodies)* });
        }
        let selection = self.text(selector).tokens;
        if *self.graph.ty(selector) == Ty::Bool {
            let (then, otherwise) = (&bodies[0], &bodies[1]);
            let is_empty = arms[1].statements.is_empty() && arms[1].tail.is_empty();
            return match is_empty {
                true => quote!(if #selection #then),
                false => quote!(if #selection #then else #otherwise),
            };
        }
        let last = bodies.len().saturating_sub(1);
        let arms = bodies.iter().enumerate().map(|(position, body)| {
            let number = proc_macro2::Literal::usize_unsuffixed(position);
            if position == last {
                quote!(_ => #body)
            } else {
                quote!(#number => #body)
            }
        });
        quote!(match #selection { #(#arms)* })
    }
}
