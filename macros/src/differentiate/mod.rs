//! From the primal to primal and adjoint, by reverse accumulation over the graph.
//!
//! The nodes are walked from last to first. What a node's result has received so far is its
//! cotangent; the row's formulas say what each operand receives of it. Contributions are summed,
//! never assigned, and broadcasting is undone here and nowhere else.

mod blocks;
mod cotangents;
mod forward;
mod kernels;
mod updates;

use crate::graph::collections::HashSet;
use crate::graph::{
    Arguments, Construct, Form, Graph, Info, Node, Op, Origin, Passing, Sweep, Ty, Value, Verbatim,
};
use crate::lower::Formulas;
use crate::ops;
use cotangents::{Cotangent, Cotangents};
pub(crate) use forward::{forward, forward_twice, linearized, owning, product};

/// The adjoint of a graph whose body is a primal. The graph's results become the primal's, then
/// what each active parameter received.
pub(crate) fn differentiate(mut graph: Graph) -> Graph {
    let result = graph.body.results[0];
    let is_dense = graph.ty(result).is_numeric();
    let seed = graph.value(Info {
        name: graph
            .info(result)
            .name
            .as_ref()
            .map(|name| cotangent_name(name))
            .or(Some("dy".to_owned())),
        ty: if is_dense { graph.ty(result).clone() } else { Ty::Accumulator },
        depends_on: graph.info(result).depends_on.clone(),
        shape_of: is_dense.then_some(result),
        is_reference: false,
    });
    let mut primal = std::mem::take(&mut graph.body.nodes);
    let params: Vec<Value> =
        graph.body.params.iter().copied().filter(|param| graph.is_active(*param)).collect();
    let mut reversal = Reversal {
        shown: shown(&graph.body.params, &primal),
        graph,
        nodes: Vec::new(),
        cotangents: Cotangents::default(),
        zeros: HashSet::default(),
        in_kernel: false,
        formulas: Formulas::default(),
    };
    if reversal.graph.is_active(result) {
        reversal.cotangents.seed(
            result,
            if is_dense { Cotangent::Dense(seed) } else { Cotangent::Accumulator(seed) },
        );
    }
    reversal.reverse(&mut primal);
    let gradients: Vec<Value> = params.iter().map(|param| reversal.received(*param)).collect();
    let Reversal { mut graph, nodes, .. } = reversal;
    let values = graph.body.results.len();
    graph.sweep =
        Some(Sweep { start: primal.len(), values, seed, seed_tangent: None, is_linear: false });
    graph.body.nodes = primal.into_iter().chain(nodes).collect();
    graph.body.results.extend(gradients);
    graph
}

/// The parameters and the views among values.
fn shown(params: &[Value], primal: &[Node]) -> HashSet<Value> {
    fn views(nodes: &[Node], found: &mut HashSet<Value>) {
        for node in nodes {
            if matches!(&node.op, Op::Row(row) if row.is_view()) {
                found.extend(&node.outs);
            }
            node.blocks.iter().for_each(|block| views(&block.nodes, found));
        }
    }
    let mut found = params.iter().copied().collect();
    views(primal, &mut found);
    found
}

/// `d` and the user's name.
pub(crate) fn cotangent_name(name: &str) -> String {
    format!("d{}", crate::graph::text_of(name).trim_start_matches("r#"))
}

/// The adjoint on its way.
struct Reversal {
    graph: Graph,
    /// The adjoint nodes so far.
    nodes: Vec<Node>,
    cotangents: Cotangents,
    /// Float literals that are the beginning of a sum: adding to one gives what is added.
    zeros: HashSet<Value>,
    /// True inside a kernel, where the arms of a branch are computed again and nothing is recorded.
    in_kernel: bool,
    /// Views, and parameters, which may be views.
    shown: HashSet<Value>,
    formulas: Formulas,
}

impl Reversal {
    /// Walks the nodes from last to first. A branch or loop on the way gets a record.
    fn reverse(&mut self, primal: &mut [Node]) {
        for node in primal.iter_mut().rev() {
            let has_received =
                |out: &Value| self.graph.is_active(*out) && self.cotangents.has(*out);
            if !node.outs.iter().any(has_received) {
                continue;
            }
            match &node.op {
                Op::If if !self.in_kernel => self.reverse_branch(node),
                Op::Loop(_) => self.reverse_loop(node),
                _ => self.reverse_node(node, node.outs[0]),
            }
        }
    }

