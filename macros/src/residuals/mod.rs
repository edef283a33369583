//! What branches and loops keep for their adjoints.
//!
//! `differentiate` lets an adjoint block use the values of the block that it reverses as if they were
//! in scope. Here each of them is either computed again at the beginning of the adjoint block, where
//! that costs little and needs nothing that is gone, or saved: at the end of every turn, and of the arm
//! that was taken. So exactly those values are kept that a rule names.

mod counters;
mod handed;
mod idle;
mod restoring;
mod stacks;
mod taking;

use crate::graph::collections::{HashMap, HashSet};
use crate::graph::{
    Arguments, Block, Each, Graph, Head, Info, Loop, Node, Op, Origin, Turns, Ty, Value,
};
use counters::Again;
use restoring::Restoring;

/// Decides what is saved, and restores it.
pub(crate) fn residuals(graph: Graph) -> Graph {
    of(graph, Runs::Often)
}

/// The same of a graph whose adjoint follows its primal without a pause, and runs once.
pub(crate) fn of_sweeps(graph: Graph) -> Graph {
    of(graph, Runs::Once)
}

/// The same of a function that keeps its arguments alone, and is computed again in its pullback.
pub(crate) fn of_checkpointed(graph: Graph) -> Graph {
    of(graph, Runs::FromTheArguments)
}

/// How the adjoint runs.
#[derive(Clone, Copy, PartialEq)]
enum Runs {
    /// Once, after the primal.
    Once,
    /// As a pullback, as often as it is called.
    Often,
    /// As a pullback that computes the primal again.
    FromTheArguments,
}

fn of(mut graph: Graph, runs: Runs) -> Graph {
    let top: HashSet<Value> = graph
        .body
        .params
        .iter()
        .chain(graph.body.nodes.iter().flat_map(|node| &node.outs))
        .copied()
        .collect();
    let mut nodes = std::mem::take(&mut graph.body.nodes);
    let mut start = graph.sweep.as_ref().map_or(nodes.len(), |sweep| sweep.start);
    let (overwritten, again) = (HashSet::default(), HashMap::default());
    let mut saving = Saving { graph, top, overwritten, again, runs };
    saving.note_overwritten(&nodes);
    saving.step_counters_back(&mut nodes, &mut start);
    saving.pair_within(&mut nodes);
    let mut adjoint = nodes.split_off(start);
    if runs == Runs::FromTheArguments {
        saving.compute_all_again(&mut nodes, &mut adjoint);
    }
    nodes.append(&mut adjoint);
    saving.stack_within(&mut nodes);
    let adjoint = nodes.split_off(start);
    let mut graph = saving.graph;
    graph.put_sweeps(nodes, adjoint);
    taking::take_records(graph, runs)
}

struct Saving {
    graph: Graph,
    /// What is defined outside of all blocks.
    top: HashSet<Value>,
    /// Versions of something that a loop writes: to keep one is to copy it in every turn.
    overwritten: HashSet<Value>,
    /// What adjoints compute otherwise than the primal.
    again: HashMap<Value, Again>,
    runs: Runs,
}

impl Saving {
    fn note_overwritten(&mut self, nodes: &[Node]) {
        for node in nodes {
            if let Op::Loop(_) = node.op {
                self.overwritten.extend(&node.blocks[0].params[node.items()..]);
            }
            if let Op::Update(..) = node.op {
                self.overwritten.extend(&node.outs);
            }
            for block in &node.blocks {
                self.note_overwritten(&block.nodes);
            }
        }
    }

    /// Matches each adjoint of a branch or loop with what it reverses before it, in blocks that hold both too.
    fn pair_within(&mut self, nodes: &mut [Node]) {
        for position in 0..nodes.len() {
            let (before, rest) = nodes.split_at_mut(position);
            let node = &mut rest[0];
            match node.op {
                Op::Unbranch | Op::Unloop(_) => self.pair(before, node, false),
                _ => {
                    for block in &mut node.blocks {
                        self.pair_within(&mut block.nodes);
                    }
                }
            }
        }
    }

