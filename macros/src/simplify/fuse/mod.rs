//! Fusion: runs of elementwise operations on arrays become kernels.
//!
//! Every elementwise operation on an array first becomes a kernel by itself (`lift`). Then kernels over
//! one domain are joined where one uses what the other computes, or both read the same array, as long as
//! nothing between them has to run between them (`Region`). Sums of what is computed, over all elements
//! or over broadcast axes, are taken from the same pass.

mod lift;
mod region;

use std::collections::{HashMap, HashSet};

use super::shapes::{is_row, Shapes};
use crate::graph::{Graph, Node, Value};
use lift::{lift_all, Known};
use region::Region;

/// Joins elementwise nodes into kernels; those of the primal and those of the adjoint apart.
pub(crate) fn fuse(graph: Graph) -> Graph {
    fused(lifted(graph), |graph, fusion| {
        let (primal, adjoint) = graph.take_sweeps();
        let (primal, _) = fusion.run(graph, primal, 0);
        let (adjoint, _) = fusion.run(graph, adjoint, 0);
        graph.put_sweeps(primal, adjoint);
    })
}

/// The same where primal and adjoint run one after the other, so that a kernel may be of both.
pub(crate) fn fuse_sweeps(graph: Graph) -> Graph {
    fused(lifted(graph), |graph, fusion| {
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
/// more. So that is not counted as a use, unless it turns out that one remains an array.
fn fused(graph: Graph, run: impl Fn(&mut Graph, &Fusion)) -> Graph {
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
    let fusion = Fusion { shapes, uses };
    let mut fused = graph.clone();
    run(&mut fused, &fusion);
    let mut defined: HashSet<Value> = HashSet::new();
    fused.body.each_definition(&mut |value| {
        defined.insert(value);
    });
    let mut is_whole = true;
    each_node(&fused.body.nodes, &mut |node| {
        is_whole &= !is_row(node, "Expand") || defined.contains(&node.args[1]);
    });
    if is_whole {
        return fused;
    }
    let mut graph = graph;
    run(&mut graph, &Fusion { uses: all, ..fusion });
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
}

/// What stands at one place of a block.
enum Item {
    Node(Node),
    Region(Region),
    /// It became part of a region at another place.
    Gone,
}

impl Item {
    fn each_use(&self, f: &mut impl FnMut(Value)) {
        match self {
            Item::Node(node) => node.each_use(f),
            Item::Region(region) => region.each_use(f),
            Item::Gone => {}
        }
    }
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
                match Region::of(graph, &self.shapes, &node) {
                    Some(region) => Item::Region(region),
                    None => Item::Node(node),
                }
            })
            .collect();
        let mut places = Places::of(items);
        // What is used by one kernel alone becomes part of it, before that kernel is full.
        while places.join_some(self, graph, Way::Absorbing)
            || places.join_some(self, graph, Way::Any)
        {}
        let mut nodes = Vec::new();
        let mut now = 0;
        for (place, item) in places.items.into_iter().enumerate() {
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

/// Which regions are joined.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Those of which the later takes up all that the earlier computes.
    Absorbing,
    Any,
}

/// The places of a block.
struct Places {
    items: Vec<Item>,
    /// Where each value of the block is defined.
    defined: HashMap<Value, usize>,
}

impl Places {
    fn of(items: Vec<Item>) -> Places {
        let mut defined = HashMap::new();
        for (place, item) in items.iter().enumerate() {
            match item {
                Item::Node(node) => defined.extend(node.outs.iter().map(|out| (*out, place))),
                Item::Region(region) => defined.extend(region.outs().map(|out| (out, place))),
                Item::Gone => {}
            }
        }
        Places { items, defined }
    }

    /// Joins regions in one way: as many as it can, or two where that may open the way for another one.
    /// True if it joined any.
    fn join_some(&mut self, fusion: &Fusion, graph: &Graph, way: Way) -> bool {
        let mut joined = false;
        for place in 0..self.items.len() {
            let mut place = place;
            while let Some((merged, from, to)) = self.join(fusion, graph, way, place) {
                for out in merged.outs() {
                    self.defined.insert(out, to);
                }
                self.items[from] = Item::Gone;
                self.items[to] = Item::Region(merged);
                (joined, place) = (true, to);
                if way == Way::Any {
                    return true;
                }
            }
        }
        joined
    }

    /// What the region at a place and an earlier one are together, the place that it leaves and the place
    /// that it takes.
    fn join(
        &self,
        fusion: &Fusion,
        graph: &Graph,
        way: Way,
        place: usize,
    ) -> Option<(Region, usize, usize)> {
        let Item::Region(later) = &self.items[place] else { return None };
        (0..place).rev().find_map(|before| {
            let Item::Region(earlier) = &self.items[before] else { return None };
            let merged = earlier.with(later, graph, &fusion.shapes, &fusion.uses)?;
            if way == Way::Absorbing && !merged.has_absorbed(earlier, &fusion.uses) {
                return None;
            }
            if self.can_wait(earlier, before, place) {
                Some((merged, before, place))
            } else if later.stores_nothing(&fusion.uses) && self.can_hurry(earlier, later, before) {
                Some((merged, place, before))
            } else {
                None
            }
        })
    }

    /// True if nothing between the places uses what the earlier region gives.
    fn can_wait(&self, earlier: &Region, before: usize, place: usize) -> bool {
        let mut is_used = false;
        for between in &self.items[before + 1..place] {
            between.each_use(&mut |used| is_used |= earlier.outs().any(|out| out == used));
        }
        !is_used
    }

    /// True if all that the later region uses is there at the place of the earlier one.
    fn can_hurry(&self, earlier: &Region, later: &Region, before: usize) -> bool {
        let mut is_there = true;
        later.each_use(&mut |used| {
            let defined = self.defined.get(&used).copied();
            is_there &=
                defined.is_none_or(|place| place < before) || earlier.outs().any(|out| out == used);
        });
        is_there
    }
}
