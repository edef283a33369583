//! Which values are still needed after each node, in the order in which the code runs. Where nothing
//! needs a value any more, it is moved instead of copied, and written in place.

use std::rc::Rc;

use super::survey::Survey;
use crate::graph::collections::{HashMap, HashSet};
use crate::graph::{Block, Graph, Node, Op, Value};

/// A set of values that are needed: from a place in a block on, or around that block.
#[derive(Clone, Default)]
pub(super) struct Live {
    block: Option<Rc<Uses>>,
    /// How many of the block's nodes have run.
    at: usize,
}

/// What a block needs.
struct Uses {
    /// How many nodes have run where each value is needed for the last time, with that node.
    last: HashMap<Value, usize>,
    /// What the next turn of a loop uses from outside.
    again: HashSet<Value>,
    /// What is defined by the node that holds the block: nothing before it can need that.
    defined: Vec<Value>,
    /// What is needed after that node.
    around: Live,
}

impl Live {
    /// The same after so many more nodes.
    pub(super) fn later(&self, nodes: usize) -> Live {
        Live { block: self.block.clone(), at: self.at + nodes }
    }

    pub(super) fn contains(&self, value: &Value) -> bool {
        let Some(block) = &self.block else { return false };
        block.last.get(value).is_some_and(|last| *last > self.at)
            || block.again.contains(value)
            || !block.defined.contains(value) && block.around.contains(value)
    }
}

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
        walk.block(&graph.body, HashSet::default(), Vec::new(), Live::default());
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
    fn needs<'v>(&self, values: impl IntoIterator<Item = &'v Value>, f: &mut impl FnMut(Value)) {
        for value in values {
            self.survey.needed(self.graph, *value, f);
        }
    }

    /// Notes what is needed where in a block.
    fn block(&mut self, block: &Block, again: HashSet<Value>, defined: Vec<Value>, around: Live) {
        let mut last = HashMap::default();
        for (position, node) in block.nodes.iter().enumerate() {
            if !self.is_inlined(node) {
                let mut note = |value: Value| {
                    last.insert(value, position + 1);
                };
                self.needs(&node.args, &mut note);
                for inner in &node.blocks {
                    self.needs(&inner.captured(), &mut note);
                }
            }
        }
        let end = block.nodes.len() + 1;
        for (values, at) in [(&block.saved, end), (&block.results, end + 1)] {
            self.needs(values, &mut |value| {
                last.insert(value, at);
            });
        }
        let uses = Rc::new(Uses { last, again, defined, around });
        let live = |at: usize| Live { block: Some(uses.clone()), at };
        self.liveness.after_saved.insert(block, live(end));
        self.liveness.after_results.insert(block, live(end + 1));
        for (position, node) in block.nodes.iter().enumerate() {
            let after = live(position + 1);
            self.liveness.after.insert(node, after.clone());
            if !self.is_inlined(node) {
                self.inside(node, after);
            }
        }
    }

    fn is_inlined(&self, node: &Node) -> bool {
        node.outs.iter().any(|out| self.survey.inlined.contains(out))
    }

    fn inside(&mut self, node: &Node, after: Live) {
        let mut again = HashSet::default();
        match &node.op {
            Op::If | Op::Unbranch => {}
            Op::Loop(_) | Op::Unloop(_) => {
                // What a turn uses from outside, the next turn uses again.
                for block in &node.blocks {
                    self.needs(&block.captured(), &mut |value| {
                        again.insert(value);
                    });
                }
                for param in &node.blocks[0].params {
                    again.remove(param);
                }
            }
            _ => return,
        }
        for (position, block) in node.blocks.iter().enumerate() {
            if position == 1 && matches!(node.op, Op::Loop(_)) {
                // After the condition the body runs, or the loop is left with what it carries.
                again.extend(&node.blocks[0].params);
            }
            self.block(block, again.clone(), node.outs.clone(), after.clone());
        }
    }
}
