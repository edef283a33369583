//! Closures, what loops go over, and chains of iterators.

use crate::ast::{
    Block, Chain, End, Expr, Holds, Kind, Lambda, Link, Place, Range, Sift, Source, Stmt, Turns,
    Type, Var, VarId,
};

use super::{Generator, Target};

/// What a source borrows, and what it binds: a type, how it is held, and the bound of an integer.
type Bound = (Vec<VarId>, Vec<(Type, Holds, Option<usize>)>);

impl Generator<'_> {
    /// A closure from floats to a float; `reference` closures get references.
    pub(super) fn lambda(&mut self, arity: usize, reference: bool) -> Lambda {
        let holds = if reference { Holds::Reference } else { Holds::Value };
        let params = vec![(Type::Float, holds, None); arity];
        self.lambda_of(params, &Type::Float)
    }

    pub(super) fn bind(&mut self, params: Vec<(Type, Holds, Option<usize>)>) -> Vec<VarId> {
        let mut ids = Vec::new();
        for (ty, holds, bound) in params {
            let id = self.vars.len();
            self.vars.push(Var { name: format!("e{id}"), ty, mutable: false, holds, bound });
            self.scope.push(id);
            ids.push(id);
        }
        ids
    }

    pub(super) fn lambda_of(
        &mut self,
        params: Vec<(Type, Holds, Option<usize>)>,
        result: &Type,
    ) -> Lambda {
        let (scope, closures) = (self.scope.clone(), self.closures.len());
        let floor = std::mem::replace(&mut self.floor, self.scope.len());
        let captured = std::mem::replace(&mut self.captured, self.scope.len());
        let targets = std::mem::take(&mut self.targets);
        let outer = std::mem::replace(&mut self.result, result.clone());
        let in_closure = std::mem::replace(&mut self.in_closure, true);
        let params = self.bind(params);
        let mut stmts = Vec::new();
        self.nesting += 1;
        if self.on("closure_statements") && self.may_nest() && self.chance(30) {
            self.stmt_into(&mut stmts, 2);
        }
        if *result == Type::Float && self.on("closure_return") && !self.no_return && self.chance(12)
        {
            let condition = self.nested(|g| g.boolean(1));
            let value = self.nested(|g| g.float(1));
            let leave = Block { stmts: vec![Stmt::Return(value)], value: None };
            stmts.push(Stmt::If(condition, leave, None));
        }
        let mut value = self.nested(|g| g.expr(result, 1));
        self.nesting -= 1;
        if *result == Type::Float && self.chance(80) {
            let read = self.param_read(&params);
            if let Some(read) = read {
                value = self.binary('*', read, value);
            }
        }
        self.close(scope, closures);
        (self.floor, self.captured, self.in_closure) = (floor, captured, in_closure);
        (self.targets, self.result) = (targets, outer);
        Lambda { params, body: Block { stmts, value: Some(Box::new(value)) } }
    }

    /// A float of a closure's parameters, so that they matter.
    fn param_read(&mut self, params: &[VarId]) -> Option<Expr> {
        let hidden = |g: &Self, var: VarId| !g.scope.contains(&var);
        let candidates: Vec<VarId> = params.iter().copied().filter(|p| !hidden(self, *p)).collect();
        let var = self.pick(&candidates)?;
        let place = self.place_within(var, &Type::Float)?;
        Some(Expr::new(Type::Float, Kind::Read(place)))
    }

    /// A loop that gives a value, by a `break` of its body or in its last turn.
    pub(super) fn value_loop(&mut self, ty: &Type, depth: usize) -> Option<Expr> {
        if !self.on("break_value") || self.targets.len() > 2 {
            return None;
        }
        let (scope, closures) = (self.scope.clone(), self.closures.len());
        let label = self.chance(40).then(|| self.label());
        let counter = self.counter();
        // It is one more than the last turn where the last value is given.
        self.vars[counter].bound = Some(5);
        self.targets.push(Target { label, value: Some(ty.clone()), is_loop: true });
        let mut body = self.block(depth.min(1));
        let condition = self.nested(|g| g.boolean(1));
        let value = self.nested(|g| g.expr(ty, depth));
        let label_used = label.filter(|_| self.on("break_label") && self.chance(50));
        let leave = Block { stmts: vec![Stmt::Break(label_used, Some(value))], value: None };
        // First, since what the body declares may hide names that the condition uses.
        body.stmts.insert(0, Stmt::If(condition, leave, None));
        self.targets.pop();
        // It stands in the last turn, which `continue` would make one of endlessly many.
        let targets = std::mem::take(&mut self.targets);
        let last = self.nested(|g| g.expr(ty, depth.min(1)));
        self.targets = targets;
        self.close(scope, closures);
        let turns = Turns { label, counter, bound: 3, condition: None, body };
        Some(Expr::new(ty.clone(), Kind::Loop(Box::new(turns), Box::new(last))))
    }

    pub(super) fn range(&mut self) -> (Range, usize) {
        let from = self.below(3);
        let inclusive = self.on("inclusive") && self.chance(30);
        let reversed = self.on("rev") && self.chance(30);
        let mut step = if self.on("step_by") && self.chance(25) { 2 + self.below(2) } else { 1 };
        if reversed && !self.on("rev_step_by") {
            step = 1;
        }
        let end = if self.chance(12) { self.below(3) } else { from + 1 + self.below(4) };
        let is_small =
            |var: &crate::ast::Var| var.bound.is_some() && var.bound != crate::ast::COUNTED;
        let vars = self.readable_vars(|var| var.ty == Type::Int && is_small(var));
        let (to, bound) = match self.pick(&vars).filter(|_| self.chance(25)) {
            Some(var) => (self.var_expr(var), self.vars[var].bound.unwrap_or(1)),
            None => (Expr::int(end), end),
        };
        (Range { from, to, inclusive, reversed, step }, bound + usize::from(inclusive))
    }

    /// Something to go over, of a kind named like its construct; now and then some of it is left out.
    pub(super) fn source(&mut self, kind: &str) -> Option<(Source, Bound)> {
        let (source, (borrowed, binds)) = self.whole_source(kind)?;
        // What is borrowed twice is a view, which is not copied out of the closure's reference.
        let sift = self.weighted(&[("filter", 2), ("take_while", 1), ("skip_while", 1)]);
        let sifted = sift.filter(|_| self.chance(12) && !matches!(source, Source::Lines(..)));
        let Some(sift) = sifted else { return Some((source, (borrowed, binds))) };
        let sift = match sift {
            "filter" => Sift::Filter,
            "take_while" => Sift::TakeWhile,
            _ => Sift::SkipWhile,
        };
        let lambda = self.lambda_of(binds.clone(), &Type::Bool);
        Some((Source::Sifted(Box::new(source), sift, Box::new(lambda)), (borrowed, binds)))
    }

    fn whole_source(&mut self, kind: &str) -> Option<(Source, Bound)> {
        let element = (Type::Float, Holds::Reference, None);
        if kind == "for_range" || kind == "chain_range" {
            let (range, bound) = self.range();
            let index = (Type::Int, Holds::Value, Some(bound.max(1)));
            return Some((Source::Range(range), (Vec::new(), vec![index])));
        }
        let lines = ["rows", "columns", "outer_iter", "axis_iter", "chain_rows"];
        if lines.contains(&kind) {
            let vars = self.readable_vars(|var| matches!(var.ty, Type::Array2(..)));
            let var = self.pick(&vars)?;
            let Type::Array2(rows, columns) = self.vars[var].ty else { return None };
            let which = match kind {
                "columns" => 1,
                "outer_iter" => 2,
                "axis_iter" => 3 + self.below(2),
                _ => 0,
            };
            let n = if which == 1 || which == 4 { rows } else { columns };
            let place = Place { var, path: Vec::new() };
            let view = (Type::Array1(n), Holds::View, None);
            return Some((Source::Lines(which, place), (vec![var], vec![view])));
        }
        let windows = matches!(kind, "windows" | "chunks" | "chain_windows");
        let iterable = |var: &Var| match &var.ty {
            Type::Array1(_) => !windows,
            Type::Vec(element, _) | Type::List(element, _) => **element == Type::Float,
            _ => false,
        };
        let vars = self.readable_vars(iterable);
        let var = self.pick(&vars)?;
        let n = match self.vars[var].ty {
            Type::Array1(n) | Type::Vec(_, n) | Type::List(_, n) => n,
            _ => return None,
        };
        let place = Place { var, path: Vec::new() };
        let index = (Type::Int, Holds::Value, Some(n.max(8)));
        let mut borrowed = vec![var];
        let (source, binds) = match kind {
            "for_each" => (Source::Each(place, false), vec![element]),
            "for_rev" => (Source::Reversed(place), vec![element]),
            "enumerate" | "chain_enumerate" => {
                (Source::Numbered(place, self.chance(30)), vec![index, element])
            }
            "chained" => {
                let other = self.pick(&vars)?;
                borrowed.push(other);
                let other = Place { var: other, path: Vec::new() };
                (Source::Chained(place, other), vec![element])
            }
            "zip" | "chain_zip" => {
                let other = self.pick(&vars)?;
                borrowed.push(other);
                let other = Place { var: other, path: Vec::new() };
                (Source::Zipped(place, other), vec![element.clone(), element])
            }
            "windows" | "chain_windows" => {
                (Source::Windows(place), vec![(Type::vec(2), Holds::Slice, None)])
            }
            "chunks" => (Source::Chunks(place), vec![(Type::vec(1), Holds::Slice, None)]),
            _ => (Source::Each(place, true), vec![element]),
        };
        Some((source, (borrowed, binds)))
    }

    /// A chain of iterators that gives a type.
    pub(super) fn chain(&mut self, kind: &str, ty: &Type, depth: usize) -> Option<Expr> {
        let wanted = match ty {
            Type::Vec(element, n) if **element == Type::Float => Some(*n),
            Type::Array1(n) => Some(*n),
            Type::Float => None,
            _ => return None,
        };
        let over = self.weighted(&[
            ("for_iter", 4),
            ("for_rev", 1),
            ("chain_range", 3),
            ("chain_zip", 3),
            ("chain_enumerate", 3),
            ("chain_windows", 2),
            ("chain_rows", 2),
            ("chained", 2),
        ])?;
        // How many are left is not known where some are left out.
        let any = wanted.is_none_or(|n| n == 0);
        let (mut source, (borrowed, mut binds)) =
            if any { self.source(over)? } else { self.whole_source(over)? };
        if let Some(n) = wanted.filter(|_| !any) {
            // As many as the type says: a range, or a list of that length.
            let exact = matches!(ty, Type::Array1(_));
            let fits = match &source {
                Source::Each(place, _) | Source::Reversed(place) | Source::Numbered(place, _) => {
                    match self.vars[place.var].ty {
                        Type::Array1(m) | Type::List(_, m) => m == n || (m > n && !exact),
                        Type::Vec(_, m) => m >= n && !exact,
                        _ => false,
                    }
                }
                _ => false,
            };
            if !fits {
                let to = Expr::int(n);
                source = Source::Range(Range {
                    from: 0,
                    to,
                    inclusive: false,
                    reversed: false,
                    step: 1,
                });
                binds = vec![(Type::Int, Holds::Value, Some(n))];
            }
        }
        let frozen = self.frozen.len();
        self.frozen.extend(borrowed);
        let end = match kind {
            "chain_product" => End::Product,
            "chain_fold" => End::Fold(self.nested(|g| g.float(depth.min(1)))),
            "chain_collect" if matches!(ty, Type::Array1(_)) && self.on("from_iter") => {
                self.pick(&[End::Collect, End::FromIter, End::FromIter])?
            }
            "chain_collect" => End::Collect,
            "chain_reduce" => {
                let lambda = self.lambda(2, false);
                End::Reduce(lambda, self.nested(Self::leaf))
            }
            "chain_last" => End::Last(self.nested(Self::leaf)),
            "chain_extreme" => End::Extreme(self.chance(50), self.nested(Self::leaf)),
            _ => End::Sum,
        };
        let link = match self.weighted(&[("filter_map", 2), ("map_while", 1), ("flat_map", 2)]) {
            Some(link) if any && !matches!(end, End::Fold(_)) && self.chance(25) => link,
            _ => "map",
        };
        if matches!(end, End::Fold(_)) {
            binds.insert(0, (Type::Float, Holds::Value, None));
        }
        let (link, lambda) = self.linked(link, binds);
        self.frozen.truncate(frozen);
        Some(Expr::new(ty.clone(), Kind::Chain(Box::new(Chain { source, link, lambda, end }))))
    }

    /// What a chain does with each item.
    fn linked(&mut self, link: &str, binds: Vec<(Type, Holds, Option<usize>)>) -> (Link, Lambda) {
        let link = match link {
            "filter_map" => Link::FilterMap,
            "map_while" => Link::MapWhile,
            "flat_map" => return (Link::FlatMap, self.lambda_of(binds, &Type::list(2))),
            _ => return (Link::Map, self.lambda_of(binds, &Type::Float)),
        };
        // A `return` of it would have to give an option.
        let no_return = std::mem::replace(&mut self.no_return, true);
        let mut lambda = self.lambda_of(binds, &Type::Float);
        self.no_return = no_return;
        let given = lambda.body.value.take().expect("a closure of a float gives one");
        let condition = Box::new(self.sifting(&lambda.params));
        let some = |kind| Expr::new(Type::OptionFloat, kind);
        let block = |value| Box::new(Block { stmts: Vec::new(), value: Some(Box::new(value)) });
        let (given, none) = (block(some(Kind::Some(given))), block(some(Kind::None)));
        lambda.body.value = Some(Box::new(some(Kind::If(condition, given, none))));
        (link, lambda)
    }

    /// A condition of what a closure is given.
    fn sifting(&mut self, params: &[VarId]) -> Expr {
        let is_hidden =
            |var: VarId| self.vars[var + 1..].iter().any(|other| other.name == self.vars[var].name);
        let seen: Vec<VarId> = params.iter().copied().filter(|var| !is_hidden(*var)).collect();
        let Some(var) = self.pick(&seen) else { return Expr::new(Type::Bool, Kind::Bool(true)) };
        match self.vars[var].ty {
            Type::Int => self.compare_ints(self.var_expr(var), 3),
            _ => {
                let read = self.place_within(var, &Type::Float);
                let place = read.unwrap_or(Place { var, path: Vec::new() });
                let read = Expr::new(Type::Float, Kind::Read(place));
                let (less, bound) = (self.chance(50), self.literal());
                let kind = Kind::Compare(less, Box::new(read), Box::new(bound));
                Expr::new(Type::Bool, kind)
            }
        }
    }
}
