//! Long straight code, in blocks.
//!
//! To rustc every `let` opens a scope that lasts to the end of its block, so a scope inside the one before. With full
//! debug information LLVM goes into these by recursion, and comes to the end of its stack at two thousand or so, in a
//! function by hand as in ours. Second order writes several variables for each line of the user's. So what is long is
//! written in stretches, each a block that gives on what is needed behind it:
//! `let (h, s) = { let dot = ..; let h = ..; let s = ..; (h, s) };`

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::call::Again;
use super::survey::lends;
use super::writer::Writer;
use crate::graph::{Node, Op, Value};

/// A block of so many nodes is written in stretches.
const LONG: usize = 512;

/// A stretch ends after so many nodes, as soon as nothing that borrows from it goes on.
const STRETCH: usize = 96;

/// One that does not end after so many is no block.
const LONGEST: usize = 4 * STRETCH;

/// Statements that become a block.
#[derive(Default)]
struct Stretch<'a> {
    nodes: Vec<&'a Node>,
    statements: Vec<TokenStream>,
    /// How many variables had been declared before it.
    declared: usize,
}

impl<'a> Writer<'a> {
    /// Statements for the nodes of a block.
    pub(super) fn statements(&mut self, nodes: &'a [Node]) -> Vec<TokenStream> {
        if nodes.len() < LONG {
            return nodes.iter().filter_map(|node| self.whole_statement(node)).collect();
        }
        let mut written = Vec::new();
        let mut stretch = Stretch { declared: self.declared(), ..Stretch::default() };
        for node in nodes {
            let stays = self.stays_outside(node);
            let is_full = stretch.nodes.len() >= STRETCH && self.leaves(&stretch).is_some();
            if stays || is_full || stretch.nodes.len() >= LONGEST {
                self.close(&mut stretch, &mut written);
            }
            let statement = self.whole_statement(node);
            if stays {
                written.extend(statement);
                stretch.declared = self.declared();
            } else {
                stretch.nodes.push(node);
                stretch.statements.extend(statement);
            }
        }
        written.append(&mut stretch.statements);
        written
    }

    fn declared(&self) -> usize {
        self.shared.borrow().declared
    }

    /// Ends a stretch: as a block if it can be one.
    fn close(&self, stretch: &mut Stretch<'a>, written: &mut Vec<TokenStream>) {
        let next = Stretch { declared: self.declared(), ..Stretch::default() };
        let ended = std::mem::replace(stretch, next);
        let Some(leaves) = self.leaves(&ended).filter(|_| ended.statements.len() > 1) else {
            return written.extend(ended.statements);
        };
        let statements = ended.statements;
        let names: Vec<&Ident> = leaves.iter().filter_map(|value| self.names.get(*value)).collect();
        let patterns = leaves.iter().zip(&names).map(|(value, name)| {
            let mutable = self.mutability(*value);
            quote!(#mutable #name)
        });
        written.push(match names.as_slice() {
            [] => quote!({ #(#statements)* }),
            [one] => quote!(let #(#patterns)* = { #(#statements)* #one };),
            many => quote!(let (#(#patterns),*) = { #(#statements)* (#(#many),*) };),
        });
    }

    /// The values that a stretch gives on, one for each of its variables that is needed behind it; nothing if one of
    /// them may borrow from the stretch.
    fn leaves(&self, stretch: &Stretch<'a>) -> Option<Vec<Value>> {
        let after = self.liveness.after(stretch.nodes.last()?);
        let mut variables = BTreeSet::new();
        let mut leaves = Vec::new();
        for node in &stretch.nodes {
            let stacks = match node.op {
                Op::Loop(_) => node.blocks[0].stacks.as_slice(),
                _ => &[],
            };
            for value in node.outs.iter().chain(stacks).copied().filter(|out| after.contains(out)) {
                if self.names.get(value).is_none() && !self.access.contains(&value) {
                    // It is written where it is used.
                    continue;
                }
                let variable = *self.declarations.get(&value)?;
                if variable <= stretch.declared {
                    continue;
                }
                if !self.names.holds(value) || self.may_borrow(node, value) {
                    return None;
                }
                if variables.insert(variable) {
                    leaves.push(value);
                }
            }
        }
        Some(leaves)
    }

    /// True for a value that may hold a reference to another variable.
    fn may_borrow(&self, node: &Node, value: Value) -> bool {
        let again = self.shared.borrow().again.get(&value).cloned().unwrap_or_default();
        lends(self.graph, node)
            || self.graph.info(value).is_reference
            || again.iter().any(|again| matches!(again, Again::Kept(_)))
    }

    /// True for an item, which all that follows may name, and for what may borrow and is needed for long.
    fn stays_outside(&self, node: &Node) -> bool {
        let is_item = match &node.op {
            Op::Effect(verbatim) => syn::parse2::<syn::Item>(verbatim.tokens.0.clone()).is_ok(),
            Op::Verbatim(verbatim) => verbatim.pattern.is_some(),
            _ => false,
        };
        let after = self.liveness.after(node);
        let is_long = |out: &Value| {
            after.later(STRETCH).contains(out)
                && !self.is_inlined(*out)
                && (lends(self.graph, node) || self.graph.info(*out).is_reference)
        };
        is_item || node.outs.iter().any(is_long)
    }
}
