//! Fusion: runs of elementwise operations on arrays become kernels.
//!
//! Every elementwise operation on an array first becomes a kernel by itself (`lift`). Then kernels over
//! one domain are joined where one uses what the other computes, or both read the same array, as long as
//! nothing between them has to run between them (`Region`). Sums of what is computed, over all elements
//! or over broadcast axes, are taken from the same pass.

mod late;
mod lift;
mod places;
mod region;

use super::shapes::{is_row, Shapes};
use crate::graph::collections::HashSet;
use crate::graph::{Graph, Node, Value};
use lift::{lift_all, Known};
use places::{Item, Places};
use region::Region;

/// Joins elementwise nodes into kernels; those of the primal and those of the adjoint apart.
pub(crate) fn fuse(graph: Graph) -> Graph {
    fused(lifted(graph), true, |graph, fusion| {
        let (primal, adjoint) = graph.take_sweeps();
        let (primal, _) = fusion.run(graph, primal, 0);
        let (adjoint, _) = fusion.run(graph, adjoint, 0);
        graph.put_sweeps(primal, adjoint);
    })
}

/// The same where primal and adjoint run one after the other, so that a kernel may be of both.
pub(crate) fn fuse_sweeps(mut graph: Graph) -> Graph {
    late::put_off_results(&mut graph);
    fused(lifted(graph), false, |graph, fusion| {
        let start = graph.sweep.as_ref().map_or(0, |sweep| sweep.start);
        let nodes = std::mem::take(&mut graph.body.nodes);
        let (nodes, start) = fusion.run(graph, nodes, start);
        graph.body.nodes = nodes;
        if let Some(sweep) = &mut graph.sweep {
            sweep.start = start;
        }
    })
}

/// Expanded floats become floats in the kernels that use them, and then nobody asks for the shape any
/// more. So that is not counted as a use, unless it turns out that one remains an array whose shape is not there yet.
fn fused(graph: Graph, is_guarded: bool, run: impl Fn(&mut Graph, &Fusion)) -> Graph {
    // Each kernel is one operation, which can be named, and has its result as an array.
    if cfg!(feature = "find-nonfinite") {
        return graph;
    }
    let shapes = Shapes::of_graph(&graph);
    let mut uses = graph.uses();
    let all = uses.clone();
    each_node(&graph.body.nodes, &mut |node| {
        if is_row(node, "Expand") {
            uses[node.args[1].0] -= 1;
        }
    });
    let fusion = Fusion { shapes, uses, is_guarded, expands: false };
    let mut fused = graph.clone();
    run(&mut fused, &fusion);
    let mut defined: HashSet<Value> = fused.body.params.iter().copied().collect();
    let mut is_whole = true;
    each_node(&fused.body.nodes, &mut |node| {
        is_whole &= !is_row(node, "Expand") || defined.contains(&node.args[1]);
        defined.extend(node.outs.iter().chain(node.blocks.iter().flat_map(|block| &block.params)));
    });
    if is_whole {
        return fused;
    }
    let mut graph = graph;
    run(&mut graph, &Fusion { uses: all, expands: true, ..fusion });
    graph
}

fn each_node(nodes: &[Node], f: &mut impl FnMut(&Node)) {
    for node in nodes {
        f(node);
        node.blocks.iter().for_each(|block| each_node(&block.nodes, f));
    }
}

fn lifted(mut graph: Graph) -> Graph {
    let known = Known::of(&graph.body.nodes);
    let (primal, adjoint) = graph.take_sweeps();
    let primal = lift_all(&mut graph, primal, &known);
    let adjoint = lift_all(&mut graph, adjoint, &known);
    graph.put_sweeps(primal, adjoint);
    graph
}

/// What the joining of two regions depends on.
struct Fusion {
    shapes: Shapes,
    /// How often each value is used.
    uses: Vec<usize>,
    /// Whether what belongs to an argument is left out where that is constant: then two that belong to
    /// different ones are better apart.
    is_guarded: bool,
    /// True where a float is expanded to an array: after that whose shape it asks for.
    expands: bool,
}

impl Fusion {
    /// The nodes of a block with what could be joined joined, and where the node number `start` is now.
    fn run(&self, graph: &mut Graph, nodes: Vec<Node>, start: usize) -> (Vec<Node>, usize) {
        let items = nodes
            .into_iter()
            .map(|mut node| {
                if node.holds_code() {
                    for block in &mut node.blocks {
                        block.nodes = self.run(graph, std::mem::take(&mut block.nodes), 0).0;
                    }
                }
                match Region::of(graph, self, &node) {
                    Some(region) => Item::Region(region),
                    None => Item::Node(node),
                }
            })
            .collect();
        let mut nodes = Vec::new();
        let mut now = 0;
        for (place, item) in Places::of(items).joined(self, graph).into_iter().enumerate() {
            if place == start {
                now = nodes.len();
            }
            match item {
                Item::Node(node) => nodes.push(node),
                Item::Region(region) => {
                    nodes.extend(region.into_nodes(graph, &self.shapes, &self.uses));
                }
                Item::Gone => {}
            }
        }
        (nodes, now)
    }
}
