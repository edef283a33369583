//! What is known of shapes before anything runs, and the sums and expansions that do nothing for it.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::graph::collections::HashMap;
use crate::graph::{Graph, Info, Node, Op, Ty, Value};
use crate::ops::{row, Gives, Kind};

/// Drops `sum_to(x, v)` where `v` has the shape of `x`, and lets an expanded float stand for itself
/// beside operands that together have the expanded shape.
pub(crate) fn drop_broadcasts(mut graph: Graph) -> Graph {
    let shapes = Shapes::of_graph(&graph);
    let (primal, adjoint) = graph.take_sweeps();
    let mut dropping =
        Dropping { graph, shapes, expanded: HashMap::default(), names: HashMap::default() };
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
            if node.holds_code() {
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

    /// Beside operands that pin the shape, an expanded float is the float.
    fn take_floats(&self, node: &mut Node) {
        let first = match &node.op {
            Op::Row(row) if row.is_elementwise() => 0,
            Op::Map => 0,
            Op::Pull { likes } => *likes,
            _ => return,
        };
        let all = self.shapes.joined(&node.args[first..]);
        let others = node.args[first..].iter().filter(|arg| !self.expanded.contains_key(arg));
        if self.shapes.joined(others) == all && !all.is_empty() {
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

pub(super) fn is_row(node: &Node, name: &str) -> bool {
    matches!(&node.op, Op::Row(row) if row.name == name)
}

/// A shape, as far as the graph tells: the values whose shapes broadcast together to it. That of floats
/// is empty. Two values with the same shape in this sense have it when the code runs.
pub(crate) type Shape = Rc<BTreeSet<Value>>;

/// What is known of the values' shapes.
pub(crate) struct Shapes {
    of: Vec<Option<Shape>>,
    /// That of floats.
    none: Shape,
    /// Products of matrices and vectors.
    products: BTreeSet<Value>,
}

impl Shapes {
    /// What follows from the nodes of a graph and from how its cotangents were made.
    pub(crate) fn of_graph(graph: &Graph) -> Shapes {
        let mut shapes = Shapes {
            of: vec![None; graph.values.len()],
            none: Shape::default(),
            products: BTreeSet::new(),
        };
        shapes.define(graph, &graph.body.params);
        shapes.note(graph, &graph.body.nodes);
        shapes
    }

    fn note(&mut self, graph: &Graph, nodes: &[Node]) {
        for node in nodes {
            if node.holds_code() {
                for block in &node.blocks {
                    self.define(graph, &block.params);
                    self.define(graph, &block.restored);
                    self.note(graph, &block.nodes);
                }
            }
            if is_row(node, "Dot") || is_row(node, "Matmul") {
                self.products.extend(&node.outs);
            }
            if let [out] = node.outs[..] {
                if let Some(shape) = self.of_result(graph, node) {
                    self.of[out.0] = Some(shape);
                    continue;
                }
            }
            self.define(graph, &node.outs);
        }
    }

    /// Values of which no more is known than what they were made to be like.
    fn define(&mut self, graph: &Graph, values: &[Value]) {
        for value in values {
            let like = graph.info(*value).shape_of.filter(|_| !is_scalar(graph, *value));
            let shape = match like.and_then(|like| self.of[like.0].clone()) {
                Some(shape) => shape,
                None if is_scalar(graph, *value) => self.none.clone(),
                None => Rc::new(BTreeSet::from([*value])),
            };
            self.of[value.0] = Some(shape);
        }
    }

    /// The shape of a value.
    pub(crate) fn of(&self, value: Value) -> Shape {
        match self.of.get(value.0) {
            Some(Some(shape)) => shape.clone(),
            _ => Rc::new(BTreeSet::from([value])),
        }
    }

    /// The shape that values broadcast to.
    pub(super) fn joined<'v>(&self, values: impl IntoIterator<Item = &'v Value>) -> Shape {
        let mut values = values.into_iter();
        let Some(first) = values.next() else { return self.none.clone() };
        let mut joined = self.of(*first);
        for value in values {
            let shape = self.of(*value);
            if !shape.is_subset(&joined) {
                joined = Rc::new(joined.union(&shape).copied().collect());
            }
        }
        joined
    }

    /// True if a product of matrices is among what broadcasts to the shape.
    pub(super) fn has_product(&self, shape: &Shape) -> bool {
        !shape.is_disjoint(&self.products)
    }

    /// Says of which shape a value is that was made since.
    pub(super) fn set(&mut self, value: Value, shape: Shape) {
        if self.of.len() <= value.0 {
            self.of.resize(value.0 + 1, None);
        }
        self.of[value.0] = Some(shape);
    }

    /// The shape of a node's only result, if it follows from its operands'.
    fn of_result(&self, graph: &Graph, node: &Node) -> Option<Shape> {
        if is_scalar(graph, node.out()) {
            return None;
        }
        match &node.op {
            Op::Row(row) => match (row.kind, row.gives()) {
                // An array of another type is nobody's like.
                (Kind::Elementwise, _) if row.is_cast() => None,
                (Kind::Elementwise, _) => Some(self.joined(&node.args)),
                (Kind::Whole, Gives::Same) => node.args.first().map(|first| self.of(*first)),
                (Kind::Whole, Gives::Like) => {
                    let like = row.operands.iter().position(|name| *name == "like")?;
                    Some(self.of(node.args[like]))
                }
                _ => None,
            },
            Op::Map => Some(self.joined(&node.args)),
            Op::Dense | Op::AddView(_) => node.args.first().map(|first| self.of(*first)),
            _ => None,
        }
    }
}

/// True for what has no shape, as far as the macro can see.
pub(super) fn is_scalar(graph: &Graph, value: Value) -> bool {
    matches!(graph.ty(value), Ty::Float(_) | Ty::Integer | Ty::Constant | Ty::Bool)
}
