//! What is asked of nodes and blocks: what they use and define, and of what kind they are.

use std::collections::BTreeSet;

use proc_macro2::Span;

use super::{Block, Head, Loop, Node, Op, Origin, Turns, Value};

impl Block {
    /// Calls `f` with every argument and result in this block and the blocks inside.
    pub(crate) fn each_use(&self, f: &mut impl FnMut(Value)) {
        for node in &self.nodes {
            node.each_use(f);
        }
        self.saved.iter().chain(&self.results).copied().for_each(f);
    }

    /// Calls `f` with every value that is defined in this block or in the blocks inside.
    pub(crate) fn each_definition(&self, f: &mut impl FnMut(Value)) {
        self.params.iter().chain(&self.restored).copied().for_each(&mut *f);
        for node in &self.nodes {
            node.each_definition(f);
        }
    }

    /// In an adjoint: what it finds in the record, where the first of what is restored are so many items.
    pub(crate) fn found(&self, items: usize) -> &[Value] {
        let from = items + usize::from(self.is_sparse);
        &self.restored[from.min(self.restored.len())..]
    }

    /// The values from outside that are used in this block.
    pub(crate) fn captured(&self) -> Vec<Value> {
        let mut defined = BTreeSet::new();
        self.each_definition(&mut |value| {
            defined.insert(value);
        });
        let mut captured = Vec::new();
        let mut seen = BTreeSet::new();
        self.each_use(&mut |value| {
            if !defined.contains(&value) && seen.insert(value) {
                captured.push(value);
            }
        });
        captured
    }

    /// Replaces every argument and result by what `f` makes of it.
    pub(crate) fn replace_uses(&mut self, f: &mut impl FnMut(Value) -> Value) {
        for node in &mut self.nodes {
            for arg in &mut node.args {
                *arg = f(*arg);
            }
            for block in &mut node.blocks {
                block.replace_uses(f);
            }
        }
        for result in self.saved.iter_mut().chain(&mut self.results) {
            *result = f(*result);
        }
    }
}

impl Node {
    pub(crate) fn new(out: Value, op: Op, args: Vec<Value>, origin: Origin) -> Self {
        Node { outs: vec![out], op, args, blocks: Vec::new(), origin }
    }

    /// The only result.
    pub(crate) fn out(&self) -> Value {
        self.outs[0]
    }

    /// Calls `f` with every argument, those of nodes in its blocks among them.
    pub(crate) fn each_use(&self, f: &mut impl FnMut(Value)) {
        self.args.iter().copied().for_each(&mut *f);
        for block in &self.blocks {
            block.each_use(f);
        }
    }

    /// Calls `f` with every value that it or a node in its blocks defines.
    pub(crate) fn each_definition(&self, f: &mut impl FnMut(Value)) {
        self.outs.iter().copied().for_each(&mut *f);
        for block in &self.blocks {
            block.each_definition(f);
        }
    }

    /// Where the carried values of a loop, or of its adjoint, begin among the arguments.
    pub(crate) fn first_carried(&self) -> usize {
        match &self.op {
            Op::Loop(Loop { head: Head::Each(each), .. }) => each.iterable.names.len(),
            Op::Unloop(unloop) => {
                let mentioned = unloop.again.as_ref().map_or(0, |each| each.iterable.names.len());
                mentioned + usize::from(unloop.turns != Turns::Known)
            }
            _ => 0,
        }
    }

    /// How many of a loop's parameters are items.
    pub(crate) fn items(&self) -> usize {
        match &self.op {
            Op::Loop(Loop { head: Head::Each(each), .. }) => each.items,
            _ => 0,
        }
    }

    /// The results of a loop's body that are carried on.
    pub(crate) fn carried_results(&self) -> &[Value] {
        match &self.op {
            Op::Loop(Loop { exits: true, .. }) => &self.blocks[0].results[1..],
            _ => &self.blocks[0].results,
        }
    }

    /// The record of a branch or loop, if an adjoint asks for it.
    pub(crate) fn record(&self) -> Option<Value> {
        let values = match &self.op {
            Op::If => self.blocks.first()?.results.len(),
            Op::Loop(_) => self.carried_results().len(),
            _ => return None,
        };
        self.outs.get(values).copied()
    }

    /// True for the user's own code that is not understood: it runs once, where it stands.
    pub(crate) fn runs_once(&self) -> bool {
        match &self.op {
            Op::Effect(_) => true,
            Op::Verbatim(verbatim) => !verbatim.pure,
            _ => false,
        }
    }

    /// The same of what its blocks hold too.
    pub(crate) fn has_effect(&self) -> bool {
        self.runs_once() || self.blocks.iter().flat_map(|block| &block.nodes).any(Node::has_effect)
    }

    /// True if running it again, or not at all, makes no difference but time.
    pub(crate) fn is_pure(&self) -> bool {
        match &self.op {
            Op::Verbatim(verbatim) => verbatim.pure,
            Op::Effect(_) | Op::Call(_) | Op::Jvp(_) => false,
            Op::Loop(Loop { head: Head::Each(each), .. }) if !each.iterable.pure => false,
            _ => self.blocks.iter().flat_map(|block| &block.nodes).all(Node::is_pure),
        }
    }

    /// True if its blocks are code of their own, not the formula of a kernel.
    pub(crate) fn holds_code(&self) -> bool {
        matches!(self.op, Op::If | Op::Unbranch | Op::Loop(_) | Op::Unloop(_))
    }

    /// True if it asks no more of the argument at `position` than its shape.
    pub(crate) fn is_like(&self, position: usize) -> bool {
        match &self.op {
            Op::Row(row) => row.is_shape_only(position),
            Op::Pull { likes } => position < *likes,
            Op::Dense | Op::Accumulator => position == 0,
            Op::Joined => true,
            _ => false,
        }
    }

    /// True if it asks no more of `value` than its shape, or does not use it.
    pub(crate) fn uses_shape_only(&self, value: Value) -> bool {
        let mut in_blocks = false;
        for block in &self.blocks {
            block.each_use(&mut |used| in_blocks |= used == value);
        }
        !in_blocks
            && (self.args.iter().enumerate())
                .all(|(position, arg)| *arg != value || self.is_like(position))
    }

    /// True if it only shows a part of its argument, without computing anything: it is evaluated
    /// again where it is needed, never kept.
    pub(crate) fn is_place(&self) -> bool {
        match &self.op {
            Op::Field(_) | Op::FieldTangent(_) => true,
            Op::Row(row) => row.is_view(),
            _ => false,
        }
    }

    /// Of a kernel: the operands of its formula, without the likes.
    pub(crate) fn operands_of_kernel(&self) -> Option<&[Value]> {
        match self.op {
            Op::Map => Some(&self.args),
            Op::Pull { likes } => Some(&self.args[likes..]),
            _ => None,
        }
    }

    pub(crate) fn span(&self) -> Span {
        self.origin.span()
    }
}
