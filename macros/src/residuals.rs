//! What branches and loops keep for their adjoints.
//!
//! `differentiate` lets an adjoint block use the values of the block that it reverses as if they were
//! in scope. Here each of them is either computed again at the beginning of the adjoint block, where
//! that costs little and needs nothing that is gone, or saved: at the end of every turn, and of the arm
//! that was taken. So exactly those values are kept that a rule names.

use std::collections::{HashMap, HashSet};

use crate::graph::{
    Arguments, Block, Each, Graph, Head, Info, Loop, Node, Op, Origin, Turns, Ty, Value, Verbatim,
};

/// Decides what is saved, and restores it.
pub(crate) fn residuals(graph: Graph) -> Graph {
    of(graph, false)
}

/// The same of a function that keeps its arguments alone, and is computed again in its pullback.
pub(crate) fn of_checkpointed(graph: Graph) -> Graph {
    of(graph, true)
}

fn of(mut graph: Graph, is_checkpointed: bool) -> Graph {
    let top: HashSet<Value> = graph
        .body
        .params
        .iter()
        .chain(graph.body.nodes.iter().flat_map(|node| &node.outs))
        .copied()
        .collect();
    let (mut primal, mut adjoint) = graph.take_sweeps();
    let mut saving = Saving { graph, top, overwritten: HashSet::new() };
    saving.note_overwritten(&primal);
    saving.pair(&mut primal, &mut adjoint);
    if is_checkpointed {
        saving.compute_all_again(&mut primal, &mut adjoint);
    }
    let mut graph = saving.graph;
    graph.put_sweeps(primal, adjoint);
    graph
}

struct Saving {
    graph: Graph,
    /// What is defined outside of all blocks.
    top: HashSet<Value>,
    /// Versions of something that a loop writes: to keep one is to copy it in every turn.
    overwritten: HashSet<Value>,
}

impl Saving {
    fn note_overwritten(&mut self, nodes: &[Node]) {
        for node in nodes {
            if let Op::Loop(_) = node.op {
                self.overwritten.extend(&node.blocks[0].params[node.items()..]);
            }
            if let Op::Update(..) = node.op {
                self.overwritten.extend(&node.outs);
            }
            for block in &node.blocks {
                self.note_overwritten(&block.nodes);
            }
        }
    }

    /// Matches each adjoint of a branch or loop with what it reverses, innermost first.
    fn pair(&mut self, primal: &mut [Node], adjoint: &mut [Node]) {
        for reverse in adjoint.iter_mut() {
            if !matches!(reverse.op, Op::Unbranch | Op::Unloop(_)) {
                continue;
            }
            let record = reverse.args[0];
            let Some(forward) = primal.iter_mut().find(|node| node.outs.contains(&record)) else {
                continue;
            };
            for (forward, reverse) in forward.blocks.iter_mut().zip(&mut reverse.blocks) {
                self.pair(&mut forward.nodes, &mut reverse.nodes);
            }
            match &forward.op {
                Op::Loop(turns) => {
                    let turns = turns.clone();
                    self.save_turns(&turns, forward, reverse);
                }
                _ => self.save_arms(forward, reverse),
            }
        }
    }

    fn save_arms(&mut self, forward: &mut Node, reverse: &mut Node) {
        for (arm, adjoint) in forward.blocks.iter_mut().zip(&mut reverse.blocks) {
            self.save(arm, adjoint, None);
        }
        // Where no arm saves anything, what decided is all that is recorded.
        if forward.blocks.iter().all(|arm| arm.saved.is_empty()) {
            reverse.args[0] = forward.args[0];
            forward.outs.pop();
        }
    }

    fn save_turns(&mut self, turns: &Loop, forward: &mut Node, reverse: &mut Node) {
        let each = match &turns.head {
            Head::Each(each) if each.iterable.pure && !(turns.exits && each.is_range) => Some(each),
            _ => None,
        };
        let restores_items = match turns.is_checkpointed {
            true => self.save_beginning(&mut forward.blocks[0], &mut reverse.blocks[0], each),
            false => self.save(&mut forward.blocks[0], &mut reverse.blocks[0], each),
        };
        let is_empty = forward.blocks[0].saved.is_empty();
        let known = each.filter(|_| is_empty && !turns.exits);
        let Op::Unloop(unloop) = &mut reverse.op else { return };
        if known.is_some() {
            unloop.turns = Turns::Known;
            reverse.args.remove(0);
            forward.outs.pop();
        } else if is_empty {
            unloop.turns = Turns::Counted;
        }
        let at = reverse.args.len().min(usize::from(known.is_none()));
        if let Some(each) = each.filter(|_| restores_items || known.is_some()) {
            unloop.again = Some(each.clone());
            let mentioned = each.iterable.names.len();
            reverse.args.splice(at..at, forward.args[..mentioned].iter().copied());
            if !restores_items {
                let items = self.restored_items(&forward.blocks[0], each);
                reverse.blocks[0].restored.splice(0..0, items);
            }
        }
    }

