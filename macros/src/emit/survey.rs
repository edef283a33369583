//! What there is to know of a graph before it is written: where each value is defined, which are
//! written where they are used, and what an adjoint block restores.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::graph::collections::{HashMap, HashSet};
use crate::graph::{Action, Block, Elem, Graph, Node, Op, Ty, Value};

/// What was found out.
#[derive(Default)]
pub(super) struct Survey<'a> {
    /// The node that defines each value.
    pub(super) definitions: HashMap<Value, &'a Node>,
    /// Values that are written where they are used, not bound by a `let`.
    pub(super) inlined: HashSet<Value>,
    /// Values that are changed in place.
    pub(super) mutated: HashSet<Value>,
    /// What each block of the primal saves, as its adjoint calls it.
    pub(super) restored: HashMap<*const Block, Vec<Value>>,
    /// Items of loops through whose iterables the adjoint goes again.
    pub(super) items_again: HashSet<Value>,
    /// Records that go on through all turns of the loops around.
    pub(super) stacks: HashSet<Value>,
    /// Values that are used otherwise than by their fields.
    pub(super) wholes: HashSet<Value>,
    /// What is added to one element, with the addition.
    pub(super) elements: HashMap<Value, &'a Node>,
    /// What each restored value was in the primal.
    origins: HashMap<Value, Value>,
}

