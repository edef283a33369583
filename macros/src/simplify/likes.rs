//! Whose shape is asked for.
//!
//! A sum over broadcast axes asks for the shape of the value that it belongs to. Another value of that
//! shape which is needed anyway serves as well, and then the first one can become part of a kernel.

use super::shapes::{is_row, is_scalar, Shape, Shapes};
use crate::graph::collections::{HashMap, HashSet};
use crate::graph::{Arguments, Graph, Info, Node, Op, Ty, Value};

/// Asks values for their shapes that are needed for more than that.
pub(crate) fn share_likes(graph: Graph) -> Graph {
    let mut needed = HashSet::default();
    let start = graph.sweep.as_ref().map_or(0, |sweep| sweep.start);
    note_needed(&graph.body.nodes[start..], &mut needed);
    share(graph, needed)
}

/// The same where primal and adjoint run one after the other: what the primal uses is there too.
pub(crate) fn share_likes_of_sweeps(graph: Graph) -> Graph {
    let mut needed = HashSet::default();
    let start = graph.sweep.as_ref().map_or(0, |sweep| sweep.start);
    let (primal, adjoint) = graph.body.nodes.split_at(start);
    note_needed(adjoint, &mut needed);
    // What is defined in a loop or branch is not there any more.
    needed.extend(primal.iter().flat_map(|node| &node.args));
    share(graph, needed)
}

fn share(mut graph: Graph, mut needed: HashSet<Value>) -> Graph {
    let shapes = Shapes::of_graph(&graph);
    needed.extend(graph.body.params.iter().chain(&graph.body.results));
    let (primal, adjoint) = graph.take_sweeps();
    let mut visible = Visible::default();
    visible.extend(&graph.body.params, &shapes);
    let inside = HashMap::default();
    let mut likes = Likes {
        graph,
        shapes,
        needed,
        visible,
        inside,
        guarded: HashSet::default(),
        in_adjoint: false,
    };
    let primal = likes.nodes(primal);
    likes.in_adjoint = true;
    let adjoint = likes.nodes(adjoint);
    let mut graph = likes.graph;
    graph.put_sweeps(primal, adjoint);
    graph
}

/// Notes what these nodes use as values.
fn note_needed(nodes: &[Node], needed: &mut HashSet<Value>) {
    for node in nodes {
        for (position, arg) in node.args.iter().enumerate() {
            if !node.is_like(position) {
                needed.insert(*arg);
            }
        }
        for block in &node.blocks {
            needed.extend(&block.results);
            note_needed(&block.nodes, needed);
        }
    }
}

/// Values that are in scope, in the order of their definitions.
#[derive(Default)]
struct Visible {
    order: Vec<Value>,
    all: HashSet<Value>,
    /// The same by shape, as they were defined.
    by_shape: HashMap<Shape, Vec<Value>>,
}

impl Visible {
    fn extend<'v>(&mut self, values: impl IntoIterator<Item = &'v Value>, shapes: &Shapes) {
        for value in values {
            self.order.push(*value);
            self.all.insert(*value);
            self.by_shape.entry(shapes.of(*value)).or_default().push(*value);
        }
    }

    /// Takes out all but the first ones, so many.
    fn split_off(&mut self, first: usize, shapes: &Shapes) -> Vec<Value> {
        let others = self.order.split_off(first);
        for value in others.iter().rev() {
            self.all.remove(value);
            self.by_shape.entry(shapes.of(*value)).or_default().pop();
        }
        others
    }

    fn contains(&self, value: &Value) -> bool {
        self.all.contains(value)
    }

    fn of_shape(&self, shape: &Shape) -> &[Value] {
        self.by_shape.get(shape).map_or(&[], Vec::as_slice)
    }
}

struct Likes {
    graph: Graph,
    shapes: Shapes,
    /// What is used as a value by the adjoint, or by anything if it is there at the adjoint's time.
    needed: HashSet<Value>,
    /// What is defined so far and in scope.
    visible: Visible,
    /// What is defined in the blocks of a branch or loop, by its record: its adjoint uses it as if it were
    /// in scope.
    inside: HashMap<Value, Vec<Vec<Value>>>,
    /// What the adjoint defines: it is not computed where the arguments that it depends on are constant.
    guarded: HashSet<Value>,
    in_adjoint: bool,
}

