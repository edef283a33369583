//! What is put off to the end: a mean that stands between its sum and the adjoint would keep the two apart.

use crate::graph::collections::HashSet;
use crate::graph::{Graph, Node, Op, Value};
use crate::simplify::shapes::{is_row, is_scalar};

/// Puts off means, and the arithmetic on them, where only the function's results need that.
pub(super) fn put_off_results(graph: &mut Graph) {
    let (primal, adjoint) = graph.take_sweeps();
    let late = late(graph, primal.iter().chain(&adjoint));
    let mut put_off = Vec::new();
    let mut without = |nodes: Vec<Node>| -> Vec<Node> {
        let (off, kept) =
            nodes.into_iter().partition(|node| node.outs.iter().any(|out| late.contains(out)));
        put_off.extend::<Vec<Node>>(off);
        kept
    };
    let (primal, adjoint) = (without(primal), without(adjoint));
    graph.put_sweeps(primal, adjoint);
    graph.body.nodes.extend(put_off);
}

/// What these nodes give that is made of means, and used by one another and for results alone.
fn late<'n>(
    graph: &Graph,
    nodes: impl DoubleEndedIterator<Item = &'n Node> + Clone,
) -> HashSet<Value> {
    let mut of_means: HashSet<Value> = HashSet::default();
    for node in nodes.clone() {
        if is_row(node, "CountOfMean")
            || is_arithmetic(graph, node) && node.args.iter().any(|arg| of_means.contains(arg))
        {
            of_means.extend(&node.outs);
        }
    }
    let mut needed: HashSet<Value> = HashSet::default();
    let mut late = HashSet::default();
    for node in nodes.rev() {
        let is_late = is_arithmetic(graph, node)
            && node.outs.iter().all(|out| of_means.contains(out) && !needed.contains(out));
        if is_late {
            late.extend(&node.outs);
        } else {
            node.each_use(&mut |used| {
                needed.insert(used);
            });
        }
    }
    late
}

fn is_arithmetic(graph: &Graph, node: &Node) -> bool {
    matches!(&node.op, Op::Row(row) if row.is_elementwise())
        && node.outs.iter().chain(&node.args).all(|value| is_scalar(graph, *value))
}
