//! Which constructs a program has, and which stand within which.

use std::collections::BTreeSet;

use crate::ast::{
    ArrayOp, Block, End, Expr, Function, Holds, Kind, Lambda, Link, Pattern, Place, Program, Sift,
    Source, Step, Stmt, Through, Turns, Type, Whole,
};
use crate::constructs::NAMES;
use crate::walk::{Visit, walk_block};

/// The six whose pairs are counted.
pub(crate) const FAMILIES: [&str; 6] = ["branch", "loop", "exit", "write", "call", "closure"];

/// What is in one program.
#[derive(Clone, Debug, Default)]
pub(crate) struct Contents {
    pub(crate) constructs: BTreeSet<&'static str>,
    /// One within the other, or both in a statement list: the outer's, or earlier's, number first.
    pub(crate) pairs: BTreeSet<(usize, usize)>,
    pub(crate) statements: usize,
    pub(crate) depth: usize,
}

pub(crate) fn contents(program: &Program) -> Contents {
    let mut contents = Contents::default();
    for function in &program.functions {
        let mut body = function.body.clone();
        let mut counter =
            Counter { function, contents: &mut contents, around: Vec::new(), blocks: 0 };
        counter.signature();
        walk_block(&mut body, &mut counter);
    }
    contents.constructs.extend(call_kinds(program));
    contents
}

struct Counter<'a> {
    function: &'a Function,
    contents: &'a mut Contents,
    /// The families that are open.
    around: Vec<usize>,
    blocks: usize,
}