    fn reverse_node(&mut self, node: &Node, out: Value) {
        match &node.op {
            Op::Row(row) if row.is_view() && row.cotangent(0).is_none() => {
                self.reverse_view(row, node, out)
            }
            Op::Row(row) => self.reverse_row(row, node, out),
            Op::Field(member) => {
                let base = node.args[0];
                let accumulator = self.accumulator(base, node.origin);
                let received = self.cotangents.any(out);
                let op = Op::AddField(member.clone());
                let next =
                    self.push(op, vec![accumulator, received], Ty::Accumulator, base, node.origin);
                self.cotangents.replace(base, Cotangent::Accumulator(next));
            }
            Op::Construct(construct) => {
                if let Form::NdArray(lengths) = &construct.form {
                    return self.reverse_array(lengths, node, out);
                }
                let received = self.cotangents.any(out);
                for (position, part) in node.args.iter().enumerate() {
                    if self.graph.is_active(*part) {
                        let op = Op::CotangentPart(construct.part(position));
                        let taken =
                            self.push(op, vec![received], Ty::Accumulator, *part, node.origin);
                        self.contribute(*part, Cotangent::Accumulator(taken), node.origin);
                    }
                }
            }
            Op::Call(callee) => {
                let received = self.cotangents.any(out);
                let mut callee = callee.clone();
                let mut args = vec![node.outs[1]];
                for (arg, passing) in node.args.iter().zip(&mut callee.passing) {
                    if self.is_given(*arg, *passing) {
                        *passing = Passing::Given;
                    } else {
                        args.push(*arg);
                    }
                }
                args.push(received);
                let outs: Vec<Value> = node
                    .args
                    .iter()
                    .map(|arg| self.cotangent_value(*arg, Ty::Accumulator))
                    .collect();
                self.nodes.push(Node {
                    outs: outs.clone(),
                    op: Op::Pullback(callee),
                    args,
                    blocks: Vec::new(),
                    origin: node.origin,
                });
                for (arg, gave) in node.args.iter().zip(outs) {
                    if self.graph.is_active(*arg) {
                        self.contribute(*arg, Cotangent::Accumulator(gave), node.origin);
                    }
                }
            }
            Op::Join { stack } => self.reverse_join(*stack, node, out),
            Op::Map => self.reverse_map(node, out),
            Op::If => self.reverse_if(node, out),
            Op::Update(steps, action) => self.reverse_update(steps, *action, node, out),
            Op::Inner => {
                let base = node.args[0];
                let accumulator = self.accumulator(base, node.origin);
                let received = self.cotangents.any(out);
                let some = Op::Construct(Construct::some());
                let some = self.push(some, vec![received], Ty::Accumulator, base, node.origin);
                let args = vec![accumulator, some];
                let next = self.push(Op::AddAll, args, Ty::Accumulator, base, node.origin);
                self.cotangents.replace(base, Cotangent::Accumulator(next));
            }
            // Nothing flows through the rest: literals and what is passed on verbatim are constant,
            // and the other operations stand in adjoints alone.
            _ => {}
        }
    }

    /// True for an active argument that the call is given itself: nothing that was lent to it is handed to its pullback
    /// again.
    fn is_given(&self, arg: Value, passing: Passing) -> bool {
        let is_lent = self.graph.info(arg).is_reference || self.shown.contains(&arg);
        self.graph.is_active(arg)
            && match passing {
                Passing::Value => !is_lent,
                Passing::Owned => true,
                Passing::Reference | Passing::View | Passing::Given => false,
            }
    }

    /// Each operand receives what its formula says, summed over the axes that were broadcast.
    fn reverse_row(&mut self, row: &'static ops::Row, node: &Node, out: Value) {
        let dy = self.dense(out, node.origin);
        let args: Vec<Value> = node.args.iter().copied().chain([out, dy]).collect();
        for (position, arg) in node.args.iter().copied().enumerate() {
            let Some(text) = row.cotangent(position) else { continue };
            if !self.graph.is_active(arg) {
                continue;
            }
            let formula = self.formulas.of(row, text);
            let start = self.nodes.len();
            let mut gave =
                self.graph.splice_formula(&mut self.nodes, row, &formula, &args, node.origin);
            if row.is_elementwise()
                && !row.is_cast()
                && !(self.graph.ty(arg).is_float() && self.graph.ty(out).is_float())
            {
                gave = self.sum_to(arg, gave, node.origin);
            }
            self.belongs_to(arg, start);
            self.contribute(arg, Cotangent::Dense(gave), node.origin);
        }
    }

    fn sum_to(&mut self, like: Value, value: Value, origin: Origin) -> Value {
        let ty = self.graph.ty(like).clone();
        self.push(Op::Row(ops::row("SumTo")), vec![like, value], ty, like, origin)
    }

    /// Each element of `array![..]` receives the element of the cotangent.
    fn reverse_array(&mut self, lengths: &[usize], node: &Node, out: Value) {
        let dy = self.dense(out, node.origin);
        for (position, part) in node.args.iter().copied().enumerate() {
            if !self.graph.is_active(part) {
                continue;
            }
            let mut rest = position;
            let mut index: Vec<String> = lengths
                .iter()
                .rev()
                .map(|length| {
                    let digit = rest % length;
                    rest /= length;
                    digit.to_string()
                })
                .collect();
            index.reverse();
            let start = self.nodes.len();
            let at = self.constant(&format!("[{}]", index.join(", ")), &[]);
            let ty = self.graph.ty(part).clone();
            let gave = self.push(Op::Row(ops::row("Get")), vec![dy, at], ty, part, node.origin);
            self.belongs_to(part, start);
            self.contribute(part, Cotangent::Dense(gave), node.origin);
        }
    }