    /// Matches an adjoint with what it reverses, what is inside first.
    fn pair(&mut self, primal: &mut [Node], reverse: &mut Node, is_inside: bool) {
        let record = reverse.args[0];
        let Some(forward) = primal.iter_mut().find(|node| node.outs.contains(&record)) else {
            return;
        };
        for (forward, reverse) in forward.blocks.iter_mut().zip(&mut reverse.blocks) {
            for node in &mut reverse.nodes {
                if matches!(node.op, Op::Unbranch | Op::Unloop(_)) {
                    self.pair(&mut forward.nodes, node, true);
                }
            }
        }
        match &forward.op {
            Op::Loop(turns) => {
                let turns = turns.clone();
                self.save_turns(&turns, forward, reverse, is_inside);
            }
            _ => self.save_arms(forward, reverse),
        }
    }

    fn save_arms(&mut self, forward: &mut Node, reverse: &mut Node) {
        for (arm, adjoint) in forward.blocks.iter_mut().zip(&mut reverse.blocks) {
            self.save(arm, adjoint, None);
        }
        // Where no arm saves anything, what decided is all that is recorded.
        if forward.blocks.iter().all(|arm| arm.saved.is_empty()) {
            reverse.args[0] = forward.args[0];
            forward.outs.pop();
        }
    }

    fn save_turns(
        &mut self,
        turns: &Loop,
        forward: &mut Node,
        reverse: &mut Node,
        is_inside: bool,
    ) {
        if !turns.is_checkpointed && !is_inside && self.skip_idle_turns(forward, reverse) {
            return;
        }
        let each = match &turns.head {
            Head::Each(each) if each.iterable.pure && !(turns.exits && each.is_range) => Some(each),
            _ => None,
        };
        let restores_items = match turns.is_checkpointed {
            true => self.save_beginning(&mut forward.blocks[0], &mut reverse.blocks[0], each),
            false => self.save(&mut forward.blocks[0], &mut reverse.blocks[0], each),
        };
        if self.runs == Runs::Once {
            self.hand_on(forward, reverse);
        }
        let is_empty = forward.blocks[0].saved.is_empty();
        // The turns of a loop inside share one record, if it need not tell how many they are.
        let tells_number = |each: &&Each| !turns.exits && (is_empty || is_inside && each.is_range);
        if let Some(each) = each.filter(|each| restores_items || tells_number(each)) {
            self.go_again(each, forward, reverse);
        }
        count_turns(forward, reverse);
    }

    /// Lets the adjoint of a loop go through its items again.
    fn go_again(&mut self, each: &Each, forward: &Node, reverse: &mut Node) {
        let Op::Unloop(unloop) = &mut reverse.op else { return };
        unloop.again = Some(each.clone());
        let mentioned = each.iterable.names.len();
        // Behind the record.
        reverse.args.splice(1..1, forward.args[..mentioned].iter().copied());
        let (forward, reverse) = (&forward.blocks[0], &mut reverse.blocks[0]);
        if reverse.restored.len() == forward.saved.len() {
            for item in &forward.params[..each.items] {
                let info = self.graph.info(*item).clone();
                let restored = self.graph.value(info);
                reverse.restored.insert(reverse.restored.len() - forward.saved.len(), restored);
            }
        }
    }

