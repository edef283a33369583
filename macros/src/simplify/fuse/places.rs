//! Where kernels stand among the other nodes of a block, and which of them can be one.

use std::collections::{BTreeSet, HashMap};

use super::region::Region;
use super::Fusion;
use crate::graph::{Graph, Node, Value};

/// What stands at one place of a block.
pub(super) enum Item {
    Node(Node),
    Region(Region),
    /// It became part of a region at another place.
    Gone,
}

/// Which regions are joined.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Those of which the later takes up all that the earlier computes.
    Absorbing,
    Any,
}

/// The places of a block.
pub(super) struct Places {
    items: Vec<Item>,
    /// Where each value of the block is defined.
    defined: HashMap<Value, usize>,
    /// Where each value is used.
    used: HashMap<Value, BTreeSet<usize>>,
    /// Where something stands that is more than its results: a check of the user's, say.
    effects: BTreeSet<usize>,
}

impl Places {
    pub(super) fn of(items: Vec<Item>) -> Places {
        let mut places = Places {
            items,
            defined: HashMap::new(),
            used: HashMap::new(),
            effects: BTreeSet::new(),
        };
        for place in 0..places.items.len() {
            let used = &mut places.used;
            let mut note = |value: Value| {
                used.entry(value).or_default().insert(place);
            };
            match &places.items[place] {
                Item::Node(node) => {
                    if !node.is_pure() {
                        places.effects.insert(place);
                    }
                    places.defined.extend(node.outs.iter().map(|out| (*out, place)));
                    node.each_use(&mut note);
                }
                Item::Region(region) => {
                    places.defined.extend(region.outs().map(|out| (out, place)));
                    region.uses().iter().copied().for_each(note);
                }
                Item::Gone => {}
            }
        }
        places
    }

    /// The items with what could be joined joined: first what one kernel alone uses becomes part of it, before
    /// that kernel is full.
    pub(super) fn joined(mut self, fusion: &Fusion, graph: &Graph) -> Vec<Item> {
        for place in 0..self.items.len() {
            self.join_at(fusion, graph, Way::Absorbing, place);
        }
        let mut is_done = false;
        while !is_done {
            is_done = true;
            for place in 0..self.items.len() {
                let mut place = place;
                while let Some(to) = self.join(fusion, graph, Way::Any, place) {
                    is_done = false;
                    place = self.join_at(fusion, graph, Way::Absorbing, to);
                }
            }
        }
        self.items
    }

    /// Joins what stands at a place with others as often as it can; gives the place where that is then.
    fn join_at(&mut self, fusion: &Fusion, graph: &Graph, way: Way, place: usize) -> usize {
        let mut place = place;
        while let Some(to) = self.join(fusion, graph, way, place) {
            place = to;
        }
        place
    }

    /// Joins the region at a place with an earlier one, and gives the place where both are then.
    fn join(&mut self, fusion: &Fusion, graph: &Graph, way: Way, place: usize) -> Option<usize> {
        let Item::Region(later) = &self.items[place] else { return None };
        let (merged, from, to) =
            self.beside(later, place).into_iter().rev().find_map(|before| {
                let Item::Region(earlier) = &self.items[before] else { return None };
                let merged = earlier.with(later, graph, fusion)?;
                if way == Way::Absorbing && !merged.has_absorbed(earlier, &fusion.uses) {
                    return None;
                }
                if self.can_wait(earlier, before, place) {
                    Some((merged, before, place))
                } else if later.stores_nothing(&fusion.uses)
                    && self.effects.range(before..place).next().is_none()
                    && self.can_hurry(earlier, later, before)
                {
                    Some((merged, place, before))
                } else {
                    None
                }
            })?;
        for place in [from, to] {
            if let Item::Region(region) = &self.items[place] {
                for used in region.uses() {
                    self.used.entry(*used).or_default().remove(&place);
                }
            }
        }
        for used in merged.uses() {
            self.used.entry(*used).or_default().insert(to);
        }
        self.defined.extend(merged.outs().map(|out| (out, to)));
        self.items[from] = Item::Gone;
        self.items[to] = Item::Region(merged);
        Some(to)
    }

    /// The earlier places where something is computed that the region uses, or where its operands are used.
    fn beside(&self, region: &Region, place: usize) -> BTreeSet<usize> {
        let mut beside = BTreeSet::new();
        for operand in region.operands() {
            beside.extend(self.defined.get(&operand));
            beside.extend(self.used.get(&operand).into_iter().flat_map(|used| used.range(..place)));
        }
        beside.split_off(&place);
        beside
    }

    /// True if nothing between the places uses what the earlier region gives.
    fn can_wait(&self, earlier: &Region, before: usize, place: usize) -> bool {
        earlier.outs().all(|out| {
            let used = self.used.get(&out);
            used.is_none_or(|used| used.range(before + 1..place).next().is_none())
        })
    }

    /// True if all that the later region uses is there at the place of the earlier one.
    fn can_hurry(&self, earlier: &Region, later: &Region, before: usize) -> bool {
        later.uses().iter().all(|used| {
            let defined = self.defined.get(used);
            defined.is_none_or(|place| *place < before) || earlier.outs().any(|out| out == *used)
        })
    }
}
