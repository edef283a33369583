//! What one reading of a loop's body found, and the node that is made of the last one.

use std::collections::BTreeSet;

use proc_macro2::Span;
use quote::{quote, ToTokens};
use syn::spanned::Spanned;
use syn::{Expr, Pat};

use super::beside::uses_up;
use super::checkpoint::Segment;
use super::mentions::Mentions;
use super::scope::Variable;
use super::turns::{is_range, is_stepped_to_the_end, Over, Part};
use super::Lowering;
use crate::graph::{Block, Each, Head, Info, Loop, Node, Op, Origin, Tokens, Ty, Value, Verbatim};

/// One reading of a loop's body.
pub(super) struct Turn {
    pub(super) part: Part,
    pub(super) items: Vec<Value>,
    pub(super) params: Vec<Value>,
    pub(super) condition: Option<(Vec<Node>, Value)>,
    pub(super) nodes: Vec<Node>,
    pub(super) results: Vec<Value>,
    pub(super) exits: Option<Value>,
}

impl Turn {
    /// What is known of each carried value, after this reading.
    pub(super) fn settled(&self, lowering: &Lowering<'_>, known: &[Info]) -> Vec<Info> {
        known
            .iter()
            .zip(self.params.iter().zip(&self.results))
            .map(|(known, (param, result))| {
                let mut next = known.clone();
                next.ty =
                    known.ty.joined(lowering.graph.ty(*param)).joined(lowering.graph.ty(*result));
                next.depends_on.join(&lowering.graph.info(*result).depends_on);
                next
            })
            .collect()
    }
}

impl Lowering<'_> {
    /// What is gone over. Items that may be borrowed cannot be kept, so the adjoint goes over them again: what may change
    /// by then is copied now.
    fn mentions_of_items(&mut self, iterable: &Expr, items: &[Value]) -> Mentions {
        let may_be_lent = matches!(iterable, Expr::Reference(_) | Expr::MethodCall(_))
            && items.iter().any(|item| matches!(self.graph.ty(*item), Ty::Unknown | Ty::Constant));
        let uses_up = uses_up(iterable);
        let mut mentions = self.mentions(iterable);
        if may_be_lent && mentions.is_steady && !mentions.pure && !uses_up {
            mentions = self.mentions_then(iterable);
        }
        mentions.pure &= !uses_up;
        self.look_at_places(&mut mentions, iterable.span());
        mentions
    }

    /// The loop's node, and what its variables hold after it.
    pub(super) fn finish(
        &mut self,
        turn: Turn,
        over: &Over<'_>,
        variables: &BTreeSet<Variable>,
        inits: Vec<Value>,
        before: Vec<Value>,
        span: Span,
    ) {
        let Turn { part, items, params, condition, nodes, results, exits } = turn;
        // What the body leaves as it was is not carried.
        let mut names = crate::graph::collections::HashMap::default();
        let mut kept = Vec::new();
        for (position, variable) in variables.iter().enumerate() {
            if results[position] == params[position] {
                names.insert(params[position], inits[position]);
                self.scopes.set(variable, before[position]);
            } else {
                kept.push((position, variable));
            }
        }
        let (head, mentioned) = match over {
            Over::Constants { iterable, pattern }
            | Over::Segment(Segment::Constants(iterable, pattern)) => {
                let iterable: &Expr = iterable;
                let mentions = self.mentions_of_items(iterable, &items);
                let (names, args): (Vec<String>, Vec<Value>) = mentions.names.into_iter().unzip();
                let each = Each {
                    iterable: Verbatim::new(iterable.to_token_stream(), names, mentions.pure),
                    pattern: Tokens(pattern.to_token_stream()),
                    items: items.len(),
                    is_range: is_range(iterable)
                        && !is_stepped_to_the_end(iterable)
                        && matches!(*pattern, Pat::Ident(_) | Pat::Wild(_)),
                };
                (Head::Each(each), args)
            }
            Over::Positions(..) | Over::Items(_) | Over::Segment(Segment::Positions { .. }) => {
                let names = vec!["__turns".to_owned()];
                let each = Each {
                    iterable: Verbatim::new(quote!(0..__turns), names, true),
                    pattern: Tokens(quote!(at)),
                    items: 1,
                    is_range: true,
                };
                (Head::Each(each), over.length().into_iter().collect())
            }
            Over::Condition(_) | Over::Segment(Segment::Condition(_)) => (Head::While, Vec::new()),
        };
        let mut body = Block {
            params: items
                .into_iter()
                .chain(kept.iter().map(|(position, _)| params[*position]))
                .collect(),
            nodes,
            results: exits
                .iter()
                .copied()
                .chain(kept.iter().map(|(position, _)| results[*position]))
                .collect(),
            ..Block::default()
        };
        body.replace_uses(&mut |value| names.get(&value).copied().unwrap_or(value));
        let mut blocks = vec![body];
        if let Some((nodes, value)) = condition {
            let mut block = Block { nodes, results: vec![value], ..Block::default() };
            block.replace_uses(&mut |value| names.get(&value).copied().unwrap_or(value));
            blocks.push(block);
        }
        let mut outs = Vec::new();
        for (position, variable) in &kept {
            let param = params[*position];
            let info = Info { shape_of: None, ..self.graph.info(param).clone() };
            let out = self.graph.value(info);
            if self.optional.contains(&param) {
                self.optional.insert(out);
            }
            self.scopes.set(variable, out);
            outs.push(out);
            // What a loop begins with has the type of what is carried.
            let ty = self.graph.ty(param).clone();
            self.graph.learn(inits[*position], &ty);
        }
        let carried = kept.iter().map(|(position, _)| inits[*position]);
        let is_checkpointed = part == Part::Segments;
        if is_checkpointed {
            blocks.iter().for_each(|block| self.check_repeatable(&block.nodes));
        }
        let op = Op::Loop(Loop { head, exits: exits.is_some(), is_checkpointed });
        let args = mentioned.into_iter().chain(carried).collect();
        self.nodes.push(Node { outs, op, args, blocks, origin: Origin::from(span) });
    }
}
