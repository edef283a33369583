//! Dead code: what nothing uses and what has no effect is dropped.

use std::collections::HashSet;

use crate::graph::{Block, Graph, Node, Op, Value};

/// Drops nodes whose results nothing uses.
pub(crate) fn drop_dead(mut graph: Graph) -> Graph {
    let mut live: HashSet<Value> = graph.body.results.iter().copied().collect();
    let (primal, adjoint) = graph.take_sweeps();
    let adjoint = live_nodes(adjoint, &mut live);
    let primal = live_nodes(primal, &mut live);
    graph.put_sweeps(primal, adjoint);
    graph
}

/// The nodes that something live uses, in their order.
fn live_nodes(nodes: Vec<Node>, live: &mut HashSet<Value>) -> Vec<Node> {
    let mut kept: Vec<Node> = nodes
        .into_iter()
        .rev()
        .filter_map(|mut node| keep(&mut node, live).then_some(node))
        .collect();
    kept.reverse();
    kept
}

/// True if the node is needed; then what it uses is too.
fn keep(node: &mut Node, live: &mut HashSet<Value>) -> bool {
    let is_needed = node.outs.iter().any(|out| live.contains(out));
    // A callee may have effects, and a constant that is not understood runs once, used or not.
    let has_effect = match &node.op {
        Op::Effect(_) | Op::Call(_) => true,
        Op::Verbatim(verbatim) => !verbatim.pure,
        _ => false,
    };
    if !is_needed && !has_effect {
        return false;
    }
    for block in &mut node.blocks {
        drop_in_block(block, live);
    }
    node.each_use(&mut |value| {
        live.insert(value);
    });
    true
}

fn drop_in_block(block: &mut Block, live: &mut HashSet<Value>) {
    live.extend(&block.results);
    block.nodes = live_nodes(std::mem::take(&mut block.nodes), live);
}
