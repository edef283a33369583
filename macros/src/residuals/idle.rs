//! Turns whose adjoint does nothing are not kept.
//!
//! A loop that looks for a maximum leaves its variable as it is in most turns, whether it says `m = m.max(x[i])` or
//! `if x[i] > m { m = x[i] }`: what the adjoint of such a turn receives it gives on, and it adds nothing. The same
//! comparison tells so in the turn itself. So only the turns of a new maximum are saved, each with its item; and only there
//! is it computed, so that no turn waits for the one before it.

use super::Saving;
use crate::graph::collections::HashMap;
use crate::graph::{Block, Head, Info, Loop, Node, Op, Origin, Ty, Value, Verbatim};

impl Saving {
    /// Lets a loop save nothing in turns whose adjoint, as a comparison with what is carried tells, does nothing. True
    /// if there is such a comparison: the first value that is saved then says whether the turn is kept.
    pub(super) fn skip_idle_turns(&mut self, forward: &mut Node, reverse: &mut Node) -> bool {
        let carried = forward.blocks[0].params[forward.items()..].to_vec();
        let (turn, adjoint) = (&forward.blocks[0], &reverse.blocks[0]);
        // Items of a range alone are as good kept as gone through again; loops inside count on every turn.
        let is_range = match &forward.op {
            Op::Loop(Loop { head: Head::Each(each), .. }) => each.is_range,
            _ => true,
        };
        let is_linear = self.graph.sweep.as_ref().is_some_and(|sweep| sweep.is_linear);
        let may_not = |node: &Node| node.has_effect() || holds_loop(node);
        if !is_range || is_linear || adjoint.nodes.iter().chain(&turn.nodes).any(may_not) {
            return false;
        }
        let tests = turn.nodes.iter().chain(&adjoint.nodes).filter(|node| {
            let compares = |arg: &Value| carried.contains(arg) && self.graph.ty(*arg).is_float();
            is_test(node)
                && *self.graph.ty(node.out()) == Ty::Bool
                && node.args.iter().any(compares)
        });
        let idle = tests
            .flat_map(|test| [(test, true), (test, false)])
            .find(|(test, truth)| Turn::of(turn, adjoint, test, *truth).is_idle());
        let Some((test, truth)) = idle.map(|(test, truth)| (test.clone(), truth)) else {
            return false;
        };
        let reads_adjoint =
            |value: &Value| adjoint.nodes.iter().any(|node| node.outs.contains(value));
        if test.args.iter().any(reads_adjoint) || !self.saves_something(turn, adjoint) {
            return false;
        }
        let unchanged = Turn::of(turn, adjoint, &test, truth).unchanged(turn, &carried);
        let turn = &mut forward.blocks[0];
        // Before what is not computed in an idle turn.
        let defined = turn.nodes.iter().position(|node| node.outs == test.outs);
        let first = turn.nodes.iter().position(|node| unchanged.contains_key(&node.out()));
        let first = first.filter(|first| defined.is_none_or(|defined| defined < *first));
        let place = first.unwrap_or(turn.nodes.len());
        let kept = self.says_whether_kept(turn, place, test, truth);
        if first.is_some() {
            self.compute_where(kept, &unchanged, turn);
        }
        self.save(&mut forward.blocks[0], &mut reverse.blocks[0], None);
        let restored = self.truth(None);
        let (turn, adjoint) = (&mut forward.blocks[0], &mut reverse.blocks[0]);
        let items = adjoint.restored.len() - turn.saved.len();
        turn.saved.insert(0, kept);
        adjoint.restored.insert(items, restored);
        (turn.is_sparse, adjoint.is_sparse) = (true, true);
        true
    }

    /// What tells of a turn, at this place in it, that it is not idle: that the test has not come out so.
    fn says_whether_kept(
        &mut self,
        turn: &mut Block,
        place: usize,
        test: Node,
        truth: bool,
    ) -> Value {
        let mut added = Vec::new();
        let mut add = |saving: &mut Saving, node: Node, name: Option<&str>| {
            let out = saving.truth(name);
            added.push(Node { outs: vec![out], ..node });
            out
        };
        let tested = match turn.nodes.iter().any(|node| node.outs == test.outs) {
            true => test.out(),
            false => add(self, test, (!truth).then_some("kept")),
        };
        let kept = match truth {
            false => tested,
            true => {
                let not = Op::Verbatim(Verbatim::not());
                add(self, Node::new(tested, not, vec![tested], Origin::default()), Some("kept"))
            }
        };
        turn.nodes.splice(place..place, added);
        kept
    }

