//! Statements.

use crate::ast::{Block, COUNTED, Expr, Holds, Kind, Place, Stmt, Turns, Type, state_fields};

use super::{Generator, Target};

/// How deep blocks are nested.
const DEEPEST: usize = 4;

impl Generator<'_> {
    /// Statements in braces.
    pub(super) fn block(&mut self, depth: usize) -> Block {
        let (scope, closures) = (self.scope.clone(), self.closures.len());
        let mut stmts = Vec::new();
        self.nesting += 1;
        for nth in 0..1 + self.below(3) {
            if nth == 0 || self.budget > 0 {
                self.stmt_into(&mut stmts, depth + 1);
            }
        }
        self.nesting -= 1;
        self.close(scope, closures);
        Block { stmts, value: None }
    }

    /// Statements in braces, and a value; now and then it leaves instead.
    pub(super) fn value_block(&mut self, ty: &Type, depth: usize, may_leave: bool) -> Block {
        let (scope, closures) = (self.scope.clone(), self.closures.len());
        let mut stmts = Vec::new();
        self.nesting += 1;
        if self.may_nest() && self.chance(40) {
            self.stmt_into(&mut stmts, 3);
        }
        let leave = if may_leave && self.chance(8) { self.exit() } else { None };
        let value = match leave {
            Some(leave) => {
                stmts.push(leave);
                None
            }
            None => Some(Box::new(self.nested(|g| g.expr(ty, depth)))),
        };
        self.nesting -= 1;
        self.close(scope, closures);
        Block { stmts, value }
    }

    /// Whether one more block may be opened.
    pub(super) fn may_nest(&self) -> bool {
        self.nesting < DEEPEST && self.budget > 0
    }

    /// Adds one statement.
    pub(super) fn stmt_into(&mut self, stmts: &mut Vec<Stmt>, depth: usize) {
        self.budget -= 1;
        let control = if self.nesting >= DEEPEST || self.budget <= 0 { 0 } else { 4 };
        let list = [
            ("let", 22),
            ("tuple_pattern", 4),
            ("list_pattern", 2),
            ("struct_pattern", 2),
            ("late", control),
            ("let_else", 16),
            ("if", 3 * control),
            ("if_let", control),
            ("match", 2 * control),
            ("for_range", 2 * control),
            ("for_each", control),
            ("for_iter", control),
            ("for_rev", control),
            ("enumerate", control),
            ("zip", control),
            ("chained", control),
            ("windows", control),
            ("chunks", control),
            ("rows", control),
            ("columns", control),
            ("outer_iter", control),
            ("axis_iter", control),
            ("while", 2 * control),
            ("loop", 2 * control),
            ("break", 4),
            ("break_label", 3),
            ("continue", 4),
            ("continue_label", 3),
            ("return", 3),
            ("return_in_loop", 3),
            ("assign", 12),
            ("compound", 8),
            ("tuple_assign", 24),
            ("mem_swap", 24),
            ("mem_replace", 3),
            ("mem_take", 3),
            ("lent_mutably", 6),
            ("lent_to_a_loop", 3),
            ("closure_writes", 3),
            ("chain_writes", 3),
            ("unused", 2),
            ("write_element", 16),
            ("write_element_2d", 130),
            ("write_nested", 64),
            ("write_field", 13),
            ("swap_elements", 13),
            ("push", 28),
            ("pop", 34),
            ("split_mutably", 30),
            ("assign_array", 28),
            ("fill", 34),
            ("scaled_add", 26),
            ("mapv_inplace", 34),
            ("zip_mut_with", 32),
            ("array_compound", 24),
            ("slice_mut", 32),
            ("row_mut", 190),
            ("changed_constant", 11),
            ("option_changed", 76),
            ("counter", 14),
            ("closure", 7),
            ("local_function", 3),
            ("const_item", 1),
            ("assert", 1),
        ];
        for _ in 0..8 {
            let Some(kind) = self.weighted(&list) else { break };
            if let Some(stmt) = self.stmt_of(kind, depth) {
                stmts.push(stmt);
                return;
            }
        }
        let value = self.float(2);
        let var = self.declare(Type::Float, self.on("mut"), Holds::Value);
        stmts.push(Stmt::Let(var, value));
    }

    fn stmt_of(&mut self, kind: &'static str, depth: usize) -> Option<Stmt> {
        Some(match kind {
            "let" => self.binding(),
            "tuple_pattern" | "list_pattern" | "struct_pattern" => return self.parts(kind),
            "late" => {
                let condition = self.nested(|g| g.boolean(1));
                let then = self.value_block(&Type::Float, 2, false);
                let other = self.value_block(&Type::Float, 2, true);
                let var = self.declare_fresh(Type::Float);
                Stmt::Late(var, condition, then, other)
            }
            "let_else" => {
                if depth > 0 || self.in_closure {
                    return None;
                }
                let (option, var) = self.option_binding()?;
                let (scope, closures) = (self.scope.clone(), self.closures.len());
                let ty = self.result.clone();
                let value = self.nested(|g| g.expr(&ty, 2));
                let other = Block { stmts: vec![Stmt::Return(value)], value: None };
                self.close(scope, closures);
                self.scope.push(var);
                Stmt::LetElse(var, option, other)
            }
            "if" => {
                let condition = self.nested(|g| g.boolean(2));
                let then = self.block(depth);
                let other = match self.below(4) {
                    0 if self.on("else_if") => {
                        let chained = self.stmt_of("if", depth + 1)?;
                        Some(Block { stmts: vec![chained], value: None })
                    }
                    0 | 1 => Some(self.block(depth)),
                    _ => None,
                };
                Stmt::If(condition, then, other)
            }
            "if_let" => {
                let (option, var) = self.option_binding()?;
                let (scope, closures) = (self.scope.clone(), self.closures.len());
                self.scope.push(var);
                let then = self.block(depth);
                self.close(scope, closures);
                Stmt::IfLet(var, option, then, self.block(depth))
            }
            "match" => {
                let scrutinee = self.scrutinee();
                let arms = self.arms(|g, _| g.block(depth));
                Stmt::Match(scrutinee, arms)
            }
            "while" | "loop" => self.turns(kind, depth),
            "break" | "break_label" | "continue" | "continue_label" | "return"
            | "return_in_loop" => {
                return self.conditional_exit(kind);
            }
            "closure" => {
                let arity = if self.chance(65) { 1 } else { 2 };
                let lambda = self.lambda(arity, false);
                let var = self.declare_fresh(Type::Unit);
                self.vars[var].name = format!("g{var}");
                self.closures.push((var, arity));
                Stmt::LetClosure(var, lambda)
            }
            "local_function" => {
                let arity = if self.chance(65) { 1 } else { 2 };
                // It sees its parameters alone.
                let scope = std::mem::take(&mut self.scope);
                let closures = std::mem::take(&mut self.closures);
                let lambda = self.lambda(arity, false);
                (self.scope, self.closures) = (scope, closures);
                let var = self.declare_fresh(Type::Unit);
                self.vars[var].name = format!("h{var}");
                self.closures.push((var, arity));
                Stmt::LetFunction(var, lambda)
            }
            "const_item" => {
                let Kind::Float(x) = self.literal().kind else { return None };
                let var = self.declare_fresh(Type::Float);
                (self.vars[var].mutable, self.vars[var].name) = (false, format!("C{var}"));
                Stmt::Const(var, x)
            }
            "assert" => Stmt::Assert(self.nested(|g| g.leaf())),
            "changed_constant" => self.changed_constant()?,
            "counter" => self.step(),
            kind if kind.starts_with("for_")
                || matches!(
                    kind,
                    "enumerate"
                        | "zip"
                        | "windows"
                        | "chunks"
                        | "rows"
                        | "columns"
                        | "outer_iter"
                        | "axis_iter"
                        | "chained"
                ) =>
            {
                return self.for_loop(kind, depth);
            }
            _ => return self.write_of(kind),
        })
    }

    /// A variable whose name hides no other.
    pub(super) fn declare_fresh(&mut self, ty: Type) -> usize {
        let id = self.counter();
        let mutable = self.on("mut") && self.chance(50) && ty == Type::Float;
        let var = &mut self.vars[id];
        (var.ty, var.mutable, var.name) = (ty, mutable, format!("x{id}"));
        id
    }

    fn binding(&mut self) -> Stmt {
        let n = 2 + self.below(3);
        let mut types = vec![Type::Float; 4];
        for (name, ty) in [
            ("array", Type::Array1(n)),
            ("array", Type::Array2(2, n)),
            ("array", Type::Array2(n, 2)),
            ("vec", Type::vec(n)),
            ("vec", Type::vec(n)),
            ("list", Type::list(n)),
            ("tuple", Type::Tuple(vec![Type::Float, Type::Float])),
            ("struct", Type::State),
        ] {
            if self.on(name) {
                types.push(ty);
            }
        }
        if self.on("array") && self.chance(50) {
            types.extend(self.some_array_type());
        }
        if self.on("option") {
            types.extend([Type::OptionFloat, Type::OptionFloat]);
        }
        if self.on("chain_collect") && self.on("vec") && self.chance(20) {
            types.push(Type::vec(0));
        }
        if self.on("nested_place") && self.chance(40) {
            types.push(Type::Vec(Box::new(Type::vec(2)), 2));
            types.push(Type::List(Box::new(Type::list(2)), 2));
            types.push(Type::Vec(Box::new(Type::State), 1));
            types.push(Type::Tuple(vec![Type::Float, Type::vec(2)]));
        }
        if self.on("row_or_column")
            && self.chance(12)
            && let Some(line) = self.line()
        {
            let var = self.declare(line.ty.clone(), self.on("mut"), Holds::Value);
            return Stmt::Let(var, line);
        }
        let ty = self.pick(&types).expect("there are floats");
        let value = if ty == Type::Float && self.chance(12) {
            self.literal()
        } else if ty == Type::Float && self.chance(70) {
            self.tame(2)
        } else {
            self.expr(&ty, 2)
        };
        let value = if self.chance(25) && self.on("block_value") {
            self.control("block_value", &ty, 2).unwrap_or(value)
        } else {
            value
        };
        let mutable = self.on("mut")
            && self.chance(85)
            && (ty != Type::OptionFloat || self.on("option_changed"));
        let var = self.declare(ty, mutable, Holds::Value);
        Stmt::Let(var, value)
    }

    fn parts(&mut self, kind: &str) -> Option<Stmt> {
        let (ty, parts) = match kind {
            "tuple_pattern" => {
                let mut parts = vec![Type::Float, Type::Float];
                if self.on("array") && self.chance(30) {
                    parts.push(Type::Array1(2));
                }
                (Type::Tuple(parts.clone()), parts)
            }
            "list_pattern" => (Type::list(3), vec![Type::Float; 3]),
            _ => (Type::State, state_fields().map(|(_, field)| field).to_vec()),
        };
        if !self.on(["struct", "list"][usize::from(kind == "list_pattern")])
            && kind != "tuple_pattern"
        {
            return None;
        }
        let init = self.expr(&ty, 2);
        let mut vars = Vec::new();
        for part in parts {
            let var = self.declare_fresh(part);
            vars.push(var);
        }
        Some(Stmt::LetParts(vars, init))
    }

    fn for_loop(&mut self, kind: &str, depth: usize) -> Option<Stmt> {
        let (source, (borrowed, binds)) = self.source(kind)?;
        let (scope, closures, frozen) =
            (self.scope.clone(), self.closures.len(), self.frozen.len());
        self.frozen.extend(borrowed);
        let label = self.loop_label();
        let vars = self.bind(binds);
        self.targets.push(Target { label, value: None, is_loop: true });
        let body = self.loop_body(depth);
        self.targets.pop();
        self.frozen.truncate(frozen);
        self.close(scope, closures);
        Some(Stmt::For(label, vars, source, body))
    }

    fn loop_label(&mut self) -> Option<usize> {
        let wanted = self.on("break_label") || self.on("continue_label");
        (wanted && self.chance(45)).then(|| self.label())
    }

    fn turns(&mut self, kind: &str, depth: usize) -> Stmt {
        let (scope, closures) = (self.scope.clone(), self.closures.len());
        let label = self.loop_label();
        let counter = self.counter();
        let bound = 1 + self.below(4);
        // An exit in the condition of a `while` would be refused by rustc.
        let targets = std::mem::take(&mut self.targets);
        let condition = (self.on("active_trip_count") && self.chance(55))
            .then(|| self.nested(|g| g.boolean(1)));
        self.targets = targets;
        self.vars[counter].bound = Some(bound + 1);
        self.targets.push(Target { label, value: None, is_loop: true });
        let body = self.loop_body(depth);
        self.targets.pop();
        self.close(scope, closures);
        let turns = Turns { label, counter, bound, condition, body };
        if kind == "while" { Stmt::While(turns) } else { Stmt::Loop(turns) }
    }

    /// The body of a loop, which now and then carries a float, and steps a counter.
    fn loop_body(&mut self, depth: usize) -> Block {
        let (scope, closures) = (self.scope.clone(), self.closures.len());
        let counters = self.counters();
        let stepped = self.pick(&counters).filter(|_| self.on("counter") && self.chance(50));
        let mut block = self.block(depth);
        if self.on("assign")
            && self.chance(60)
            && let Some(place) = self.writable_place(&Type::Float)
        {
            let value = self.tame(2);
            // First, since what the body declares may hide names that it uses.
            block.stmts.insert(0, Stmt::Assign(place, value));
        }
        if let Some(var) = stepped {
            let step = Stmt::Step(Place { var, path: Vec::new() }, 1 + self.below(3));
            block.stmts.push(step);
        }
        self.close(scope, closures);
        block
    }

    fn changed_constant(&mut self) -> Option<Stmt> {
        let mut vars = self.writable_vars(|ty| *ty == Type::Int);
        vars.retain(|var| self.vars[*var].bound != COUNTED);
        match self.pick(&vars).filter(|_| self.chance(75)) {
            Some(var) => {
                let read = self.var_expr(var);
                let scaled = Kind::IntOp('*', Box::new(read), Box::new(Expr::int(3)));
                let scaled = Expr::new(Type::Int, scaled);
                let moved =
                    Kind::IntOp('+', Box::new(scaled), Box::new(Expr::int(1 + self.below(3))));
                let moved = Expr::new(Type::Int, moved);
                let value =
                    Expr::new(Type::Int, Kind::IntOp('%', Box::new(moved), Box::new(Expr::int(5))));
                Some(Stmt::Assign(Place { var, path: Vec::new() }, value))
            }
            None => {
                let value = Expr::int(self.below(5));
                let var = self.counter();
                (self.vars[var].mutable, self.vars[var].bound) = (true, Some(5));
                self.vars[var].name = format!("c{var}");
                Some(Stmt::Let(var, value))
            }
        }
    }

    fn counters(&self) -> Vec<usize> {
        let vars = self.writable_vars(|ty| *ty == Type::Int);
        vars.into_iter().filter(|var| self.vars[*var].bound == COUNTED).collect()
    }

    /// A step of a counter, or a new one.
    fn step(&mut self) -> Stmt {
        let counters = self.counters();
        match self.pick(&counters).filter(|_| self.chance(80)) {
            Some(var) => Stmt::Step(Place { var, path: Vec::new() }, 1 + self.below(3)),
            None => {
                let var = self.counter();
                (self.vars[var].mutable, self.vars[var].bound) = (true, COUNTED);
                self.vars[var].name = format!("n{var}");
                Stmt::Let(var, Expr::int(self.below(3)))
            }
        }
    }
}