impl Counter<'_> {
    fn has(&mut self, name: &'static str) {
        debug_assert!(NAMES.contains(&name), "{name}");
        self.contents.constructs.insert(name);
    }

    fn family(&mut self, inner: usize) {
        for outer in &self.around {
            self.contents.pairs.insert((*outer, inner));
        }
    }

    fn signature(&mut self) {
        for var in &self.function.params {
            if self.function.vars[*var].mutable {
                self.has("argument_changed");
            }
        }
        let mut names = BTreeSet::new();
        if self.function.vars.iter().any(|var| !names.insert(&var.name)) {
            self.has("shadowing");
        }
        if self.function.vars.iter().any(|var| var.mutable) {
            self.has("mut");
        }
    }

    fn source(&mut self, source: &Source, chain: bool) {
        match source {
            Source::Range(range) => {
                self.has(if chain { "chain_range" } else { "for_range" });
                if range.inclusive {
                    self.has("inclusive");
                }
                match (range.reversed, range.step > 1) {
                    (true, true) => self.has("rev_step_by"),
                    (true, false) => self.has("rev"),
                    (false, true) => self.has("step_by"),
                    (false, false) => {}
                }
            }
            Source::Each(_, false) => self.has("for_each"),
            Source::Each(_, true) => self.has("for_iter"),
            Source::Reversed(_) => self.has("for_rev"),
            Source::Numbered(..) => self.has(if chain { "chain_enumerate" } else { "enumerate" }),
            Source::Zipped(..) => self.has(if chain { "chain_zip" } else { "zip" }),
            Source::Windows(_) => self.has(if chain { "chain_windows" } else { "windows" }),
            Source::Chunks(_) => self.has("chunks"),
            Source::Chained(..) => self.has("chained"),
            Source::Sifted(source, sift, _) => {
                self.has(match sift {
                    Sift::Filter => "filter",
                    Sift::TakeWhile => "take_while",
                    Sift::SkipWhile => "skip_while",
                });
                self.source(source, chain);
            }
            Source::Lines(..) if chain => self.has("chain_rows"),
            Source::Lines(0, _) => self.has("rows"),
            Source::Lines(1, _) => self.has("columns"),
            Source::Lines(2, _) => self.has("outer_iter"),
            Source::Lines(..) => self.has("axis_iter"),
        }
    }

    fn arms(&mut self, arms: &[crate::ast::Arm]) {
        for arm in arms {
            if let Some(guard) = &arm.guard {
                self.has("guard");
                if matches!(&guard.kind, Kind::If(_, then, _) if then.value.is_none()) {
                    self.has("guard_jump");
                }
            }
            match arm.pattern {
                Pattern::Or(..) => self.has("or_pattern"),
                Pattern::Range(..) => self.has("range_pattern"),
                Pattern::Bind(_) => self.has("binding_pattern"),
                Pattern::Literal(_) | Pattern::Wild => {}
            }
        }
    }

    fn turns(&mut self, turns: &Turns) {
        if turns.condition.is_some() {
            self.has("active_trip_count");
        }
    }

    fn type_of(&mut self, ty: &Type) {
        match ty {
            Type::Array1(_) | Type::Array2(..) => self.has("array"),
            Type::Vec(..) => self.has("vec"),
            Type::List(..) => self.has("list"),
            Type::Tuple(_) => self.has("tuple"),
            Type::State => self.has("struct"),
            Type::OptionFloat | Type::OptionInt => self.has("option"),
            Type::Unit | Type::Float | Type::Int | Type::Bool => {}
        }
    }

    fn stmt_name(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Let(..) => self.has("let"),
            Stmt::LetParts(_, init) => self.has(match init.ty {
                Type::Tuple(_) => "tuple_pattern",
                Type::List(..) => "list_pattern",
                _ => "struct_pattern",
            }),
            Stmt::Late(..) => self.has("late"),
            Stmt::LetElse(..) => self.has("let_else"),
            Stmt::LetClosure(..) => self.has("closure"),
            Stmt::LetFunction(..) => self.has("local_function"),
            Stmt::Const(..) => self.has("const_item"),
            Stmt::Assert(_) => self.has("assert"),
            Stmt::Assign(place, _) if self.function.vars[place.var].ty == Type::Int => {
                self.has("changed_constant");
            }
            Stmt::Assign(place, _) if place.path.is_empty() => {
                let is_option = self.function.vars[place.var].ty == Type::OptionFloat;
                self.has(if is_option { "option_changed" } else { "assign" });
            }
            Stmt::Assign(..) => {}
            Stmt::Compound(..) => self.has("compound"),
            Stmt::TupleAssign(..) => self.has("tuple_assign"),
            Stmt::MemSwap(..) => self.has("mem_swap"),
            Stmt::Replace(..) => self.has("mem_replace"),
            Stmt::Take(..) => self.has("mem_take"),
            Stmt::Lend(.., through) => self.has(match through {
                Through::Place => "lent_mutably",
                Through::Loop => "lent_to_a_loop",
                Through::Closure => "closure_writes",
                Through::Chain => "chain_writes",
            }),
            Stmt::Step(..) => self.has("counter"),
            Stmt::Unused(..) => self.has("unused"),
            Stmt::SwapElements(..) => self.has("swap_elements"),
            Stmt::Push(..) => self.has("push"),
            Stmt::Pop(..) => self.has("pop"),
            Stmt::Split(..) => self.has("split_mutably"),
            Stmt::Whole(_, whole) => self.has(match whole {
                Whole::Assign(_) => "assign_array",
                Whole::Fill(_) => "fill",
                Whole::ScaledAdd(..) => "scaled_add",
                Whole::MapvInplace(_) => "mapv_inplace",
                Whole::ZipMutWith(..) => "zip_mut_with",
                Whole::Compound(..) => "array_compound",
                Whole::SliceAssign(..) | Whole::SliceFill(..) | Whole::SliceScale(..) => {
                    "slice_mut"
                }
                Whole::RowAssign(..) | Whole::ColumnScaledAdd(..) => "row_mut",
            }),
            Stmt::If(_, _, other) => {
                self.has("if");
                let chained = other.as_ref().is_some_and(|other| {
                    matches!(other.stmts[..], [Stmt::If(..)]) && other.value.is_none()
                });
                if chained {
                    self.has("else_if");
                }
            }
            Stmt::IfLet(..) => self.has("if_let"),
            Stmt::Match(_, arms) => {
                self.has("match");
                self.arms(arms);
            }
            Stmt::For(_, _, source, _) => self.source(source, false),
            Stmt::While(turns) => {
                self.has("while");
                self.turns(turns);
            }
            Stmt::Loop(turns) => {
                self.has("loop");
                self.turns(turns);
            }
            Stmt::Break(label, value) => {
                self.has("break");
                if label.is_some() {
                    self.has("break_label");
                }
                if value.is_some() {
                    self.has("break_value");
                }
            }
            Stmt::Continue(label) => {
                self.has("continue");
                if label.is_some() {
                    self.has("continue_label");
                }
            }
            Stmt::Return(_) => {
                self.has("return");
                match self.around.iter().rev().find(|family| matches!(family, 1 | 5)) {
                    Some(1) => self.has("return_in_loop"),
                    Some(_) => self.has("closure_return"),
                    None => {}
                }
            }
        }
    }
}

