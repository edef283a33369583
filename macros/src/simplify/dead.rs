//! Dead code: what nothing uses and what has no effect is dropped.

use crate::graph::collections::HashSet;
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
    // A loop may be needed for what the loops inside save alone.
    let saved_within = node.blocks.iter().flat_map(|block| &block.stacks);
    let is_needed = node.outs.iter().chain(saved_within).any(|out| live.contains(out));
    if !is_needed && !has_effect(node) {
        return false;
    }
    match &node.op {
        Op::If | Op::Unbranch => keep_results(node, live),
        Op::Loop(_) | Op::Unloop(_) => keep_carried(node, live),
        _ => {}
    }
    for block in &mut node.blocks {
        drop_in_block(block, live);
    }
    node.each_use(&mut |value| {
        live.insert(value);
    });
    true
}

/// True for what runs whether or not something uses its results: a callee may have effects, and a
/// constant that is not understood runs once.
fn has_effect(node: &Node) -> bool {
    match &node.op {
        Op::Call(_) | Op::Jvp(_) => true,
        _ if node.runs_once() => true,
        _ => node.blocks.iter().flat_map(|block| &block.nodes).any(has_effect),
    }
}

/// Drops the results of a branch that nothing uses.
fn keep_results(node: &mut Node, live: &HashSet<Value>) {
    let results = node.blocks.first().map_or(0, |block| block.results.len());
    for position in (0..results).rev() {
        if !live.contains(&node.outs[position]) {
            node.outs.remove(position);
            node.blocks.iter_mut().for_each(|block| {
                block.results.remove(position);
            });
        }
    }
}

/// Drops what a loop carries for nothing: neither a later turn nor what follows uses it.
fn keep_carried(node: &mut Node, live: &HashSet<Value>) {
    let (first_arg, first_param) = (node.first_carried(), node.items());
    let first_result = node.blocks[0].results.len() - node.carried_results().len();
    let count = node.carried_results().len();
    let mut kept: Vec<bool> = (0..count).map(|at| live.contains(&node.outs[at])).collect();
    loop {
        let mut used = live.clone();
        let body = &node.blocks[0];
        used.extend(&body.results[..first_result]);
        used.extend(&body.saved);
        used.extend(
            kept.iter()
                .zip(&body.results[first_result..])
                .filter(|(kept, _)| **kept)
                .map(|(_, result)| *result),
        );
        for condition in &node.blocks[1..] {
            condition.each_use(&mut |value| {
                used.insert(value);
            });
        }
        live_nodes(body.nodes.clone(), &mut used);
        let next: Vec<bool> = (0..count)
            .map(|at| kept[at] || used.contains(&body.params[first_param + at]))
            .collect();
        if next == kept {
            break;
        }
        kept = next;
    }
    for at in (0..count).rev().filter(|at| !kept[*at]) {
        node.outs.remove(at);
        node.args.remove(first_arg + at);
        node.blocks[0].params.remove(first_param + at);
        node.blocks[0].results.remove(first_result + at);
    }
}

fn drop_in_block(block: &mut Block, live: &mut HashSet<Value>) {
    live.extend(&block.results);
    live.extend(&block.saved);
    let mut primal = std::mem::take(&mut block.nodes);
    let adjoint = live_nodes(primal.split_off(block.primal), live);
    primal = live_nodes(primal, live);
    block.primal = primal.len();
    block.nodes = primal;
    block.nodes.extend(adjoint);
}