    /// A value that is true or false: whether a turn is kept, or what that is made of.
    fn truth(&mut self, name: Option<&str>) -> Value {
        let name = name.map(str::to_owned);
        self.graph.value(Info { name, ty: Ty::Bool, ..Info::default() })
    }

    /// Computes these values of a turn where it is kept alone; elsewhere they are what was carried, each as it is told.
    fn compute_where(&mut self, kept: Value, unchanged: &HashMap<Value, Value>, turn: &mut Block) {
        for node in &mut turn.nodes {
            let Some(carried) = unchanged.get(&node.out()).copied() else { continue };
            let out = self.graph.value(Info { name: None, ..self.graph.info(node.out()).clone() });
            let origin = node.origin;
            let computed = Node { outs: vec![out], ..node.clone() };
            let arm = |nodes: Vec<Node>, result: Value| Block {
                nodes,
                results: vec![result],
                ..Block::default()
            };
            let blocks = vec![arm(vec![computed], out), arm(Vec::new(), carried)];
            *node = Node { op: Op::If, args: vec![kept], blocks, outs: node.outs.clone(), origin };
        }
    }

    /// True unless all that the adjoint needs of a turn is computed again.
    fn saves_something(&mut self, turn: &Block, adjoint: &Block) -> bool {
        let (mut turn, mut adjoint) = (turn.clone(), adjoint.clone());
        self.save(&mut turn, &mut adjoint, None);
        let items = turn.params.iter();
        turn.saved.iter().any(|saved| {
            !items.clone().any(|item| item == saved) || self.graph.ty(*saved).is_float()
        })
    }
}

fn holds_loop(node: &Node) -> bool {
    matches!(node.op, Op::Loop(_))
        || node.blocks.iter().any(|block| block.nodes.iter().any(holds_loop))
}

/// The larger or the smaller of two.
fn extreme(node: &Node) -> Option<&'static str> {
    match &node.op {
        Op::Row(row) => ["Max", "Min"].into_iter().find(|name| *name == row.name),
        _ => None,
    }
}

/// A comparison, or what is made of some.
fn is_test(node: &Node) -> bool {
    matches!(&node.op, Op::Verbatim(verbatim) if verbatim.pure && verbatim.pattern.is_none())
        && node.outs.len() == 1
}

/// A turn's adjoint, in which a test has come out one way.
struct Turn<'b> {
    adjoint: &'b Block,
    definitions: HashMap<Value, &'b Node>,
    test: Value,
    truth: bool,
    /// The first of these is greater than the second.
    greater: Option<(Value, Value)>,
}

/// What a value of the adjoint comes to.
#[derive(Clone, Copy, PartialEq)]
enum Comes {
    To(Value),
    ToZero,
}