/// The number of a statement's family.
fn family_of(stmt: &Stmt) -> Option<usize> {
    Some(match stmt {
        Stmt::Late(..) | Stmt::LetElse(..) | Stmt::If(..) | Stmt::IfLet(..) | Stmt::Match(..) => 0,
        Stmt::For(..) | Stmt::While(_) | Stmt::Loop(_) => 1,
        Stmt::Break(..) | Stmt::Continue(_) | Stmt::Return(_) => 2,
        Stmt::LetClosure(..) | Stmt::LetFunction(..) => 5,
        Stmt::Let(..) | Stmt::LetParts(..) | Stmt::Unused(..) => return None,
        Stmt::Const(..) | Stmt::Assert(_) => return None,
        _ => 3,
    })
}

/// The number of an expression's family.
fn family_of_expr(e: &Expr) -> Option<usize> {
    Some(match e.kind {
        Kind::If(..) | Kind::IfLet(..) | Kind::Match(..) => 0,
        Kind::Loop(..) => 1,
        Kind::Call(..) => 4,
        Kind::Apply(..) | Kind::Mapv(..) | Kind::MapvNamed(..) | Kind::Chain(_) => 5,
        Kind::FromFn(_) | Kind::ZipMap(..) | Kind::OfOption(_, Some(_), _) => 5,
        _ => return None,
    })
}

