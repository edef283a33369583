//! Every elementwise operation on an array becomes a kernel by itself.

use crate::graph::collections::{HashMap, HashSet};
use crate::graph::{Block, Elem, Graph, Info, Node, Op, Ty, Value};
use crate::ops::{self, row};
use crate::simplify::shapes::is_scalar;

/// What `lift` has to know of the whole graph.
#[derive(Default)]
pub(super) struct Known {
    literals: HashMap<Value, Node>,
    /// What kernels give.
    elementwise: HashSet<Value>,
    products: HashSet<Value>,
}

impl Known {
    pub(super) fn of(nodes: &[Node]) -> Known {
        let mut known = Known::default();
        known.note(nodes);
        known
    }

    fn note(&mut self, nodes: &[Node]) {
        for node in nodes {
            match &node.op {
                Op::Literal(_) => {
                    self.literals.insert(node.out(), node.clone());
                }
                Op::Map | Op::Pull { .. } => self.elementwise.extend(&node.outs),
                Op::Row(row) if row.is_elementwise() => self.elementwise.extend(&node.outs),
                Op::Row(row) if row.is_dot() => {
                    self.products.extend(&node.outs);
                }
                _ => {}
            }
            if node.holds_code() {
                node.blocks.iter().for_each(|block| self.note(&block.nodes));
            }
        }
    }

    /// The elementwise operation that the node is; the sum of two cotangents is one too, unless one of them
    /// is a product, which is added where the other lies.
    fn operation(&self, node: &Node) -> Option<&'static ops::Row> {
        match &node.op {
            Op::Row(row) if row.is_elementwise() => Some(row),
            Op::Row(plus)
                if plus.name == "Plus"
                    && node.args.iter().any(|arg| self.elementwise.contains(arg))
                    && !node.args.iter().any(|arg| self.products.contains(arg)) =>
            {
                Some(row("Add"))
            }
            _ => None,
        }
    }
}

pub(super) fn lift_all(graph: &mut Graph, nodes: Vec<Node>, known: &Known) -> Vec<Node> {
    nodes
        .into_iter()
        .map(|mut node| {
            if node.holds_code() {
                for block in &mut node.blocks {
                    block.nodes = lift_all(graph, std::mem::take(&mut block.nodes), known);
                }
            }
            lift(graph, node, known)
        })
        .collect()
}

/// An elementwise operation on arrays, as a kernel.
fn lift(graph: &mut Graph, node: Node, known: &Known) -> Node {
    let Some(operation) = known.operation(&node) else { return node };
    if !graph.ty(node.out()).is_numeric() && !operation.is_elementwise()
        || graph.ty(node.out()).is_float()
        || node.args.iter().all(|arg| is_scalar(graph, *arg))
    {
        return node;
    }
    let mut operands: Vec<Value> = Vec::new();
    let mut params: Vec<Value> = Vec::new();
    let mut inside: Vec<Node> = Vec::new();
    let mut args: Vec<Value> = Vec::new();
    for arg in &node.args {
        if let Some(literal) = known.literals.get(arg) {
            let copy = graph.value(Info { name: None, ..graph.info(*arg).clone() });
            inside.push(Node::new(copy, literal.op.clone(), Vec::new(), literal.origin));
            args.push(copy);
        } else if matches!(graph.ty(*arg), Ty::Integer | Ty::Constant | Ty::Bool) {
            args.push(*arg);
        } else if let Some(position) = operands.iter().position(|operand| operand == arg) {
            args.push(params[position]);
        } else {
            let param = element_of(graph, *arg);
            operands.push(*arg);
            params.push(param);
            args.push(param);
        }
    }
    let out = node.out();
    let elem = graph.ty(out).elem();
    let inner =
        graph.value(Info { ty: Ty::Float(elem), shape_of: None, ..graph.info(out).clone() });
    inside.push(Node::new(inner, Op::Row(operation), args, node.origin));
    let block = Block { params, nodes: inside, results: vec![inner], ..Block::default() };
    Node { outs: vec![out], op: Op::Map, args: operands, blocks: vec![block], origin: node.origin }
}

/// A value for one element of an array, called like it.
pub(super) fn element_of(graph: &mut Graph, array: Value) -> Value {
    let info = graph.info(array);
    let elem: Elem = info.ty.elem();
    let info = Info { ty: Ty::Float(elem), is_reference: false, shape_of: None, ..info.clone() };
    graph.value(info)
}
