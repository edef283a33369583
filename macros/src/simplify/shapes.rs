//! Sums and expansions that do nothing, since two values are known to have one shape.

use std::collections::HashMap;

use crate::graph::{Graph, Info, Node, Op, Ty, Value};
use crate::ops::{row, Gives, Kind};

/// Drops `sum_to(x, v)` where `v` has the shape of `x`, and lets an expanded float stand for itself
/// beside an operand of the expanded shape.
pub(crate) fn drop_broadcasts(mut graph: Graph) -> Graph {
    let shapes = Shapes::of_graph(&graph);
    let (primal, adjoint) = graph.take_sweeps();
    let mut dropping = Dropping { graph, shapes, expanded: HashMap::new(), names: HashMap::new() };
    let primal = dropping.nodes(primal);
    let adjoint = dropping.nodes(adjoint);
    let Dropping { mut graph, names, .. } = dropping;
    graph.put_sweeps(primal, adjoint);
    graph.body.replace_uses(&mut |value| names.get(&value).copied().unwrap_or(value));
    graph
}

struct Dropping {
    graph: Graph,
    shapes: Shapes,
    /// Expanded floats: the float, and what it was expanded like.
    expanded: HashMap<Value, (Value, Value)>,
    names: HashMap<Value, Value>,
}

impl Dropping {
    fn nodes(&mut self, nodes: Vec<Node>) -> Vec<Node> {
        let mut kept = Vec::new();
        for mut node in nodes {
            for arg in &mut node.args {
                *arg = self.names.get(arg).copied().unwrap_or(*arg);
            }
            if is_row(&node, "SumTo")
                && self.shapes.of(node.args[0]) == self.shapes.of(node.args[1])
            {
                self.names.insert(node.out(), node.args[1]);
            }
            if is_row(&node, "Expand") && self.graph.ty(node.args[0]).is_float() {
                self.expanded.insert(node.out(), (node.args[0], node.args[1]));
            }
            if matches!(node.op, Op::If | Op::Unbranch | Op::Loop(_) | Op::Unloop(_)) {
                for block in &mut node.blocks {
                    block.nodes = self.nodes(std::mem::take(&mut block.nodes));
                }
            }
            self.take_floats(&mut node);
            match self.on_floats(&node) {
                Some(nodes) => kept.extend(nodes),
                None => kept.push(node),
            }
        }
        kept
    }

    /// Beside an operand that pins the shape, an expanded float is the float.
    fn take_floats(&self, node: &mut Node) {
        let (pinned, first) = match &node.op {
            Op::Row(row) if row.is_elementwise() => (self.shapes.of(node.out()), 0),
            Op::Map => (self.shapes.of(node.out()), 0),
            Op::Pull { likes } => match node.args.last() {
                Some(last) => (self.shapes.of(*last), *likes),
                None => return,
            },
            _ => return,
        };
        let pins = node.args[first..].iter().any(|arg| {
            !self.expanded.contains_key(arg)
                && !self.graph.ty(*arg).is_float()
                && self.shapes.of(*arg) == pinned
        });
        if pins {
            for arg in &mut node.args[first..] {
                if let Some((float, _)) = self.expanded.get(arg) {
                    *arg = *float;
                }
            }
        }
    }

    /// An operation on one expanded float and on floats is computed once and expanded then.
    fn on_floats(&mut self, node: &Node) -> Option<[Node; 2]> {
        let is_elementwise = matches!(&node.op, Op::Row(row) if row.is_elementwise());
        if !is_elementwise || self.graph.ty(node.out()).is_float() {
            return None;
        }
        let (_, like) = *node.args.iter().find_map(|arg| self.expanded.get(arg))?;
        let is_one_shape = node.args.iter().all(|arg| match self.expanded.get(arg) {
            Some((_, other)) => self.shapes.of(*other) == self.shapes.of(like),
            None => matches!(self.graph.ty(*arg), Ty::Float(_) | Ty::Integer),
        });
        if !is_one_shape {
            return None;
        }
        let float_of = |arg: &Value| self.expanded.get(arg).map_or(*arg, |(float, _)| *float);
        let args: Vec<Value> = node.args.iter().map(float_of).collect();
        let elem = self.graph.ty(node.out()).elem();
        let info =
            Info { ty: Ty::Float(elem), shape_of: None, ..self.graph.info(node.out()).clone() };
        let float = self.graph.value(Info { name: None, ..info });
        self.expanded.insert(node.out(), (float, like));
        let expand = Op::Row(row("Expand"));
        Some([
            Node::new(float, node.op.clone(), args, node.origin),
            Node::new(node.out(), expand, vec![float, like], node.origin),
        ])
    }
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
        shapes.note(graph, &graph.body.nodes);
        shapes
    }

    fn note(&mut self, graph: &Graph, nodes: &[Node]) {
        for node in nodes {
            if let Some(like) = self.shape_of_result(graph, node) {
                let like = self.of(like);
                if like != node.out() {
                    self.representative[node.out().0] = like;
                }
            }
            if !matches!(node.op, Op::Map | Op::Pull { .. }) {
                node.blocks.iter().for_each(|block| self.note(graph, &block.nodes));
            }
        }
    }

    /// The value that stands for all of this shape.
    pub(crate) fn of(&self, value: Value) -> Value {
        let mut value = value;
        if value.0 >= self.representative.len() {
            return value;
        }
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
        let mut arrays = args
            .iter()
            .copied()
            .filter(|arg| !graph.ty(*arg).is_float() && *graph.ty(*arg) != Ty::Integer);
        let first = arrays.next()?;
        arrays.all(|other| self.of(other) == self.of(first)).then_some(first)
    }
}
