//! What blocks save, and how their adjoints find it again.

use std::collections::BTreeMap;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::{format_ident, quote};

use super::body::sweeps;
use super::text::{Strength, Text};
use super::writer::Writer;
use crate::graph::{Arguments, Block, Node, Op, Ty, Unloop, Value};

/// The most arms that one of the runtime's enums has.
const MOST_ARMS: usize = 8;

impl<'a> Writer<'a> {
    /// What a block saves, as a tuple.
    pub(super) fn saved(&mut self, block: &'a Block) -> TokenStream {
        let survey = self.survey.clone();
        let restored = survey.restored.get(&(block as *const Block));
        self.come_to(&block.saved, self.liveness.after_saved(block));
        let parts: Vec<TokenStream> = block
            .saved
            .iter()
            .enumerate()
            .skip(usize::from(block.is_sparse))
            .map(|(position, value)| {
                let is_constant =
                    !self.graph.is_active(*value) && *self.graph.ty(*value) == Ty::Unknown;
                let text = match is_constant {
                    // What a reference refers to is not copied.
                    true => {
                        let text = self.text(*value).at_least(Strength::Unary);
                        quote!(::core::clone::Clone::clone(&#text))
                    }
                    false => self.moved(*value),
                };
                let needed =
                    restored.map(|restored| &self.graph.info(restored[position]).depends_on);
                match needed.and_then(|needed| self.guard_of(needed)) {
                    Some(guard) => {
                        let activity = self.rt("Activity");
                        quote!(<#guard as #activity>::keep(#text))
                    }
                    None => text,
                }
            })
            .collect();
        match parts.as_slice() {
            [one] => one.clone(),
            many => quote!((#(#many),*)),
        }
    }

    /// A writer of the primal's results, which takes nothing that the second part uses.
    pub(super) fn before_second_part(
        &self,
        used: impl IntoIterator<Item = Value>,
        results: &[Value],
    ) -> Self {
        let mut before = self.clone();
        before.access.clear();
        before.captured.extend(used);
        before.come_to(results, Default::default());
        before
    }

    /// Goes over to the second part, which owns what it uses of the primal and may run more than once. Gives the
    /// statements that keep that.
    pub(super) fn begin_second_part(
        &mut self,
        residuals: &BTreeMap<Value, Arguments>,
    ) -> Vec<TokenStream> {
        self.in_adjoint = true;
        let primal = sweeps(self.graph).0;
        let kept = self.keep_residuals(primal.len(), residuals);
        // A pullback may be called again: it owns nothing of the first part, whether it uses it or only mentions it.
        let made = primal.iter().flat_map(|node| &node.outs);
        self.captured.extend(made.chain(residuals.keys()).chain(&self.graph.body.params).copied());
        kept
    }

    /// `Branch2::A(saved)`, nested where there are more arms than letters.
    pub(super) fn in_arm(&self, saved: TokenStream, position: usize, count: usize) -> TokenStream {
        let path = self.arm_path(position.min(MOST_ARMS - 1), count.min(MOST_ARMS));
        if count > MOST_ARMS && position >= MOST_ARMS - 1 {
            let inner = self.in_arm(saved, position + 1 - MOST_ARMS, count + 1 - MOST_ARMS);
            return quote!(#path(#inner));
        }
        quote!(#path(#saved))
    }

    pub(super) fn arm_path(&self, position: usize, count: usize) -> TokenStream {
        let krate = &self.signature.krate;
        let name = format_ident!("Branch{count}");
        let letter = format_ident!("{}", char::from(b'A' + position as u8));
        quote!(#krate::rt::#name::#letter)
    }

    /// Names what an adjoint block finds again.
    pub(super) fn bind_restored(&mut self, node: &'a Node, block: &'a Block) {
        let items = match &node.op {
            Op::Unloop(Unloop { again: Some(each), .. }) => each.items,
            _ => 0,
        };
        for value in block.found(items) {
            let wish = self.restored_wish(*value);
            self.declare(*value);
            let name = self.name_like(*value, &wish, true);
            if let Some(guard) = self.guard_of(&self.graph.info(*value).depends_on) {
                self.keep(*value, &guard, &name, TokenStream::new());
                let activity = self.rt("Activity");
                self.access.insert(*value, quote!((*<#guard as #activity>::kept(#name))));
                // What stands in a record is no variable to go on with.
                self.captured.insert(*value, ());
            }
            self.pinned.insert(*value, ());
        }
    }

    /// A constant of unknown type is used by value, as the user uses it.
    pub(super) fn owned_constants(&self, block: &Block, items: usize) -> Vec<TokenStream> {
        block
            .found(items)
            .iter()
            .filter(|_| !block.takes)
            .filter(|value| self.is_unknown_constant(**value))
            .filter_map(|value| {
                let name = self.names.get(*value)?;
                Some(quote!(let #name = #name.clone();))
            })
            .collect()
    }

    pub(super) fn is_unknown_constant(&self, value: Value) -> bool {
        let origin = self.survey.origin(value);
        *self.graph.ty(value) == Ty::Unknown
            && !self.graph.is_active(origin)
            && !self.access.contains(&value)
    }

    /// A value as the user's own tokens know it: what is found again behind a reference is the place
    /// that it refers to, unless it was a reference before.
    pub(super) fn as_it_was(&self, value: Value) -> Text {
        let text = self.text(value);
        let is_behind = |value| self.graph.info(value).is_reference;
        let became_reference = is_behind(value) && !is_behind(self.survey.origin(value));
        let is_kept = self.access.contains(&value);
        if !became_reference || is_kept || self.is_unknown_constant(value) {
            return text;
        }
        let tokens = text.at_least(Strength::Unary);
        Text { tokens: quote!(*#tokens), strength: Strength::Unary }
    }

    /// True for `[i, j]` as it is written: it is copied, and taken by value.
    pub(super) fn is_position(&self, value: Value) -> bool {
        let origin = self.survey.origin(value);
        match self.definition(origin).map(|node| &node.op) {
            Some(Op::Verbatim(verbatim)) => {
                let mut tokens = verbatim.tokens.0.clone().into_iter();
                let first = tokens.next();
                let is_list = matches!(&first, Some(TokenTree::Group(group))
                    if group.delimiter() == Delimiter::Bracket);
                is_list && tokens.next().is_none()
            }
            _ => false,
        }
    }

    pub(super) fn restored_wish(&self, value: Value) -> String {
        let origin = self.survey.origin(value);
        let called = self.shared.borrow().called.get(&origin).cloned();
        called.unwrap_or_else(|| "kept".to_owned())
    }

    /// The pattern that what was saved is taken apart with.
    pub(super) fn restored_pattern(&self, block: &Block, items: usize) -> TokenStream {
        let parts: Vec<TokenStream> = block
            .found(items)
            .iter()
            .map(|value| {
                let Some(name) = self.names.get(*value) else { return quote!(_) };
                let is_kept = self.access.contains(value);
                match self.graph.info(*value).is_reference || is_kept {
                    true => quote!(ref #name),
                    false => {
                        let mutable = self.mutability(*value);
                        quote!(#mutable #name)
                    }
                }
            })
            .collect();
        match parts.as_slice() {
            [one] => one.clone(),
            many => quote!((#(#many),*)),
        }
    }

    /// A record as the place that it stands in.
    pub(super) fn place_text(&self, record: Value) -> TokenStream {
        let text = self.text(record);
        match self.graph.info(record).is_reference && !self.access.contains(&record) {
            true => {
                let text = text.at_least(Strength::Unary);
                quote!(*#text)
            }
            false => text.tokens,
        }
    }
}