    fn restored_items(&mut self, forward: &Block, each: &Each) -> Vec<Value> {
        forward.params[..each.items]
            .iter()
            .map(|item| {
                let info = self.graph.info(*item).clone();
                self.graph.value(info)
            })
            .collect()
    }

    /// Saves what the adjoint block uses of the other; true if the items of the loop are restored by
    /// going through them again.
    fn save(&mut self, forward: &mut Block, reverse: &mut Block, again: Option<&Each>) -> bool {
        let defined: HashSet<Value> = forward
            .params
            .iter()
            .copied()
            .chain(forward.nodes.iter().flat_map(|node| node.outs.iter().copied()))
            .collect();
        let wanted: Vec<Value> =
            reverse.captured().into_iter().filter(|value| defined.contains(value)).collect();
        let items = again.map_or(0, |each| each.items);
        let mut restoring = Restoring {
            forward,
            defined,
            wanted: wanted.iter().copied().collect(),
            items,
            item_values: Vec::new(),
            names: HashMap::new(),
            prelude: Vec::new(),
            saved: Vec::new(),
        };
        for value in wanted {
            restoring.value(self, value);
        }
        let Restoring { names, prelude, saved, item_values, .. } = restoring;
        reverse.replace_uses(&mut |value| names.get(&value).copied().unwrap_or(value));
        let restores_items = !item_values.is_empty();
        reverse.restored = item_values.into_iter().chain(saved.iter().map(|(_, to)| *to)).collect();
        self.note_needs(reverse, prelude);
        self.save_shapes(forward, reverse, &saved);
        restores_items
    }

    /// Saves what a block begins with alone: its adjoint computes the block again, with all that the blocks
    /// inside save.
    fn save_beginning(
        &mut self,
        forward: &mut Block,
        reverse: &mut Block,
        again: Option<&Each>,
    ) -> bool {
        let defined: HashSet<Value> =
            forward.nodes.iter().flat_map(|node| node.outs.iter().copied()).collect();
        let (prelude, names) = self.copied(&forward.nodes, &defined, reverse.captured());
        let mut nodes = std::mem::take(&mut reverse.nodes);
        reverse.nodes = prelude;
        reverse.recomputed = reverse.nodes.len();
        reverse.nodes.append(&mut nodes);
        reverse.replace_uses(&mut |value| names.get(&value).copied().unwrap_or(value));
        forward.nodes.iter_mut().for_each(forget);
        // What is left of the block in its adjoint are its parameters.
        let restores_items = self.save(forward, reverse, again);
        let all = self.all_arguments();
        for value in &reverse.restored {
            self.graph.info_mut(*value).depends_on = all.clone();
        }
        restores_items
    }

    /// Lets the adjoint of a function begin with the function.
    fn compute_all_again(&mut self, primal: &mut [Node], adjoint: &mut Vec<Node>) {
        let defined: HashSet<Value> =
            primal.iter().flat_map(|node| node.outs.iter().copied()).collect();
        let mut reverse = Block { nodes: std::mem::take(adjoint), ..Block::default() };
        reverse.results = self.graph.body.results.clone();
        let (prelude, names) = self.copied(primal, &defined, reverse.captured());
        reverse.replace_uses(&mut |value| names.get(&value).copied().unwrap_or(value));
        self.graph.body.recomputed = prelude.len();
        adjoint.extend(prelude);
        adjoint.append(&mut reverse.nodes);
        primal.iter_mut().for_each(forget);
    }

    /// Copies of the nodes that give `wanted`, with what each value is called in them. What runs once is
    /// not run again: its value is the one that it gave.
    fn copied(
        &mut self,
        nodes: &[Node],
        defined: &HashSet<Value>,
        wanted: Vec<Value>,
    ) -> (Vec<Node>, HashMap<Value, Value>) {
        let mut needed: HashSet<Value> =
            wanted.into_iter().filter(|value| defined.contains(value)).collect();
        let mut chosen = Vec::new();
        for node in nodes.iter().rev() {
            let is_once = match &node.op {
                Op::Verbatim(verbatim) => !verbatim.pure,
                Op::Effect(_) => true,
                _ => false,
            };
            if is_once || !node.outs.iter().any(|out| needed.contains(out)) {
                continue;
            }
            node.each_use(&mut |value| {
                needed.insert(value);
            });
            chosen.push(without_effects(node));
        }
        chosen.reverse();
        let mut names = HashMap::new();
        let copies = self.graph.copy_nodes(&chosen, &mut names);
        names.retain(|value, _| defined.contains(value));
        (copies, names)
    }

