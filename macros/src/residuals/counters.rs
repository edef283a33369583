//! A counter that turns step by what is known is stepped back by their adjoints, not saved by each.
//!
//! `let mut at = 0; for .. { .. x[at] ..; at += 1; }`: the variable is the user's own, and what reads it runs once, where it
//! stands. At its end it is read once more, with that its adjoint begins, and every turn's adjoint undoes the turn's
//! steps. What the turn read is computed again from that.

use std::collections::BTreeMap;

use super::{Runs, Saving};
use crate::graph::collections::{HashMap, HashSet};
use crate::graph::{
    Arguments, Block, Head, Info, Loop, Node, Op, Origin, Tokens, Ty, Value, Verbatim,
};

/// How an adjoint computes a value that its primal has from a variable.
#[derive(Clone)]
pub(super) struct Again {
    /// What it is computed from; its block is the value's too.
    pub(super) root: Value,
    pub(super) node: Node,
}

/// What a counter is at some place of a block, as the adjoint of the block calls it.
#[derive(Clone, Copy)]
struct Version {
    value: Value,
    /// Known from the beginning of the block's adjoint on, by this value.
    root: Option<Value>,
}

type Versions = BTreeMap<Value, Version>;

impl Saving {
    /// Lets adjoints step counters back, where turns would save what they read of them. The adjoint begins at `start`.
    pub(super) fn step_counters_back(&mut self, nodes: &mut Vec<Node>, start: &mut usize) {
        let is_linear = self.graph.sweep.as_ref().is_some_and(|sweep| sweep.is_linear);
        if is_linear || self.runs == Runs::FromTheArguments || !nodes.iter().any(holds_counter) {
            return;
        }
        let mut steady: HashSet<Value> = self.graph.body.params.iter().copied().collect();
        note_steady(nodes, &mut steady);
        let saved = self.saved_without(nodes);
        let mut counting = Counting { saving: self, steady, saved, needed: HashMap::default() };
        counting.within(nodes, start);
    }

    /// What is saved if all is as it is.
    fn saved_without(&mut self, nodes: &[Node]) -> HashSet<Value> {
        let mut nodes = nodes.to_vec();
        let graph = self.graph.clone();
        self.pair_within(&mut nodes);
        self.graph = graph;
        let mut saved = HashSet::default();
        nodes.iter().for_each(|node| note_saved(node, &mut saved));
        saved
    }
}

struct Counting<'s> {
    saving: &'s mut Saving,
    /// Constants that stay as they are.
    steady: HashSet<Value>,
    saved: HashSet<Value>,
    /// For which arguments' derivatives what is carried of each counter is needed: all of it for the same.
    needed: HashMap<Value, Arguments>,
}