impl Visit for Counter<'_> {
    fn enter_block(&mut self, block: &mut Block) {
        self.blocks += 1;
        self.contents.depth = self.contents.depth.max(self.blocks - 1);
        // Those that stand one after the other in a list meet too.
        let families: Vec<usize> = block.stmts.iter().filter_map(family_of).collect();
        for (nth, a) in families.iter().enumerate() {
            for b in &families[nth + 1..] {
                self.contents.pairs.insert((*a, *b));
            }
        }
    }

    fn leave_block(&mut self, _: &mut Block) {
        self.blocks -= 1;
    }

    fn enter_stmt(&mut self, stmt: &mut Stmt) {
        self.contents.statements += 1;
        self.stmt_name(stmt);
        if let Some(family) = family_of(stmt) {
            self.family(family);
            self.around.push(family);
        }
    }

    fn leave_stmt(&mut self, stmt: &mut Stmt) {
        if family_of(stmt).is_some() {
            self.around.pop();
        }
    }

    fn enter_expr(&mut self, e: &mut Expr) {
        self.type_of(&e.ty.clone());
        match &e.kind {
            Kind::Unary(..) => self.has("method"),
            Kind::Binary(_, l, r) => {
                let broadcasts = e.ty.is_array() && l.ty != r.ty;
                self.has(if broadcasts { "broadcasting" } else { "arithmetic" });
            }
            Kind::Extreme(_, l, r) => {
                self.has("max_min");
                if l == r {
                    self.has("tie");
                }
            }
            Kind::Logic(..) => self.has("short_circuit"),
            Kind::Cast(_) => self.has("cast"),
            Kind::If(_, _, other) => {
                self.has("if_value");
                let chained =
                    |value: &Expr| other.stmts.is_empty() && matches!(value.kind, Kind::If(..));
                if other.value.as_deref().is_some_and(chained) {
                    self.has("else_if");
                }
            }
            Kind::IfLet(..) => self.has("if_let"),
            Kind::Match(_, arms) => {
                self.has("match_value");
                self.arms(arms);
            }
            Kind::Block(None, _) => self.has("block_value"),
            Kind::Block(Some(_), _) => self.has("block_label"),
            Kind::Loop(..) => self.has("loop_value"),
            Kind::Sum(_) => self.has("sum"),
            Kind::Dot(l, _) if matches!(l.ty, Type::Array2(..)) => self.has("matrix_product"),
            Kind::Dot(..) => self.has("dot"),
            Kind::Mapv(..) => self.has("mapv"),
            Kind::MapvNamed(..) => self.has("mapv_named"),
            Kind::Chain(chain) => {
                self.has(match chain.end {
                    End::Sum => "chain_sum",
                    End::Product => "chain_product",
                    End::Fold(_) => "chain_fold",
                    End::Collect => "chain_collect",
                    End::FromIter => "from_iter",
                    End::Reduce(..) => "chain_reduce",
                    End::Last(_) => "chain_last",
                    End::Extreme(..) => "chain_extreme",
                });
                match chain.link {
                    Link::Map => {}
                    Link::FilterMap => self.has("filter_map"),
                    Link::MapWhile => self.has("map_while"),
                    Link::FlatMap => self.has("flat_map"),
                }
                self.source(&chain.source, true);
            }
            Kind::FromFn(_) => self.has("from_shape_fn"),
            Kind::ZipMap(..) => self.has("zip_map"),
            Kind::OfArrays(op, _) => self.has(match op {
                ArrayOp::Slice(..) => "slice",
                ArrayOp::Backwards => "backwards",
                ArrayOp::Transpose => "transpose",
                ArrayOp::Diag => "diag",
                ArrayOp::IndexAxis(..) => "index_axis",
                ArrayOp::Select(_) => "select",
                ArrayOp::SumAxis(_) => "sum_axis",
                ArrayOp::MeanAxis(_) => "mean_axis",
                ArrayOp::Cumsum => "cumsum",
                ArrayOp::Softmax => "softmax",
                ArrayOp::LogSumExp => "logsumexp",
                ArrayOp::Reshape => "reshape",
                ArrayOp::Broadcast => "broadcast",
                ArrayOp::Concatenate => "concatenate",
                ArrayOp::Stack => "stack",
                ArrayOp::Mean => "mean",
                ArrayOp::Norm => "norm",
                ArrayOp::Amax => "amax",
                ArrayOp::Product => "array_product",
            }),
            Kind::OfOption(_, lambda, other) => self.has(match (lambda, other) {
                (Some(_), Some(_)) => "option_map_or",
                (Some(_), None) => "option_map",
                (None, _) => "unwrap_or",
            }),
            Kind::Part(..) => self.has("part"),
            Kind::Repeat(_) => self.has(if e.ty.is_array() { "from_elem" } else { "repeat" }),
            Kind::Line(..) => self.has("row_or_column"),
            Kind::Call(..) => self.has("call"),
            _ => {}
        }
        if let Some(family) = family_of_expr(e) {
            self.family(family);
            self.around.push(family);
        }
    }

    fn leave_expr(&mut self, e: &mut Expr) {
        if family_of_expr(e).is_some() {
            self.around.pop();
        }
    }

    fn place(&mut self, place: &mut Place, written: bool) {
        let element = place.path.iter().any(|step| matches!(step, Step::Index(_)));
        let matrix = place.path.iter().any(|step| matches!(step, Step::Index2(..)));
        let field = place.path.iter().any(|step| matches!(step, Step::Field(_)));
        for (is, read, write) in [
            (element, "element", "write_element"),
            (matrix, "element_2d", "write_element_2d"),
            (field, "projection", "write_field"),
            (place.path.len() > 1, "nested_place", "write_nested"),
        ] {
            if is {
                self.has(if written { write } else { read });
            }
        }
    }

    fn lambda(&mut self, lambda: &mut Lambda) {
        if !lambda.body.stmts.is_empty() {
            self.has("closure_statements");
        }
    }
}

/// What the calls of a program are, by their callees.
fn call_kinds(program: &Program) -> BTreeSet<&'static str> {
    struct Calls<'a> {
        program: &'a Program,
        at: usize,
        names: BTreeSet<&'static str>,
    }
    impl Visit for Calls<'_> {
        fn enter_expr(&mut self, e: &mut Expr) {
            let Kind::Call(callee, _) = e.kind else { return };
            let function = &self.program.functions[callee];
            let holds = |h: Holds| function.params.iter().any(|p| function.vars[*p].holds == h);
            let names = [
                (callee == self.at, "recursion"),
                (function.method, "method_call"),
                (!function.method && holds(Holds::Reference), "call_by_reference"),
                (holds(Holds::Slice), "call_slice"),
                (function.result != Type::Float, "call_gives_parts"),
            ];
            self.names.extend(names.into_iter().filter(|(is, _)| *is).map(|(_, name)| name));
        }
    }
    let mut names = BTreeSet::new();
    for (at, function) in program.functions.iter().enumerate() {
        let mut calls = Calls { program, at, names: BTreeSet::new() };
        walk_block(&mut function.body.clone(), &mut calls);
        names.extend(calls.names);
    }
    names
}
