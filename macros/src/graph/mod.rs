//! The one graph for primal, adjoint and tangent.
//!
//! Values are defined once. A block is a list of nodes in the order in which they run; a loop, a
//! branch or a kernel is one node that holds its body as a block. Writes make a new version of the
//! value that they write, so nothing here is mutable; `emit` decides what is done in place.
//!
//! After `differentiate` a graph runs the primal first and then, from [`Sweep::start`] on, the
//! adjoint, in one list: what the adjoint nodes use of the primal ones is what has to be kept.

pub(crate) mod collections;
mod control;
#[cfg(test)]
mod decode;
mod hygiene;
mod infer;
mod node;
#[cfg(test)]
mod parse;
mod splice;
mod steps;
mod text;
mod ty;
mod verbatim;

use std::collections::BTreeSet;

pub(crate) use control::{Action, Each, Head, Loop, Step, Turns, Unloop};
pub(crate) use hygiene::{is_of_a_macro, key, key_at, text_of};
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

/// The adjoint part of a graph, or the part that is linear in tangents.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sweep {
    /// The index in the body of the first adjoint node.
    pub(crate) start: usize,
    /// How many of the body's results are the primal's; the others are the adjoint's.
    pub(crate) values: usize,
    /// The cotangent of the result; of a linear part, the first of the tangents.
    pub(crate) seed: Value,
    /// Its tangent, in second order.
    pub(crate) seed_tangent: Option<Value>,
    /// True if it is no adjoint, but what is linear in tangents: its loops go from the first turn to the last.
    pub(crate) is_linear: bool,
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
    /// In an adjoint: what is known again of the turn or arm that it reverses, items first.
    pub(crate) restored: Vec<Value>,
    /// In an adjoint: true if it owns what is restored, since the record is gone through once.
    pub(crate) takes: bool,
    pub(crate) nodes: Vec<Node>,
    pub(crate) results: Vec<Value>,
    /// In a primal: what is kept of this turn or arm for its adjoint.
    pub(crate) saved: Vec<Value>,
    /// In a loop and in its adjoint: true if the first value that is saved says whether the turn is kept at all.
    pub(crate) is_sparse: bool,
    /// In a loop and in its adjoint: records of the loops inside that go on through all turns.
    pub(crate) stacks: Vec<Value>,
    /// In an adjoint, and in a loop that runs with its adjoint: how many of its nodes, the first ones, are the
    /// primal's. Of a function's body, how many of the adjoint's.
    pub(crate) primal: usize,
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
    /// `(tangent, field)`: the same member of the struct's tangent; nothing, or zeros, of a constant field.
    FieldTangent(String),
    /// A struct, tuple or array made of the arguments.
    Construct(Construct),
    /// `(axis, parts..)`: arrays put together along an axis, a new one if `stack`.
    Join { stack: bool },
    /// A call of a differentiable function; gives the value and its pullback.
    Call(Callee),
    /// The pullback of a call: `(pullback, arguments.., cotangent)`; gives an accumulator for each
    /// argument.
    Pullback(Callee),
    /// `(arguments.., tangents..)`: a call in forward mode; gives the value and its tangent, or the value
    /// alone where that is all that is asked for.
    Jvp(Callee),
    /// A scalar formula, its block, over broadcast operands.
    Map,
    /// The backward of a `Map`: the first `likes` arguments say the shapes that the results are
    /// summed to, the rest are the block's operands.
    Pull { likes: usize },
    /// A branch: the argument says which of the blocks runs, a `bool` for two and a number for more.
    /// In a graph with an adjoint a last result is its record: which arm ran, and what that arm saved.
    If,
    /// The adjoint of a branch: the argument is its record, the blocks are the adjoints of its arms.
    Unbranch,
    /// `(mentioned.., carried..)`: a loop. The body's parameters are the items and the carried values;
    /// its results are, if the loop `exits`, whether it ends with this turn, then the carried values.
    /// A `while` has its condition as a second block, which sees the parameters of the body. In a graph
    /// with an adjoint a last result is its record: what each turn saved.
    Loop(Loop),
    /// `(record, mentioned.., carried..)`: the adjoint of a loop, from its last turn to its first.
    Unloop(Unloop),
    /// `(old, operands.., v)`: a new version of `old` in which `v` stands in the part that the steps
    /// lead to.
    Update(Vec<Step>, Action),
    /// `(cotangent, operands..)`: takes the part that the steps lead to out of a cotangent; gives what is
    /// left, and the part.
    TakePart(Vec<Step>, Action),
    /// What an `Option` holds, where it is known to hold something.
    Inner,
    /// A value on a path on which nothing reads it.
    Undefined,
    /// The shape that the arguments broadcast to.
    Joined,
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
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Form {
    Tuple,
    Struct,
    /// `Some(..)`.
    Option,
    Array,
    Vec,
    /// `[x; n]` or `vec![x; n]`, of the one argument.
    Repeat {
        is_vec: bool,
        count: Tokens,
    },
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
    /// The sum of all elements.
    All,
}

