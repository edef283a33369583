//! Parts: of arrays, lists and options, shown in place, and of accumulators, taken out.

use proc_macro2::TokenStream;
use quote::{format_ident, quote_spanned};

use super::expr::member;
use super::text::{Strength, Text};
use super::writer::Writer;
use crate::graph::{Node, Part};
use crate::ops::Row;

impl Writer<'_> {
    /// A part that is shown in place.
    pub(super) fn view(&self, row: &'static Row, node: &Node) -> Text {
        let span = node.span();
        let base = self.text(node.args[0]).at_least(Strength::Atom);
        let operands: Vec<TokenStream> =
            node.args[1..].iter().map(|arg| self.constant_operand(*arg)).collect();
        if row.name == "Get" {
            return Text::atom(quote_spanned!(span=> #base[#(#operands),*]));
        }
        if row.name == "Aview1" {
            let (aview1, list) = (self.rt(row.call), self.operand(node.args[0]));
            return Text::atom(quote_spanned!(span=> #aview1(#list)));
        }
        let method = format_ident!("{}", row.call);
        if row.is_of_option() {
            let operands = match row.name {
                "UnwrapOr" => node.args[1..].iter().map(|arg| self.lent(*arg)).collect(),
                _ => operands,
            };
            let held = quote_spanned!(span=> *#base.as_ref().#method(#(#operands),*));
            return Text { tokens: held, strength: Strength::Unary };
        }
        Text::atom(quote_spanned!(span=> #base.#method(#(#operands),*)))
    }

    /// A part of an accumulator, taken out of it.
    pub(super) fn cotangent_part(&self, part: &Part, node: &Node) -> Text {
        let span = node.span();
        let base = self.place(node.args[0]).at_least(Strength::Atom);
        let take = self.rt("take");
        Text::atom(match part {
            Part::Member(name) => {
                let member = member(name);
                quote_spanned!(span=> #take(&mut #base.#member))
            }
            Part::Element(position) => {
                let at = self.rt("at");
                let position = proc_macro2::Literal::usize_unsuffixed(*position);
                quote_spanned!(span=> #take(#at(&mut #base, #position)))
            }
            Part::All => {
                let total = self.rt("total");
                quote_spanned!(span=> #total(&mut #base))
            }
            Part::Inner => quote_spanned!(span=> #base.take().unwrap_or_default()),
        })
    }
}
