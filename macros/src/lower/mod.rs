//! From syntax to the graph: knows syn and no calculus.
//!
//! An expression none of whose inputs is active is passed on verbatim, whatever Rust it is. What
//! touches an active value must be understood, or is an error at that expression. The same code
//! reads the formulas of the table.

mod apart;
mod arrays;
mod axes;
mod beside;
mod branch;
mod call;
mod chain;
mod checkpoint;
mod closure;
mod constant;
mod control;
mod exits;
mod expr;
mod flow;
mod formula;
mod function;
mod given;
mod guards;
mod hoist;
mod inner;
mod items;
mod join;
mod joins;
mod jumps;
mod lent;
mod lent_options;
mod lent_parts;
mod lists;
mod local;
mod loops;
mod macros;
mod made;
mod mapped_lists;
mod matching;
mod mentions;
mod method;
mod option;
mod paths;
mod pattern;
mod place;
mod positions;
mod ranges;
mod rearranged;
mod rename;
mod scope;
mod sifted;
mod sifted_lists;
mod sifted_steps;
mod signature;
mod stmt;
mod subslices;
mod turn;
mod turns;
mod ty;
mod typing;
mod update;
mod zip;

use std::collections::{BTreeSet, HashMap, HashSet};

use proc_macro2::{Span, TokenStream};
use syn::spanned::Spanned;

pub(crate) use formula::Formulas;
#[cfg(test)]
pub(crate) use formula::{formula, tangent_formula};
pub(crate) use rename::rename;
pub(crate) use signature::signature;

use crate::graph::{key, Arguments, Block, Elem, Form, Graph, Info, Node, Op, Origin, Ty, Value};
use crate::language;
use crate::mistake::{Mistakes, Place};
use crate::ops::{Kind, Row};
use crate::source::Source;
use made::Made;
use scope::Scopes;

/// What is being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Language {
    /// A user's function.
    User,
    /// A formula of the table, in which functions are rows.
    Formula,
}

/// A function, or a formula, on its way into a graph.
struct Lowering<'a> {
    graph: Graph,
    /// The nodes of the block that is being read.
    nodes: Vec<Node>,
    scopes: Scopes,
    language: Language,
    methods: Vec<ByName>,
    /// The same methods, of what no operation before tells the type of.
    unseen: Vec<(Value, String, Span)>,
    /// Values that stand for a mistake: what is done with them is no second one.
    poisoned: HashSet<Value>,
    /// Views of arrays: parameters of such a type, and parts that are shown in place.
    views: HashSet<Value>,
    /// Parameters of a type `[T; N]`, which `to_vec` makes something else of.
    sized: HashSet<Value>,
    /// The names that an active value may reach.
    reached: HashSet<String>,
    /// Values that nothing reads: a jump comes before, or the variable has none yet.
    undefined: HashSet<Value>,
    /// Those of them that stand at the end of code that never comes there, such as after `panic!`.
    never: HashSet<Value>,
    /// The types that were written for variables which have no value yet, `n: u32`.
    declared: HashMap<Value, syn::PatType>,
    /// Values in an `Option` of ours, since no number could stand in for them where there is none yet.
    optional: HashSet<Value>,
    /// `Option`s that are carried member by member: whether there is something, and what.
    maybe: HashMap<Value, (Value, Value)>,
    /// Values that are `None`.
    nones: HashSet<Value>,
    /// Constants that mention something that changes with time, and do nothing else.
    steady: HashSet<Value>,
    /// Constants that are kept where they are needed again, though they would be the same if they were computed again.
    kept: HashSet<Value>,
    /// Flags that are known.
    flags: exits::Flags,
    /// The loops and labelled blocks around what is being read.
    around: Vec<exits::Around>,
    /// How many loops and labelled blocks were read.
    numbers: usize,
    /// What is known of what a loop carries, once it has been read: by its number and place.
    settled: HashMap<(usize, String), (BTreeSet<scope::Variable>, Vec<Info>)>,
    /// The local closures and functions whose bodies are being read.
    inside: Vec<*const function::LocalFunction>,
    /// How many operands were moved before their statements.
    hoisted: usize,
    /// True while the names of a pattern that may fail to match are bound.
    in_test: bool,
    /// True where a pattern takes apart what is lent: its names stand for references.
    lends: bool,
    /// The type of the function's result, as declared.
    result_ty: Option<Ty>,
    /// True in a closure that gives no value.
    gives_nothing: bool,
    /// The type parameters of the function.
    generics: Option<syn::Generics>,
    /// The structs, tuples and lists made here, with their parts.
    constructs: HashMap<Value, Made>,
    mistakes: &'a mut Mistakes,
}

