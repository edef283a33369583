//! Loops whose adjoint needs nothing but their own turns run with it, turn by turn.
//!
//! Where a loop adds up what its turns give, as `for i in 0..n { sum += f(&x[i]); }` does, the cotangent of
//! the sum is the same in every turn, and all that the turns' adjoints do is add to what the loop reads. Then no
//! turn's adjoint waits for a later turn: each runs at the end of its own turn, and nothing is kept of it.
//!
//! What has an effect does not change places with its like. Calls may: a differentiable function has no effect on
//! another.

use crate::graph::collections::{HashMap, HashSet};
use crate::graph::{Block, Graph, Loop, Node, Op, Value};

/// Lets loops run together with their adjoints, where these only add up.
pub(crate) fn join_turns(mut graph: Graph) -> Graph {
    let (primal, adjoint) = graph.take_sweeps();
    let start = primal.len();
    let (nodes, start) = joined(primal.into_iter().chain(adjoint).collect(), start);
    graph.body.nodes = nodes;
    if let Some(sweep) = &mut graph.sweep {
        sweep.start = start;
    }
    graph
}

/// The nodes of a block with what can run together joined, and where the node number `start` is now.
fn joined(mut nodes: Vec<Node>, mut start: usize) -> (Vec<Node>, usize) {
    let mut at = 0;
    while at < nodes.len() {
        match Pair::of(&nodes, at) {
            Some(pair) => {
                start -= pair.waits.iter().filter(|position| **position < start).count() + 1;
                let joined = pair.place(&mut nodes);
                at = joined + 1;
            }
            None => at += 1,
        }
    }
    (nodes, start)
}

/// A loop and its adjoint in one block.
struct Pair {
    forward: usize,
    reverse: usize,
    /// The nodes between them that use what the loop gives.
    waits: Vec<usize>,
}

impl Pair {
    /// The pair whose adjoint is the node at `reverse`, if it can run together.
    fn of(nodes: &[Node], reverse: usize) -> Option<Pair> {
        let adjoint = &nodes[reverse];
        if !matches!(adjoint.op, Op::Unloop(_)) || !only_adds(adjoint) {
            return None;
        }
        let record = adjoint.args[0];
        let forward = nodes[..reverse].iter().position(|node| node.record() == Some(record))?;
        let primal = &nodes[forward];
        if !matches!(primal.op, Op::Loop(Loop { exits: false, is_checkpointed: false, .. })) {
            return None;
        }
        let mut late: HashSet<Value> = primal.outs.iter().copied().collect();
        let mut waits = Vec::new();
        let mut others_have_effects = false;
        for (position, node) in nodes.iter().enumerate().take(reverse).skip(forward + 1) {
            if uses_any(node, &late) {
                if node.has_effect() {
                    return None;
                }
                late.extend(&node.outs);
                waits.push(position);
            } else {
                others_have_effects |= node.has_effect();
            }
        }
        late.remove(&record);
        let is_ready = !uses_any(adjoint, &late);
        let keeps_order = !others_have_effects || !primal.has_effect();
        (is_ready && keeps_order).then_some(Pair { forward, reverse, waits })
    }

    /// Puts one loop in the place of the two, and behind it what waits for it; gives its position.
    fn place(self, nodes: &mut Vec<Node>) -> usize {
        let Pair { forward, reverse, waits } = self;
        let adjoint = nodes.remove(reverse);
        let waiting: Vec<Node> =
            waits.iter().rev().map(|position| nodes.remove(*position)).collect();
        let primal = nodes.remove(forward);
        let at = reverse - waits.len() - 1;
        nodes.insert(at, run_together(primal, adjoint));
        let after = nodes.split_off(at + 1);
        nodes.extend(waiting.into_iter().rev());
        nodes.extend(after);
        at
    }
}

fn run_together(mut primal: Node, mut adjoint: Node) -> Node {
    // Nothing is left to record.
    primal.outs.pop();
    primal.outs.append(&mut adjoint.outs);
    primal.args.extend_from_slice(&adjoint.args[1..]);
    let reverse = std::mem::take(&mut adjoint.blocks[0]);
    let turn = &mut primal.blocks[0];
    turn.params.extend(reverse.params);
    turn.results.extend(reverse.results);
    let start = turn.nodes.len();
    turn.nodes.extend(reverse.nodes);
    (turn.nodes, turn.primal) = joined(std::mem::take(&mut turn.nodes), start);
    primal
}

