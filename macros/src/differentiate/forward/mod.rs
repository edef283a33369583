//! From a graph to the same graph with tangents: beside every active value stands its derivative in
//! the direction that the parameters' tangents give.
//!
//! Each node is followed by the nodes of its tangent, which come from the same rows as cotangents do: an
//! elementwise operation's Jacobian is diagonal, so what an operand's formula makes of its tangent is its
//! share of the result's; what is linear is applied to tangents. A value without a tangent has the
//! tangent zero, which is written down only where something must stand: beside an array that is written,
//! in an arm of a branch, at the beginning of a loop.
//!
//! The graph may be a primal, or a primal with its adjoint: the set of rows is closed, so a gradient is
//! differentiated like anything else, which makes second derivatives.

mod activity;
mod blocks;
mod calls;
mod kernels;
mod linear;
mod partials;
mod parts;
mod rows;

use crate::graph::collections::{HashMap, HashSet};
use crate::graph::{Action, Arguments, Block, Graph, Info, Node, Op, Origin, Ty, Value, Verbatim};
use crate::lower::Formulas;
use crate::ops;

/// The graph with a tangent parameter after all others for each active one, and after the results the
/// tangents of those that are not `aux`.
pub(crate) fn forward(graph: Graph) -> Graph {
    with_tangents(graph, 1).0
}

/// The same of a primal, with all that the tangents do not reach before what is linear in them.
pub(crate) fn linearized(primal: Graph) -> Graph {
    let before = primal.body.params.len();
    let (graph, tangents) = with_tangents(primal, 1);
    let count = graph.body.params.len() - before;
    linear::apart(graph, count, tangents)
}

/// The primal with tangents in one direction, and all of that with tangents in another.
pub(crate) fn forward_twice(primal: Graph) -> Graph {
    with_tangents(with_tangents(primal, 1).0, 2).0
}

/// The tangents of the first `count` of the results, and of what an adjoint gives, stand after those. Besides, the
/// tangents that blocks give and carry, and the zeros.
fn with_tangents(mut graph: Graph, count: usize) -> (Graph, HashSet<Value>) {
    let params: Vec<Value> =
        graph.body.params.iter().copied().filter(|param| graph.is_active(*param)).collect();
    let is_second = graph.sweep.is_some();
    let active = activity::active(&graph, &params);
    let mut body = std::mem::take(&mut graph.body);
    let made = activity::made_of_parts(&body.nodes);
    let mut forward = Forward {
        graph,
        nodes: Vec::new(),
        tangents: Tangents::default(),
        active,
        made,
        given: HashSet::default(),
        is_second,
        in_kernel: false,
        formulas: Formulas::default(),
    };
    for param in params {
        let tangent = forward.tangent_value(param);
        let is_float = forward.graph.ty(param).is_float();
        // Floats are passed by value, all else by reference.
        forward.graph.info_mut(tangent).is_reference = !is_float;
        forward.tangents.insert(param, tangent);
        body.params.push(tangent);
    }
    let seed = forward.graph.sweep.as_ref().map(|sweep| (sweep.start, sweep.seed));
    let mut adjoint = Vec::new();
    if let Some((start, seed)) = seed {
        adjoint = body.nodes.split_off(start);
        if !adjoint.iter().any(|node| node.outs.contains(&seed)) {
            let tangent = forward.tangent_value(seed);
            forward.tangents.insert(seed, tangent);
            if let Some(sweep) = &mut forward.graph.sweep {
                sweep.seed_tangent = Some(tangent);
            }
        }
    }
    forward.walk(std::mem::take(&mut body.nodes));
    // Of `(value, aux)` the first is differentiated.
    let values: Vec<Value> =
        body.results[..count].iter().map(|result| forward.tangent_of(*result)).collect();
    let start = forward.nodes.len();
    forward.walk(adjoint);
    let received = match &mut forward.graph.sweep {
        Some(sweep) => {
            sweep.start = start;
            body.results.split_off(sweep.values)
        }
        None => Vec::new(),
    };
    body.results.extend(values);
    if let Some(sweep) = &mut forward.graph.sweep {
        sweep.values = body.results.len();
    }
    body.results.extend(&received);
    for gradient in received {
        let tangent = forward.tangent_of(gradient);
        body.results.push(tangent);
    }
    let Forward { mut graph, nodes, given, .. } = forward;
    graph.body = Block { nodes, ..body };
    (graph, given)
}