    fn all_arguments(&self) -> Arguments {
        let mut all = Arguments::default();
        for param in &self.graph.body.params {
            all.join(&self.graph.info(*param).depends_on);
        }
        all
    }

    /// What is computed again belongs to what needs it, and so does what is restored.
    fn note_needs(&mut self, reverse: &mut Block, mut prelude: Vec<Node>) {
        let mut needs: HashMap<Value, Arguments> = HashMap::new();
        fn note(graph: &Graph, nodes: &[Node], needs: &mut HashMap<Value, Arguments>) {
            for node in nodes {
                let mut needed = Arguments::default();
                node.each_definition(&mut |out| needed.join(&graph.info(out).depends_on));
                node.each_use(&mut |value| needs.entry(value).or_default().join(&needed));
            }
        }
        note(&self.graph, &reverse.nodes, &mut needs);
        for node in prelude.iter().rev() {
            let mut needed = Arguments::default();
            for out in &node.outs {
                needed.join(&needs.get(out).cloned().unwrap_or_default());
                self.graph.info_mut(*out).depends_on = needed.clone();
            }
            node.each_use(&mut |value| needs.entry(value).or_default().join(&needed));
        }
        for value in &reverse.restored {
            self.graph.info_mut(*value).depends_on = needs.get(value).cloned().unwrap_or_default();
        }
        prelude.append(&mut reverse.nodes);
        reverse.nodes = prelude;
    }

    /// Of an array that is asked for its shape alone, an empty accumulator is saved.
    fn save_shapes(&mut self, forward: &mut Block, reverse: &Block, saved: &[(Value, Value)]) {
        for (value, restored) in saved {
            let mut is_shape =
                self.graph.ty(*value).is_numeric() && !self.graph.ty(*value).is_float();
            if is_shape {
                for node in &reverse.nodes {
                    is_shape &= node.uses_shape_only(*restored);
                }
                is_shape &= !reverse.results.contains(restored);
            }
            if is_shape {
                let info = Info { ty: Ty::Accumulator, ..Info::default() };
                let shape = self.graph.value(info);
                let args = vec![*value];
                // At once: so nothing else keeps the array alive.
                let defined = forward.nodes.iter().position(|node| node.outs.contains(value));
                let at = defined.map_or(0, |defined| defined + 1);
                let node = Node::new(shape, Op::Accumulator, args, Origin::default());
                forward.nodes.insert(at, node);
                forward.saved.push(shape);
                self.graph.info_mut(*restored).ty = Ty::Accumulator;
            } else {
                forward.saved.push(*value);
            }
        }
    }
}

/// A primal node whose adjoint computes it again saves nothing.
fn forget(node: &mut Node) {
    if node.record().is_some() {
        node.outs.pop();
    }
    for block in &mut node.blocks {
        block.saved.clear();
        block.nodes.retain(|node| node.op != Op::Accumulator);
        block.nodes.iter_mut().for_each(forget);
    }
}

/// The node without what its blocks print or check.
fn without_effects(node: &Node) -> Node {
    let mut node = node.clone();
    for block in &mut node.blocks {
        block.nodes.retain(|node| !matches!(node.op, Op::Effect(_)));
        block.nodes = block.nodes.iter().map(without_effects).collect();
    }
    node
}

/// The most operations on floats that are done again rather than keeping what they give.
const CHEAP: usize = 6;

/// The restoring of one block's values in its adjoint.
struct Restoring<'b> {
    forward: &'b Block,
    defined: HashSet<Value>,
    wanted: HashSet<Value>,
    /// How many of the parameters are items that the adjoint goes through again.
    items: usize,
    /// The items in the adjoint, if one is wanted.
    item_values: Vec<Value>,
    /// What each value is called in the adjoint.
    names: HashMap<Value, Value>,
    /// What is computed again.
    prelude: Vec<Node>,
    /// What is saved, and what that becomes.
    saved: Vec<(Value, Value)>,
}

impl Restoring<'_> {
    fn value(&mut self, saving: &mut Saving, value: Value) {
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
        match node.filter(|node| self.is_computed_again(saving, node)) {
            Some(mut node) => {
                for arg in &mut node.args {
                    self.value(saving, *arg);
                    *arg = self.names.get(arg).copied().unwrap_or(*arg);
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
        match &node.op {
            Op::Literal(_) => true,
            Op::Verbatim(verbatim) => {
                // The value of a constant expression is kept rather than parts of an unknown type.
                let is_copied = |value: Value| {
                    matches!(saving.graph.ty(value), Ty::Float(_) | Ty::Integer | Ty::Bool)
                };
                verbatim.pure
                    && node.args.iter().all(|arg| {
                        !self.defined.contains(arg)
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