    /// Saves what the adjoint block uses of the other; true if the items of the loop are restored by
    /// going through them again.
    fn save(&mut self, forward: &mut Block, reverse: &mut Block, again: Option<&Each>) -> bool {
        let mut defined: HashSet<Value> = forward
            .params
            .iter()
            .copied()
            .chain(forward.nodes.iter().flat_map(|node| node.outs.iter().copied()))
            .collect();
        let is_here = |root: &Value| defined.contains(root) || reverse.params.contains(root);
        let stepped = self.again.iter().filter(|(_, again)| is_here(&again.root));
        let stepped: Vec<Value> = stepped.map(|(value, _)| *value).collect();
        defined.extend(stepped);
        let wanted: Vec<Value> =
            reverse.captured().into_iter().filter(|value| defined.contains(value)).collect();
        let items = again.map_or(0, |each| each.items);
        let mut restoring = Restoring {
            forward,
            defined,
            wanted: wanted.iter().copied().collect(),
            items,
            item_values: Vec::new(),
            names: HashMap::default(),
            prelude: Vec::new(),
            saved: Vec::new(),
        };
        for value in wanted {
            restoring.value(self, value);
        }
        let Restoring { names, prelude, saved, item_values, .. } = restoring;
        reverse.replace_uses(&mut |value| names.get(&value).copied().unwrap_or(value));
        let restores_items = !item_values.is_empty();
        reverse.restored = item_values.into_iter().chain(saved.iter().map(|(_, to)| *to)).collect();
        self.note_needs(reverse, prelude);
        self.save_shapes(forward, reverse, &saved);
        restores_items
    }

    /// Saves what a block begins with alone: its adjoint computes the block again, with all that the blocks
    /// inside save.
    fn save_beginning(
        &mut self,
        forward: &mut Block,
        reverse: &mut Block,
        again: Option<&Each>,
    ) -> bool {
        let defined: HashSet<Value> =
            forward.nodes.iter().flat_map(|node| node.outs.iter().copied()).collect();
        let (prelude, names) = self.copied(&forward.nodes, &defined, reverse.captured());
        let mut nodes = std::mem::take(&mut reverse.nodes);
        reverse.nodes = prelude;
        reverse.primal = reverse.nodes.len();
        reverse.nodes.append(&mut nodes);
        reverse.replace_uses(&mut |value| names.get(&value).copied().unwrap_or(value));
        forward.nodes.iter_mut().for_each(forget);
        // What is left of the block in its adjoint are its parameters.
        let restores_items = self.save(forward, reverse, again);
        let all = self.all_arguments();
        for value in &reverse.restored {
            self.graph.info_mut(*value).depends_on = all.clone();
        }
        restores_items
    }

    /// Lets the adjoint of a function begin with the function.
    fn compute_all_again(&mut self, primal: &mut [Node], adjoint: &mut Vec<Node>) {
        let defined: HashSet<Value> =
            primal.iter().flat_map(|node| node.outs.iter().copied()).collect();
        let mut reverse = Block { nodes: std::mem::take(adjoint), ..Block::default() };
        reverse.results = self.graph.body.results.clone();
        let (prelude, names) = self.copied(primal, &defined, reverse.captured());
        reverse.replace_uses(&mut |value| names.get(&value).copied().unwrap_or(value));
        self.graph.body.primal = prelude.len();
        adjoint.extend(prelude);
        adjoint.append(&mut reverse.nodes);
        primal.iter_mut().for_each(forget);
    }

    /// Copies of the nodes that give `wanted`, with what each value is called in them. What runs once is
    /// not run again: its value is the one that it gave.
    fn copied(
        &mut self,
        nodes: &[Node],
        defined: &HashSet<Value>,
        wanted: Vec<Value>,
    ) -> (Vec<Node>, HashMap<Value, Value>) {
        let mut needed: HashSet<Value> =
            wanted.into_iter().filter(|value| defined.contains(value)).collect();
        let mut chosen = Vec::new();
        for node in nodes.iter().rev() {
            if node.runs_once() || !node.outs.iter().any(|out| needed.contains(out)) {
                continue;
            }
            node.each_use(&mut |value| {
                needed.insert(value);
            });
            chosen.push(without_effects(node));
        }
        chosen.reverse();
        let mut names = HashMap::default();
        let copies = self.graph.copy_nodes(&chosen, &mut names);
        names.retain(|value, _| defined.contains(value));
        (copies, names)
    }

    fn all_arguments(&self) -> Arguments {
        let mut all = Arguments::default();
        for param in &self.graph.body.params {
            all.join(&self.graph.info(*param).depends_on);
        }
        all
    }

