//! Branches and loops: the adjoint of one is one, with the same blocks.
//!
//! An adjoint block uses the values of the block that it reverses as if they were in scope; which of
//! them are saved, and which are computed again, `residuals` decides later.

use super::{Cotangent, Reversal};
use crate::graph::{Block, Info, Node, Op, Origin, Turns, Ty, Unloop, Value};

impl Reversal {
    /// Only the adjoint of the arm that ran runs. What the arms use from outside goes through them: each takes what was
    /// received so far and gives it on, with its own contribution or without. Where nothing was, each gives its own.
    pub(super) fn reverse_branch(&mut self, node: &mut Node) {
        let origin = node.origin;
        let seeds: Vec<(usize, Cotangent)> = node
            .outs
            .iter()
            .enumerate()
            .filter(|(_, out)| self.graph.is_active(**out))
            .filter_map(|(position, out)| Some((position, self.cotangents.get(*out)?)))
            .collect();
        let captured = self.captured(&node.blocks);
        let before: Vec<Option<Cotangent>> =
            captured.iter().map(|value| self.cotangents.get(*value)).collect();
        let mut arms: Vec<Part> = Vec::new();
        for arm in &mut node.blocks {
            let received = captured.iter().copied().zip(before.iter().copied());
            let outer = self.enter(received.filter_map(|(value, it)| Some((value, it?))));
            for (position, received) in &seeds {
                let result = arm.results[*position];
                if self.graph.is_active(result) {
                    self.contribute(result, *received, origin);
                }
            }
            self.reverse(&mut arm.nodes);
            arms.push(self.go_to(outer));
        }
        let mut blocks = vec![Block::default(); arms.len()];
        let mut outs = Vec::new();
        for (value, before) in captured.into_iter().zip(before) {
            let Some(form) = self.form_of_arms(value, before, &arms) else { continue };
            let mut results = Vec::new();
            for arm in &mut arms {
                let outer = self.go_to(std::mem::take(arm));
                results.push(self.in_form_of(form, value, origin));
                *arm = self.go_to(outer);
            }
            if before.is_some_and(|before| results.iter().all(|result| *result == before.value())) {
                continue;
            }
            let ty = self.graph.ty(results[0]).clone();
            let out = self.cotangent_value(value, ty);
            outs.push(out);
            self.cotangents.replace(value, form.with(out));
            blocks.iter_mut().zip(results).for_each(|(block, result)| block.results.push(result));
        }
        blocks.iter_mut().zip(arms).for_each(|(block, arm)| block.nodes = arm.nodes);
        let record = self.record();
        node.outs.push(record);
        self.nodes.push(Node { outs, op: Op::Unbranch, args: vec![record], blocks, origin });
    }

    /// The form in which the arms give what a value has received: that which it had before, or the one that all of them
    /// made of nothing. Where some arm has nothing to give, that costs least as an accumulator.
    fn form_of_arms(
        &self,
        value: Value,
        before: Option<Cotangent>,
        arms: &[Part],
    ) -> Option<Cotangent> {
        let mut given = arms.iter().map(|arm| arm.cotangents.get(value));
        if before.is_some() || given.clone().all(|given| given.is_none()) {
            return before;
        }
        let is_float = self.graph.ty(value).is_float();
        let is_dense = is_float || given.all(|it| matches!(it, Some(Cotangent::Dense(_))));
        Some(if is_dense { Cotangent::Dense(value) } else { Cotangent::Accumulator(value) })
    }

