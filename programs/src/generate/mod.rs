//! Random programs, well-typed and bounded by construction.

mod array_ops;
mod arrays;
mod calls;
mod exits;
mod expr;
mod iterate;
mod options;
mod scope;
mod stmt;
mod writes;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::ast::{
    Block, Chain, End, Expr, Function, Holds, Kind, Label, Lambda, Link, Place, Program, Source,
    Stmt, Type, Var, VarId,
};
use crate::constructs::Switches;
use crate::oracle::{Value, argument};

/// A loop or block that can be left.
#[derive(Clone, Debug)]
struct Target {
    label: Option<Label>,
    /// What a `break` carries; a labelled block and a value loop say so.
    value: Option<Type>,
    is_loop: bool,
}

/// Makes one function at a time.
pub(crate) struct Generator<'a> {
    random: ChaCha8Rng,
    switches: &'a Switches,
    functions: Vec<Function>,
    vars: Vec<Var>,
    /// What is visible, the oldest first.
    scope: Vec<VarId>,
    /// Closures from floats to a float: the variable, and how many arguments it takes.
    closures: Vec<(VarId, usize)>,
    /// What a loop or closure borrows.
    frozen: Vec<VarId>,
    /// Nothing of the scope before this may be written.
    floor: usize,
    /// Nothing mutable of the scope before this may be read: a closure borrows it.
    captured: usize,
    targets: Vec<Target>,
    labels: usize,
    result: Type,
    in_closure: bool,
    /// The value of the closure being made is written to a place, so that it cannot return.
    no_return: bool,
    /// The function being made calls itself with this variable, less one.
    depth_var: Option<VarId>,
    /// Statements that may still be made.
    budget: i32,
    /// How many blocks and closures are open.
    nesting: usize,
}

/// A program and its arguments.
pub(crate) fn program(seed: u64, switches: &Switches) -> (Program, Vec<Value>) {
    let mut generator = Generator {
        random: ChaCha8Rng::seed_from_u64(seed),
        switches,
        functions: Vec::new(),
        vars: Vec::new(),
        scope: Vec::new(),
        closures: Vec::new(),
        frozen: Vec::new(),
        floor: 0,
        captured: 0,
        targets: Vec::new(),
        labels: 0,
        result: Type::Float,
        in_closure: false,
        no_return: false,
        depth_var: None,
        budget: 0,
        nesting: 0,
    };
    if generator.on("call") || generator.on("method_call") || generator.on("recursion") {
        for _ in 0..generator.below(3) {
            generator.helper();
        }
    }
    generator.main();
    let program = Program { functions: generator.functions };
    let main = program.functions.last().expect("the last function was just made");
    let mut random = generator.random;
    let mut next = || (random.random_range(-1.5..1.5_f64) * 1000.0).round() / 1000.0;
    let args = main.params.iter().map(|p| argument(&main.vars[*p].ty, &mut next)).collect();
    (program, args)
}

