//! Where kernels stand among the other nodes of a block, and which of them can be one.

use std::cell::Cell;
use std::collections::BTreeSet;

use super::region::Region;
use super::Fusion;
use crate::graph::collections::{HashMap, HashSet};
use crate::graph::{Graph, Node, Value};
use crate::simplify::shapes::is_scalar;

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
    /// The first place behind each region where something uses what it gives, where that has been looked up.
    waits_until: Vec<Cell<Option<usize>>>,
    /// How often what stands at each place has changed.
    versions: Vec<usize>,
    /// What cannot be one kernel: two places, each with its version.
    refused: HashSet<[(usize, usize); 2]>,
}

impl Places {
    pub(super) fn of(items: Vec<Item>) -> Places {
        let mut places = Places {
            waits_until: vec![Cell::new(None); items.len()],
            versions: vec![0; items.len()],
            refused: HashSet::default(),
            items,
            defined: HashMap::default(),
            used: HashMap::default(),
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
        let candidates = self.beside(later, fusion, graph, place);
        let (merged, before) = candidates.into_iter().find_map(|before| {
            let Item::Region(earlier) = &self.items[before] else { return None };
            let pair = [(before, self.versions[before]), (place, self.versions[place])];
            if self.refused.contains(&pair) {
                return None;
            }
            let Some(merged) = earlier.with(later, graph, fusion) else {
                self.refused.insert(pair);
                return None;
            };
            let is_wanted = way == Way::Any || merged.has_absorbed(earlier, &fusion.uses);
            is_wanted.then_some((merged, before))
        })?;
        let (from, to) = match self.can_wait(before, place) {
            true => (before, place),
            false => (place, before),
        };
        for place in [from, to] {
            if let Item::Region(region) = &self.items[place] {
                for used in region.uses() {
                    self.used.entry(*used).or_default().remove(&place);
                    self.waits_until[self.defined.get(used).copied().unwrap_or(place)].take();
                }
            }
        }
        for used in merged.uses() {
            self.used.entry(*used).or_default().insert(to);
            self.waits_until[self.defined.get(used).copied().unwrap_or(to)].take();
        }
        for place in [from, to] {
            self.waits_until[place].take();
            self.versions[place] += 1;
        }
        self.defined.extend(merged.outs().map(|out| (out, to)));
        self.items[from] = Item::Gone;
        self.items[to] = Item::Region(merged);
        Some(to)
    }

    /// The earlier regions that compute something which this one uses, or use one of its arrays, and are not kept
    /// apart by what stands between; the next one first.
    fn beside(&self, region: &Region, fusion: &Fusion, graph: &Graph, place: usize) -> Vec<usize> {
        let hurries_to = self.hurries_to(region, fusion, place);
        let mut beside: Vec<usize> = Vec::new();
        for operand in region.operands() {
            beside.extend(self.defined.get(&operand).filter(|before| **before < place));
            if !is_scalar(graph, operand) {
                let used = self.used.get(&operand);
                beside.extend(used.into_iter().flat_map(|used| used.range(..place)));
            }
        }
        beside.retain(|before| {
            matches!(self.items[*before], Item::Region(_))
                && (*before >= hurries_to || self.can_wait(*before, place))
        });
        beside.sort_unstable_by(|a, b| b.cmp(a));
        beside.dedup();
        beside
    }

    /// True if nothing between the places uses what the earlier region gives.
    fn can_wait(&self, before: usize, place: usize) -> bool {
        let until = self.waits_until[before].get().unwrap_or_else(|| {
            let Item::Region(earlier) = &self.items[before] else { return before };
            let next = |out: Value| self.used.get(&out)?.range(before + 1..).next().copied();
            let until = earlier.outs().filter_map(next).min().unwrap_or(self.items.len());
            self.waits_until[before].set(Some(until));
            until
        });
        until >= place
    }

    /// The earliest place at which all is there that the region uses, if it may run earlier.
    fn hurries_to(&self, region: &Region, fusion: &Fusion, place: usize) -> usize {
        if !region.stores_nothing(&fusion.uses) {
            return place;
        }
        let effect = self.effects.range(..place).next_back().map(|effect| effect + 1);
        // What is computed at that place is computed in the region's kernel then.
        let ready = region.uses().iter().filter_map(|used| self.defined.get(used)).copied();
        ready.chain(effect).max().unwrap_or(0)
    }
}