impl Counting<'_> {
    /// Goes through nodes of which those from `start` on are the adjoint of those before, or of some of them.
    fn within(&mut self, nodes: &mut Vec<Node>, start: &mut usize) {
        let mut reverse = nodes.split_off((*start).min(nodes.len()));
        self.both(nodes, &mut reverse, Versions::new(), false);
        *start = nodes.len();
        nodes.append(&mut reverse);
        for node in nodes {
            if matches!(node.op, Op::Unbranch | Op::Unloop(_)) {
                continue;
            }
            for block in &mut node.blocks {
                let is_joined = block.primal > 0;
                let mut start = if is_joined { block.primal } else { block.nodes.len() };
                self.within(&mut block.nodes, &mut start);
                if is_joined {
                    block.primal = start;
                }
            }
        }
    }

    /// Goes through a block and its adjoint, backwards; gives what counters were at the beginning. Blocks that
    /// stand apart have their values restored.
    fn both(
        &mut self,
        forward: &mut Vec<Node>,
        reverse: &mut Vec<Node>,
        mut versions: Versions,
        is_apart: bool,
    ) -> Versions {
        for (counter, read) in self.counters(forward, reverse) {
            let end = self.saving.graph.value(self.saving.graph.info(counter).clone());
            let read = Node::new(end, Op::Verbatim(read), vec![counter], Origin::default());
            let mut needed = Arguments::default();
            for node in forward.iter().filter(|node| mentions(node, counter)) {
                if let Some(at) = adjoint_of(node, reverse) {
                    reverse[at].each_definition(&mut |value| {
                        needed.join(&self.saving.graph.info(value).depends_on);
                    });
                }
            }
            self.needed.insert(counter, needed);
            let last = forward.iter().rposition(|node| mentions(node, counter));
            forward.insert(last.map_or(forward.len(), |last| last + 1), read);
            versions.insert(counter, Version { value: end, root: is_apart.then_some(end) });
        }
        for node in forward.iter_mut().rev() {
            match &node.op {
                Op::Effect(_) => self.undo(node, reverse, &mut versions),
                Op::Verbatim(_) if is_apart => self.compute_again(node, &versions),
                Op::Loop(_) | Op::If => self.inside(node, reverse, &mut versions),
                _ => {}
            }
        }
        versions
    }

    /// A step: before it, the counter was what undoing it gives.
    fn undo(&mut self, node: &Node, reverse: &mut Vec<Node>, versions: &mut Versions) {
        let Some((at, counter, back)) = step_of(node, |value| versions.contains_key(&value)) else {
            return;
        };
        let after = versions[&counter];
        let before = self.saving.graph.value(self.saving.graph.info(after.value).clone());
        let Op::Effect(step) = &node.op else { return };
        let mut args = node.args.clone();
        args[at] = after.value;
        let back = Verbatim { tokens: back, pattern: None, pure: true, names: step.names.clone() };
        let back = Node::new(before, Op::Verbatim(back), args, node.origin);
        match after.root {
            Some(root) => {
                self.saving.again.insert(before, Again { root, node: back });
            }
            None => reverse.insert(ready(reverse, after.value), back),
        }
        versions.insert(counter, Version { value: before, root: after.root });
    }

    /// What reads counters is computed again, where they are known at the beginning of the adjoint.
    fn compute_again(&mut self, node: &Node, versions: &Versions) {
        let is_end = versions.values().any(|version| node.outs.contains(&version.value));
        if is_end || !self.reads_only(node, |value| versions.contains_key(&value)) {
            return;
        }
        let Op::Verbatim(read) = &node.op else { return };
        let mut again =
            Node { op: Op::Verbatim(Verbatim { pure: true, ..read.clone() }), ..node.clone() };
        let mut root = None;
        for arg in &mut again.args {
            if let Some(version) = versions.get(arg) {
                let Some(known) = version.root else { return };
                (root, *arg) = (Some(known), version.value);
            }
        }
        if let Some(root) = root {
            self.saving.again.insert(node.out(), Again { root, node: again });
        }
    }

    /// A loop hands on the counters that its turns step; other blocks find them as they are.
    fn inside(&mut self, node: &mut Node, reverse: &mut [Node], versions: &mut Versions) {
        let Some(at) = adjoint_of(node, reverse) else { return };
        let mut inner: Versions = versions
            .iter()
            .filter(|(_, version)| ready(reverse, version.value) <= at)
            .map(|(counter, Version { value, .. })| {
                (*counter, Version { value: *value, root: Some(*value) })
            })
            .collect();
        let adjoint = &mut reverse[at];
        if matches!(node.op, Op::If) {
            for (forward, reverse) in node.blocks.iter_mut().zip(&mut adjoint.blocks) {
                self.both(&mut forward.nodes, &mut reverse.nodes, inner.clone(), true);
            }
            return;
        }
        let stepped: Vec<Value> =
            versions.keys().copied().filter(|counter| steps(node, *counter)).collect();
        let (forward, body) = (&mut node.blocks[0], &mut adjoint.blocks[0]);
        for counter in &stepped {
            let value = versions[counter].value;
            let param = self.carried(*counter);
            adjoint.args.push(value);
            body.params.push(param);
            inner.insert(*counter, Version { value: param, root: Some(param) });
        }
        let begun = self.both(&mut forward.nodes, &mut body.nodes, inner, true);
        for counter in stepped {
            body.results.push(begun[&counter].value);
            let out = self.carried(counter);
            adjoint.outs.push(out);
            versions.insert(counter, Version { value: out, root: None });
        }
    }

    fn carried(&mut self, counter: Value) -> Value {
        let depends_on = self.needed.get(&counter).cloned().unwrap_or_default();
        let info = Info { depends_on, ..self.saving.graph.info(counter).clone() };
        self.saving.graph.value(info)
    }

    /// The variables that begin among these nodes and are worth being stepped back.
    fn counters(&self, forward: &[Node], reverse: &[Node]) -> Vec<(Value, Verbatim)> {
        let of_node = |node: &Node| {
            let counter = node.outs.first().copied()?;
            let read = variable(node)?;
            let is_integer = *self.saving.graph.ty(counter) == Ty::Integer;
            let is_counter = is_integer
                && self.is_counter(counter, &read.names[0], forward, reverse)
                && forward.iter().any(|node| self.saves_read(node, counter, false));
            is_counter.then_some((counter, read))
        };
        forward.iter().filter_map(of_node).collect()
    }

    /// True if nothing changes the variable but steps of turns that have an adjoint.
    fn is_counter(&self, counter: Value, name: &str, forward: &[Node], reverse: &[Node]) -> bool {
        let mut last = 0;
        let is_one = |node: &Node| match &node.op {
            _ if !mentions(node, counter) => true,
            Op::Effect(_) if step_of(node, |value| value == counter).is_some() => {
                node.args.iter().all(|arg| *arg == counter || self.is_known(*arg))
            }
            _ if !steps(node, counter) => only_reads(node, counter, name),
            Op::Loop(Loop { head, is_checkpointed: false, .. }) => {
                let head = match head {
                    Head::Each(each) => !each.iterable.may_change(name),
                    Head::While => {
                        node.blocks[1].nodes.iter().all(|node| only_reads(node, counter, name))
                    }
                };
                let at = adjoint_of(node, reverse);
                let comes_after = at.is_some_and(|at| std::mem::replace(&mut last, at) <= at);
                let inner = at.map(|at| &reverse[at].blocks[0].nodes);
                head && comes_after
                    && inner.is_some_and(|inner| {
                        self.is_counter(counter, name, &node.blocks[0].nodes, inner)
                    })
            }
            _ => false,
        };
        forward.iter().rev().all(is_one) && !reverse.iter().any(|node| mentions(node, counter))
    }

    /// True if a turn of a loop in the node would save what it reads of the counter.
    fn saves_read(&self, node: &Node, counter: Value, is_in_turn: bool) -> bool {
        let saves = is_in_turn
            && node.outs.first().is_some_and(|out| self.saved.contains(out))
            && node.args.contains(&counter)
            && self.reads_only(node, |value| value == counter);
        let is_turn = is_in_turn || matches!(node.op, Op::Loop(_));
        let mut inside = node.blocks.iter().flat_map(|block| &block.nodes);
        saves || inside.any(|node| self.saves_read(node, counter, is_turn))
    }

    /// True for arithmetic on counters and on what stays as it is.
    fn reads_only(&self, node: &Node, is_counter: impl Fn(Value) -> bool) -> bool {
        let Op::Verbatim(read) = &node.op else { return false };
        !read.pure
            && read.pattern.is_none()
            && read.is_arithmetic()
            && node.args.iter().all(|arg| is_counter(*arg) || self.is_known(*arg))
    }

    /// True for an integer that stays as it is.
    fn is_known(&self, value: Value) -> bool {
        *self.saving.graph.ty(value) == Ty::Integer && self.steady.contains(&value)
    }
}

