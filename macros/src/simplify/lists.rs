//! Lists of floats that are added to element by element.
//!
//! An accumulator of a list grows where it is written, for nobody may know its length. One that is made beside the
//! list itself, and is reached by its indices alone, is a list of zeros instead: no write asks for more room.

use crate::graph::collections::{HashMap, HashSet};
use crate::graph::{Action, Block, Graph, Node, Op, Step, Ty, Value};
use crate::ops::row;

/// Makes accumulators of lists of floats lists of zeros, where they are nothing else on their way.
pub(crate) fn fill_lists(mut graph: Graph) -> Graph {
    let mut lists = Lists::default();
    lists.stays(&graph.body.params);
    if let Some(sweep) = &graph.sweep {
        lists.others.insert(sweep.seed);
        lists.others.extend(sweep.seed_tangent);
    }
    lists.block(&graph, &graph.body);
    let of_list: HashMap<Value, Ty> = lists.found();
    for (value, ty) in &of_list {
        graph.info_mut(*value).ty = ty.clone();
    }
    let mut names = HashMap::default();
    let mut body = std::mem::take(&mut graph.body);
    fill(&mut body, &of_list, &mut names);
    body.replace_uses(&mut |value| names.get(&value).copied().unwrap_or(value));
    graph.body = body;
    graph
}

fn fill(block: &mut Block, of_list: &HashMap<Value, Ty>, names: &mut HashMap<Value, Value>) {
    for node in &mut block.nodes {
        match node.op {
            Op::Accumulator if of_list.contains_key(&node.out()) => {
                node.op = Op::Row(row("ZeroGradient"));
            }
            Op::Dense if of_list.contains_key(&node.args[1]) => {
                names.insert(node.out(), node.args[1]);
            }
            _ => {}
        }
        node.blocks.iter_mut().for_each(|inner| fill(inner, of_list, names));
    }
    block.nodes.retain(|node| !node.outs.first().is_some_and(|out| names.contains_key(out)));
}

/// Versions of accumulators, in groups that must be of one type.
#[derive(Default)]
struct Lists {
    /// Another value of the same group, towards the one that stands for it.
    towards: HashMap<Value, Value>,
    /// Values that an accumulator is made for, with the type of the list.
    made: HashMap<Value, Ty>,
    /// Values that are versions of an accumulator.
    versions: HashSet<Value>,
    /// Values that have to stay what they are.
    others: HashSet<Value>,
}

impl Lists {
    fn root(&self, value: Value) -> Value {
        let mut value = value;
        while let Some(next) = self.towards.get(&value) {
            value = *next;
        }
        value
    }

    fn join(&mut self, a: Value, b: Value) {
        let (a, b) = (self.root(a), self.root(b));
        if a != b {
            self.towards.insert(a, b);
        }
        self.versions.extend([a, b]);
    }

    fn block(&mut self, graph: &Graph, block: &Block) {
        for node in &block.nodes {
            self.node(graph, node);
        }
    }

    fn node(&mut self, graph: &Graph, node: &Node) {
        match &node.op {
            Op::Accumulator => match graph.ty(node.args[0]) {
                Ty::List(inner) if inner.is_float() => {
                    let ty = graph.ty(node.args[0]).clone();
                    self.made.insert(node.out(), ty);
                    self.versions.insert(node.out());
                }
                _ => self.stays(&node.outs),
            },
            Op::AddView(row) if row.name == "Get" => self.join(node.args[0], node.out()),
            Op::AddAll => self.join(node.args[0], node.out()),
            Op::AddField(_) => self.stays(&[node.args[0], node.out()]),
            Op::TakePart(steps, Action::Set) if steps.as_slice() == [Step::Index] => {
                self.join(node.args[0], node.outs[0]);
                self.stays(&node.outs[1..]);
            }
            Op::Row(row) if row.name == "Element" => {}
            Op::Dense => self.stays(&[node.args[0], node.out()]),
            Op::Loop(_) | Op::Unloop(_) => {
                let first = node.first_carried();
                self.stays(&node.args[..first]);
                let params = &node.blocks[0].params[node.items()..];
                for (position, param) in params.iter().enumerate() {
                    self.join(node.args[first + position], *param);
                    self.join(node.carried_results()[position], *param);
                    self.join(node.outs[position], *param);
                }
                self.stays(&node.outs[params.len()..]);
                node.blocks.iter().for_each(|inner| self.block(graph, inner));
            }
            Op::If | Op::Unbranch => {
                self.stays(&node.args);
                for arm in &node.blocks {
                    for (result, out) in arm.results.iter().zip(&node.outs) {
                        self.join(*result, *out);
                    }
                    self.block(graph, arm);
                }
            }
            _ => {
                node.each_use(&mut |value| {
                    self.others.insert(value);
                });
                node.each_definition(&mut |value| {
                    self.others.insert(value);
                });
            }
        }
    }

    fn stays(&mut self, values: &[Value]) {
        self.others.extend(values);
    }

    /// The versions of accumulators that become lists.
    fn found(&self) -> HashMap<Value, Ty> {
        let mut kinds: HashMap<Value, Option<Ty>> = HashMap::default();
        for value in &self.versions {
            let ty = self.made.get(value).cloned();
            let kind = kinds.entry(self.root(*value)).or_insert(None);
            if kind.is_none() {
                *kind = ty;
            }
        }
        for value in &self.others {
            kinds.insert(self.root(*value), None);
        }
        let members = self.versions.iter();
        members
            .filter_map(|value| Some((*value, kinds.get(&self.root(*value))?.clone()?)))
            .collect()
    }
}
