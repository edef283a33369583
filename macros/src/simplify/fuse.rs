//! Fusion: a run of elementwise operations on arrays becomes one kernel.
//!
//! Every elementwise operation on an array first becomes a kernel by itself, with a block that
//! computes one element. Then a kernel whose only use is another kernel of the same shape moves into
//! it, and the sums that undo broadcasting become sinks of the kernel that they take from.

use std::collections::HashMap;

use super::shapes::Shapes;
use crate::graph::{Block, Elem, Graph, Info, Node, Op, Ty, Value};

/// The runtime's kernels take so many operands.
const MAX_OPERANDS: usize = 8;

/// Joins elementwise nodes into kernels.
pub(crate) fn fuse(mut graph: Graph) -> Graph {
    let mut literals = HashMap::new();
    note_literals(&graph.body.nodes, &mut literals);
    let (primal, adjoint) = graph.take_sweeps();
    let primal = lift_all(&mut graph, primal, &literals);
    let adjoint = lift_all(&mut graph, adjoint, &literals);
    graph.put_sweeps(primal, adjoint);
    let shapes = Shapes::of_graph(&graph);
    let uses = graph.uses();
    let (primal, adjoint) = graph.take_sweeps();
    let primal = Fusion { graph: &mut graph, shapes: &shapes, uses: &uses }.run(primal);
    let adjoint = Fusion { graph: &mut graph, shapes: &shapes, uses: &uses }.run(adjoint);
    graph.put_sweeps(primal, adjoint);
    graph
}

fn note_literals(nodes: &[Node], literals: &mut HashMap<Value, Node>) {
    for node in nodes {
        if matches!(node.op, Op::Literal(_)) {
            literals.insert(node.out(), node.clone());
        }
        node.blocks.iter().for_each(|block| note_literals(&block.nodes, literals));
    }
}

/// True for a node whose blocks are code of its own, not the formula of a kernel.
fn holds_code(node: &Node) -> bool {
    matches!(node.op, Op::If | Op::Unbranch | Op::Loop(_) | Op::Unloop(_))
}

fn lift_all(graph: &mut Graph, nodes: Vec<Node>, literals: &HashMap<Value, Node>) -> Vec<Node> {
    nodes
        .into_iter()
        .map(|mut node| {
            if holds_code(&node) {
                for block in &mut node.blocks {
                    block.nodes = lift_all(graph, std::mem::take(&mut block.nodes), literals);
                }
            }
            lift(graph, node, literals)
        })
        .collect()
}

/// An elementwise operation on arrays, as a kernel.
fn lift(graph: &mut Graph, node: Node, literals: &HashMap<Value, Node>) -> Node {
    let is_elementwise = matches!(&node.op, Op::Row(row) if row.is_elementwise());
    if !is_elementwise
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
        if let Some(literal) = literals.get(arg) {
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
    inside.push(Node::new(inner, node.op, args, node.origin));
    let block = Block { params, nodes: inside, results: vec![inner], ..Block::default() };
    Node { outs: vec![out], op: Op::Map, args: operands, blocks: vec![block], origin: node.origin }
}

fn is_scalar(graph: &Graph, value: Value) -> bool {
    matches!(graph.ty(value), Ty::Float(_) | Ty::Integer | Ty::Constant | Ty::Bool)
}

/// A value for one element of an array, called like it.
fn element_of(graph: &mut Graph, array: Value) -> Value {
    let info = graph.info(array);
    let elem: Elem = info.ty.elem();
    let info = Info { ty: Ty::Float(elem), is_reference: false, shape_of: None, ..info.clone() };
    graph.value(info)
}

struct Fusion<'a> {
    graph: &'a mut Graph,
    shapes: &'a Shapes,
    uses: &'a [usize],
}

