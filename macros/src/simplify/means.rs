//! The mean of what a kernel computes: its sum is taken in the kernel.

use super::shapes::is_row;
use crate::graph::collections::HashSet;
use crate::graph::{Graph, Info, Node, Op, Value};
use crate::ops::row;

/// Takes means of elementwise results apart into a sum and a division.
pub(crate) fn take_means_apart(mut graph: Graph) -> Graph {
    let (primal, adjoint) = graph.take_sweeps();
    let mut elementwise = HashSet::default();
    let primal = nodes(&mut graph, primal, &mut elementwise);
    let adjoint = nodes(&mut graph, adjoint, &mut elementwise);
    graph.put_sweeps(primal, adjoint);
    graph
}

fn nodes(graph: &mut Graph, all: Vec<Node>, elementwise: &mut HashSet<Value>) -> Vec<Node> {
    let mut kept = Vec::new();
    for mut node in all {
        if node.holds_code() {
            for block in &mut node.blocks {
                block.nodes = nodes(graph, std::mem::take(&mut block.nodes), elementwise);
            }
        }
        match &node.op {
            Op::Map => elementwise.extend(&node.outs),
            Op::Row(row) if row.is_elementwise() => elementwise.extend(&node.outs),
            _ => {}
        }
        if is_row(&node, "Mean") && elementwise.contains(&node.args[0]) {
            let info = graph.info(node.out()).clone();
            let sum = graph.value(Info { name: None, ..info });
            let of = node.args[0];
            kept.push(Node::new(sum, Op::Row(row("Sum")), vec![of], node.origin));
            node = Node::new(node.out(), Op::Row(row("MeanOf")), vec![sum, of], node.origin);
        }
        kept.push(node);
    }
    kept
}
