//! From a graph to a shorter graph with the same values: each pass is a function of its own.

mod common;
mod dead;
mod elements;
mod fold;
mod fuse;
mod likes;
mod lists;
mod means;
mod shapes;
mod signs;
mod sums;
mod turns;

use crate::graph::Graph;
pub(crate) use dead::drop_dead;
#[cfg(test)]
pub(crate) use {
    common::share, elements::gather_elements, fold::fold, fuse::fuse, fuse::fuse_sweeps,
    likes::share_likes, means::take_means_apart, shapes::drop_broadcasts, signs::settle_signs,
    sums::put_off_sums,
};

/// All passes, in their order.
pub(crate) fn simplify(graph: Graph) -> Graph {
    let graph = likes::share_likes(before_fusion(graph));
    after_fusion(fuse::fuse(dead::drop_dead(graph)))
}

/// The same of a graph whose adjoint follows its primal without a pause.
pub(crate) fn simplify_sweeps(graph: Graph) -> Graph {
    let graph = likes::share_likes_of_sweeps(before_fusion(graph));
    let graph = turns::join_turns(after_fusion(fuse::fuse_sweeps(dead::drop_dead(graph))));
    // A turn and its adjoint stand in one block now.
    dead::drop_dead(common::share(graph))
}

fn before_fusion(graph: Graph) -> Graph {
    let graph = means::take_means_apart(fold::fold(graph));
    let graph = shapes::drop_broadcasts(graph);
    let graph = sums::put_off_sums(graph);
    let graph = common::share(graph);
    let graph = elements::gather_elements(fold::fold(graph));
    signs::settle_signs(dead::drop_dead(graph))
}

/// What came together in one kernel is computed once.
fn after_fusion(graph: Graph) -> Graph {
    let graph = signs::settle_signs(common::share(fold::fold(graph)));
    lists::fill_lists(dead::drop_dead(graph))
}