    /// What is computed again belongs to what needs it, and so does what is restored.
    fn note_needs(&mut self, reverse: &mut Block, mut prelude: Vec<Node>) {
        let mut needs: HashMap<Value, Arguments> = HashMap::default();
        fn note(graph: &Graph, nodes: &[Node], needs: &mut HashMap<Value, Arguments>) {
            for node in nodes {
                let mut needed = Arguments::default();
                node.each_definition(&mut |out| needed.join(&graph.info(out).depends_on));
                node.each_use(&mut |value| needs.entry(value).or_default().join(&needed));
            }
        }
        note(&self.graph, &reverse.nodes, &mut needs);
        for (param, result) in reverse.params.iter().zip(&reverse.results) {
            needs.entry(*result).or_default().join(&self.graph.info(*param).depends_on);
        }
        for node in prelude.iter().rev() {
            let mut needed = Arguments::default();
            for out in &node.outs {
                needed.join(&needs.get(out).cloned().unwrap_or_default());
                self.graph.info_mut(*out).depends_on = needed.clone();
            }
            node.each_use(&mut |value| needs.entry(value).or_default().join(&needed));
        }
        for value in &reverse.restored {
            self.graph.info_mut(*value).depends_on = needs.get(value).cloned().unwrap_or_default();
        }
        prelude.append(&mut reverse.nodes);
        reverse.nodes = prelude;
    }

    /// Of an array that is asked for its shape alone, an empty accumulator is saved.
    fn save_shapes(&mut self, forward: &mut Block, reverse: &Block, saved: &[(Value, Value)]) {
        for (value, restored) in saved {
            let mut is_shape =
                self.graph.ty(*value).is_numeric() && !self.graph.ty(*value).is_float();
            if is_shape {
                for node in &reverse.nodes {
                    is_shape &= node.uses_shape_only(*restored);
                }
                is_shape &= !reverse.results.contains(restored);
            }
            if is_shape {
                let info = Info { ty: Ty::Accumulator, ..Info::default() };
                let shape = self.graph.value(info);
                let args = vec![*value];
                // At once: so nothing else keeps the array alive.
                let defined = forward.nodes.iter().position(|node| node.outs.contains(value));
                let at = defined.map_or(0, |defined| defined + 1);
                let node = Node::new(shape, Op::Accumulator, args, Origin::default());
                forward.nodes.insert(at, node);
                forward.saved.push(shape);
                self.graph.info_mut(*restored).ty = Ty::Accumulator;
            } else {
                forward.saved.push(*value);
            }
        }
    }
}

/// A loop whose turns save nothing records their number at most, and not even that where its items tell it.
fn count_turns(forward: &mut Node, reverse: &mut Node) {
    let Op::Unloop(unloop) = &mut reverse.op else { return };
    if !forward.blocks[0].saved.is_empty() || unloop.turns != Turns::Recorded {
        return;
    }
    let exits = matches!(forward.op, Op::Loop(Loop { exits: true, .. }));
    if unloop.again.is_some() && !exits {
        unloop.turns = Turns::Known;
        reverse.args.remove(0);
        forward.outs.pop();
    } else {
        unloop.turns = Turns::Counted;
    }
}

/// A primal node whose adjoint computes it again saves nothing.
fn forget(node: &mut Node) {
    if node.record().is_some() {
        node.outs.pop();
    }
    for block in &mut node.blocks {
        block.saved.clear();
        block.nodes.retain(|node| node.op != Op::Accumulator);
        block.nodes.iter_mut().for_each(forget);
    }
}

/// The node without what its blocks print or check.
fn without_effects(node: &Node) -> Node {
    let mut node = node.clone();
    for block in &mut node.blocks {
        block.nodes.retain(|node| !matches!(node.op, Op::Effect(_)));
        block.nodes = block.nodes.iter().map(without_effects).collect();
    }
    node
}
