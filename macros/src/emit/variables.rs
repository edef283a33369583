//! Variables: how they are declared, taken over by later versions, and assigned to.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::text::Text;
use super::writer::{Writer, MUT};
use crate::graph::{Elem, Node, Op, Ty, Value};

impl<'a> Writer<'a> {
    /// The word before a new variable: `mut`, if something turns out to write it. [`settle`] decides.
    pub(super) fn declare(&mut self, value: Value) -> TokenStream {
        let mut shared = self.shared.borrow_mut();
        shared.declared += 1;
        let number = shared.declared;
        if self.survey.mutated.contains(&value) {
            shared.mutable.insert(number);
        }
        self.declarations.insert(value, number);
        drop(shared);
        self.mutability(value)
    }

    /// The same word for a variable that was declared before it is bound.
    pub(super) fn mutability(&self, value: Value) -> TokenStream {
        let marker = self.declarations.get(&value).map(|number| format_ident!("{MUT}{number}"));
        quote!(#marker)
    }

    /// Lets the variable of a value be written from now on.
    pub(super) fn open_for_writing(&self, value: Value) {
        if let Some(number) = self.declarations.get(&value) {
            self.shared.borrow_mut().mutable.insert(*number);
        }
    }

    /// The value as a place that can be written.
    pub(super) fn place(&self, value: Value) -> Text {
        match self.places.get(&value) {
            Some(place) => Text::atom(place.clone()),
            None => self.text(value),
        }
    }

    /// Lets `value` stand in the variable of `other`, which is written from now on.
    pub(super) fn take_over(&mut self, value: Value, other: Value) {
        self.shared.borrow_mut().moved.insert(other);
        if let Some(name) = self.names.get(other).cloned() {
            self.names.declare(value, name.clone());
            self.shared.borrow_mut().called.insert(value, name.to_string());
        }
        if let Some(number) = self.declarations.get(&other).copied() {
            self.declarations.insert(value, number);
        }
        if let Some(access) = self.access.get(&other).cloned() {
            self.access.insert(value, access);
        }
        if let Some(place) = self.places.get(&other).cloned() {
            self.places.insert(value, place);
        }
        if let Some(guard) = self.guards.get(&other).cloned() {
            self.guards.insert(value, guard);
        }
        self.open_for_writing(value);
        if self.pinned.contains(&other) {
            self.pinned.insert(value, ());
        }
    }

    /// `let mut name = init;`, behind a marker where one decides.
    pub(super) fn open_variable(
        &mut self,
        value: Value,
        node: &Node,
        init: TokenStream,
    ) -> TokenStream {
        let mutable = self.declare(value);
        let guard = self.guard_of_value(value);
        let name = self.name_beside(value, node);
        match guard {
            Some(guard) => {
                let activity = self.rt("Activity");
                self.keep(value, &guard, &name, TokenStream::new());
                quote!(let #mutable #name = <#guard as #activity>::compute(|| #init);)
            }
            None => {
                let ty = self.annotation(value);
                quote!(let #mutable #name #ty = #init;)
            }
        }
    }

    /// `: f64`, where tangents stand beside values: of sums of what the runtime gives rustc does not always
    /// find the type in time.
    pub(super) fn annotation(&self, value: Value) -> Option<TokenStream> {
        let info = self.graph.info(value);
        let has_tangents = self.graph.body.params.len() > self.signature.source.params.len();
        match info.ty {
            // The type of a constant is the user's affair.
            _ if !has_tangents || info.is_reference || !self.is_active(value) => None,
            Ty::Float(Elem::F32) => Some(quote!(: f32)),
            Ty::Float(Elem::F64) => Some(quote!(: f64)),
            _ => None,
        }
    }

    /// `variable = result;`, unless the result stands there already.
    pub(super) fn assignment(&self, variable: Value, result: Value) -> Option<TokenStream> {
        if self.are_one(variable, result) {
            return None;
        }
        self.open_for_writing(variable);
        let name = self.place(variable).tokens;
        let text = self.compound(variable, result).unwrap_or_else(|| {
            let value = self.moved(result);
            quote!(#name = #value;)
        });
        Some(match self.guard_of_value(variable) {
            Some(guard) => {
                let activity = self.rt("Activity");
                quote!(if <#guard as #activity>::IS { #text })
            }
            None => text,
        })
    }

    /// `s += x;` for a float that becomes `s + x`.
    pub(super) fn compound(&self, variable: Value, result: Value) -> Option<TokenStream> {
        let node = self.definition(result).filter(|_| self.is_inlined(result))?;
        let Op::Row(row) = &node.op else { return None };
        let symbol = row.symbol.filter(|_| node.args.len() == 2)?;
        if !self.is_float(result) || self.names.get(node.args[0]) != self.names.get(variable) {
            return None;
        }
        self.names.get(variable)?;
        let name = self.place(variable).tokens;
        let by = self.float(node.args[1]).tokens;
        let op: TokenStream = format!("{symbol}=").parse().ok()?;
        Some(quote!(#name #op #by;))
    }

    /// True if writing `value` reads a variable that is assigned to.
    pub(super) fn reads_any(&self, value: Value, changes: &[(Value, Value)]) -> bool {
        let mut reads = false;
        self.survey.needed(self.graph, value, &mut |needed| {
            reads |= changes
                .iter()
                .any(|(variable, result)| variable != result && self.are_one(*variable, needed));
        });
        reads
    }

    /// True if both values stand in one variable.
    pub(super) fn are_one(&self, a: Value, b: Value) -> bool {
        let declared = self.declarations.get(&a);
        a == b || declared.is_some() && declared == self.declarations.get(&b)
    }

    /// Assigns results to variables, all as if at once: a variable after what reads it.
    pub(super) fn assignments(&mut self, pairs: &[(Value, Value)]) -> TokenStream {
        let mut changed: Vec<(Value, Value)> = pairs
            .iter()
            .filter(|(variable, result)| !self.are_one(*variable, *result))
            .copied()
            .collect();
        let mut in_order = TokenStream::new();
        while let Some(position) = (0..changed.len()).find(|position| {
            let others = changed.iter().enumerate().filter(|(other, _)| other != position);
            !others
                .into_iter()
                .any(|(_, (_, result))| self.reads_any(*result, &changed[*position..=*position]))
        }) {
            let (variable, result) = changed.remove(position);
            in_order.extend(self.assignment(variable, result));
        }
        if changed.is_empty() {
            return in_order;
        }
        let activity = self.rt("Activity");
        let mut statements = Vec::new();
        let mut assignments = Vec::new();
        for (variable, result) in &changed {
            let value = self.moved(*result);
            let next = self.fresh("next");
            self.open_for_writing(*variable);
            let place = self.place(*variable).tokens;
            match self.guard_of_value(*variable) {
                Some(guard) => {
                    statements.push(quote!(let #next = <#guard as #activity>::compute(|| #value);));
                    assignments.push(quote!(if <#guard as #activity>::IS {
                        #place = <#guard as #activity>::take(#next);
                    }));
                }
                None => {
                    statements.push(quote!(let #next = #value;));
                    assignments.push(quote!(#place = #next;));
                }
            }
        }
        quote!(#in_order #(#statements)* #(#assignments)*)
    }
}
