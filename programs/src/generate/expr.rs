//! Expressions.

use crate::ast::{
    Arm, Binary, Block, Expr, Holds, Kind, Pattern, Place, Stmt, Type, Unary, VarId, state_fields,
};

use super::{Generator, Target};

impl Generator<'_> {
    /// An expression of a type; `depth` bounds how deep it is.
    pub(super) fn expr(&mut self, ty: &Type, depth: usize) -> Expr {
        match ty {
            Type::Float => self.float(depth),
            Type::Int => self.int(),
            Type::Bool => self.boolean(depth),
            Type::Array1(_) | Type::Array2(..) => self.array(ty, depth),
            _ => self.compound_value(ty, depth),
        }
    }

    /// Runs `f` where nothing outside may be written: an operand beside it may be borrowed.
    pub(super) fn nested<T>(&mut self, f: impl FnOnce(&mut Self) -> T) -> T {
        let floor = std::mem::replace(&mut self.floor, self.scope.len());
        let made = f(self);
        self.floor = floor;
        made
    }

    pub(super) fn read(&mut self, ty: &Type) -> Option<Expr> {
        let place = self.readable_place(ty)?;
        Some(Expr::new(ty.clone(), Kind::Read(place)))
    }

    pub(super) fn literal(&mut self) -> Expr {
        let tenths = self.below(38) as f64 - 19.0;
        Expr::float(if tenths == 0.0 { 0.5 } else { tenths / 10.0 })
    }

    pub(super) fn binary(&mut self, op: char, l: Expr, r: Expr) -> Expr {
        let op = match op {
            '+' => Binary::Add,
            '-' => Binary::Sub,
            '*' => Binary::Mul,
            _ => Binary::Div,
        };
        let ty = match (&l.ty, &r.ty) {
            (Type::Array2(..), _) | (Type::Array1(_), Type::Float | Type::Array1(_)) => {
                l.ty.clone()
            }
            (_, ty) => ty.clone(),
        };
        Expr::new(ty, Kind::Binary(op, Box::new(l), Box::new(r)))
    }

    pub(super) fn unary(op: Unary, x: Expr) -> Expr {
        Expr::new(x.ty.clone(), Kind::Unary(op, Box::new(x)))
    }

    pub(super) fn leaf(&mut self) -> Expr {
        if self.on("cast") && self.chance(12) {
            let i = self.int();
            if !matches!(i.kind, Kind::Int(_)) {
                let cast = Expr::new(Type::Float, Kind::Cast(Box::new(i)));
                return self.binary('*', cast, Expr::float(0.25));
            }
        }
        match self.chance(85) {
            true => self.read(&Type::Float).unwrap_or_else(|| self.literal()),
            false => self.literal(),
        }
    }

    /// A float between -1 and 1, or so.
    pub(super) fn tame(&mut self, depth: usize) -> Expr {
        let x = self.float(depth);
        if self.on("method") && self.chance(60) {
            let op = self.pick(&[Unary::Sin, Unary::Tanh, Unary::Cos]).expect("three");
            return Self::unary(op, x);
        }
        self.binary('*', x, Expr::float(0.5))
    }

    pub(super) fn float(&mut self, depth: usize) -> Expr {
        if depth == 0 {
            return self.leaf();
        }
        let control = usize::from(self.may_nest());
        let kind = self.weighted(&[
            ("arithmetic", 24),
            ("method", 12),
            ("max_min", 2),
            ("if_value", 5 * control),
            ("if_let", 3 * control),
            ("match_value", 4 * control),
            ("block_value", 3 * control),
            ("block_label", 3 * control),
            ("loop_value", 4 * control),
            ("sum", 4),
            ("dot", 4),
            ("mean", 1),
            ("norm", 1),
            ("amax", 1),
            ("array_product", 1),
            ("call", 6),
            ("method_call", 4),
            ("closure", 7),
            ("chain_sum", 4),
            ("chain_product", 2),
            ("chain_fold", 3),
            ("chain_reduce", 1),
            ("chain_last", 1),
            ("chain_extreme", 1),
            ("option_map_or", 5),
            ("unwrap_or", 5),
        ]);
        let Some(kind) = kind else { return self.leaf() };
        self.float_of(kind, depth).unwrap_or_else(|| self.leaf())
    }

    fn float_of(&mut self, kind: &str, depth: usize) -> Option<Expr> {
        let down = depth - 1;
        Some(match kind {
            "arithmetic" => {
                let (l, r) = self.nested(|g| (g.float(down), g.float(down)));
                match self.below(7) {
                    0 | 1 => self.binary('+', l, r),
                    2 => self.binary('-', l, r),
                    3..=5 => self.binary('*', l, r),
                    _ => {
                        // The divisor is at least one.
                        let square = Self::unary(Unary::Square, r);
                        let divisor = self.binary('+', square, Expr::float(1.0));
                        self.binary('/', l, divisor)
                    }
                }
            }
            "method" => {
                let x = self.nested(|g| g.float(down));
                self.method_of(x)
            }
            "max_min" => {
                let l = self.nested(|g| g.float(down));
                if self.on("tie") && self.chance(30) && matches!(l.kind, Kind::Read(_)) {
                    let tied = Kind::Extreme(self.chance(50), Box::new(l.clone()), Box::new(l));
                    return Some(Expr::new(Type::Float, tied));
                }
                let r = self.nested(|g| g.float(down));
                Expr::new(Type::Float, Kind::Extreme(self.chance(50), Box::new(l), Box::new(r)))
            }
            "if_value" | "match_value" | "block_value" | "block_label" | "loop_value"
            | "if_let" => {
                return self.control(kind, &Type::Float, depth);
            }
            "sum" => {
                let ty = self.some_array_type()?;
                let x = self.nested(|g| g.array(&ty, down));
                Expr::new(Type::Float, Kind::Sum(Box::new(x)))
            }
            "dot" => {
                let n = 2 + self.below(3);
                let known = self.some_array_type().filter(|ty| matches!(ty, Type::Array1(_)));
                let ty = known.unwrap_or(Type::Array1(n));
                let (l, r) = self.nested(|g| (g.array(&ty, down), g.array(&ty, down)));
                Expr::new(Type::Float, Kind::Dot(Box::new(l), Box::new(r)))
            }
            "mean" | "norm" | "amax" | "array_product" => return self.reduction(kind, down),
            "call" | "method_call" => return self.call(&Type::Float, down),
            "closure" => {
                let (closure, arity) = self.pick(&self.closures.clone())?;
                let args = self.nested(|g| (0..arity).map(|_| g.float(down)).collect());
                Expr::new(Type::Float, Kind::Apply(closure, args))
            }
            "option_map_or" | "unwrap_or" => return self.of_option(kind, down),
            _ => return self.chain(kind, &Type::Float, down),
        })
    }

    fn method_of(&mut self, x: Expr) -> Expr {
        match self.below(9) {
            0 => Self::unary(Unary::Neg, x),
            1 | 2 => Self::unary(Unary::Sin, x),
            3 => Self::unary(Unary::Cos, x),
            4 | 5 => Self::unary(Unary::Tanh, x),
            6 => {
                let small = Self::unary(Unary::Tanh, x);
                Self::unary(Unary::Exp, small)
            }
            kind => {
                let square = Self::unary(Unary::Square, x);
                let positive = self.binary('+', square, Expr::float(0.5));
                Self::unary(if kind == 7 { Unary::Ln } else { Unary::Sqrt }, positive)
            }
        }
    }

    /// A branch, block or loop that gives a value.
    pub(super) fn control(&mut self, kind: &str, ty: &Type, depth: usize) -> Option<Expr> {
        let down = depth.saturating_sub(1);
        if !self.may_nest() {
            return None;
        }
        self.budget -= 1;
        let kind = match kind {
            "if_value" => {
                let condition = self.nested(|g| g.boolean(down));
                let then = self.value_block(ty, down, true);
                let other = if self.on("else_if") && depth > 1 && self.chance(25) {
                    let chained = self.control("if_value", ty, down)?;
                    Block { stmts: Vec::new(), value: Some(Box::new(chained)) }
                } else {
                    self.value_block(ty, down, false)
                };
                Kind::If(Box::new(condition), Box::new(then), Box::new(other))
            }
            "if_let" => {
                let (option, var) = self.option_binding()?;
                let (scope, closures) = (self.scope.clone(), self.closures.len());
                self.scope.push(var);
                let then = self.value_block(ty, down, false);
                self.close(scope, closures);
                let other = self.value_block(ty, down, true);
                Kind::IfLet(var, option, Box::new(then), Box::new(other))
            }
            "match_value" => {
                let scrutinee = self.scrutinee();
                let arms = self.arms(|g, last| g.value_block(ty, down, !last));
                Kind::Match(Box::new(scrutinee), arms)
            }
            "block_value" => {
                let block = self.value_block(ty, depth, false);
                Kind::Block(None, Box::new(block))
            }
            "block_label" => {
                let label = self.label();
                self.targets.push(Target {
                    label: Some(label),
                    value: Some(ty.clone()),
                    is_loop: false,
                });
                let mut block = self.value_block(ty, down, false);
                let condition = self.nested(|g| g.boolean(1));
                let value = self.nested(|g| g.expr(ty, down));
                self.targets.pop();
                let leave =
                    Block { stmts: vec![Stmt::Break(Some(label), Some(value))], value: None };
                block.stmts.insert(0, Stmt::If(condition, leave, None));
                Kind::Block(Some(label), Box::new(block))
            }
            _ => return self.value_loop(ty, down),
        };
        Some(Expr::new(ty.clone(), kind))
    }

    /// A variable that counts turns.
    pub(super) fn counter(&mut self) -> VarId {
        let id = self.vars.len();
        let name = format!("k{id}");
        self.vars.push(crate::ast::Var {
            name,
            ty: Type::Int,
            mutable: false,
            holds: Holds::Value,
            bound: None,
        });
        self.scope.push(id);
        id
    }

    pub(super) fn label(&mut self) -> usize {
        self.labels += 1;
        self.labels
    }

    /// An integer from 0 to 4.
    pub(super) fn scrutinee(&mut self) -> Expr {
        let i = self.int();
        Expr::new(Type::Int, Kind::IntOp('%', Box::new(i), Box::new(Expr::int(5))))
    }

    /// A guard; now and then it leaves.
    fn guard(&mut self) -> Expr {
        if self.on("guard_jump")
            && self.chance(25)
            && let Some(leave) = self.exit()
        {
            let leave = Block { stmts: vec![leave], value: None };
            let condition = self.nested(|g| g.boolean(1));
            let value = self.guard_without_jump();
            let other = Block { stmts: Vec::new(), value: Some(Box::new(value)) };
            let kind = Kind::If(Box::new(condition), Box::new(leave), Box::new(other));
            return Expr::new(Type::Bool, kind);
        }
        self.guard_without_jump()
    }

    /// A condition out of which nothing jumps.
    fn guard_without_jump(&mut self) -> Expr {
        self.without_jumps(|g| g.nested(|g| g.boolean(1)))
    }

    /// Runs `f` where nothing can be left.
    pub(super) fn without_jumps<T>(&mut self, f: impl FnOnce(&mut Self) -> T) -> T {
        let targets = std::mem::take(&mut self.targets);
        let no_return = std::mem::replace(&mut self.no_return, true);
        let made = f(self);
        (self.targets, self.no_return) = (targets, no_return);
        made
    }

    /// Arms that cover every integer.
    pub(super) fn arms(&mut self, mut body: impl FnMut(&mut Self, bool) -> Block) -> Vec<Arm> {
        let mut arms = Vec::new();
        for _ in 0..1 + self.below(3) {
            let i = self.below(4);
            let kind =
                self.weighted(&[("or_pattern", 3), ("range_pattern", 3), ("binding_pattern", 3)]);
            let (scope, closures) = (self.scope.clone(), self.closures.len());
            let mut guard = None;
            let pattern = match kind {
                Some("or_pattern") if self.chance(60) => Pattern::Or(i, i + 1),
                Some("range_pattern") if self.chance(60) => {
                    Pattern::Range(i, i + 1 + self.below(2))
                }
                Some("binding_pattern") if self.on("guard") && self.chance(60) => {
                    let var = self.counter();
                    self.vars[var].bound = Some(5);
                    guard = Some(self.guard());
                    Pattern::Bind(var)
                }
                _ => Pattern::Literal(i),
            };
            if guard.is_none() && self.on("guard") && self.chance(25) {
                guard = Some(self.guard());
            }
            let body = body(self, false);
            self.close(scope, closures);
            arms.push(Arm { pattern, guard, body });
        }
        let body = body(self, true);
        arms.push(Arm { pattern: Pattern::Wild, guard: None, body });
        arms
    }

    pub(super) fn compare_ints(&self, l: Expr, below: usize) -> Expr {
        Expr::new(Type::Bool, Kind::Compare(true, Box::new(l), Box::new(Expr::int(below))))
    }

    pub(super) fn int(&mut self) -> Expr {
        let vars = self.readable_vars(|var| var.ty == Type::Int && var.bound.is_some());
        let Some(var) = self.pick(&vars) else { return Expr::int(self.below(5)) };
        let read = self.var_expr(var);
        match self.below(4) {
            0 => {
                let by = Expr::int(1 + self.below(3));
                let op = if self.chance(50) { '+' } else { '*' };
                Expr::new(Type::Int, Kind::IntOp(op, Box::new(read), Box::new(by)))
            }
            1 => {
                let by = Expr::int(2 + self.below(2));
                Expr::new(Type::Int, Kind::IntOp('%', Box::new(read), Box::new(by)))
            }
            _ => read,
        }
    }

    pub(super) fn boolean(&mut self, depth: usize) -> Expr {
        for _ in 0..8 {
            if let Some(kind) = self.condition(depth) {
                return Expr::new(Type::Bool, kind);
            }
        }
        // Nothing is in scope.
        Expr::new(Type::Bool, Kind::Bool(self.chance(50)))
    }

    /// A condition of something that is in scope.
    fn condition(&mut self, depth: usize) -> Option<Kind> {
        Some(match self.below(12) {
            0 | 1 if depth > 0 && self.on("short_circuit") => {
                let (l, r) = self.nested(|g| (g.boolean(depth - 1), g.boolean(depth - 1)));
                Kind::Logic(self.chance(50), Box::new(l), Box::new(r))
            }
            2 if depth > 0 => Kind::Not(Box::new(self.boolean(depth - 1))),
            3 | 4 => {
                let i = self.int();
                let bound = 1 + self.below(3);
                let compared = self.compare_ints(i.clone(), bound);
                return (!matches!(i.kind, Kind::Int(_))).then_some(compared.kind);
            }
            5 => return self.read(&Type::Bool).map(|read| read.kind),
            _ => {
                let l = self.nested(|g| g.float(depth.min(1)));
                let r = if self.chance(60) { self.literal() } else { self.nested(|g| g.float(0)) };
                if matches!(l.kind, Kind::Float(_)) {
                    return None;
                }
                Kind::Compare(self.chance(50), Box::new(l), Box::new(r))
            }
        })
    }

    /// Tuples, structs and lists.
    fn compound_value(&mut self, ty: &Type, depth: usize) -> Expr {
        if self.chance(45)
            && let Some(read) = self.read(ty)
        {
            return read;
        }
        let down = depth.saturating_sub(1);
        if depth > 0 {
            let kind = self.weighted(&[
                ("if_value", 2),
                ("match_value", 1),
                ("block_value", 1),
                ("call_gives_parts", 3),
                ("part", 4),
                ("chain_collect", 2),
            ]);
            let made = match kind {
                Some("call_gives_parts") => self.call(ty, down),
                Some("part") => self.part(ty),
                Some("chain_collect") => self.chain("chain_collect", ty, down),
                Some(kind) if self.chance(50) => self.control(kind, ty, down),
                _ => None,
            };
            if let Some(made) = made {
                return made;
            }
        }
        let kind =
            match ty {
                Type::Tuple(parts) => Kind::Tuple(
                    self.nested(|g| parts.iter().map(|part| g.expr(part, down)).collect()),
                ),
                Type::State => Kind::State(self.nested(|g| {
                    state_fields().iter().map(|(_, field)| g.expr(field, down)).collect()
                })),
                Type::Vec(element, n) | Type::List(element, n) => {
                    if self.on("repeat")
                        && self.chance(20)
                        && (matches!(ty, Type::Vec(..)) || element.is_copy())
                    {
                        let x = self.nested(|g| g.expr(element, down));
                        Kind::Repeat(Box::new(x))
                    } else {
                        Kind::Elements(
                            self.nested(|g| (0..*n).map(|_| g.expr(element, down)).collect()),
                        )
                    }
                }
                Type::OptionFloat if self.on("option_map") && self.chance(55) => {
                    match self.of_option("option_map", down) {
                        Some(mapped) => return mapped,
                        None => Kind::None,
                    }
                }
                Type::OptionFloat if self.chance(70) => {
                    Kind::Some(Box::new(self.nested(|g| g.float(down))))
                }
                Type::OptionInt if self.chance(70) => Kind::Some(Box::new(self.int())),
                _ => Kind::None,
            };
        Expr::new(ty.clone(), kind)
    }

    /// `v[a..b].to_vec()` of a list that is long enough.
    fn part(&mut self, ty: &Type) -> Option<Expr> {
        let Type::Vec(element, n) = ty else { return None };
        if **element != Type::Float {
            return None;
        }
        let long = |var: &crate::ast::Var| match &var.ty {
            Type::Vec(e, m) | Type::List(e, m) => **e == Type::Float && m >= n,
            _ => false,
        };
        let vars = self.readable_vars(long);
        let var = self.pick(&vars)?;
        let (Type::Vec(_, m) | Type::List(_, m)) = self.vars[var].ty else { return None };
        let from = self.below(m - n + 1);
        let place = Place { var, path: Vec::new() };
        Some(Expr::new(ty.clone(), Kind::Part(place, from, from + n)))
    }
}