/// A method that is known by its name alone. The user may have one of that name, so generated code asks rustc whether
/// it is the one that is meant.
pub(crate) enum ByName {
    /// Of the prelude's traits, of a receiver of this type, as far as the macro can see.
    Extension { row: &'static Row, receiver: Ty, span: Span },
    /// An operation by the path of a type that may be a type parameter of the `impl` around: `F::exp`.
    Float { ty: TokenStream, span: Span },
    /// A method by the path of a trait: `Add::add`.
    Trait { path: TokenStream, span: Span },
    /// Of arrays, floats and lists, which gives the same value: of a field of an argument.
    Shown { receiver: TokenStream, span: Span },
}

/// The state before a reading.
#[derive(Clone)]
struct Snapshot {
    values: usize,
    nodes: usize,
    methods: usize,
    unseen: usize,
    mistakes: usize,
    numbers: usize,
    scopes: Scopes,
}

/// What was read of a function.
pub(crate) struct Lowered {
    pub(crate) graph: Graph,
    pub(crate) by_name: Vec<ByName>,
}

/// Reads a user's function.
pub(crate) fn function(source: &Source, mistakes: &mut Mistakes) -> Lowered {
    let mut lowering = Lowering::new(Language::User, mistakes);
    lowering.graph = signature(source);
    lowering.scopes.enter();
    lowering.generics = Some(source.item.sig.generics.clone());
    let params = lowering.graph.body.params.clone();
    for (param, value) in source.params.iter().zip(&params) {
        if param.is_view() {
            lowering.views.insert(*value);
        }
        if ty::is_sized(&param.ty) {
            lowering.sized.insert(*value);
        }
        let is_mutable = param.reference().is_some_and(|lent| lent.mutability.is_some());
        let binding = scope::Binding { is_mutable, ..scope::Binding::of(*value) };
        lowering.scopes.bind_as(&key(&param.name), binding);
    }
    for (param, value) in source.params.iter().zip(&params) {
        if let Some(pattern) = &param.pattern {
            lowering.bind_parts(pattern, *value, param.reference().is_some());
        }
    }
    let active = source.params.iter().filter(|param| param.is_active);
    let names = active.flat_map(|param| {
        let inner = param.pattern.as_ref().map(flow::names_of).unwrap_or_default();
        inner.into_iter().chain([key(&param.name)])
    });
    // What is checkpointed begins as it was: all that it writes is known in versions.
    let written = source.options.checkpoint.then(|| flow::written_in(&source.item.block));
    lowering.reached =
        flow::reached(&source.item.block, names.chain(written.into_iter().flatten()));
    // A constant argument that the function changes is a variable of its own.
    for (param, input) in source.params.iter().zip(&source.item.sig.inputs) {
        if let (false, syn::FnArg::Typed(typed)) = (param.is_active, input) {
            if let syn::Pat::Ident(syn::PatIdent { ident, mutability: Some(_), .. }) = &*typed.pat {
                lowering.begin_as_argument(ident);
            }
        }
    }
    let span = source.name().span();
    let returns = jumps::Jumps::of_block(&source.item.block).returns;
    lowering.result_ty = Some(ty::of_type(
        &source.result(),
        ty::Known { holds_floats: true, generics: Some(&source.item.sig.generics) },
    ));
    lowering.begin_returns(returns, span);
    lowering.items_first(&source.item.block);
    let result = lowering.block_with(&source.item.block, exits::Tail::Function);
    let result = if returns { lowering.after_returns(result, span) } else { result };
    let result = result.filter(|value| !lowering.undefined.contains(value));
    if source.options.checkpoint {
        // What runs once outside of all blocks gives a value that can be kept.
        let blocks: Vec<Block> =
            lowering.nodes.iter().flat_map(|node| node.blocks.iter().cloned()).collect();
        blocks.iter().for_each(|block| lowering.check_repeatable(&block.nodes));
    }
    let result = lowering.function_result(result, source);
    let results = match source.options.aux {
        true => {
            let span = source.name().span();
            vec![lowering.field(result, "0", span), lowering.field(result, "1", span)]
        }
        false => vec![result],
    };
    lowering.graph.body =
        Block { params, nodes: std::mem::take(&mut lowering.nodes), results, ..Block::default() };
    lowering.graph.learn_backwards();
    lowering.refuse_unseen();
    Lowered { graph: lowering.graph, by_name: lowering.methods }
}

impl<'a> Lowering<'a> {
    fn new(language: Language, mistakes: &'a mut Mistakes) -> Self {
        Lowering {
            graph: Graph::default(),
            nodes: Vec::new(),
            scopes: Scopes::default(),
            language,
            methods: Vec::new(),
            unseen: Vec::new(),
            poisoned: HashSet::new(),
            views: HashSet::new(),
            sized: HashSet::new(),
            reached: HashSet::new(),
            undefined: HashSet::new(),
            never: HashSet::new(),
            declared: HashMap::new(),
            optional: HashSet::new(),
            maybe: HashMap::new(),
            nones: HashSet::new(),
            steady: HashSet::new(),
            kept: HashSet::new(),
            flags: HashMap::new(),
            around: Vec::new(),
            numbers: 0,
            settled: HashMap::new(),
            inside: Vec::new(),
            hoisted: 0,
            in_test: false,
            lends: false,
            result_ty: None,
            gives_nothing: false,
            generics: None,
            constructs: HashMap::new(),
            mistakes,
        }
    }

