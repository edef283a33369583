//! Variables that are assigned to.

use proc_macro2::TokenStream;
use quote::quote;

use super::writer::Writer;
use crate::graph::{Node, Op, Value};

impl<'a> Writer<'a> {
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
            None => quote!(let #mutable #name = #init;),
        }
    }

    /// `variable = result;`, unless the result stands there already.
    pub(super) fn assignment(&self, variable: Value, result: Value) -> Option<TokenStream> {
        if self.are_one(variable, result) {
            return None;
        }
        self.mark_mutable(variable);
        let name = self.text(variable).tokens;
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
        let name = self.text(variable).tokens;
        let by = self.float(node.args[1]).tokens;
        let op: TokenStream = format!("{symbol}=").parse().ok()?;
        Some(quote!(#name #op #by;))
    }

    pub(super) fn mark_mutable(&self, value: Value) {
        if let Some(number) = self.declarations.get(&value) {
            self.shared.borrow_mut().mutable.insert(*number);
        }
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

    /// Assigns results to variables, all as if at once.
    pub(super) fn assignments(&mut self, pairs: &[(Value, Value)]) -> TokenStream {
        let changed: Vec<(Value, Value)> = pairs
            .iter()
            .filter(|(variable, result)| !self.are_one(*variable, *result))
            .copied()
            .collect();
        let reads_other = (0..changed.len()).any(|position| {
            let mut others = changed.clone();
            others.remove(position);
            self.reads_any(changed[position].1, &others)
        });
        if !reads_other {
            let assignments =
                changed.iter().filter_map(|(variable, result)| self.assignment(*variable, *result));
            return quote!(#(#assignments)*);
        }
        let activity = self.rt("Activity");
        let mut statements = Vec::new();
        let mut assignments = Vec::new();
        for (variable, result) in &changed {
            let value = self.moved(*result);
            let next = self.fresh("next");
            self.mark_mutable(*variable);
            let place = self.text(*variable).tokens;
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
        quote!(#(#statements)* #(#assignments)*)
    }
}