impl<'b> Turn<'b> {
    fn of(turn: &'b Block, adjoint: &'b Block, test: &Node, truth: bool) -> Turn<'b> {
        let mut definitions = HashMap::default();
        note(turn, &mut definitions);
        note(adjoint, &mut definitions);
        let greater = match comparison(test) {
            Some((">", a, b)) if truth => Some((a, b)),
            Some(("<", a, b)) if truth => Some((b, a)),
            _ => None,
        };
        Turn { adjoint, definitions, test: test.out(), truth, greater }
    }

    /// True if everything that is carried comes out as it went in.
    fn is_idle(&self) -> bool {
        let mut pairs = self.adjoint.params.iter().zip(&self.adjoint.results);
        !self.adjoint.params.is_empty()
            && pairs.all(|(param, result)| self.comes(*result) == Comes::To(*param))
    }

    /// Which extremes of the turn are then what was carried, and what that is.
    fn unchanged(&self, turn: &Block, carried: &[Value]) -> HashMap<Value, Value> {
        let of_node = |node: &Node| match (&node.op, self.comes(node.outs.first().copied()?)) {
            (Op::Row(_), Comes::To(value)) if carried.contains(&value) => Some((node.out(), value)),
            _ => None,
        };
        turn.nodes.iter().filter(|node| extreme(node).is_some()).filter_map(of_node).collect()
    }

    fn comes(&self, value: Value) -> Comes {
        let Some(node) = self.definitions.get(&value) else { return Comes::To(value) };
        let is_zero = |arg: Value| self.comes(arg) == Comes::ToZero;
        match &node.op {
            Op::Literal(text) if text == "0.0" => Comes::ToZero,
            Op::If | Op::Unbranch => {
                let position = node.outs.iter().position(|out| *out == value);
                let arm = self.chosen(node).and_then(|arm| node.blocks.get(arm));
                match arm.zip(position).and_then(|(arm, position)| arm.results.get(position)) {
                    Some(result) => self.comes(*result),
                    None => Comes::To(value),
                }
            }
            Op::AddView(_) | Op::AddField(_) | Op::AddAll if is_zero(node.args[1]) => {
                self.comes(node.args[0])
            }
            Op::Row(_) if extreme(node).is_some() => {
                let is_decided = |(greater, less): &(Value, Value)| {
                    [[*greater, *less], [*less, *greater]].contains(&[node.args[0], node.args[1]])
                };
                match (self.greater.filter(is_decided), extreme(node)) {
                    (Some((greater, _)), Some("Max")) => self.comes(greater),
                    (Some((_, less)), Some(_)) => self.comes(less),
                    _ => Comes::To(value),
                }
            }
            Op::Row(row) if row.name == "Add" && is_zero(node.args[1]) => self.comes(node.args[0]),
            Op::Row(row) if row.name == "Add" && is_zero(node.args[0]) => self.comes(node.args[1]),
            _ => Comes::To(value),
        }
    }

    /// The arm that runs, if that is known.
    fn chosen(&self, node: &Node) -> Option<usize> {
        let selector = node.args[0];
        // The adjoint of a branch goes by its record.
        let decides = match self.definitions.get(&selector) {
            Some(branch) if branch.record() == Some(selector) => branch.args[0],
            _ => selector,
        };
        if node.blocks.len() != 2 {
            return None;
        }
        self.truth_of(decides).map(|truth| usize::from(!truth))
    }

    fn truth_of(&self, value: Value) -> Option<bool> {
        if value == self.test {
            return Some(self.truth);
        }
        let node = self.definitions.get(&value)?;
        let (word, a, b) = comparison(node)?;
        match word {
            "||" => match (self.truth_of(a), self.truth_of(b)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
            "&&" => match (self.truth_of(a), self.truth_of(b)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            _ => {
                // What is greater than something is a number, and so is that.
                let (greater, less) = self.greater?;
                let order = match (a, b) {
                    _ if a == b && (a == greater || a == less) => std::cmp::Ordering::Equal,
                    _ if (a, b) == (greater, less) => std::cmp::Ordering::Greater,
                    _ if (a, b) == (less, greater) => std::cmp::Ordering::Less,
                    _ => return None,
                };
                Some(match word {
                    ">" => order.is_gt(),
                    ">=" => order.is_ge(),
                    "<" => order.is_lt(),
                    "<=" => order.is_le(),
                    "==" => order.is_eq(),
                    _ => order.is_ne(),
                })
            }
        }
    }
}

fn note<'b>(block: &'b Block, definitions: &mut HashMap<Value, &'b Node>) {
    for node in &block.nodes {
        definitions.extend(node.outs.iter().map(|out| (*out, node)));
        node.blocks.iter().for_each(|inner| note(inner, definitions));
    }
}

/// `a > b` and its like, of two of the node's arguments.
fn comparison(node: &Node) -> Option<(&'static str, Value, Value)> {
    let Op::Verbatim(verbatim) = &node.op else { return None };
    if !is_test(node) {
        return None;
    }
    let text = verbatim.tokens.0.to_string();
    let mut words = text.split(' ');
    let (a, word, b) = (words.next()?, words.next()?, words.next()?);
    let word =
        ["||", "&&", ">", ">=", "<", "<=", "==", "!="].into_iter().find(|one| *one == word)?;
    let operand = |name: &str| verbatim.mentions(&node.args).find(|(own, _)| *own == name);
    let (a, b) = (operand(a)?.1, operand(b)?.1);
    words.next().is_none().then_some((word, a, b))
}
