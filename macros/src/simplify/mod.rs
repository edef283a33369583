//! From a graph to a shorter graph with the same values: each pass is a function of its own.

mod common;
mod dead;
mod fold;
mod fuse;
mod shapes;

use crate::graph::Graph;
#[cfg(test)]
pub(crate) use {common::share, dead::drop_dead, fold::fold, fuse::fuse, shapes::drop_broadcasts};

/// All passes, in their order.
pub(crate) fn simplify(graph: Graph) -> Graph {
    let graph = fold::fold(graph);
    let graph = shapes::drop_broadcasts(graph);
    let graph = common::share(graph);
    let graph = fold::fold(graph);
    let graph = dead::drop_dead(graph);
    let graph = fuse::fuse(graph);
    dead::drop_dead(graph)
}
