//! Sums and expansions that do nothing, since two values are known to have one shape.

use std::collections::HashMap;

use crate::graph::{Graph, Node, Op, Value};
use crate::ops::{Gives, Kind};

/// Drops `sum_to(x, v)` where `v` has the shape of `x`, and lets an expanded float stand for itself
/// beside an operand of the expanded shape.
pub(crate) fn drop_broadcasts(mut graph: Graph) -> Graph {
    let shapes = Shapes::of_graph(&graph);
    let expanded: HashMap<Value, Value> = graph
        .body
        .nodes
        .iter()
        .filter(|node| is_row(node, "Expand") && graph.ty(node.args[0]).is_float())
        .map(|node| (node.out(), node.args[0]))
        .collect();
    let mut nodes = std::mem::take(&mut graph.body.nodes);
    let mut names: HashMap<Value, Value> = HashMap::new();
    for node in &mut nodes {
        for arg in &mut node.args {
            *arg = names.get(arg).copied().unwrap_or(*arg);
        }
        if matches!(&node.op, Op::Row(row) if row.is_elementwise()) {
            let shape = shapes.of(node.out());
            let pins_shape = node.args.iter().any(|arg| {
                !expanded.contains_key(arg) && !graph.ty(*arg).is_float() && shapes.of(*arg) == shape
            });
            if pins_shape {
                for arg in &mut node.args {
                    *arg = expanded.get(arg).copied().unwrap_or(*arg);
                }
            }
        }
        if is_row(node, "SumTo") && shapes.of(node.args[0]) == shapes.of(node.args[1]) {
            names.insert(node.out(), node.args[1]);
        }
    }
    graph.body.nodes = nodes;
    graph.body.replace_uses(&mut |value| names.get(&value).copied().unwrap_or(value));
    graph
}

fn is_row(node: &Node, name: &str) -> bool {
    matches!(&node.op, Op::Row(row) if row.name == name)
}

/// Which values are known to have the same shape: each is represented by one of them.
pub(crate) struct Shapes {
    representative: Vec<Value>,
}

impl Shapes {
    /// What follows from the nodes of a graph and from how its cotangents were made.
    pub(crate) fn of_graph(graph: &Graph) -> Shapes {
        let mut shapes = Shapes { representative: (0..graph.values.len()).map(Value).collect() };
        for (number, info) in graph.values.iter().enumerate() {
            if let Some(like) = info.shape_of {
                shapes.representative[number] = like;
            }
        }
        for node in &graph.body.nodes {
            if let Some(like) = shapes.shape_of_result(graph, node) {
                let like = shapes.of(like);
                if like != node.out() {
                    shapes.representative[node.out().0] = like;
                }
            }
        }
        shapes
    }

    /// The value that stands for all of this shape.
    pub(crate) fn of(&self, value: Value) -> Value {
        let mut value = value;
        while self.representative[value.0] != value {
            value = self.representative[value.0];
        }
        value
    }

    /// An operand that has the shape of the node's only result.
    fn shape_of_result(&self, graph: &Graph, node: &Node) -> Option<Value> {
        match &node.op {
            Op::Row(row) => match (row.kind, row.gives()) {
                (Kind::Elementwise, _) => self.common(graph, &node.args),
                (Kind::Whole, Gives::Same) => node.args.first().copied(),
                (Kind::Whole, Gives::Like) => {
                    row.operands.iter().position(|name| *name == "like").map(|at| node.args[at])
                }
                _ => None,
            },
            Op::Map => self.common(graph, &node.args),
            Op::Dense | Op::AddView(_) => node.args.first().copied(),
            _ => None,
        }
    }

    /// The one shape of all operands that may be arrays.
    fn common(&self, graph: &Graph, args: &[Value]) -> Option<Value> {
        let mut arrays = args.iter().copied().filter(|arg| {
            !graph.ty(*arg).is_float() && *graph.ty(*arg) != crate::graph::Ty::Integer
        });
        let first = arrays.next()?;
        arrays.all(|other| self.of(other) == self.of(first)).then_some(first)
    }
}
