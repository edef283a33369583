//! The mean of what a kernel computes: its sum is taken in the kernel, and divided by a count by which the adjoint
//! divides too.

use super::shapes::is_row;
use crate::graph::collections::{HashMap, HashSet};
use crate::graph::{Graph, Info, Node, Op, Value};
use crate::ops::row;

/// Takes means of elementwise results apart into a sum, a count and a division.
pub(crate) fn take_means_apart(mut graph: Graph) -> Graph {
    let (primal, adjoint) = graph.take_sweeps();
    let mut means = Means { graph, ..Means::default() };
    let primal = means.nodes(primal, true);
    let adjoint = means.nodes(adjoint, false);
    let Means { mut graph, known, .. } = means;
    graph.put_sweeps(primal, adjoint);
    graph.body.replace_uses(&mut |value| known.get(&value).copied().unwrap_or(value));
    graph
}

#[derive(Default)]
struct Means {
    graph: Graph,
    /// What kernels compute.
    elementwise: HashSet<Value>,
    /// The counts of what the primal takes the mean of whatever happens, so that the adjoint has them.
    counts: HashMap<Value, Value>,
    /// The adjoint's own counts of the same, which nobody needs then.
    known: HashMap<Value, Value>,
}

impl Means {
    fn nodes(&mut self, all: Vec<Node>, is_in_any_case: bool) -> Vec<Node> {
        let mut kept = Vec::new();
        for mut node in all {
            if node.holds_code() {
                for block in &mut node.blocks {
                    block.nodes = self.nodes(std::mem::take(&mut block.nodes), false);
                }
            }
            match &node.op {
                Op::Map => self.elementwise.extend(&node.outs),
                Op::Row(row) if row.is_elementwise() => self.elementwise.extend(&node.outs),
                _ => {}
            }
            if is_row(&node, "Mean") && self.elementwise.contains(&node.args[0]) {
                let of = node.args[0];
                let part = Info { name: None, ..self.graph.info(node.out()).clone() };
                let (sum, count) = (self.graph.value(part.clone()), self.graph.value(part));
                let mut push = |out: Value, name: &str, args: Vec<Value>| {
                    kept.push(Node::new(out, Op::Row(row(name)), args, node.origin));
                };
                push(sum, "Sum", vec![of]);
                push(count, "CountOfMean", vec![of]);
                push(node.out(), "Div", vec![sum, count]);
                self.graph.info_mut(node.out()).name.get_or_insert_with(|| "mean".to_owned());
                if is_in_any_case {
                    self.counts.entry(of).or_insert(count);
                }
                continue;
            }
            if is_row(&node, "Count") {
                if let Some(count) = self.counts.get(&node.args[0]) {
                    self.known.insert(node.out(), *count);
                }
            }
            kept.push(node);
        }
        kept
    }
}
