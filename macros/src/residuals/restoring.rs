//! What a value of a block is in the block's adjoint: computed again where that costs little and needs nothing that
//! is gone, or saved.

use super::Saving;
use crate::graph::collections::{HashMap, HashSet};
use crate::graph::{Block, Info, Node, Op, Ty, Value, Verbatim};

/// The most operations on floats that are done again rather than keeping what they give.
const CHEAP: usize = 6;

/// The restoring of one block's values in its adjoint.
pub(super) struct Restoring<'b> {
    pub(super) forward: &'b Block,
    pub(super) defined: HashSet<Value>,
    pub(super) wanted: HashSet<Value>,
    /// How many of the parameters are items that the adjoint goes through again.
    pub(super) items: usize,
    /// The items in the adjoint, if one is wanted.
    pub(super) item_values: Vec<Value>,
    /// What each value is called in the adjoint.
    pub(super) names: HashMap<Value, Value>,
    /// What is computed again.
    pub(super) prelude: Vec<Node>,
    /// What is saved, and what that becomes.
    pub(super) saved: Vec<(Value, Value)>,
}

impl Restoring<'_> {
    /// Restores a value, once.
    pub(super) fn value(&mut self, saving: &mut Saving, value: Value) {
        if self.names.contains_key(&value) || !self.defined.contains(&value) {
            return;
        }
        if self.forward.params[..self.items].contains(&value) {
            for item in &self.forward.params[..self.items] {
                let info = saving.graph.info(*item).clone();
                let restored = saving.graph.value(info);
                self.names.insert(*item, restored);
                self.item_values.push(restored);
            }
            return;
        }
        let node = self.forward.nodes.iter().find(|node| node.outs.contains(&value)).cloned();
        // What shows parts of something is shown again, and that is kept.
        let shows = |node: &Node| match &node.op {
            Op::Verbatim(verbatim) => verbatim.shows(),
            _ => false,
        };
        let is_computed_again = |node: &Node| self.is_computed_again_if(saving, node, shows(node));
        let again = saving.again.get(&value).map(|again| again.node.clone());
        match again.or_else(|| node.filter(is_computed_again)) {
            Some(mut node) => {
                for arg in &mut node.args {
                    self.value(saving, *arg);
                    *arg = self.names.get(arg).copied().unwrap_or(*arg);
                }
                if let (true, [version]) = (is_read(saving, &node), node.args.as_slice()) {
                    self.names.insert(value, *version);
                    return;
                }
                for out in &mut node.outs {
                    let info = saving.graph.info(*out).clone();
                    let copy = saving.graph.value(info);
                    self.names.insert(*out, copy);
                    *out = copy;
                }
                self.prelude.push(node);
            }
            None => {
                let info = saving.graph.info(value).clone();
                let is_copied = matches!(info.ty, Ty::Float(_) | Ty::Integer | Ty::Bool);
                let restored =
                    saving.graph.value(Info { is_reference: !is_copied, shape_of: None, ..info });
                self.names.insert(value, restored);
                self.saved.push((value, restored));
            }
        }
    }

    fn is_computed_again(&self, saving: &Saving, node: &Node) -> bool {
        self.is_computed_again_if(saving, node, false)
    }

    /// The same, with all that it is made of there if `shows`.
    fn is_computed_again_if(&self, saving: &Saving, node: &Node, shows: bool) -> bool {
        match &node.op {
            Op::Literal(_) => true,
            Op::Verbatim(verbatim) => {
                // The value of a constant expression is kept rather than parts of an unknown type.
                let is_copied = |value: Value| {
                    matches!(saving.graph.ty(value), Ty::Float(_) | Ty::Integer | Ty::Bool)
                };
                verbatim.pure
                    && node.args.iter().all(|arg| {
                        shows
                            || !self.defined.contains(arg)
                            || is_copied(*arg)
                            || self.forward.params[..self.items].contains(arg)
                            || saving.graph.is_active(*arg)
                            || self.is_lent_again(saving, verbatim, *arg)
                    })
            }
            _ if node.is_place() => {
                !saving.graph.ty(node.out()).is_float() || self.is_at_hand(saving, node.args[0])
            }
            Op::Row(_) => self.is_cheap(saving, node, &mut { CHEAP }),
            _ => false,
        }
    }

    /// True for a few sums and products of floats that are there: they cost less than keeping the result.
    /// `left` is how many operations it may yet be.
    fn is_cheap(&self, saving: &Saving, node: &Node, left: &mut usize) -> bool {
        let is_arithmetic =
            matches!(&node.op, Op::Row(row) if matches!(row.name, "Add" | "Sub" | "Mul" | "Neg"));
        if !is_arithmetic || *left == 0 || !saving.graph.ty(node.out()).is_float() {
            return false;
        }
        *left -= 1;
        node.args.iter().all(|arg| {
            let is_float = saving.graph.ty(*arg).is_float();
            let is_there =
                self.wanted.contains(arg) && self.defined.contains(arg) || saving.top.contains(arg);
            is_float && (is_there || self.is_cheap_again(saving, *arg, left))
        })
    }

    fn is_cheap_again(&self, saving: &Saving, value: Value, left: &mut usize) -> bool {
        let Some(node) = self.forward.nodes.iter().find(|node| node.outs.contains(&value)) else {
            return false;
        };
        match &node.op {
            Op::Literal(_) => true,
            _ if node.is_place() => self.is_computed_again(saving, node),
            _ => self.is_cheap(saving, node, left),
        }
    }

    /// True for the constant in `&x`, and for a constant `&x[i]` in anything, if it is taken again.
    fn is_lent_again(&self, saving: &Saving, around: &Verbatim, value: Value) -> bool {
        let node = self.forward.nodes.iter().find(|node| node.outs.contains(&value));
        node.is_some_and(|node| match &node.op {
            Op::Verbatim(verbatim) => {
                (around.is_lent() || verbatim.is_lent()) && self.is_computed_again(saving, node)
            }
            _ => false,
        })
    }

    /// True if what a place shows a part of is there in the adjoint too, as it was.
    fn is_at_hand(&self, saving: &Saving, base: Value) -> bool {
        if !self.defined.contains(&base) {
            return !saving.overwritten.contains(&base);
        }
        self.forward
            .nodes
            .iter()
            .find(|node| node.outs.contains(&base))
            .is_some_and(|node| node.is_place() && self.is_at_hand(saving, node.args[0]))
    }
}

/// True for what a counter is, which has a name already.
fn is_read(saving: &Saving, node: &Node) -> bool {
    let is_name = matches!(&node.op, Op::Verbatim(verbatim) if verbatim.is_name());
    is_name && saving.again.contains_key(&node.out())
}
