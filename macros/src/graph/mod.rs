//! The one graph for primal, adjoint and tangent.
//!
//! Values are defined once. A block is a list of nodes in the order in which they run; a loop, a
//! branch or a kernel is one node that holds its body as a block. Writes make a new version of the
//! value that they write, so nothing here is mutable; `emit` decides what is done in place.
//!
//! After `differentiate` a graph runs the primal first and then, from [`Sweep::start`] on, the
//! adjoint, in one list: what the adjoint nodes use of the primal ones is what has to be kept.

mod hygiene;
mod infer;
#[cfg(test)]
mod parse;
mod splice;
mod text;
mod ty;
mod verbatim;

use std::collections::BTreeSet;

use proc_macro2::Span;

pub(crate) use hygiene::{key, key_at, text_of};
pub(crate) use infer::element;
#[cfg(test)]
pub(crate) use parse::parse;
pub(crate) use ty::{Elem, Ty};
pub(crate) use verbatim::{captured_by, captured_names, Origin, Tokens, Verbatim};

use crate::ops::Row;

/// A value: an index into [`Graph::values`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Value(pub(crate) usize);

/// What is known of a value.
#[derive(Clone, Debug, PartialEq, Default)]
pub(crate) struct Info {
    /// The user's name for it, or `d` and the user's.
    pub(crate) name: Option<String>,
    pub(crate) ty: Ty,
    /// The arguments of the function that it depends on, as differentiation sees it.
    pub(crate) depends_on: Arguments,
    /// True if the variable of this name holds a reference.
    pub(crate) is_reference: bool,
    /// A value that has the same shape, where that is known by construction.
    pub(crate) shape_of: Option<Value>,
}

/// A set of arguments, by position.
#[derive(Clone, Debug, PartialEq, Eq, Default, PartialOrd, Ord)]
pub(crate) struct Arguments(pub(crate) BTreeSet<usize>);

impl Arguments {
    pub(crate) fn one(position: usize) -> Self {
        Arguments(BTreeSet::from([position]))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn join(&mut self, other: &Self) {
        self.0.extend(&other.0);
    }
}

/// The adjoint part of a graph.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sweep {
    /// The index in the body of the first adjoint node.
    pub(crate) start: usize,
    /// How many of the body's results are the primal's; the others are the adjoint's.
    pub(crate) values: usize,
    /// The cotangent of the result.
    pub(crate) seed: Value,
}

/// A function.
#[derive(Clone, Debug, PartialEq, Default)]
pub(crate) struct Graph {
    pub(crate) name: String,
    pub(crate) values: Vec<Info>,
    pub(crate) body: Block,
    pub(crate) sweep: Option<Sweep>,
}

/// Nodes in the order in which they run.
#[derive(Clone, Debug, PartialEq, Default)]
pub(crate) struct Block {
    pub(crate) params: Vec<Value>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) results: Vec<Value>,
}

/// One operation.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub(crate) outs: Vec<Value>,
    pub(crate) op: Op,
    pub(crate) args: Vec<Value>,
    pub(crate) blocks: Vec<Block>,
    pub(crate) origin: Origin,
}

/// What a node does with its arguments.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Op {
    /// An operation of the table.
    Row(&'static Row),
    /// A float literal as written, without its suffix.
    Literal(String),
    /// A constant expression, passed on as the user wrote it.
    Verbatim(Verbatim),
    /// A statement run once for its effect: `println!`, `assert!`.
    Effect(Verbatim),
    /// `x.member` of a struct or tuple.
    Field(String),
    /// A struct, tuple or array made of the arguments.
    Construct(Construct),
    /// `(axis, parts..)`: arrays put together along an axis, a new one if `stack`.
    Join { stack: bool },
    /// A call of a differentiable function; gives the value and its pullback.
    Call(Callee),
    /// The pullback of a call: `(pullback, arguments.., cotangent)`; gives an accumulator for each
    /// argument.
    Pullback(Callee),
    /// A scalar formula, its block, over broadcast operands.
    Map,
    /// The backward of a `Map`: the first `likes` arguments say the shapes that the results are
    /// summed to, the rest are the block's operands.
    Pull { likes: usize },
    /// A branch: the argument is the condition, the blocks are the arms.
    If,
    /// A loop whose body's parameters and results are the carried values. The graph and its text
    /// have loops from the first day; `lower` does not make them yet.
    #[cfg_attr(not(test), expect(dead_code, reason = "lowering of loops is still to come"))]
    For(Iteration),
    /// A loop that goes on while its first block gives true.
    #[cfg_attr(not(test), expect(dead_code, reason = "lowering of loops is still to come"))]
    While,
    /// An empty accumulator for the argument, which knows its shape.
    Accumulator,
    /// `(accumulator, v)`: adds `v` to the accumulator's member.
    AddField(String),
    /// `(accumulator, v)`: adds all of `v`.
    AddAll,
    /// `(like, accumulator)`: the gradient that the accumulator stands for.
    Dense,
    /// A part of a cotangent: what one argument of a [`Construct`] receives.
    CotangentPart(Part),
    /// `(dx, v, operands.. but the first)`: adds `v` into the part of `dx` that the row's view showed.
    AddView(&'static Row),
}

/// How a struct, tuple or array is written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Construct {
    /// `Net`, `Some`, or nothing for a tuple or array.
    pub(crate) path: Option<Tokens>,
    pub(crate) form: Form,
    /// The member that each argument becomes.
    pub(crate) members: Vec<String>,
    /// `..base` of a struct literal, a constant.
    pub(crate) rest: Option<Tokens>,
}