/// Of a gradient with tangents: the gradients and their tangents alone.
pub(crate) fn product(mut graph: Graph) -> Graph {
    if let Some(sweep) = &mut graph.sweep {
        graph.body.results.drain(..sweep.values);
        sweep.values = 0;
    }
    graph
}

/// The same graph, to be written where the tangents are owned, as by a pullback.
pub(crate) fn owning(mut graph: Graph) -> Graph {
    // Half of the active parameters are the tangents of the other half, and stand after all of them.
    let active = graph.body.params.iter().filter(|param| graph.is_active(**param)).count();
    let first = graph.body.params.len() - active / 2;
    for position in first..graph.body.params.len() {
        let tangent = graph.body.params[position];
        graph.info_mut(tangent).is_reference = false;
    }
    graph
}

/// The graph on its way.
struct Forward {
    graph: Graph,
    /// The nodes of the block that is being walked, with their tangents' nodes.
    nodes: Vec<Node>,
    /// The tangents so far; a value that is not here has the tangent zero.
    tangents: Tangents,
    /// The values that may have a tangent.
    active: HashSet<Value>,
    /// The values whose zero is made as they are, and of what.
    made: HashMap<Value, (Op, Vec<Value>)>,
    /// The tangents that blocks give and carry, and the zeros.
    given: HashSet<Value>,
    /// True if the graph has an adjoint.
    is_second: bool,
    /// True inside a kernel, where all is scalar.
    in_kernel: bool,
    formulas: Formulas,
}

/// The tangents of values.
#[derive(Default)]
struct Tangents {
    of: HashMap<Value, Value>,
    /// All that have been a value's tangent.
    all: HashSet<Value>,
}

impl Tangents {
    fn get(&self, value: &Value) -> Option<Value> {
        self.of.get(value).copied()
    }

    fn insert(&mut self, value: Value, tangent: Value) {
        self.of.insert(value, tangent);
        self.all.insert(tangent);
    }
}

impl Forward {
    fn walk(&mut self, nodes: Vec<Node>) {
        for node in nodes {
            self.node(node);
        }
    }

    /// The node, and its tangent after it.
    fn node(&mut self, node: Node) {
        match &node.op {
            Op::Row(row) => self.row(row, node),
            Op::Field(member) => self.field(member.clone(), node),
            Op::Inner | Op::CotangentPart(_) | Op::FieldTangent(_) => self.alike(node, 0),
            Op::Dense => self.alike(node, 1),
            Op::Construct(construct) => self.construct(construct.clone(), node),
            Op::Join { .. } => self.join(node),
            Op::Call(callee) => self.call(callee.clone(), node),
            Op::Jvp(callee) => self.call_with_tangents(callee.clone(), node),
            Op::Pullback(callee) => self.pullback(callee.clone(), node),
            Op::Map => self.map(node),
            Op::Pull { likes } => self.pull(*likes, node),
            Op::If | Op::Unbranch => self.branch(node),
            Op::Loop(_) | Op::Unloop(_) => self.turns(node),
            Op::Update(_, Action::Truncate) => self.alike(node, 0),
            Op::Update(..) => self.update(node),
            Op::TakePart(..) => self.take_part(node),
            Op::Accumulator => self.accumulator(node),
            Op::AddField(_) | Op::AddAll | Op::AddView(_) => self.addition(node),
            // Constants have the tangent zero.
            Op::Literal(_) | Op::Verbatim(_) | Op::Effect(_) | Op::Undefined | Op::Joined => {
                self.nodes.push(node);
            }
        }
    }

    fn has(&self, value: Value) -> bool {
        self.tangents.of.contains_key(&value)
    }

    /// The tangent of a value, zero where it has none.
    fn tangent_of(&mut self, value: Value) -> Value {
        match self.tangents.get(&value) {
            Some(tangent) => tangent,
            None => self.zero_of(value),
        }
    }