    /// Each part receives its part of the cotangent.
    fn reverse_join(&mut self, stack: bool, node: &Node, out: Value) {
        let dy = self.dense(out, node.origin);
        let (axis, parts) = (node.args[0], &node.args[1..]);
        for (position, part) in parts.iter().copied().enumerate() {
            if !self.graph.is_active(part) {
                continue;
            }
            let start = self.nodes.len();
            let gave = if stack {
                let at = self.constant(&position.to_string(), &[]);
                let ty = self.graph.ty(part).clone();
                self.push(Op::Row(ops::row("IndexAxis")), vec![dy, axis, at], ty, part, node.origin)
            } else {
                let offset = self.offset_of(axis, &parts[..position]);
                let ty = self.graph.ty(part).clone();
                let args = vec![dy, axis, part, offset];
                self.push(Op::Row(ops::row("SplitLike")), args, ty, part, node.origin)
            };
            self.belongs_to(part, start);
            self.contribute(part, Cotangent::Dense(gave), node.origin);
        }
    }

    /// How far along `axis` the next part begins.
    fn offset_of(&mut self, axis: Value, before: &[Value]) -> Value {
        let lengths: Vec<String> =
            (0..before.len()).map(|position| format!("__part{position}.len_of(__axis)")).collect();
        let text = if lengths.is_empty() { "0".to_owned() } else { lengths.join(" + ") };
        let mut mentions: Vec<(String, Value)> = before
            .iter()
            .enumerate()
            .map(|(position, part)| (format!("__part{position}"), *part))
            .collect();
        if !before.is_empty() {
            mentions.push(("__axis".to_owned(), axis));
        }
        self.constant(&text, &mentions)
    }

    /// A constant expression in text, with what its names stand for.
    fn constant(&mut self, text: &str, mentions: &[(String, Value)]) -> Value {
        let out = self.graph.value(Info { ty: Ty::Integer, ..Info::default() });
        let (names, args) = mentions.iter().cloned().unzip();
        let verbatim = Verbatim::new(text.parse().unwrap_or_default(), names, true);
        self.nodes.push(Node::new(out, Op::Verbatim(verbatim), args, Origin::default()));
        out
    }

    /// A view's cotangent is added into the part of the array that it showed.
    fn reverse_view(&mut self, row: &'static ops::Row, node: &Node, out: Value) {
        let base = node.args[0];
        let received = self.dense(out, node.origin);
        let into = match self.graph.ty(base) {
            ty if ty.is_numeric() => match self.cotangents.get(base) {
                Some(_) => self.dense(base, node.origin),
                None => {
                    let ty = ty.clone();
                    self.push(Op::Row(ops::row("Zeros")), vec![base], ty, base, node.origin)
                }
            },
            _ => self.accumulator(base, node.origin),
        };
        let ty = self.graph.ty(into).clone();
        let mut args = vec![into, received];
        args.extend(&node.args[1..]);
        let next = self.push(Op::AddView(row), args, ty.clone(), base, node.origin);
        let next = if ty == Ty::Accumulator {
            Cotangent::Accumulator(next)
        } else {
            Cotangent::Dense(next)
        };
        self.cotangents.replace(base, next);
    }

    /// A node of the adjoint that computes part of what `of` receives.
    fn push(&mut self, op: Op, args: Vec<Value>, ty: Ty, of: Value, origin: Origin) -> Value {
        let out = self.cotangent_value(of, ty);
        self.nodes.push(Node::new(out, op, args, origin));
        out
    }

    /// A value that is (part of) the cotangent of `of`.
    fn cotangent_value(&mut self, of: Value, ty: Ty) -> Value {
        let info = self.graph.info(of);
        let info = Info {
            name: info.name.as_deref().map(cotangent_name),
            shape_of: (ty != Ty::Accumulator).then_some(of),
            depends_on: info.depends_on.clone(),
            ty,
            is_reference: false,
        };
        self.graph.value(info)
    }

    /// The nodes from `start` on were made for what `arg` receives, and for it alone.
    fn belongs_to(&mut self, arg: Value, start: usize) {
        let depends_on: Arguments = self.graph.info(arg).depends_on.clone();
        for node in &self.nodes[start..] {
            for out in &node.outs {
                self.graph.values[out.0].depends_on = depends_on.clone();
            }
        }
    }
}

/// The adjoint of a function that gives a float, seeded with 1: its gradient.
pub(crate) fn seeded_with_one(mut graph: Graph) -> Graph {
    let Some(sweep) = graph.sweep.clone() else { return graph };
    let result = graph.body.results[0];
    let seed = sweep.seed;
    let node = if graph.ty(seed).elem().is_concrete() {
        Node::new(seed, Op::Literal("1.0".to_owned()), Vec::new(), Origin::default())
    } else {
        Node::new(seed, Op::Row(ops::row("One")), vec![result], Origin::default())
    };
    graph.body.nodes.insert(sweep.start, node);
    graph.info_mut(seed).name = None;
    graph
}