/// What reads the variable that a node begins.
fn variable(node: &Node) -> Option<Verbatim> {
    match &node.op {
        Op::Verbatim(verbatim) if !verbatim.pure => verbatim.read_of_variable(),
        _ => None,
    }
}

fn holds_counter(node: &Node) -> bool {
    variable(node).is_some() || node.blocks.iter().flat_map(|block| &block.nodes).any(holds_counter)
}

/// Notes which constants stay as they are.
fn note_steady(nodes: &[Node], steady: &mut HashSet<Value>) {
    for node in nodes {
        match &node.op {
            Op::Verbatim(verbatim) if !verbatim.may_bind_variables() => steady.extend(&node.outs),
            Op::Loop(Loop { head: Head::Each(each), .. }) if each.is_range => {
                let item =
                    Verbatim { pattern: Some(each.pattern.clone()), ..each.iterable.clone() };
                if !item.may_bind_variables() {
                    steady.extend(&node.blocks[0].params[..each.items]);
                }
            }
            _ => {}
        }
        node.blocks.iter().for_each(|block| note_steady(&block.nodes, steady));
    }
}

fn note_saved(node: &Node, saved: &mut HashSet<Value>) {
    for block in &node.blocks {
        saved.extend(&block.saved);
        block.nodes.iter().for_each(|node| note_saved(node, saved));
    }
}

fn mentions(node: &Node, value: Value) -> bool {
    let mut is_mentioned = false;
    node.each_use(&mut |used| is_mentioned |= used == value);
    is_mentioned
}

/// The counter among the arguments that a node steps: at which position it stands, and what undoes the step.
fn step_of(node: &Node, is_counter: impl Fn(Value) -> bool) -> Option<(usize, Value, Tokens)> {
    let Op::Effect(step) = &node.op else { return None };
    let mut mentioned = step.mentions(&node.args).enumerate();
    mentioned.find_map(|(at, (name, value))| {
        let back = is_counter(value).then(|| step.step_back(name)).flatten()?;
        Some((at, value, back))
    })
}

/// True if a node or one in its blocks steps the counter.
fn steps(node: &Node, counter: Value) -> bool {
    step_of(node, |value| value == counter).is_some()
        || node.blocks.iter().flat_map(|block| &block.nodes).any(|node| steps(node, counter))
}

/// True if nothing in a node, as far as can be seen, changes the counter.
fn only_reads(node: &Node, counter: Value, name: &str) -> bool {
    let is_fine = match &node.op {
        _ if !node.args.contains(&counter) => true,
        Op::Verbatim(verbatim) | Op::Effect(verbatim) => !verbatim.may_change(name),
        Op::Loop(Loop { head: Head::Each(each), .. }) => !each.iterable.may_change(name),
        _ => false,
    };
    let is_within = |block: &Block| {
        !block.results.contains(&counter)
            && block.nodes.iter().all(|node| only_reads(node, counter, name))
    };
    is_fine && node.blocks.iter().all(is_within)
}

/// Where the only adjoint of a branch or loop stands.
fn adjoint_of(node: &Node, reverse: &[Node]) -> Option<usize> {
    let record = node.record()?;
    let is_it = |node: &Node| {
        matches!(node.op, Op::Unbranch | Op::Unloop(_)) && node.args.first() == Some(&record)
    };
    let at = reverse.iter().position(is_it)?;
    (reverse.iter().filter(|node| mentions(node, record)).count() == 1).then_some(at)
}

/// The first place in an adjoint at which a value is known.
fn ready(reverse: &[Node], value: Value) -> usize {
    reverse.iter().position(|node| node.outs.contains(&value)).map_or(0, |at| at + 1)
}
