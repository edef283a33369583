//! Writes: in place where the old version is dead, into a copy where it is not.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};

use super::expr::member;
use super::tokens::located;
use super::writer::Writer;
use crate::graph::{Action, Node, Step, Ty, Value};
use crate::ops::Row;

impl<'a> Writer<'a> {
    /// `x[i] = v;`, `p.w = v;`, `list.push(v);`
    pub(super) fn update(&mut self, steps: &[Step], action: Action, node: &'a Node) -> TokenStream {
        let span = node.span();
        let before = self.open_version(node);
        let (operands, written) =
            (&node.args[1..node.args.len() - 1], node.args[node.args.len() - 1]);
        let mut operands = operands.iter();
        let mut place = self.place(node.out()).tokens;
        for step in steps {
            place = match step {
                Step::Field(name) => {
                    let member = member(name);
                    quote!(#place.#member)
                }
                Step::Index => {
                    let index = operands.next().map(|index| self.constant_operand(*index));
                    quote!(#place[#index])
                }
                Step::View(row) => {
                    let view = self.lent_view(row, &mut operands, span);
                    quote!(#place.#view)
                }
            };
        }
        let statement = match action {
            Action::Set => {
                let value = self.moved(written);
                quote_spanned!(span=> #place = #value;)
            }
            Action::Assign => {
                let write = self.rt("write_into");
                let value = self.operand(written);
                quote_spanned!(span=> #write(#place, #value);)
            }
            Action::Push => {
                let value = self.moved(written);
                // An item of a list is lent before the arguments are computed, which may look at the list.
                let is_simple = value.clone().into_iter().count() == 1;
                match steps.contains(&Step::Index) && !is_simple {
                    true => {
                        let pushed = super::ours("pushed");
                        quote_spanned!(span=> let #pushed = #value; #place.push(#pushed);)
                    }
                    false => quote_spanned!(span=> #place.push(#value);),
                }
            }
            Action::Truncate => {
                let length = self.constant_operand(written);
                match steps.is_empty() && matches!(self.graph.ty(node.args[0]), Ty::List(_)) {
                    true => quote_spanned!(span=> #place.truncate(#length);),
                    // It may be a struct of the user's, with a method of that name.
                    false => {
                        let cut_off = self.rt("cut_off");
                        let list = located(quote!(&mut #place), span);
                        quote_spanned!(span=> #cut_off(#list, #length);)
                    }
                }
            }
        };
        quote!(#before #statement)
    }

    /// The adjoint of a write: takes the part's cotangent out.
    pub(super) fn take_part(
        &mut self,
        steps: &[Step],
        action: Action,
        node: &'a Node,
    ) -> TokenStream {
        let span = node.span();
        let guard = self.guard(node);
        let before = self.open_version(node);
        let activity = self.rt("Activity");
        let mut place = self.place(node.out()).tokens;
        let mut lent = quote!(&mut #place);
        let at = self.rt("at");
        let is_array = self.graph.ty(node.args[0]).is_numeric();
        let mut operands = node.args[1..].iter();
        for step in steps {
            place = match step {
                Step::Field(name) => {
                    let member = member(name);
                    quote!(#place.#member)
                }
                Step::Index => {
                    let index = operands.next().map(|index| self.constant_operand(*index));
                    quote!(#at(#lent, #index))
                }
                Step::View(row) => {
                    let view = self.lent_view(row, &mut operands, span);
                    match is_array {
                        true => quote!(#place.#view),
                        false => {
                            let dense = self.rt("dense_mut");
                            quote!(#dense(#lent).#view)
                        }
                    }
                }
            };
            lent = match step {
                Step::Index => place.clone(),
                _ => quote!(&mut #place),
            };
        }
        let taken = match action {
            Action::Set => {
                let take = self.rt("take");
                quote_spanned!(span=> #take(#lent))
            }
            Action::Assign => {
                let take = self.rt("take_view");
                quote_spanned!(span=> #take(#place))
            }
            Action::Push => {
                let take = self.rt("take_pushed");
                let position = operands.next().map(|position| self.constant_operand(*position));
                quote_spanned!(span=> #take(#lent, #position))
            }
            // What was cut off receives nothing, and an accumulator is as long as it has to be.
            Action::Truncate => return before.unwrap_or_default(),
        };
        let taken = match &guard {
            Some(guard) => quote!(<#guard as #activity>::compute(|| #taken)),
            None => taken,
        };
        let part = node.outs[1];
        if !self.after.contains(&part) {
            return quote!(#before let _ = #taken;);
        }
        let mutable = self.declare(part);
        let name = self.name_beside(part, node);
        if let Some(guard) = guard {
            self.keep(part, &guard, &name, TokenStream::new());
        }
        quote!(#before let #mutable #name = #taken;)
    }

    /// `slice_mut(s![..])`, with the operands of the view that come next.
    fn lent_view<'v>(
        &self,
        row: &Row,
        operands: &mut impl Iterator<Item = &'v Value>,
        span: Span,
    ) -> TokenStream {
        let method = format_ident!("{}_mut", row.call, span = span);
        let given =
            operands.take(row.operands.len() - 1).map(|operand| self.constant_operand(*operand));
        quote!(#method(#(#given),*))
    }

    /// The variable of a new version: that of the old one if it is dead, else one that begins as a copy.
    fn open_version(&mut self, node: &'a Node) -> Option<TokenStream> {
        let (base, out) = (node.args[0], node.out());
        if self.is_free_variable(base) {
            self.take_over(out, base);
            return None;
        }
        let old = self.copied(base);
        let mutable = self.declare(out);
        let guard = self.guard_of_value(out);
        let name = self.name_beside(out, node);
        let before = match &guard {
            Some(guard) => {
                let activity = self.rt("Activity");
                quote!(let #mutable #name = <#guard as #activity>::compute(|| #old);)
            }
            None => quote!(let #mutable #name = #old;),
        };
        if let Some(guard) = guard {
            self.keep(out, &guard, &name, TokenStream::new());
        }
        Some(before)
    }

    /// The marker of a value of the adjoint.
    pub(super) fn guard_of_value(&self, value: Value) -> Option<TokenStream> {
        match self.in_adjoint {
            true => self.guard_of(&self.graph.info(value).depends_on),
            false => None,
        }
    }

    /// A value to write into: moved where it is dead, else an owned copy.
    fn copied(&self, value: Value) -> TokenStream {
        let is_lent = self.graph.info(value).is_reference && self.names.get(value).is_some();
        match self.graph.ty(value) {
            Ty::Unknown | Ty::Struct(_) if is_lent => {
                let text = self.text(value).at_least(super::text::Strength::Atom);
                quote!(#text.clone())
            }
            _ => self.moved(value),
        }
    }

    /// A copy of a struct. Where the user's type cannot be copied, rustc says so where the user wrote what asks for it.
    pub(super) fn copy_of(&self, text: &TokenStream) -> TokenStream {
        let copy = self.rt("copy_of");
        let lent = quote!(&#text);
        let lent = match self.here.get() {
            Some(here) => located(lent, here),
            None => lent,
        };
        quote!(#copy(#lent))
    }
}