impl<'a> Survey<'a> {
    pub(super) fn of(graph: &'a Graph) -> Survey<'a> {
        let mut survey = Survey::default();
        survey.define(&graph.body.nodes);
        survey.wholes.extend(&graph.body.results);
        survey.pair(&graph.body.nodes);
        let mut places = Places::default();
        places.note_block(graph, &graph.body, graph.sweep.as_ref().map(|sweep| sweep.start));
        survey.choose_inlined(graph, &places);
        survey
    }

    /// What a value was in the primal, if an adjoint block restores it; else the value itself.
    pub(super) fn origin(&self, value: Value) -> Value {
        self.origins.get(&value).copied().unwrap_or(value)
    }

    fn define(&mut self, nodes: &'a [Node]) {
        for node in nodes {
            for out in &node.outs {
                self.definitions.insert(*out, node);
            }
            if !matches!(node.op, Op::Field(_)) {
                self.wholes.extend(&node.args);
            }
            match &node.op {
                Op::AddField(_)
                | Op::AddAll
                | Op::AddView(_)
                | Op::Update(..)
                | Op::TakePart(..) => {
                    self.mutated.insert(node.args[0]);
                    self.mutated.insert(node.outs[0]);
                }
                Op::CotangentPart(_) => {
                    self.mutated.insert(node.args[0]);
                }
                Op::Unloop(_) => {
                    self.mutated.extend(&node.blocks[0].params);
                    self.mutated.extend(&node.outs);
                }
                Op::Unbranch => self.mutated.extend(&node.outs),
                Op::Map | Op::Pull { .. } => continue,
                _ => {}
            }
            for block in &node.blocks {
                self.stacks.extend(&block.stacks);
                self.wholes.extend(block.saved.iter().chain(&block.results));
                self.define(&block.nodes);
            }
        }
    }

    /// Matches what adjoint blocks restore with what the primal's blocks save.
    fn pair(&mut self, nodes: &'a [Node]) {
        for node in nodes {
            if matches!(node.op, Op::Map | Op::Pull { .. }) {
                continue;
            }
            if let (Op::Unbranch | Op::Unloop(_), Some(record)) = (&node.op, node.args.first()) {
                let record = self.origin(*record);
                let forward =
                    self.definitions.get(&record).filter(|node| node.record() == Some(record));
                if let Some(forward) = forward.copied() {
                    for (forward, reverse) in forward.blocks.iter().zip(&node.blocks) {
                        let items = reverse.restored.len() - forward.saved.len();
                        self.items_again.extend(&forward.params[..items]);
                        let restored = &reverse.restored[items..];
                        for (saved, restored) in forward.saved.iter().zip(restored) {
                            self.origins.insert(*restored, *saved);
                        }
                        self.restored.insert(forward as *const Block, restored.to_vec());
                    }
                }
            }
            for block in &node.blocks {
                self.pair(&block.nodes);
            }
        }
    }

    /// A value used once, in the block that defines it, needs no name unless the user gave it one.
    fn choose_inlined(&mut self, graph: &'a Graph, places: &Places<'a>) {
        let uses = graph.uses();
        // What a kernel captures is computed before it, not for every element.
        let mut kernels = HashSet::default();
        // What is added into a member needs no name beside it.
        let mut accumulated = HashSet::default();
        // What a view or a field shows must live as long as the view.
        let mut shown = HashSet::default();
        // What is written into a part of an array is computed before the part is borrowed.
        let mut written = HashSet::default();
        for node in places.nodes() {
            match &node.op {
                Op::Update(_, Action::Assign)
                    if self.reads(node.args[node.args.len() - 1], node.args[0]) =>
                {
                    written.insert(node.args[node.args.len() - 1]);
                }
                Op::Map | Op::Pull { .. } => kernels.extend(node.args.iter().copied()),
                Op::AddField(_) | Op::AddAll => {
                    accumulated.insert(node.args[1]);
                }
                Op::AddView(row) if row.name == "Get" => {
                    self.elements.insert(node.args[1], node);
                }
                _ => {}
            }
            if node.is_place() {
                shown.insert(node.args[0]);
            }
        }
        // From the last node to the first, so that it is known where an inlined value ends up.
        for (block, position, node) in places.found.iter().rev() {
            let Some(out) = node.outs.first().copied() else { continue };
            let single = (uses[out.0] == 1).then(|| places.only_use(out)).flatten();
            let is_single = single.is_some_and(|at| at.0 == *block);
            // The next version of a float that a loop carries is what the variable becomes.
            let is_named = graph.info(out).name.is_some()
                && !places.carried.contains(&out)
                && !single.is_some_and(|at| places.goes_on(graph, out, at));
            let is_float = graph.ty(out).is_float();
            let is_inlined = match &node.op {
                Op::Field(_) => !graph.info(out).is_reference,
                Op::Row(row) if row.is_element() && !is_float => !graph.info(out).is_reference,
                Op::Row(row) if row.is_view() && !is_float => uses[out.0] <= 1 || !is_named,
                Op::Literal(_) => !is_named,
                Op::Verbatim(verbatim) => {
                    verbatim.pattern.is_none()
                        && verbatim.pure
                        && !is_named
                        && (is_single && !places.is_result(out)
                            || is_trivial(&verbatim.tokens.0)
                            || verbatim.is_nth()
                            || is_of_integers(graph.ty(out)) && is_index(&verbatim.tokens.0))
                }
                Op::Undefined | Op::Joined => true,
                // Lent, so that it can be used more than once.
                Op::FieldTangent(_) => false,
                Op::Construct(construct) => {
                    construct.members.is_empty() || self.by_use(places, node, is_single, is_named)
                }
                Op::Effect(_)
                | Op::Call(_)
                | Op::Pullback(_)
                | Op::Jvp(_)
                | Op::Accumulator
                | Op::AddField(_)
                | Op::AddAll
                | Op::CotangentPart(_)
                | Op::Update(..)
                | Op::TakePart(..)
                | Op::If
                | Op::Unbranch
                | Op::Loop(_)
                | Op::Unloop(_)
                | Op::AddView(_) => false,
                _ if is_float && kernels.contains(&out) => false,
                // rustc infers a call inside `add(at(..), ..)` wrongly, so that stands before it.
                _ if shown.contains(&out) || self.elements.contains_key(&out) => false,
                _ if written.contains(&out) => false,
                _ if accumulated.contains(&out) && is_single && node.outs.len() == 1 => true,
                Op::Row(_)
                    if !is_named && uses[out.0] <= MOST_TIMES && self.is_cheap(graph, node) =>
                {
                    true
                }
                _ => self.by_use(places, node, is_single, is_named),
            };
            // An element that is read is read before what is written, or taken, next.
            let is_late = is_float
                && matches!(&node.op, Op::Row(row) if matches!(row.name, "Get" | "Element"))
                && single.is_some_and(|at| {
                    places.writes_between(*block, *position, places.ends_at(self, at))
                });
            if is_inlined && !is_late {
                self.inlined.insert(out);
            }
        }
    }

    /// True for a float and a number, as `1.0 - x` and `2.0 * x`: such is written again wherever it is used, since
    /// that reads better than a name, and to rustc it is one value.
    fn is_cheap(&self, graph: &Graph, node: &Node) -> bool {
        let is_number = |value: &Value| {
            matches!(self.definitions.get(value), Some(Node { op: Op::Literal(_), .. }))
        };
        let is_variable = |value: &Value| {
            let is_written_again = self.inlined.contains(value) || self.mutated.contains(value);
            graph.ty(*value).is_float() && !is_written_again && self.definitions.contains_key(value)
        };
        matches!(&node.op, Op::Row(row) if matches!(row.name, "Add" | "Sub" | "Mul"))
            && matches!(graph.ty(node.out()).elem(), Elem::F32 | Elem::F64)
            && !self.mutated.contains(&node.out())
            && node.args.iter().all(|arg| is_number(arg) || is_variable(arg))
            && node.args.iter().any(is_number)
    }

    /// True if `value` is computed from `other`.
    fn reads(&self, value: Value, other: Value) -> bool {
        let mut seen = HashSet::default();
        let mut open = vec![value];
        while let Some(value) = open.pop() {
            if value == other {
                return true;
            }
            if seen.insert(value) {
                if let Some(node) = self.definitions.get(&value) {
                    node.each_use(&mut |used| open.push(used));
                }
            }
        }
        false
    }

    fn by_use(&self, places: &Places<'_>, node: &Node, is_single: bool, is_named: bool) -> bool {
        node.outs.len() == 1
            && is_single
            && !is_named
            && !self.mutated.contains(&node.out())
            && !places.is_result(node.out())
    }

    /// Calls `f` with every value that must be there when `value` is written.
    pub(super) fn needed(&self, graph: &Graph, value: Value, f: &mut impl FnMut(Value)) {
        match self.definitions.get(&value) {
            Some(node) if self.inlined.contains(&value) => {
                node.args.iter().for_each(|arg| self.needed(graph, *arg, f));
                for block in &node.blocks {
                    block.captured().into_iter().for_each(|inner| self.needed(graph, inner, f));
                }
            }
            Some(node) => {
                f(value);
                // What shows a part of something needs that as long as it is there.
                if lends(graph, node) {
                    node.args.iter().for_each(|arg| self.needed(graph, *arg, f));
                }
            }
            None => f(value),
        }
    }
}

/// True for an integer, and for the indices of an element.
fn is_of_integers(ty: &Ty) -> bool {
    match ty {
        Ty::Integer => true,
        Ty::List(inner) => **inner == Ty::Integer,
        _ => false,
    }
}

/// True for a node whose result may borrow from its arguments.
pub(super) fn lends(graph: &Graph, node: &Node) -> bool {
    match &node.op {
        Op::Verbatim(_) => {
            let may_borrow = |ty: &Ty| matches!(ty, Ty::Unknown | Ty::Constant);
            node.outs.iter().any(|out| may_borrow(graph.ty(*out)) || graph.info(*out).is_reference)
        }
        _ => node.is_place() && !graph.ty(node.out()).is_float(),
    }
}

/// Where nodes and uses stand: a block's number and a position in it.
#[derive(Default)]
struct Places<'a> {
    /// Every node outside of kernels, in order.
    found: Vec<(usize, usize, &'a Node)>,
    /// The same by place.
    at: HashMap<(usize, usize), &'a Node>,
    /// The uses of each value as an argument, or at the end of a block.
    uses: HashMap<Value, Vec<(usize, usize)>>,
    /// The values that stand at the end of a block and are not floats, or belong to the function.
    results: HashSet<Value>,
    /// The values that are the next version of a float which a loop carries.
    carried: HashSet<Value>,
    /// The positions of writes in each block.
    writes: HashMap<usize, Vec<usize>>,
    blocks: usize,
}

impl<'a> Places<'a> {
    fn nodes(&self) -> impl Iterator<Item = &'a Node> + '_ {
        self.found.iter().map(|(_, _, node)| *node)
    }