    /// The turns are run from last to first. The cotangent of a carried value goes from turn to turn;
    /// what a turn's own values receive begins at zero in each turn, since they are new values.
    pub(super) fn reverse_loop(&mut self, node: &mut Node) {
        let origin = node.origin;
        let first = node.first_carried();
        let params = node.blocks[0].params[node.items()..].to_vec();
        let results = node.carried_results().to_vec();
        let carried: Vec<usize> =
            (0..params.len()).filter(|position| self.graph.is_active(params[*position])).collect();
        let captured = self.captured(&node.blocks[..1]);
        let outs: Vec<Value> = carried.iter().map(|position| node.outs[*position]).collect();
        let before: Vec<Cotangent> =
            outs.iter().chain(&captured).map(|value| self.added_up(*value, origin)).collect();
        let args: Vec<Value> = before.iter().map(|before| before.value()).collect();
        let carried_params: Vec<Value> = carried.iter().map(|position| params[*position]).collect();
        let inner: Vec<Value> = carried_params
            .iter()
            .chain(&captured)
            .zip(&args)
            .map(|(of, arg)| {
                let ty = self.graph.ty(*arg).clone();
                self.cotangent_value(*of, ty)
            })
            .collect();
        let (inner_carried, inner_captured) = inner.split_at(carried.len());
        let outer = self.enter(
            captured
                .iter()
                .zip(&before[carried.len()..])
                .zip(inner_captured)
                .map(|((value, before), inner)| (*value, before.with(*inner))),
        );
        for ((position, before), inner) in carried.iter().zip(&before).zip(inner_carried) {
            let result = results[*position];
            self.is_shaped_like(*inner, result);
            if self.graph.is_active(result) {
                self.contribute(result, before.with(*inner), origin);
            }
        }
        self.reverse(&mut node.blocks[0].nodes);
        let results = carried_params
            .iter()
            .chain(&captured)
            .zip(&before)
            .map(|(value, before)| self.in_form_of(*before, *value, origin))
            .collect();
        let nodes = self.leave(outer);
        let block = Block { params: inner.clone(), nodes, results, ..Block::default() };
        let record = self.record();
        node.outs.push(record);
        // What the turns leave as it was is dropped with other dead code.
        let received: Vec<Value> = inner
            .iter()
            .map(|inner| {
                let info = self.graph.info(*inner).clone();
                self.graph.value(info)
            })
            .collect();
        self.nodes.push(Node {
            outs: received.clone(),
            op: Op::Unloop(Unloop { again: None, turns: Turns::Recorded }),
            args: std::iter::once(record).chain(args).collect(),
            blocks: vec![block],
            origin,
        });
        let (from_carried, from_captured) = received.split_at(carried.len());
        let (before_carried, before_captured) = before.split_at(carried.len());
        for ((value, before), out) in captured.iter().zip(before_captured).zip(from_captured) {
            self.cotangents.replace(*value, before.with(*out));
        }
        for ((position, before), out) in carried.iter().zip(before_carried).zip(from_carried) {
            let init = node.args[first + position];
            self.is_shaped_like(*out, init);
            if self.graph.is_active(init) {
                self.contribute(init, before.with(*out), origin);
            }
        }
    }

    /// The cotangent of something carried has the shape of what it belongs to where it is: of a turn's result
    /// in that turn, of the first value after all turns. Turns may differ in it.
    fn is_shaped_like(&mut self, cotangent: Value, of: Value) {
        let info = self.graph.info_mut(cotangent);
        info.shape_of = (info.ty != Ty::Accumulator).then_some(of);
    }

    /// The active values from outside that the blocks use.
    pub(super) fn captured(&self, blocks: &[Block]) -> Vec<Value> {
        let mut captured = Vec::new();
        for block in blocks {
            for value in block.captured() {
                if self.graph.is_active(value) && !captured.contains(&value) {
                    captured.push(value);
                }
            }
        }
        captured
    }

    /// What a value has received before a loop, in the form in which that sums it up: arrays are added to in place.
    fn added_up(&mut self, value: Value, origin: Origin) -> Cotangent {
        match (self.graph.ty(value), self.cotangents.get(value)) {
            (Ty::Float(_), Some(received)) => received,
            (Ty::Float(_), None) => Cotangent::Dense(self.zero_of(value)),
            (ty, _) if ty.is_numeric() => Cotangent::Dense(self.dense(value, origin)),
            _ => Cotangent::Accumulator(self.accumulator(value, origin)),
        }
    }

    /// What a value has received in a block, in the form that it had before.
    fn in_form_of(&mut self, before: Cotangent, value: Value, origin: Origin) -> Value {
        match before {
            Cotangent::Dense(_) if self.cotangents.has(value) => self.dense(value, origin),
            Cotangent::Dense(_) if self.graph.ty(value).is_float() => self.zero_of(value),
            Cotangent::Dense(_) => self.dense(value, origin),
            Cotangent::Accumulator(_) => self.accumulator(value, origin),
        }
    }

    fn zero_of(&mut self, value: Value) -> Value {
        let ty = self.graph.ty(value).clone();
        let depends_on = self.graph.info(value).depends_on.clone();
        let zero = self.graph.value(Info { ty, depends_on, ..Info::default() });
        let literal = Op::Literal("0.0".to_owned());
        self.nodes.push(Node::new(zero, literal, Vec::new(), Origin::default()));
        self.zeros.insert(zero);
        zero
    }

    fn record(&mut self) -> Value {
        self.graph.value(Info { ty: Ty::Constant, ..Info::default() })
    }

    /// Begins a block of its own, in which these values have received so much; gives what was outside.
    fn enter(&mut self, received: impl Iterator<Item = (Value, Cotangent)>) -> Part {
        let outer = self.go_to(Part::default());
        for (value, cotangent) in received {
            self.cotangents.seed(value, cotangent);
        }
        outer
    }

    /// Goes back outside; gives the block's nodes.
    fn leave(&mut self, outer: Part) -> Vec<Node> {
        self.go_to(outer).nodes
    }

    /// Goes on there; gives what was written so far.
    fn go_to(&mut self, part: Part) -> Part {
        Part {
            nodes: std::mem::replace(&mut self.nodes, part.nodes),
            cotangents: std::mem::replace(&mut self.cotangents, part.cotangents),
        }
    }
}

/// A block that is being written: what it holds, and what each value has received in it.
#[derive(Default)]
struct Part {
    nodes: Vec<Node>,
    cotangents: super::cotangents::Cotangents,
}