fn uses_any(node: &Node, values: &HashSet<Value>) -> bool {
    let mut uses = false;
    node.each_use(&mut |value| uses |= values.contains(&value));
    uses
}

/// True if all that an adjoint does with what it carries is to add to it.
fn only_adds(adjoint: &Node) -> bool {
    let mut sums = Sums::default();
    let body = &adjoint.blocks[0];
    for (position, param) in body.params.iter().enumerate() {
        sums.of.insert(*param, position);
    }
    if !sums.block(body) {
        return false;
    }
    let mut results = body.results.iter().enumerate();
    results.all(|(position, result)| sums.of.get(result) == Some(&position))
}

/// Which values are sums that a loop carries, with more or less added to them.
#[derive(Default)]
struct Sums {
    of: HashMap<Value, usize>,
}

impl Sums {
    /// False if a sum is used for more than to add to it.
    fn block(&mut self, block: &Block) -> bool {
        block.nodes.iter().all(|node| self.node(node))
    }

    fn node(&mut self, node: &Node) -> bool {
        match &node.op {
            Op::Unloop(_) => self.inner_loop(node),
            Op::If | Op::Unbranch => self.branch(node),
            Op::Map => self.kernel(node),
            _ => {
                let mut used = 0;
                node.each_use(&mut |value| used += usize::from(self.of.contains_key(&value)));
                match (used, self.added_to(node)) {
                    (0, _) => true,
                    (1, Some(sum)) => {
                        self.of.insert(node.out(), sum);
                        true
                    }
                    _ => false,
                }
            }
        }
    }

    /// The sum to which a node adds something.
    fn added_to(&self, node: &Node) -> Option<usize> {
        match &node.op {
            Op::AddView(_) | Op::AddField(_) | Op::AddAll => self.of.get(&node.args[0]).copied(),
            Op::Row(row) if matches!(row.name, "Add" | "Plus") => {
                node.args.iter().find_map(|arg| self.of.get(arg)).copied()
            }
            Op::Row(row) if row.name == "Sub" => self.of.get(&node.args[0]).copied(),
            _ => None,
        }
    }

    fn inner_loop(&mut self, node: &Node) -> bool {
        let body = &node.blocks[0];
        let first = node.first_carried();
        let is_sum = |value: &Value| self.of.contains_key(value);
        if node.args[..first].iter().any(is_sum) {
            return false;
        }
        let carried: Vec<Option<usize>> =
            node.args[first..].iter().map(|arg| self.of.get(arg).copied()).collect();
        for (param, sum) in body.params.iter().zip(&carried) {
            if let Some(sum) = sum {
                self.of.insert(*param, *sum);
            }
        }
        let is_kept = self.block(body)
            && body.results.iter().zip(&carried).all(|(end, sum)| self.of.get(end) == sum.as_ref());
        for (out, sum) in node.outs.iter().zip(&carried) {
            if let Some(sum) = sum {
                self.of.insert(*out, *sum);
            }
        }
        is_kept
    }

    fn kernel(&mut self, node: &Node) -> bool {
        let formula = &node.blocks[0];
        for (param, arg) in formula.params.iter().zip(&node.args) {
            if let Some(sum) = self.of.get(arg).copied() {
                self.of.insert(*param, sum);
            }
        }
        let only_adds = self.block(formula);
        for (out, result) in node.outs.iter().zip(&formula.results) {
            if let Some(sum) = self.of.get(result).copied() {
                self.of.insert(*out, sum);
            }
        }
        only_adds
    }

    fn branch(&mut self, node: &Node) -> bool {
        if node.args.iter().any(|arg| self.of.contains_key(arg)) {
            return false;
        }
        if !node.blocks.iter().all(|arm| self.block(arm)) {
            return false;
        }
        let Some((first, others)) = node.blocks.split_first() else { return true };
        for (position, out) in node.outs.iter().enumerate() {
            let sum = first.results.get(position).and_then(|result| self.of.get(result)).copied();
            let is_same = |arm: &Block| {
                arm.results.get(position).and_then(|result| self.of.get(result)).copied() == sum
            };
            if !others.iter().all(is_same) {
                return false;
            }
            if let Some(sum) = sum {
                self.of.insert(*out, sum);
            }
        }
        true
    }
}
