//! Arrays that nothing needs any more: what no kernel took over leaves its memory to arrays to come.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;

use super::writer::Writer;
use crate::graph::{Node, Op, Ty, Value};

impl<'a> Writer<'a> {
    /// `recycle(z);` for every array of ours that a statement was the last to use, and did not take.
    pub(super) fn recycled(&self, node: &Node) -> Vec<TokenStream> {
        // What it gives and nobody asks for, too.
        let at_hand: BTreeSet<Value> = self.here_uses.keys().chain(&node.outs).copied().collect();
        let mut statements = Vec::new();
        for value in at_hand.into_iter().filter(|value| self.is_left(*value)) {
            let Some(name) = self.names.get(value) else { continue };
            self.shared.borrow_mut().moved.insert(value);
            let recycle = self.rt("recycle");
            statements.push(quote!(#recycle(#name);));
        }
        statements
    }

    /// True for what generated code computes: if it is an array, it is one of ours to own.
    pub(super) fn is_made_here(&self, value: Value) -> bool {
        match self.definition(self.survey.origin(value)) {
            Some(node) => !matches!(node.op, Op::Verbatim(_)) && !node.is_place(),
            // What a loop carries, and arguments.
            None => !self.graph.body.params.contains(&value),
        }
    }

    fn is_left(&self, value: Value) -> bool {
        self.is_made_here(value)
            && matches!(self.graph.ty(value), Ty::Array(..) | Ty::Numeric(_))
            && !self.after.contains(&value)
            && !self.captured.contains(&value)
            && !self.access.contains(&value)
            && !self.graph.info(value).is_reference
            && self.names.holds(value)
            && self.declarations.contains(&value)
            && !self.shared.borrow().moved.contains(&value)
    }
}