    /// A zero of the shape of the value, which must be there: before the node that may write it.
    fn zero_of(&mut self, value: Value) -> Value {
        if let Some((op, parts)) = self.made.get(&value).cloned() {
            let parts = parts.into_iter().map(|part| self.part(part)).collect();
            let tangent = self.tangent_value(value);
            self.given.insert(tangent);
            self.graph.info_mut(tangent).name = None;
            self.nodes.push(Node::new(tangent, op, parts, Origin::default()));
            return tangent;
        }
        let tangent = self.tangent_value(value);
        self.graph.info_mut(tangent).name = None;
        let is_known = matches!(self.graph.ty(value), Ty::Float(_) | Ty::Accumulator)
            || self.graph.ty(value).is_numeric();
        if is_known {
            // Of anything else rustc knows the type where the value itself stands.
            self.given.insert(tangent);
        }
        let (op, args) = match self.graph.ty(value) {
            Ty::Float(_) => (Op::Literal("0.0".to_owned()), vec![]),
            Ty::Accumulator => {
                let empty = "::core::default::Default::default()".parse().unwrap_or_default();
                (Op::Verbatim(Verbatim::new(empty, vec![], true)), vec![])
            }
            ty if ty.is_numeric() => (Op::Row(ops::row("Zeros")), vec![value]),
            _ => (Op::Row(ops::row("ZeroGradient")), vec![value]),
        };
        self.nodes.push(Node::new(tangent, op, args, Origin::default()));
        tangent
    }

    /// A new value that is the tangent of `of`.
    fn tangent_value(&mut self, of: Value) -> Value {
        let info = self.graph.info(of);
        let shape_of = (info.ty.is_numeric() && !info.ty.is_float()).then_some(of);
        let info = Info {
            name: info.name.as_deref().map(|name| self.tangent_name(name)),
            ty: info.ty.clone(),
            depends_on: info.depends_on.clone(),
            is_reference: false,
            shape_of,
        };
        self.graph.value(info)
    }

    /// `dx` in forward mode; `x_t` where `dx` is a cotangent.
    fn tangent_name(&self, name: &str) -> String {
        match self.is_second {
            true => format!("{}_t", crate::graph::text_of(name).trim_start_matches("r#")),
            false => super::cotangent_name(name),
        }
    }

    /// Adds a node with one result of this type, which belongs to the tangent of `of`.
    fn push(&mut self, op: Op, args: Vec<Value>, ty: Ty, of: Value, origin: Origin) -> Value {
        let depends_on: Arguments = self.graph.info(of).depends_on.clone();
        let out = self.graph.value(Info { ty, depends_on, ..Info::default() });
        self.nodes.push(Node::new(out, op, args, origin));
        out
    }

    /// The sum of what the operands give; the tangent of `out`. Shares of one shape are summed in place.
    fn sum(
        &mut self,
        out: Value,
        shares: Vec<Value>,
        is_one_shape: bool,
        origin: Origin,
    ) -> Option<Value> {
        let mut shares = shares.into_iter();
        let first = shares.next()?;
        let is_array = is_one_shape && !self.graph.ty(out).is_float();
        let row = ops::row(if is_array { "Plus" } else { "Add" });
        Some(shares.fold(first, |sum, share| {
            let ty = self.graph.result_type(row, &[sum, share]);
            self.push(Op::Row(row), vec![sum, share], ty, out, origin)
        }))
    }

    /// Lets `tangent` be the tangent of `out`, and be called after it if it was made here.
    fn settle(&mut self, out: Value, tangent: Value) {
        let is_made_here = self.nodes.last().is_some_and(|node| node.outs.contains(&tangent));
        if is_made_here && !self.tangents.all.contains(&tangent) {
            let name = self.graph.info(out).name.clone().map(|name| self.tangent_name(&name));
            let shape_of =
                (!self.graph.ty(out).is_float() && self.graph.ty(out).is_numeric()).then_some(out);
            let info = self.graph.info_mut(tangent);
            info.name = name;
            info.shape_of = shape_of;
        }
        self.tangents.insert(out, tangent);
    }
}