impl Likes {
    fn nodes(&mut self, nodes: Vec<Node>) -> Vec<Node> {
        let mut kept = Vec::new();
        for mut node in nodes {
            let mut needed_for = Arguments::default();
            node.outs.iter().for_each(|out| needed_for.join(&self.graph.info(*out).depends_on));
            for position in 0..node.args.len() {
                if node.is_like(position) {
                    let value = node.args[position];
                    let is_number = is_row(&node, "Count") || is_row(&node, "CountOfMean");
                    let joined = match is_number {
                        true => self.joined(value, &mut kept),
                        false => None,
                    };
                    node.args[position] =
                        joined.or_else(|| self.like(value, &needed_for)).unwrap_or(value);
                }
            }
            if node.holds_code() {
                self.blocks(&mut node);
            }
            self.visible.extend(&node.outs, &self.shapes);
            if self.in_adjoint {
                self.guarded.extend(&node.outs);
            }
            kept.push(node);
        }
        kept
    }

    fn blocks(&mut self, node: &mut Node) {
        let outer = self.visible.order.len();
        let of_primal = match node.op {
            Op::Unbranch | Op::Unloop(_) => self.inside.remove(&node.args[0]),
            _ => None,
        };
        let mut inside = Vec::new();
        for (position, block) in node.blocks.iter_mut().enumerate() {
            if let Some(of_primal) = &of_primal {
                self.visible.extend(of_primal.get(position).into_iter().flatten(), &self.shapes);
            }
            self.visible.extend(&block.params, &self.shapes);
            if self.in_adjoint {
                self.guarded.extend(&block.params);
            }
            block.nodes = self.nodes(std::mem::take(&mut block.nodes));
            inside.push(self.visible.split_off(outer, &self.shapes));
        }
        if let Some(record) = node.record() {
            self.inside.insert(record, inside);
        }
    }

    /// A value of the same shape that is needed for more, and there whenever these arguments are active.
    fn like(&self, value: Value, needed_for: &Arguments) -> Option<Value> {
        let shape = self.shapes.of(value);
        if is_scalar(&self.graph, value) || shape.contains(&value) {
            return Some(value);
        }
        let elem = self.graph.ty(value).elem();
        let is_there = |other: &Value| {
            let depends_on = &self.graph.info(*other).depends_on;
            !self.guarded.contains(other) || needed_for.0.is_subset(&depends_on.0)
        };
        let serves = |other: &Value| {
            self.needed.contains(other)
                && is_there(other)
                && !is_scalar(&self.graph, *other)
                && self.graph.ty(*other).is_numeric()
                && self.graph.ty(*other).elem() == elem
        };
        // What no kernel computes can stay out of all of them.
        let leaf = shape.first().filter(|leaf| shape.len() == 1 && self.visible.contains(leaf));
        let leaf = leaf.filter(|leaf| serves(leaf) && self.shapes.of(**leaf) == shape).copied();
        leaf.or_else(|| self.needed.contains(&value).then_some(value))
            .or_else(|| self.visible.of_shape(&shape).iter().copied().find(serves))
    }

    /// The shape of a value as that which others broadcast to, if these are needed for more.
    fn joined(&mut self, value: Value, nodes: &mut Vec<Node>) -> Option<Value> {
        let shape = self.shapes.of(value);
        let serves = |leaf: &Value| {
            let is_place = self.visible.contains(leaf) && self.needed.contains(leaf);
            is_place && self.graph.ty(*leaf).is_numeric()
        };
        if shape.len() < 2 || shape.len() > MOST_JOINED || !shape.iter().all(serves) {
            return None;
        }
        let out = self.graph.value(Info { ty: Ty::Constant, ..Info::default() });
        nodes.push(Node::new(out, Op::Joined, shape.iter().copied().collect(), Default::default()));
        Some(out)
    }
}

/// The runtime joins so many shapes at once.
const MOST_JOINED: usize = 8;
