//! Which values are still needed after each node, in the order in which the code runs. Where nothing
//! needs a value any more, it is moved instead of copied, and written in place.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::survey::Survey;
use crate::graph::{Block, Graph, Node, Op, Value};

/// A set of values that are needed.
pub(super) type Live = Rc<HashSet<Value>>;

/// What is needed where.
#[derive(Default)]
pub(super) struct Liveness {
    after: HashMap<*const Node, Live>,
    after_saved: HashMap<*const Block, Live>,
    after_results: HashMap<*const Block, Live>,
}

impl Liveness {
    pub(super) fn of(graph: &Graph, survey: &Survey<'_>) -> Liveness {
        let mut liveness = Liveness::default();
        let mut walk = Walk { graph, survey, liveness: &mut liveness };
        walk.block(&graph.body, HashSet::new());
        liveness
    }

    /// What is needed after a node.
    pub(super) fn after(&self, node: &Node) -> Live {
        self.after.get(&(node as *const Node)).cloned().unwrap_or_default()
    }

    /// What is needed after a block has saved what it saves.
    pub(super) fn after_saved(&self, block: &Block) -> Live {
        self.after_saved.get(&(block as *const Block)).cloned().unwrap_or_default()
    }

    /// What is needed after a block has given its results.
    pub(super) fn after_results(&self, block: &Block) -> Live {
        self.after_results.get(&(block as *const Block)).cloned().unwrap_or_default()
    }
}

struct Walk<'w, 'a> {
    graph: &'w Graph,
    survey: &'w Survey<'a>,
    liveness: &'w mut Liveness,
}

impl Walk<'_, '_> {
    fn needs<'v>(&self, values: impl IntoIterator<Item = &'v Value>, live: &mut HashSet<Value>) {
        for value in values {
            self.survey.needed(self.graph, *value, &mut |needed| {
                live.insert(needed);
            });
        }
    }

    /// What is needed before a block, given what is needed after it.
    fn block(&mut self, block: &Block, after: HashSet<Value>) -> HashSet<Value> {
        let mut live = after;
        self.liveness.after_results.insert(block, Rc::new(live.clone()));
        self.needs(&block.results, &mut live);
        self.liveness.after_saved.insert(block, Rc::new(live.clone()));
        self.needs(&block.saved, &mut live);
        for node in block.nodes.iter().rev() {
            live = self.node(node, live);
        }
        for value in block.params.iter().chain(&block.restored) {
            live.remove(value);
        }
        live
    }

    fn node(&mut self, node: &Node, after: HashSet<Value>) -> HashSet<Value> {
        self.liveness.after.insert(node, Rc::new(after.clone()));
        let mut live = after;
        for out in &node.outs {
            live.remove(out);
        }
        if node.outs.iter().any(|out| self.survey.inlined.contains(out)) {
            return live;
        }
        match &node.op {
            Op::If | Op::Unbranch => {
                let base = live.clone();
                for arm in &node.blocks {
                    live.extend(self.block(arm, base.clone()));
                }
            }
            Op::Loop(_) | Op::Unloop(_) => {
                // What a turn uses from outside, the next turn uses again.
                let mut inside = live.clone();
                for block in &node.blocks {
                    self.needs(&block.captured(), &mut inside);
                }
                for param in &node.blocks[0].params {
                    inside.remove(param);
                }
                let before = self.block(&node.blocks[0], inside.clone());
                live.extend(before.iter().copied());
                // After the condition the body runs, or the loop is left with what it carries.
                for condition in &node.blocks[1..] {
                    inside.extend(before.iter().chain(&node.blocks[0].params));
                    live.extend(self.block(condition, inside.clone()));
                }
                for param in &node.blocks[0].params {
                    live.remove(param);
                }
            }
            _ => {
                for block in &node.blocks {
                    self.needs(&block.captured(), &mut live);
                }
            }
        }
        self.needs(&node.args, &mut live);
        live
    }
}
