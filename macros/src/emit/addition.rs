//! Accumulating: in place where the old version is dead.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};

use super::text::Text;
use super::writer::Writer;
use crate::graph::{Node, Op, Value};
use crate::ops::Row;

impl<'a> Writer<'a> {
    /// `plus_dot_tn(sum, &a, &dy)` for `plus(sum, dot_tn(&a, &dy))`: the product is added where the sum
    /// lies.
    pub(super) fn sum_with_product(&self, row: &Row, node: &Node) -> Option<Text> {
        let [sum, product] = node.args[..] else { return None };
        let (product, factor) = self.product_here(product).filter(|_| row.name == "Plus")?;
        let function = self.rt(&format!("plus_{}", factor.call));
        let (sum, a) = (self.moved(sum), self.factor(product, 0));
        let b = self.factor(product, 1);
        Some(Text::atom(quote_spanned!(product.span()=> #function(#sum, #a, #b))))
    }

    /// `accumulate(&mut sum, part);` for a sum of cotangents whose first part nothing needs any more: it stays where it
    /// lies.
    pub(super) fn sum_in_place(&mut self, node: &'a Node) -> Option<TokenStream> {
        if !matches!(node.op, Op::Row(row) if row.name == "Plus") {
            return None;
        }
        let (sum, part) = (node.args[0], node.args[1]);
        let is_ours = self.is_free_variable(sum) && self.dies_here(sum) && !self.is_float(sum);
        if !is_ours || self.guard(node).is_some() || self.is_watched() {
            return None;
        }
        let add = self.rt(if self.product_here(part).is_some() { "add" } else { "accumulate" });
        let added = self.added(part);
        self.take_over(node.out(), sum);
        let place = self.place(node.out()).tokens;
        Some(quote_spanned!(node.span()=> #add(&mut #place, #added);))
    }

    /// A product that is written where it is added.
    fn product_here(&self, value: Value) -> Option<(&'a Node, &'static Row)> {
        let node = self.definition(value).filter(|_| self.is_inlined(value))?;
        match node.op {
            Op::Row(row) if row.is_dot() => Some((node, row)),
            _ => None,
        }
    }

    /// What is added to an accumulator: moved, or a product that is computed where it is added.
    fn added(&self, value: Value) -> TokenStream {
        let Some((node, row)) = self.product_here(value) else { return self.moved(value) };
        let function = self.rt(&format!("{}_to_add", row.call));
        let (a, b) = (self.factor(node, 0), self.factor(node, 1));
        quote_spanned!(node.span()=> #function(#a, #b))
    }

    /// Adds into an accumulator, in place where its old version is dead.
    pub(super) fn addition(&mut self, node: &'a Node) -> TokenStream {
        let span = node.span();
        let (base, added) = (node.args[0], node.args[1]);
        let in_place = !self.captured.contains(&base) && !self.after.contains(&base);
        let same_name = self.graph.info(base).name == self.graph.info(node.out()).name;
        let guard = self.guard(node);
        let activity = self.rt("Activity");
        let mut before = None;
        match self.names.get(base) {
            Some(_) if in_place && same_name => self.take_over(node.out(), base),
            _ => {
                let old = self.moved(base);
                // The new version stands before what is added, whose name it must not take.
                let mutable = self.declare(node.out());
                let name = self.name_beside(node.out(), node);
                before = Some(match &guard {
                    Some(guard) => {
                        self.keep(node.out(), guard, &name, TokenStream::new());
                        quote!(let #mutable #name = <#guard as #activity>::compute(|| #old);)
                    }
                    None => quote!(let #mutable #name = #old;),
                });
                self.open_for_writing(node.out());
            }
        }
        let place = self.place(node.out()).tokens;
        let add = self.rt("add");
        let statement = match &node.op {
            Op::AddField(member) => {
                let member = super::expr::member(member);
                let added = self.added(added);
                quote_spanned!(span=> #add(&mut #place.#member, #added);)
            }
            Op::AddAll => {
                let added = self.moved(added);
                quote_spanned!(span=> #add(&mut #place, #added);)
            }
            Op::AddView(row) => {
                let operands: Vec<TokenStream> =
                    node.args[2..].iter().map(|arg| self.constant_operand(*arg)).collect();
                if row.name == "Get" {
                    let at = self.rt("at");
                    let added = self.moved(added);
                    quote_spanned!(span=> #add(#at(&mut #place, #(#operands),*), #added);)
                } else if row.name == "Aview1" {
                    let added = self.operand(added);
                    quote_spanned!(span=> #add(&mut #place, #added);)
                } else if row.is_of_option() {
                    // The accumulator was made from the option, so it holds one where the option does.
                    let added = self.moved(added);
                    quote_spanned!(span=> if let Some(held) = #place.as_mut() { #add(held, #added); })
                } else {
                    let into = self.rt("add_into");
                    let method = format_ident!("{}_mut", row.call);
                    let added = self.moved_or_shown(added);
                    quote_spanned!(span=> #into(#place.#method(#(#operands),*), #added);)
                }
            }
            _ => TokenStream::new(),
        };
        match guard {
            Some(guard) => quote!(#before if <#guard as #activity>::IS { #statement }),
            None => quote!(#before #statement),
        }
    }
}