impl Construct {
    /// `Some(argument)`.
    pub(crate) fn some() -> Construct {
        let path = Some(Tokens("::core::option::Option::Some".parse().unwrap_or_default()));
        Construct { path, form: Form::Option, members: vec!["0".to_owned()], rest: None }
    }

    /// The part of its cotangent that belongs to the argument at `position`.
    pub(crate) fn part(&self, position: usize) -> Part {
        match self.form {
            Form::Tuple | Form::Struct => Part::Member(self.members[position].clone()),
            Form::Option => Part::Inner,
            Form::Array | Form::Vec | Form::NdArray(_) => Part::Element(position),
            Form::Repeat { .. } => Part::All,
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
    /// Which arguments come with a tangent, in forward mode and in second order. The tangents follow the
    /// arguments; those of a call's results follow the results. In two directions: which of them come with a
    /// tangent in the first, which with one in the second, and which of the first tangents with one in the second.
    pub(crate) tangents: Option<Vec<bool>>,
    /// True where the tangent is asked for in several directions: the call gives the value and the map of tangents,
    /// which stands in a pullback's place and is handed tangents.
    pub(crate) is_linear: bool,
}

impl Callee {
    /// True for a derivative of a function, as far as its name tells.
    pub(crate) fn is_derivative(&self) -> bool {
        match &self.target {
            Target::Derivative { .. } => true,
            Target::Associated { name, .. } | Target::Method(name) => {
                ["_jvp", "_grad", "_value_and_grad"].iter().any(|end| name.ends_with(end))
            }
            Target::Function(_) => false,
        }
    }

    /// How many arguments are among those of the node.
    pub(crate) fn handed(&self) -> usize {
        self.passing.iter().filter(|passing| **passing != Passing::Given).count()
    }

    /// True for the `jvp` of a function, as far as its name tells.
    pub(crate) fn takes_tangents(&self) -> bool {
        match &self.target {
            Target::Derivative { item, .. } => item == "jvp",
            Target::Associated { name, .. } | Target::Method(name) => name.ends_with("_jvp"),
            Target::Function(_) => false,
        }
    }
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
    /// Of a pullback alone: the call was given the value itself, and so the pullback is not handed it again. It is
    /// none of the node's arguments.
    Given,
}

/// Where a callee is found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Target {
    /// `path(..)` of a free function.
    Function(Tokens),
    /// `path::item(..)` of a free function: its gradient, or its derivative in a direction.
    Derivative { of: Tokens, item: String },
    /// `Type::name(..)`.
    Associated { ty: Tokens, name: String },
    /// `receiver.name(..)`; the receiver is the first argument.
    Method(String),
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

    /// True if what it gives first is known to be a float.
    pub(crate) fn gives_float(&self) -> bool {
        self.body.results.first().is_some_and(|result| self.ty(*result).is_float())
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