/// The brackets of a [`Construct`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Tuple,
    Struct,
    /// `Some(..)`.
    Option,
    Array,
    Vec,
    /// `array![[..], ..]` of ndarray, of these lengths; its elements in C order.
    NdArray(Vec<usize>),
}

/// Which part of a cotangent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// A field of a struct or tuple.
    Member(String),
    /// An element of a list.
    Element(usize),
    /// What an `Option` holds.
    Inner,
}

impl Construct {
    /// The part of its cotangent that belongs to the argument at `position`.
    pub(crate) fn part(&self, position: usize) -> Part {
        match self.form {
            Form::Tuple | Form::Struct => Part::Member(self.members[position].clone()),
            Form::Option => Part::Inner,
            Form::Array | Form::Vec | Form::NdArray(_) => Part::Element(position),
        }
    }
}

/// A differentiable function or method that is called.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Callee {
    pub(crate) target: Target,
    /// What stands between `::<` and `>`.
    pub(crate) generics: Option<Tokens>,
    pub(crate) passing: Vec<Passing>,
}

/// How an argument is passed, as the user wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Passing {
    /// `x`.
    Value,
    /// `&x`; a method's receiver too.
    Reference,
    /// `x.view()`.
    View,
    /// `x.clone()`, `x.to_owned()`.
    Owned,
}

/// Where a callee is found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Target {
    /// `path(..)` of a free function.
    Function(Tokens),
    /// `Type::name(..)`.
    Associated { ty: Tokens, name: String },
    /// `receiver.name(..)`; the receiver is the first argument.
    Method(String),
}

/// How a `for` loop goes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Iteration {
    /// True in the adjoint of a loop that went forward.
    pub(crate) reversed: bool,
}

impl Graph {
    pub(crate) fn info(&self, value: Value) -> &Info {
        &self.values[value.0]
    }

    pub(crate) fn info_mut(&mut self, value: Value) -> &mut Info {
        &mut self.values[value.0]
    }

    pub(crate) fn ty(&self, value: Value) -> &Ty {
        &self.info(value).ty
    }

    pub(crate) fn is_active(&self, value: Value) -> bool {
        !self.info(value).depends_on.is_empty()
    }

    /// A new value.
    pub(crate) fn value(&mut self, info: Info) -> Value {
        self.values.push(info);
        Value(self.values.len() - 1)
    }

    /// The primal's nodes and the adjoint's, taken out.
    pub(crate) fn take_sweeps(&mut self) -> (Vec<Node>, Vec<Node>) {
        let mut primal = std::mem::take(&mut self.body.nodes);
        let start = self.sweep.as_ref().map_or(primal.len(), |sweep| sweep.start);
        let adjoint = primal.split_off(start.min(primal.len()));
        (primal, adjoint)
    }

    /// Puts back what [`take_sweeps`](Self::take_sweeps) took, changed or not.
    pub(crate) fn put_sweeps(&mut self, primal: Vec<Node>, adjoint: Vec<Node>) {
        if let Some(sweep) = &mut self.sweep {
            sweep.start = primal.len();
        }
        self.body.nodes = primal;
        self.body.nodes.extend(adjoint);
    }

    /// How often each value is an argument or a result, in all blocks.
    pub(crate) fn uses(&self) -> Vec<usize> {
        let mut uses = vec![0; self.values.len()];
        self.body.each_use(&mut |value| uses[value.0] += 1);
        uses
    }
}

impl Block {
    /// Calls `f` with every argument and result in this block and the blocks inside.
    pub(crate) fn each_use(&self, f: &mut impl FnMut(Value)) {
        for node in &self.nodes {
            node.each_use(f);
        }
        self.results.iter().copied().for_each(f);
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
        for result in &mut self.results {
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

    /// True if running it again, or not at all, makes no difference but time.
    pub(crate) fn is_pure(&self) -> bool {
        match &self.op {
            Op::Verbatim(verbatim) => verbatim.pure,
            Op::Effect(_) | Op::Call(_) => false,
            _ => self.blocks.iter().flat_map(|block| &block.nodes).all(Node::is_pure),
        }
    }

    /// True if it only shows a part of its argument, without computing anything: it is evaluated
    /// again where it is needed, never kept.
    pub(crate) fn is_place(&self) -> bool {
        match &self.op {
            Op::Field(_) => true,
            Op::Row(row) => row.is_view(),
            _ => false,
        }
    }

    pub(crate) fn span(&self) -> Span {
        self.origin.span()
    }
}