    fn note_block(&mut self, graph: &Graph, block: &'a Block, start: Option<usize>) {
        let mut number = self.blocks;
        self.blocks += 1;
        for (position, node) in block.nodes.iter().enumerate() {
            if start == Some(position) {
                // The adjoint stands in a function of its own.
                number = self.blocks;
                self.blocks += 1;
            }
            self.found.push((number, position, node));
            self.at.insert((number, position), node);
            for arg in &node.args {
                self.uses.entry(*arg).or_default().push((number, position));
            }
            let writes = matches!(
                node.op,
                Op::Update(..)
                    | Op::TakePart(..)
                    | Op::CotangentPart(_)
                    | Op::AddView(_)
                    | Op::Effect(_)
                    | Op::If
                    | Op::Unbranch
                    | Op::Loop(_)
                    | Op::Unloop(_)
            );
            if writes {
                self.writes.entry(number).or_default().push(position);
            }
            if matches!(node.op, Op::Loop(_) | Op::Unloop(_)) {
                let params = &node.blocks[0].params[node.items()..];
                for (param, next) in params.iter().zip(node.carried_results()) {
                    let name = |value: &Value| &graph.info(*value).name;
                    if graph.ty(*next).is_float() && name(param) == name(next) {
                        self.carried.insert(*next);
                    }
                }
            }
            if !matches!(node.op, Op::Map | Op::Pull { .. }) {
                node.blocks.iter().for_each(|inner| self.note_block(graph, inner, None));
            }
        }
        let end = block.nodes.len();
        for value in block.saved.iter().chain(&block.results) {
            self.uses.entry(*value).or_default().push((number, end));
            let is_body = std::ptr::eq(block, &graph.body);
            if is_body || !graph.ty(*value).is_float() && *graph.ty(*value) != Ty::Bool {
                self.results.insert(*value);
            }
        }
    }

