//! Records that are gone through once are taken apart, not looked at.
//!
//! In straight code, as `value_and_grad` is, an adjoint is the only one that asks for what was saved, and asks once.
//! Then each turn's arrays are its adjoint's own: it writes into them, or leaves their memory to what comes next. A
//! pullback may run again, and so looks at what it keeps.

use super::Runs;
use crate::graph::collections::{HashMap, HashSet};
use crate::graph::{Graph, Node, Op, Turns, Ty, Unloop, Value};

/// Lets adjoints own what they restore, wherever a record is gone through once: where it is made in the same block, or
/// comes out of such a record itself. What is made outside of all blocks is gone through as often as the adjoint runs.
pub(super) fn take_records(mut graph: Graph, runs: Runs) -> Graph {
    let (mut primal, mut adjoint) = graph.take_sweeps();
    let mut uses = vec![0; graph.values.len()];
    let mut saved = HashMap::default();
    for node in primal.iter().chain(&adjoint) {
        node.each_use(&mut |value| uses[value.0] += 1);
        note_saved(node, &mut saved);
    }
    let mut taking = Taking { graph, uses, saved };
    let mut owned = HashSet::default();
    taking.nodes(&mut primal, &mut owned, &HashSet::default());
    if runs != Runs::Once {
        owned.clear();
    }
    taking.nodes(&mut adjoint, &mut owned, &HashSet::default());
    let mut graph = taking.graph;
    graph.put_sweeps(primal, adjoint);
    graph
}

/// What the blocks of each record save.
fn note_saved(node: &Node, saved: &mut HashMap<Value, Vec<Vec<Value>>>) {
    if let Some(record) = node.record() {
        saved.insert(record, node.blocks.iter().map(|block| block.saved.clone()).collect());
    }
    for block in &node.blocks {
        block.nodes.iter().for_each(|node| note_saved(node, saved));
    }
}

struct Taking {
    graph: Graph,
    uses: Vec<usize>,
    /// What the blocks of each record save, also under the names of records that are restored.
    saved: HashMap<Value, Vec<Vec<Value>>>,
}

impl Taking {
    /// Goes through the nodes of a block. What is `owned` are records of this block; `stacks` go on through all turns
    /// of the loops around.
    fn nodes(&mut self, nodes: &mut [Node], owned: &mut HashSet<Value>, stacks: &HashSet<Value>) {
        for node in nodes {
            owned.extend(node.record());
            if let Op::Loop(_) = node.op {
                owned.extend(&node.blocks[0].stacks);
            }
            let mut stacks = stacks.clone();
            if let Op::Unloop(_) = node.op {
                stacks.extend(node.blocks[0].stacks.iter().filter(|stack| owned.contains(stack)));
            }
            let takes = record_of(node).is_some_and(|record| {
                let is_once = self.uses[record.0] == 1;
                is_once && (owned.contains(&record) || stacks.contains(&record))
            });
            let takes = takes && self.is_worth_it(node);
            for position in 0..node.blocks.len() {
                let mut inside = HashSet::default();
                self.restored(node, position, takes, &mut inside);
                let block = &mut node.blocks[position];
                block.takes = takes && !block.restored.is_empty();
                self.nodes(&mut block.nodes, &mut inside, &stacks);
            }
        }
    }

    /// Notes what a block of an adjoint restores; if it takes that, the records among it are `owned`.
    fn restored(&mut self, node: &Node, position: usize, takes: bool, owned: &mut HashSet<Value>) {
        let saved = record_of(node).and_then(|record| self.saved.get(&record));
        let Some(saved) = saved.and_then(|saved| saved.get(position)).cloned() else { return };
        let restored = &node.blocks[position].restored;
        for (restored, saved) in restored[restored.len() - saved.len()..].iter().zip(saved) {
            if let Some(inner) = self.saved.get(&saved).cloned() {
                self.saved.insert(*restored, inner);
                owned.extend(takes.then_some(*restored));
            }
            // Of a constant that is a reference the reference is kept.
            let was = self.graph.info(saved);
            let is_lent = was.is_reference && was.ty == Ty::Unknown && !self.graph.is_active(saved);
            if takes && !is_lent {
                self.graph.info_mut(*restored).is_reference = false;
            }
        }
    }

    /// True if arrays are among what is restored: numbers are copied as fast.
    fn is_worth_it(&self, node: &Node) -> bool {
        node.blocks.iter().any(|block| {
            let is_array =
                |value: &Value| matches!(self.graph.ty(*value), Ty::Array(..) | Ty::Numeric(_));
            let is_inside = |node: &Node| {
                record_of(node).is_some_and(|record| {
                    block.restored.contains(&record) && self.uses[record.0] == 1
                }) && self.is_worth_it(node)
            };
            block.restored.iter().any(is_array) || block.nodes.iter().any(is_inside)
        })
    }
}

/// The record that an adjoint goes through.
fn record_of(node: &Node) -> Option<Value> {
    match &node.op {
        Op::Unbranch => node.args.first().copied(),
        Op::Unloop(Unloop { turns: Turns::Recorded, .. }) => node.args.first().copied(),
        _ => None,
    }
}
