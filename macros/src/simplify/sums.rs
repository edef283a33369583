//! Sums over broadcast axes, put off to the end.
//!
//! What a broadcast operand receives is summed to its shape, and what its own operands receive of that is
//! linear in the sum. A linear operation with factors of that shape gives the same before the sum as after
//! it; and before it, it belongs to the run of elementwise operations that becomes one kernel.

use super::shapes::{is_row, Shapes};
use crate::graph::collections::HashMap;
use crate::graph::{Graph, Info, Node, Op, Value};
use crate::ops::row;

/// Lets sums over broadcast axes follow what is linear in them, and sums of sums be one.
pub(crate) fn put_off_sums(mut graph: Graph) -> Graph {
    let shapes = Shapes::of_graph(&graph);
    let (primal, adjoint) = graph.take_sweeps();
    let mut sums = Sums { graph, shapes, of: HashMap::default(), names: HashMap::default() };
    let primal = sums.nodes(primal);
    let adjoint = sums.nodes(adjoint);
    let Sums { mut graph, names, .. } = sums;
    graph.put_sweeps(primal, adjoint);
    graph.body.replace_uses(&mut |value| names.get(&value).copied().unwrap_or(value));
    graph
}

struct Sums {
    graph: Graph,
    shapes: Shapes,
    /// What was summed, and like what.
    of: HashMap<Value, (Value, Value)>,
    /// Sums that turned out to be what they sum.
    names: HashMap<Value, Value>,
}

impl Sums {
    fn nodes(&mut self, nodes: Vec<Node>) -> Vec<Node> {
        let mut kept = Vec::new();
        for mut node in nodes {
            for arg in &mut node.args {
                *arg = self.names.get(arg).copied().unwrap_or(*arg);
            }
            if node.holds_code() {
                for block in &mut node.blocks {
                    block.nodes = self.nodes(std::mem::take(&mut block.nodes));
                }
            }
            let Some((source, like)) = self.summed(&node) else {
                kept.push(node);
                continue;
            };
            if let Some(before) = source {
                kept.push(before);
            }
            let out = node.out();
            let summed = self.of[&out].0;
            if self.shapes.of(summed) == self.shapes.of(like) {
                self.names.insert(out, summed);
                self.of.remove(&out);
            } else {
                kept.push(Node::new(out, Op::Row(row("SumTo")), vec![like, summed], node.origin));
            }
        }
        kept
    }

    /// For what is a sum, or linear in one: the operation to be done before the sum, and like what it is
    /// summed.
    fn summed(&mut self, node: &Node) -> Option<(Option<Node>, Value)> {
        let [out] = node.outs[..] else { return None };
        if is_row(node, "SumTo") {
            let (like, value) = (node.args[0], node.args[1]);
            let source = self.of.get(&value).map_or(value, |(source, _)| *source);
            self.of.insert(out, (source, like));
            return Some((None, like));
        }
        let Op::Row(linear) = &node.op else { return None };
        let sum = |position: usize| self.of.get(node.args.get(position)?).copied();
        let (args, like) = match (linear.name, sum(0), sum(1)) {
            ("Neg", Some((source, like)), _) => (vec![source], like),
            ("Mul" | "Div", Some((source, like)), None) => (vec![source, node.args[1]], like),
            ("Mul", None, Some((source, like))) => (vec![node.args[0], source], like),
            ("Add" | "Sub" | "Plus", Some((a, like)), Some((b, other)))
                if self.shapes.of(like) == self.shapes.of(other)
                    && self.shapes.of(a) == self.shapes.of(b) =>
            {
                (vec![a, b], like)
            }
            _ => return None,
        };
        // A factor of another shape would have to be summed with the rest.
        if self.shapes.of(out) != self.shapes.of(like) || self.graph.ty(out).is_float() {
            return None;
        }
        let info = Info { shape_of: None, ..self.graph.info(out).clone() };
        let source = args.iter().find(|arg| !node.args.contains(arg)).copied()?;
        // A float times something of which the macro does not know what it is may be an array.
        let of = if self.graph.ty(source).is_float() { out } else { source };
        let before = self.graph.value(Info { ty: self.graph.ty(of).clone(), ..info });
        self.shapes.set(before, self.shapes.joined(&args));
        self.of.insert(out, (before, like));
        Some((Some(Node::new(before, node.op.clone(), args, node.origin)), like))
    }
}