impl Fusion<'_> {
    fn run(&mut self, nodes: Vec<Node>) -> Vec<Node> {
        let mut kept: Vec<Node> = Vec::new();
        for mut node in nodes {
            if holds_code(&node) {
                for block in &mut node.blocks {
                    block.nodes = self.run(std::mem::take(&mut block.nodes));
                }
            }
            while let Some((position, operand)) = self.producer(&kept, &node) {
                let producer = kept.remove(position);
                self.absorb(&mut node, operand, producer);
            }
            kept.push(node);
        }
        self.sink_sums(kept)
    }

    /// A kernel whose only use is as an operand of this kernel of the same shape.
    fn producer(&self, kept: &[Node], node: &Node) -> Option<(usize, usize)> {
        let likes = match node.op {
            Op::Map => 0,
            Op::Pull { likes } => likes,
            _ => return None,
        };
        (likes..node.args.len()).find_map(|operand| {
            let arg = node.args[operand];
            if self.uses.get(arg.0) != Some(&1) || self.graph.ty(arg).is_float() {
                return None;
            }
            let position =
                kept.iter().position(|other| other.op == Op::Map && other.out() == arg)?;
            let producer = &kept[position];
            let count =
                |args: &[Value]| args.iter().filter(|arg| !is_scalar(self.graph, **arg)).count();
            let fits = count(&producer.args) + count(&node.args[likes..]) <= MAX_OPERANDS + 1;
            let domain = match likes {
                0 => node.out(),
                // The operands of a backward kernel have its domain's shape among them.
                _ => *node.args.last()?,
            };
            let same_shape =
                self.shapes.of(arg) == self.shapes.of(domain) || self.is_cheap(producer);
            (fits && same_shape).then_some((position, operand))
        })
    }

    /// True for plain arithmetic, which costs less again than a pass over memory.
    fn is_cheap(&self, node: &Node) -> bool {
        node.blocks[0].nodes.iter().all(|node| match &node.op {
            Op::Row(row) => row.symbol.is_some(),
            Op::Literal(_) => true,
            _ => false,
        })
    }

    /// Moves `producer` into `node`, in the place of its operand.
    fn absorb(&mut self, node: &mut Node, operand: usize, producer: Node) {
        let likes = match node.op {
            Op::Pull { likes } => likes,
            _ => 0,
        };
        let block = &mut node.blocks[0];
        let param = block.params.remove(operand - likes);
        node.args.remove(operand);
        let mut moved = producer.blocks.into_iter().next().unwrap_or_default();
        let mut names: HashMap<Value, Value> = HashMap::new();
        let mut at = operand;
        for (inner, arg) in moved.params.drain(..).zip(producer.args) {
            match node.args[likes..].iter().position(|other| *other == arg) {
                Some(position) => {
                    names.insert(inner, block.params[position]);
                }
                None => {
                    node.args.insert(at, arg);
                    block.params.insert(at - likes, inner);
                    at += 1;
                }
            }
        }
        let result = moved.results[0];
        let result = names.get(&result).copied().unwrap_or(result);
        moved.replace_uses(&mut |value| names.get(&value).copied().unwrap_or(value));
        block.replace_uses(&mut |value| if value == param { result } else { value });
        let mut nodes = moved.nodes;
        nodes.append(&mut block.nodes);
        block.nodes = nodes;
    }

    /// `sum_to(b, dz)` of a kernel's only result becomes a sink of the kernel: one pass serves all.
    fn sink_sums(&mut self, nodes: Vec<Node>) -> Vec<Node> {
        let is_sum = |node: &Node| matches!(&node.op, Op::Row(row) if row.name == "SumTo");
        let mut sums: HashMap<Value, Vec<Node>> = HashMap::new();
        for node in nodes.iter().filter(|node| is_sum(node)) {
            sums.entry(node.args[1]).or_default().push(node.clone());
        }
        let sinks = |node: &Node| {
            let sums = sums.get(&node.out())?;
            (node.op == Op::Map && self.uses.get(node.out().0) == Some(&sums.len())).then_some(sums)
        };
        let absorbed: Vec<Value> = nodes
            .iter()
            .filter_map(|node| if node.outs.is_empty() { None } else { sinks(node) })
            .flatten()
            .map(Node::out)
            .collect();
        let mut kept = Vec::new();
        for node in nodes {
            if node.outs.first().is_some_and(|out| is_sum(&node) && absorbed.contains(out)) {
                continue;
            }
            match if node.outs.is_empty() { None } else { sinks(&node) } {
                Some(sums) => {
                    let likes: Vec<Value> = sums.iter().map(|sum| sum.args[0]).collect();
                    let outs = sums.iter().map(Node::out).collect();
                    let mut block = node.blocks[0].clone();
                    block.results = vec![block.results[0]; likes.len()];
                    kept.push(Node {
                        outs,
                        op: Op::Pull { likes: likes.len() },
                        args: likes.iter().chain(&node.args).copied().collect(),
                        blocks: vec![block],
                        origin: node.origin,
                    });
                }
                None => kept.push(node),
            }
        }
        kept
    }
}
