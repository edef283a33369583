//! Loops inside of loops keep what their turns save in one list, not in a list for each turn around them.
//!
//! The adjoint goes through all turns backwards, those inside too, so it meets what was saved in exactly the opposite
//! order: as on a stack. What it needs for that is to know how many turns are the inner loop's each time.

use super::{count_turns, Saving};
use crate::graph::{Block, Loop, Node, Op, Turns, Unloop, Value};

impl Saving {
    /// Puts the lists of inner loops together, wherever a loop and its adjoint stand in one block.
    pub(super) fn stack_within(&mut self, nodes: &mut [Node]) {
        for position in 0..nodes.len() {
            let (before, rest) = nodes.split_at_mut(position);
            let node = &mut rest[0];
            if matches!(node.op, Op::Unloop(_)) {
                if let Some(forward) = loop_of(before, node.args.first()) {
                    self.stack(forward, node);
                    count_turns(forward, node);
                }
            }
            for block in &mut node.blocks {
                self.stack_within(&mut block.nodes);
            }
        }
    }

    /// Lets the loops inside a loop, and those inside them, save into lists that go on through all its turns.
    fn stack(&mut self, forward: &mut Node, reverse: &mut Node) {
        let (forward, reverse) = (&mut forward.blocks[0], &mut reverse.blocks[0]);
        for position in 0..reverse.nodes.len() {
            let Op::Unloop(_) = reverse.nodes[position].op else { continue };
            let restored = reverse.nodes[position].args.first().copied();
            let Some(record) = restored.and_then(|restored| origin(forward, reverse, restored))
            else {
                continue;
            };
            let inner_reverse = &mut reverse.nodes[position];
            let Some(inner) = loop_of(&mut forward.nodes, Some(&record)) else { continue };
            self.stack(inner, inner_reverse);
            let mut stacks = std::mem::take(&mut inner.blocks[0].stacks);
            inner_reverse.blocks[0].stacks.clear();
            let goes_again = goes_again(inner, inner_reverse);
            if goes_again {
                inner_reverse.args[0] = record;
            }
            count_turns(inner, inner_reverse);
            if goes_again {
                if inner.record().is_some() {
                    stacks.push(record);
                }
                forget(forward, reverse, record);
            }
            forward.stacks.extend(&stacks);
            reverse.stacks.extend(&stacks);
        }
    }
}

/// True if the adjoint of a loop knows its turns without a record of them.
fn goes_again(forward: &Node, reverse: &Node) -> bool {
    let Op::Unloop(Unloop { again: Some(each), turns: Turns::Recorded }) = &reverse.op else {
        return false;
    };
    each.is_range && !matches!(forward.op, Op::Loop(Loop { exits: true, .. }))
}

/// The loop with this record.
fn loop_of<'n>(nodes: &'n mut [Node], record: Option<&Value>) -> Option<&'n mut Node> {
    let record = *record?;
    let is_it = |node: &&mut Node| matches!(node.op, Op::Loop(_)) && node.record() == Some(record);
    nodes.iter_mut().find(is_it)
}

/// What a restored value was, if that is a record that nothing else asks for.
fn origin(forward: &Block, reverse: &Block, restored: Value) -> Option<Value> {
    let items = reverse.restored.len() - forward.saved.len();
    let at = reverse.restored[items..].iter().position(|value| *value == restored)?;
    let mut uses = 0;
    reverse.each_use(&mut |value| uses += usize::from(value == restored));
    (uses == 1).then_some(forward.saved[at])
}

/// Keeps a value no longer for every turn.
fn forget(forward: &mut Block, reverse: &mut Block, saved: Value) {
    let items = reverse.restored.len() - forward.saved.len();
    if let Some(at) = forward.saved.iter().position(|value| *value == saved) {
        forward.saved.remove(at);
        reverse.restored.remove(items + at);
    }
}
