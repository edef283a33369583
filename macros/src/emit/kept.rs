//! What a pullback keeps of the primal, and how: an array, its shape alone, or nothing where a marker says so.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::{quote, ToTokens};

use super::this;
use super::writer::Writer;
use crate::graph::collections::HashSet;
use crate::graph::{Arguments, Op, Ty, Value};

impl Writer<'_> {
    /// The named values of the primal that the adjoint uses, with the arguments it uses them for.
    pub(super) fn residuals(&self, start: usize, received: &[Value]) -> BTreeMap<Value, Arguments> {
        let mut found: BTreeMap<Value, Arguments> = BTreeMap::new();
        let primal: BTreeSet<Value> = self.graph.body.nodes[..start]
            .iter()
            .flat_map(|node| node.outs.iter().copied())
            .collect();
        for node in &self.graph.body.nodes[start..] {
            let mut needed = Arguments::default();
            for out in &node.outs {
                needed.join(&self.graph.info(*out).depends_on);
            }
            node.each_use(&mut |value| self.note_residual(value, &needed, &primal, &mut found));
        }
        for value in received {
            let needed = self.graph.info(*value).depends_on.clone();
            self.note_residual(*value, &needed, &primal, &mut found);
        }
        found
    }

    /// The same for what is kept apart from the primal, in a closure: without the places that are taken again there.
    pub(super) fn residuals_apart(
        &self,
        start: usize,
        received: &[Value],
    ) -> (BTreeMap<Value, Arguments>, Vec<Value>) {
        let mut residuals = self.residuals(start, received);
        let places: Vec<Value> =
            residuals.keys().copied().filter(|value| self.is_place(*value)).collect();
        residuals.retain(|value, _| !places.contains(value));
        (residuals, places)
    }

    /// In a closure that is handed its arguments again, `self` is one of these.
    pub(super) fn declare_receiver(&mut self) {
        let receiver = self.signature.source.params.first().filter(|param| param.is_receiver());
        if let (Some(_), Some(value)) = (receiver, self.graph.body.params.first()) {
            self.names.declare(*value, this());
        }
    }

    /// Notes a value, or what a place is evaluated again from.
    fn note_residual(
        &self,
        value: Value,
        needed: &Arguments,
        primal: &BTreeSet<Value>,
        found: &mut BTreeMap<Value, Arguments>,
    ) {
        if !primal.contains(&value) {
            return;
        }
        let is_place = self.is_place(value);
        if self.names.get(value).is_some() {
            found.entry(value).or_default().join(needed);
        }
        if !is_place && self.names.get(value).is_some() {
            return;
        }
        // What a place shows is kept, and the place is taken again.
        if let Some(node) = self.definition(value) {
            node.each_use(&mut |inner| self.note_residual(inner, needed, primal, found));
        }
    }

    /// True for a part of something that is shown, not copied.
    pub(super) fn is_place(&self, value: Value) -> bool {
        let Some(node) = self.definition(value) else { return false };
        match &node.op {
            // What may borrow is evaluated again rather than kept.
            Op::Verbatim(verbatim) => {
                verbatim.pure
                    && verbatim.pattern.is_none()
                    && (self.graph.info(value).is_reference
                        || matches!(self.graph.ty(value), Ty::Unknown | Ty::Constant))
            }
            _ => !self.is_float(value) && node.is_place(),
        }
    }

    /// Views of what was borrowed or kept, taken again in the pullback: they cannot be kept in it.
    pub(super) fn shown_again(&mut self, places: &[Value]) -> Vec<TokenStream> {
        let mut statements = Vec::new();
        for value in places {
            let (Some(name), Some(node)) =
                (self.names.get(*value).cloned(), self.definition(*value))
            else {
                continue;
            };
            let shown = self.node_expr(node).tokens;
            statements.push(quote!(let #name = #shown;));
        }
        statements
    }

    /// Statements that keep of a residual what the adjoint needs: its shape where that is all, and
    /// nothing where a marker says so.
    pub(super) fn keep_residuals(
        &mut self,
        start: usize,
        residuals: &BTreeMap<Value, Arguments>,
    ) -> Vec<TokenStream> {
        let (activity, accumulator) = (self.rt("Activity"), self.rt("accumulator"));
        let shapes = self.used_for_shapes(start);
        let mut statements = Vec::new();
        for (value, needed) in residuals {
            let is_borrowed = self.graph.info(*value).is_reference;
            if self.is_float(*value) || is_borrowed || !self.graph.is_active(*value) {
                continue;
            }
            let Some(name) = self.names.get(*value).cloned() else { continue };
            let is_shape = self.graph.ty(*value).is_numeric() && shapes(*value);
            if is_shape {
                self.shapes.insert(*value, ());
            }
            let kept = if is_shape { quote!(#accumulator(&#name)) } else { name.to_token_stream() };
            match self.guard_of(needed) {
                Some(guard) => {
                    statements.push(quote!(let #name = <#guard as #activity>::keep(#kept);));
                    self.keep(*value, &guard, &name, TokenStream::new());
                }
                None if is_shape => statements.push(quote!(let #name = #kept;)),
                None => {}
            }
        }
        statements
    }

    /// Says of a value whether the adjoint asks for no more than its shape.
    fn used_for_shapes(&self, start: usize) -> impl Fn(Value) -> bool {
        let (primal, adjoint) = self.graph.body.nodes.split_at(start);
        let mut used: HashSet<Value> = HashSet::default();
        // What shows a part of it, or is evaluated again, needs the array itself.
        for node in primal {
            let is_again = |out: &Value| self.is_inlined(*out) || self.is_place(*out);
            if node.outs.first().is_some_and(is_again) {
                used.extend(&node.args);
            }
        }
        for node in adjoint {
            let args = node.args.iter().enumerate();
            used.extend(args.filter(|(position, _)| !node.is_like(*position)).map(|(_, arg)| arg));
            for block in &node.blocks {
                block.each_use(&mut |value| {
                    used.insert(value);
                });
            }
        }
        move |value| !used.contains(&value)
    }
}