impl Generator<'_> {
    fn on(&self, name: &str) -> bool {
        self.switches.on(name)
    }

    fn below(&mut self, n: usize) -> usize {
        self.random.random_range(0..n.max(1))
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<T: Clone>(&mut self, list: &[T]) -> Option<T> {
        if list.is_empty() { None } else { Some(list[self.below(list.len())].clone()) }
    }

    /// A construct among those that are switched on, by weight.
    fn weighted(&mut self, list: &[(&'static str, usize)]) -> Option<&'static str> {
        let on: Vec<_> = list.iter().filter(|(name, _)| self.on(name)).collect();
        let total: usize = on.iter().map(|(_, weight)| weight).sum();
        let mut left = self.below(total);
        for (name, weight) in on {
            if left < *weight {
                return Some(name);
            }
            left -= weight;
        }
        None
    }

    fn begin(&mut self, result: Type, budget: i32) {
        self.vars.clear();
        self.scope.clear();
        self.closures.clear();
        self.frozen.clear();
        self.targets.clear();
        (self.floor, self.captured, self.labels) = (0, 0, 0);
        (self.result, self.budget) = (result, budget);
        self.in_closure = false;
        self.depth_var = None;
    }

    fn param(&mut self, ty: Type, holds: Holds) -> VarId {
        let mutable = holds == Holds::Value
            && matches!(ty, Type::Float | Type::Vec(..) | Type::Array1(_))
            && self.on("argument_changed")
            && self.chance(30);
        let id = self.vars.len();
        let bound = (ty == Type::Int).then_some(5);
        self.vars.push(Var { name: format!("p{id}"), ty, mutable, holds, bound });
        self.scope.push(id);
        id
    }

    fn container_param(&mut self) -> VarId {
        let n = 2 + self.below(3);
        let mut choices = Vec::new();
        for (name, options) in [
            (
                "array",
                &[
                    (Type::Array1(n), Holds::Reference),
                    (Type::Array1(n), Holds::Value),
                    (Type::Array2(2, n), Holds::Reference),
                    (Type::Array2(n, n), Holds::Reference),
                ][..],
            ),
            (
                "vec",
                &[
                    (Type::vec(n), Holds::Slice),
                    (Type::vec(n), Holds::Slice),
                    (Type::vec(n), Holds::Value),
                ],
            ),
            ("list", &[(Type::list(n), Holds::Value), (Type::list(n), Holds::Reference)]),
            ("tuple", &[(Type::Tuple(vec![Type::Float, Type::Float]), Holds::Value)]),
            ("struct", &[(Type::State, Holds::Reference), (Type::State, Holds::Value)]),
        ] {
            if self.on(name) {
                choices.extend_from_slice(options);
            }
        }
        let (ty, holds) = self.pick(&choices).unwrap_or((Type::Float, Holds::Value));
        self.param(ty, holds)
    }

    /// A function for others to call.
    fn helper(&mut self) {
        let kind = self.weighted(&[("call", 3), ("method_call", 2), ("recursion", 3)]);
        let Some(kind) = kind else { return };
        let n = 2 + self.below(2);
        let mut result = Type::Float;
        if self.on("call_gives_parts") && self.chance(60) && kind == "call" {
            let pair = Type::Tuple(vec![Type::Float, Type::Float]);
            let mut types = vec![pair];
            for (name, ty) in
                [("array", Type::Array1(n)), ("struct", Type::State), ("vec", Type::vec(n))]
            {
                if self.on(name) {
                    types.push(ty);
                }
            }
            result = self.pick(&types).expect("there is a pair");
        }
        let budget = 2 + self.below(4) as i32;
        self.begin(result.clone(), budget);
        let mut params = Vec::new();
        if kind == "method_call" {
            params.push(self.param(Type::State, Holds::Reference));
            self.vars[0].name = "self".to_owned();
        }
        if kind == "recursion" {
            let depth = self.param(Type::Int, Holds::Value);
            params.push(depth);
        }
        params.push(self.param(Type::Float, Holds::Value));
        if self.chance(60) {
            params.push(self.container_param());
        }
        if self.chance(30) {
            params.push(self.param(Type::Float, Holds::Value));
        }
        let mut stmts = Vec::new();
        if kind == "recursion" {
            let depth = params[0];
            let condition = self.compare_ints(self.var_expr(depth), 1);
            let base = self.expr(&result, 1);
            let leave = Block { stmts: vec![Stmt::Return(base)], value: None };
            stmts.push(Stmt::If(condition, leave, None));
            self.depth_var = Some(depth);
            // The function that is being made, for its calls of itself.
            let this = self.function(params.clone(), kind, Block::default());
            self.functions.push(this);
        }
        let body = self.body(stmts, &result);
        if kind == "recursion" {
            self.functions.pop();
        }
        let function = self.function(params, kind, body);
        self.functions.push(function);
    }

    fn function(&self, params: Vec<VarId>, kind: &str, body: Block) -> Function {
        Function {
            name: format!("f{}", self.functions.len()),
            vars: self.vars.clone(),
            params,
            result: self.result.clone(),
            method: kind == "method_call",
            body,
        }
    }

    /// The function that is differentiated.
    fn main(&mut self) {
        let budget = 9 + self.below(8) as i32;
        self.begin(Type::Float, budget);
        let mut params =
            vec![self.param(Type::Float, Holds::Value), self.param(Type::Float, Holds::Value)];
        for _ in 0..1 + self.below(3) {
            params.push(self.container_param());
        }
        if self.chance(50) {
            params.push(self.param(Type::Int, Holds::Value));
        }
        if self.on("option") && self.chance(40) {
            let ty = if self.chance(50) { Type::OptionFloat } else { Type::OptionInt };
            params.push(self.param(ty, Holds::Value));
        }
        if self.chance(20) {
            params.push(self.param(Type::Bool, Holds::Value));
        }
        let body = self.body(Vec::new(), &Type::Float);
        let mut function = self.function(params, "call", body);
        function.name = "main".to_owned();
        self.functions.push(function);
    }

    /// Statements until the budget is spent, then a value of much that is in scope.
    fn body(&mut self, mut stmts: Vec<Stmt>, result: &Type) -> Block {
        while self.budget > 0 {
            self.stmt_into(&mut stmts, 0);
        }
        let mut value = self.expr(result, 2);
        if *result == Type::Float {
            // What was made last is what the result depends on.
            for var in self.readable_vars(|_| true).into_iter().rev().take(5) {
                if let Some(part) = self.summary(var) {
                    let op = if self.chance(50) { '+' } else { '-' };
                    value = self.binary(op, value, part);
                }
            }
            let calls = (0..self.functions.len()).collect::<Vec<_>>();
            if let Some(callee) = self.pick(&calls)
                && self.depth_var.is_none()
                && let Some(call) = self.call_of(callee, 1)
            {
                match call.ty.clone() {
                    Type::Float => value = self.binary('+', value, call),
                    ty => {
                        let var = self.declare_fresh(ty);
                        stmts.push(Stmt::Let(var, call));
                        if let Some(part) = self.summary(var) {
                            value = self.binary('+', value, part);
                        }
                    }
                }
            }
            if let Some(depth) = self.depth_var {
                let this = self.functions.len() - 1;
                let call = self.self_call(this, depth);
                let half = self.binary('*', call, Expr::float(0.5));
                value = self.binary('+', value, half);
            }
        }
        Block { stmts, value: Some(Box::new(value)) }
    }

    /// A float of what a variable holds.
    fn summary(&mut self, var: VarId) -> Option<Expr> {
        let read = self.var_expr(var);
        match read.ty {
            Type::Float => Some(read),
            Type::Array1(_) | Type::Array2(..) if self.on("sum") => {
                Some(Expr::new(Type::Float, Kind::Sum(Box::new(read))))
            }
            Type::Vec(_, 0) => {
                let place = Place { var, path: Vec::new() };
                let params = self.bind(vec![(Type::Float, Holds::Reference, None)]);
                self.scope.pop();
                let value = Some(Box::new(self.var_expr(params[0])));
                let lambda = Lambda { params, body: Block { stmts: Vec::new(), value } };
                let source = Source::Each(place, true);
                let chain = Chain { source, link: Link::Map, lambda, end: End::Sum };
                Some(Expr::new(Type::Float, Kind::Chain(Box::new(chain))))
            }
            _ => {
                let place = self.place_within(var, &Type::Float)?;
                Some(Expr::new(Type::Float, Kind::Read(place)))
            }
        }
    }
}