    /// Where a value is used, if it is in one place.
    fn only_use(&self, value: Value) -> Option<(usize, usize)> {
        match self.uses.get(&value)?.as_slice() {
            [one] => Some(*one),
            _ => None,
        }
    }

    /// True for a float cotangent that is used where more is added to it.
    fn goes_on(&self, graph: &Graph, value: Value, at: (usize, usize)) -> bool {
        let Some(user) = self.at.get(&at) else { return false };
        let is_sum = matches!(user.op, Op::Row(row) if matches!(row.name, "Add" | "Sub"));
        let Some(sum) = user.outs.first().filter(|_| is_sum) else { return false };
        let (info, sum) = (graph.info(value), graph.info(*sum));
        graph.ty(value).is_float()
            && info.shape_of.is_some()
            && (&info.name, &info.depends_on) == (&sum.name, &sum.depends_on)
    }

    fn is_result(&self, value: Value) -> bool {
        self.results.contains(&value)
    }

    /// Where what is used at a place is written in the end.
    fn ends_at(&self, survey: &Survey<'_>, at: (usize, usize)) -> usize {
        let mut at = at;
        loop {
            let out = self.at.get(&at).and_then(|node| node.outs.first());
            match out.filter(|out| survey.inlined.contains(out)).and_then(|out| self.only_use(*out))
            {
                Some(next) => at = next,
                None => return at.1,
            }
        }
    }

    fn writes_between(&self, block: usize, from: usize, to: usize) -> bool {
        self.writes
            .get(&block)
            .is_some_and(|writes| writes.iter().any(|position| from < *position && *position < to))
    }
}

/// Sums of names and numbers, and lists of such, which cost nothing to compute again.
pub(super) fn is_index(tokens: &TokenStream) -> bool {
    let is_cheap = |token: &TokenTree| match token {
        TokenTree::Group(group) => {
            matches!(group.delimiter(), Delimiter::None | Delimiter::Bracket)
                && is_index(&group.stream())
        }
        TokenTree::Punct(punct) => matches!(punct.as_char(), '+' | '-' | '*' | ','),
        TokenTree::Ident(_) | TokenTree::Literal(_) => true,
    };
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    tokens.len() <= LONGEST_INDEX && tokens.iter().all(is_cheap)
}

/// How often `1.0 - x` is written rather than given a name.
const MOST_TIMES: usize = 4;

/// The most tokens of a sum that is written again: `2 * i + j`, `[i, j]`.
const LONGEST_INDEX: usize = 5;

/// Tokens so short that they are written again rather than given a name.
pub(super) fn is_trivial(tokens: &TokenStream) -> bool {
    let text = tokens.to_string();
    let is_path =
        text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | ':' | ' ' | '.' | '&' | '-'));
    let is_constructor =
        text.starts_with(char::is_uppercase) || text.starts_with("s !") || text.starts_with("s!");
    is_path || is_constructor
}