    /// The value of the function's body, or a mistake where there is none.
    fn function_result(&mut self, result: Option<Value>, source: &Source) -> Value {
        match result {
            Some(value) => {
                let declared = ty::of_type(
                    &source.result(),
                    ty::Known { holds_floats: true, generics: Some(&source.item.sig.generics) },
                );
                let found = self.graph.ty(value);
                if !source.options.aux && disagree(&declared, found) {
                    self.mistakes
                        .leave_to_rustc(syn::spanned::Spanned::span(&source.item.sig.output));
                }
                let info = self.graph.info_mut(value);
                if !source.options.aux
                    && (info.ty == Ty::Unknown || matches!(info.ty, Ty::Numeric(_)))
                {
                    info.ty = declared;
                }
                value
            }
            None => {
                let span = match &source.item.sig.output {
                    syn::ReturnType::Default => source.item.sig.ident.span(),
                    output => output.span(),
                };
                self.mistake(span, language::NO_RESULT)
            }
        }
    }

    /// What a reading may be taken back to.
    fn snapshot(&self) -> Snapshot {
        Snapshot {
            values: self.graph.values.len(),
            nodes: self.nodes.len(),
            methods: self.methods.len(),
            unseen: self.unseen.len(),
            mistakes: self.mistakes.count(),
            numbers: self.numbers,
            scopes: self.scopes.clone(),
        }
    }

    /// Takes back what was read since.
    fn restore(&mut self, before: Snapshot) {
        let is_older = |value: &Value| value.0 < before.values;
        self.graph.values.truncate(before.values);
        self.nodes.truncate(before.nodes);
        self.methods.truncate(before.methods);
        self.unseen.truncate(before.unseen);
        self.mistakes.truncate(before.mistakes);
        self.numbers = before.numbers;
        self.scopes = before.scopes;
        self.poisoned.retain(is_older);
        self.undefined.retain(is_older);
        self.never.retain(is_older);
        self.declared.retain(|value, _| is_older(value));
        self.optional.retain(is_older);
        self.maybe.retain(|value, _| is_older(value));
        self.nones.retain(is_older);
        self.steady.retain(is_older);
        self.kept.retain(is_older);
        self.constructs.retain(|value, _| is_older(value));
        self.flags.retain(|value, _| is_older(value));
    }

    /// Notes a mistake and gives a value to go on with, so that more can be found.
    fn mistake(&mut self, place: impl Into<Place>, message: impl Into<String>) -> Value {
        self.mistakes.add(place, message);
        self.poison()
    }

    /// What rustc says enough of.
    fn left_to_rustc(&mut self, span: Span) -> Value {
        self.mistakes.leave_to_rustc(span);
        self.poison()
    }

    /// A value that stands for a mistake.
    fn poison(&mut self) -> Value {
        let value = self.graph.value(Info::default());
        self.poisoned.insert(value);
        value
    }

