//! What a value is called: by the user's name where it has one, else after what it is.

use proc_macro2::{Ident, TokenStream, TokenTree};

use super::body::split_results;
use super::call::callee_name;
use super::names::Whose;
use super::writer::Writer;
use crate::graph::{Node, Op, Value};

impl Writer<'_> {
    /// An identifier of ours that stands for no value.
    pub(super) fn fresh(&mut self, wish: &str) -> Ident {
        self.names.bind(Value(usize::MAX), wish, Whose::Ours, |_| true)
    }

    /// What a value is called that the user gave no name: after its operation, or `d` and what it is
    /// the cotangent of.
    pub(super) fn wish(&self, node: &Node, value: Value) -> String {
        let info = self.graph.info(value);
        if let Some(name) = self.hints.get(&value).or(info.name.as_ref()) {
            return name.clone();
        }
        if let Some((of, defined)) = info.shape_of.and_then(|of| Some((of, self.definition(of)?))) {
            let of_adjoint = self.graph.info(of).shape_of.is_some();
            if !of_adjoint {
                return crate::differentiate::cotangent_name(&self.wish(defined, of));
            }
        }
        if let Some(addition) = self.survey.elements.get(&value) {
            return self.element_wish(addition.args[0], addition.args[2]);
        }
        let is_result = split_results(self.graph).0.first() == Some(&value);
        match &node.op {
            Op::Row(row) if is_result && row.symbol.is_some() => {
                self.signature.source.item.sig.ident.to_string()
            }
            Op::Row(row) if row.name == "Get" => self.element_wish(node.args[0], node.args[1]),
            Op::Row(row) => row.call.trim_end_matches("_const").trim_end_matches("_of").to_owned(),
            Op::Call(callee) if node.outs.get(1) == Some(&value) => {
                format!("{}_pullback", callee_name(callee))
            }
            Op::Call(callee) | Op::Jvp(callee) => callee_name(callee),
            Op::Verbatim(verbatim) => {
                last_word(&verbatim.tokens.0).unwrap_or_else(|| "constant".to_owned())
            }
            Op::Map => {
                let formula = &node.blocks[0];
                let result = node.outs.iter().position(|out| *out == value);
                let result = result.and_then(|position| formula.results.get(position));
                match formula.nodes.iter().find(|inner| inner.outs.first() == result) {
                    Some(Node { op: Op::Row(row), .. }) => row.call.to_owned(),
                    _ => "mapped".to_owned(),
                }
            }
            Op::Pull { .. } if self.is_sum_of_all(node, value) => "sum".to_owned(),
            Op::Construct(_) => "whole".to_owned(),
            Op::If => "chosen".to_owned(),
            Op::Inner => "held".to_owned(),
            // What is kept of a value is its shape.
            Op::Accumulator => {
                match (&self.graph.info(node.args[0]).name, self.definition(node.args[0])) {
                    (Some(name), _) => format!("{name}_like"),
                    (None, Some(defined)) => format!("{}_like", self.wish(defined, node.args[0])),
                    (None, None) => "like".to_owned(),
                }
            }
            _ => "part".to_owned(),
        }
    }

    /// True for what a kernel adds up to one number.
    fn is_sum_of_all(&self, node: &Node, value: Value) -> bool {
        let likes = node.outs.iter().zip(&node.args);
        let mut like = likes.filter(|(out, _)| **out == value).map(|(_, like)| *like);
        let is_total = |node: &Node| matches!(node.op, Op::Row(row) if row.name == "Total");
        like.next().and_then(|like| self.definition(like)).is_some_and(is_total)
    }

    /// `x_i` for `x[i]`.
    fn element_wish(&self, list: Value, index: Value) -> String {
        let list = match (&self.graph.info(list).name, self.definition(list)) {
            (Some(name), _) => name.clone(),
            (None, Some(Node { op: Op::Field(member), args, .. })) => {
                // Of a tuple, the member is no word: `x_0_at` for `x.0[..]`.
                match (
                    member.starts_with(|c: char| c.is_ascii_digit()),
                    &self.graph.info(args[0]).name,
                ) {
                    (false, _) => member.clone(),
                    (true, Some(tuple)) => format!("{tuple}_{member}"),
                    (true, None) => return "element".to_owned(),
                }
            }
            _ => return "element".to_owned(),
        };
        match &self.graph.info(index).name {
            Some(index) => format!("{list}_{index}"),
            None => format!("{list}_at"),
        }
    }

    /// The identifier of a value that is being defined.
    pub(super) fn name(&mut self, value: Value, node: &Node) -> Ident {
        let wish = self.wish(node, value);
        self.name_like(value, &wish, false)
    }

    /// The same for a value that is defined before what is being written uses what it uses.
    pub(super) fn name_beside(&mut self, value: Value, node: &Node) -> Ident {
        let wish = self.wish(node, value);
        self.name_like(value, &wish, true)
    }

    /// An identifier after a wish; `beside` what is being written, or in its place.
    pub(super) fn name_like(&mut self, value: Value, wish: &str, beside: bool) -> Ident {
        let info = self.graph.info(value);
        let whose = match (&info.name, self.in_adjoint) {
            (Some(_), false) => Whose::Users,
            (Some(_), true) if info.shape_of.is_none() => Whose::Again,
            _ => Whose::Ours,
        };
        let wish = info.name.as_deref().unwrap_or(wish).to_owned();
        let mut names = std::mem::take(&mut self.names);
        let ident = names.bind(value, &wish, whose, |holder| {
            self.captured.contains(&holder)
                || self.pinned.contains(&holder)
                || self.after.contains(&holder)
                || beside && self.here_uses.contains_key(&holder)
                || holder == Value(usize::MAX)
        });
        self.names = names;
        self.shared.borrow_mut().called.insert(value, ident.to_string());
        ident
    }
}

/// The word after which an expression is called: `len` for `x.len() as f64`.
fn last_word(tokens: &TokenStream) -> Option<String> {
    let words = tokens.clone().into_iter().take_while(|token| token.to_string() != "as");
    let words = words.filter_map(|token| match token {
        TokenTree::Ident(word) => Some(word.to_string()),
        _ => None,
    });
    words.last().filter(|word| word.starts_with(|first: char| first.is_ascii_lowercase()))
}
