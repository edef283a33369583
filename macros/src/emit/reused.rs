//! Factors of products that stay the same in all turns of a loop: what makes the products fast is done before the loop.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::writer::Writer;
use crate::graph::{Block, Node, Op, Ty, Value};

/// What a factor was made ready as, before which loop.
#[derive(Clone)]
pub(super) struct Reused<'a> {
    name: Ident,
    by: &'a Node,
}

/// A value, and the fields of it that lead to another one.
pub(super) type Path = (Value, Vec<String>);

impl<'a> Writer<'a> {
    /// `let w_reused = reused(&net.w);` for every factor of products with its transpose inside a loop, where it comes
    /// from outside; and what ends them behind the loop.
    pub(super) fn open_reused(&mut self, node: &'a Node) -> (TokenStream, TokenStream) {
        let mut products = Vec::new();
        node.blocks.iter().for_each(|block| transposed_products(block, &mut products));
        if products.is_empty() {
            return Default::default();
        }
        let mut inside = BTreeSet::new();
        node.each_definition(&mut |value| {
            inside.insert(value);
        });
        let (mut opening, mut ending) = (TokenStream::new(), TokenStream::new());
        for product in products {
            let [left, factor] = product.args[..] else { continue };
            let place = self.path(factor);
            let is_outside = !inside.contains(&place.0) && !self.access.contains(&place.0);
            let are_matrices = [left, factor].iter().all(|operand| self.may_be_matrix(*operand));
            if !is_outside || !are_matrices || self.reused.contains_key(&place) {
                continue;
            }
            let wish = match place.1.last() {
                Some(member) => format!("{member}_reused"),
                None => format!(
                    "{}_reused",
                    self.graph.info(factor).name.as_deref().unwrap_or("factor")
                ),
            };
            let operand = self.operand(factor);
            let (reused, recycle) = (self.rt("reused"), self.rt("recycle"));
            let name = self.fresh(&wish);
            opening.extend(quote!(let #name = #reused(#operand);));
            ending.extend(quote!(#recycle(#name);));
            self.reused.insert(place, Reused { name, by: node });
        }
        (opening, ending)
    }

    /// What was made ready for a loop ends behind it.
    pub(super) fn close_reused(&mut self, node: &'a Node) {
        self.reused.retain(|_, reused| !std::ptr::eq(reused.by, node));
    }

    /// An operand of a whole-array operation; of a product with a transpose that which was made ready before a loop.
    pub(super) fn factor(&self, node: &Node, position: usize) -> TokenStream {
        let value = node.args[position];
        let is_transposed = position == 1 && is_transposed_product(node);
        match self.reused.get(&self.path(value)).filter(|_| is_transposed) {
            Some(Reused { name, .. }) => quote!(&#name),
            None => self.moved_or_shown(value),
        }
    }

    /// The value of which this one is a field, and the fields on the way.
    fn path(&self, value: Value) -> Path {
        match self.definition(value) {
            Some(Node { op: Op::Field(member), args, .. }) if self.names.get(value).is_none() => {
                let (base, mut members) = self.path(args[0]);
                members.push(member.clone());
                (base, members)
            }
            _ => (value, Vec::new()),
        }
    }

    fn may_be_matrix(&self, value: Value) -> bool {
        match self.graph.ty(value) {
            Ty::Array(_, rank) => rank.is_none_or(|rank| rank == 2),
            ty => !ty.is_float(),
        }
    }
}

fn is_transposed_product(node: &Node) -> bool {
    matches!(node.op, Op::Row(row) if row.name == "DotNt")
}

/// All products with a transpose in a block and inside its loops and branches.
fn transposed_products<'b>(block: &'b Block, found: &mut Vec<&'b Node>) {
    for node in &block.nodes {
        if is_transposed_product(node) {
            found.push(node);
        }
        node.blocks.iter().for_each(|block| transposed_products(block, found));
    }
}