    /// Adds a node with one result of this type, which depends on all that its arguments do.
    fn node(&mut self, op: Op, args: Vec<Value>, ty: Ty, span: Span) -> Value {
        let depends_on = self.joined_dependencies(&args);
        let out = self.graph.value(Info { ty, depends_on, ..Info::default() });
        if matches!(&op, Op::Row(row) if row.is_view() && !row.is_element()) {
            self.views.insert(out);
        }
        if let Op::Construct(construct) = &op {
            if matches!(construct.form, Form::Repeat { .. }) {
                return self.plain_node(op, args, out, span);
            }
            self.constructs.insert(out, Made::of(construct, &args));
        }
        self.plain_node(op, args, out, span)
    }

    fn plain_node(&mut self, op: Op, args: Vec<Value>, out: Value, span: Span) -> Value {
        self.nodes.push(Node::new(out, op, args, Origin::from(span)));
        out
    }

    fn joined_dependencies(&self, args: &[Value]) -> Arguments {
        let mut all = Arguments::default();
        for arg in args {
            all.join(&self.graph.info(*arg).depends_on);
        }
        all
    }

    fn is_active(&self, value: Value) -> bool {
        self.graph.is_active(value)
    }

    /// Adds an operation of the table; a composition is put in place by its formula.
    fn row(&mut self, row: &'static Row, args: Vec<Value>, span: Span) -> Value {
        if row.kind != Kind::Query {
            self.learn_types(row, &args);
        }
        if row.is_composition() {
            return self.compose(row, &args, span);
        }
        let ty = self.graph.result_type(row, &args);
        let out = self.node(Op::Row(row), args.clone(), ty, span);
        let info = self.graph.info_mut(out);
        info.is_reference = false;
        if row.is_piecewise_constant() {
            info.depends_on = Arguments::default();
        } else {
            // Constants among the operands, such as an axis, do not matter; those that lend their
            // shape or receive nothing do not either.
            let mut depends_on = Arguments::default();
            for (position, arg) in args.iter().enumerate() {
                if row.is_view() || row.cotangent(position).is_some() {
                    depends_on.join(&self.graph.values[arg.0].depends_on);
                }
            }
            self.graph.info_mut(out).depends_on = depends_on;
        }
        out
    }

    /// An operand of arithmetic is a float or an array, and all operands have the same elements.
    fn learn_types(&mut self, row: &'static Row, args: &[Value]) {
        let numeric = |lowering: &Self, position: usize| {
            !row.is_constant_operand(position)
                && !matches!(
                    lowering.graph.ty(args[position]),
                    Ty::Integer
                        | Ty::Bool
                        | Ty::List(_)
                        | Ty::Tuple(_)
                        | Ty::Option(_)
                        | Ty::Struct(_)
                )
        };
        let elem = (0..args.len())
            .filter(|position| numeric(self, *position))
            .fold(Elem::Literal, |elem, position| elem.join(self.graph.ty(args[position]).elem()));
        if elem == Elem::Literal {
            return;
        }
        for position in
            (0..args.len()).filter(|position| numeric(self, *position)).collect::<Vec<_>>()
        {
            let is_active = self.is_active(args[position]);
            let ty = &mut self.graph.info_mut(args[position]).ty;
            match ty {
                Ty::Unknown if is_active => *ty = Ty::Numeric(elem),
                Ty::Array(own, _) | Ty::Numeric(own) | Ty::Float(own)
                    if *own == Elem::Unknown || *own == Elem::Literal && elem.is_concrete() =>
                {
                    *own = elem;
                }
                _ => {}
            }
        }
    }
}

/// True if a value of one of these types is surely none of the other: what rustc says at the function's
/// end.
fn disagree(declared: &Ty, found: &Ty) -> bool {
    let of_two_floats =
        matches!((declared.elem(), found.elem()), (Elem::F32, Elem::F64) | (Elem::F64, Elem::F32));
    match (declared, found) {
        (Ty::Float(_), Ty::Array(..)) | (Ty::Array(..), Ty::Float(_)) => true,
        (Ty::Float(_) | Ty::Array(..), Ty::Tuple(_) | Ty::List(_)) => true,
        (Ty::Tuple(_) | Ty::List(_), Ty::Float(_) | Ty::Array(..)) => true,
        _ => of_two_floats,
    }
}
