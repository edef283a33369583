//! Walks over all parts of a program.

use crate::ast::{
    Arm, Block, Chain, End, Expr, Kind, Lambda, Place, Program, Source, Step, Stmt, Turns, Whole,
};

/// What is done at each part, before and after its own parts.
pub(crate) trait Visit {
    fn enter_block(&mut self, _: &mut Block) {}
    fn leave_block(&mut self, _: &mut Block) {}
    fn enter_stmt(&mut self, _: &mut Stmt) {}
    fn leave_stmt(&mut self, _: &mut Stmt) {}
    fn enter_expr(&mut self, _: &mut Expr) {}
    fn leave_expr(&mut self, _: &mut Expr) {}
    fn place(&mut self, _: &mut Place, _written: bool) {}
    fn lambda(&mut self, _: &mut Lambda) {}
}

/// Walks over the last function first, since it matters most.
pub(crate) fn walk_program(program: &mut Program, v: &mut dyn Visit) {
    for function in program.functions.iter_mut().rev() {
        walk_block(&mut function.body, v);
    }
}

pub(crate) fn walk_block(block: &mut Block, v: &mut dyn Visit) {
    v.enter_block(block);
    for stmt in &mut block.stmts {
        walk_stmt(stmt, v);
    }
    if let Some(value) = &mut block.value {
        walk_expr(value, v);
    }
    v.leave_block(block);
}

fn walk_place(place: &mut Place, written: bool, v: &mut dyn Visit) {
    v.place(place, written);
    for step in &mut place.path {
        match step {
            Step::Field(_) => {}
            Step::Index(i) => walk_expr(i, v),
            Step::Index2(i, j) => {
                walk_expr(i, v);
                walk_expr(j, v);
            }
        }
    }
}

fn walk_lambda(lambda: &mut Lambda, v: &mut dyn Visit) {
    v.lambda(lambda);
    walk_block(&mut lambda.body, v);
}

fn walk_arms(arms: &mut [Arm], v: &mut dyn Visit) {
    for arm in arms {
        if let Some(guard) = &mut arm.guard {
            walk_expr(guard, v);
        }
        walk_block(&mut arm.body, v);
    }
}

fn walk_source(source: &mut Source, v: &mut dyn Visit) {
    match source {
        Source::Range(range) => walk_expr(&mut range.to, v),
        Source::Each(a, _) | Source::Reversed(a) | Source::Numbered(a, _) => {
            walk_place(a, false, v)
        }
        Source::Windows(a) | Source::Chunks(a) | Source::Lines(_, a) => walk_place(a, false, v),
        Source::Zipped(a, b) | Source::Chained(a, b) => {
            walk_place(a, false, v);
            walk_place(b, false, v);
        }
        Source::Sifted(source, _, lambda) => {
            walk_source(source, v);
            walk_lambda(lambda, v);
        }
    }
}

fn walk_turns(turns: &mut Turns, v: &mut dyn Visit) {
    if let Some(condition) = &mut turns.condition {
        walk_expr(condition, v);
    }
    walk_block(&mut turns.body, v);
}

pub(crate) fn walk_expr(e: &mut Expr, v: &mut dyn Visit) {
    v.enter_expr(e);
    match &mut e.kind {
        Kind::Float(_) | Kind::Int(_) | Kind::Bool(_) | Kind::None => {}
        Kind::Read(place) | Kind::Len(place) | Kind::Part(place, ..) | Kind::Line(_, place, _) => {
            walk_place(place, false, v);
        }
        Kind::Unary(_, x) | Kind::Not(x) | Kind::Cast(x) | Kind::Sum(x) | Kind::Repeat(x) => {
            walk_expr(x, v);
        }
        Kind::Some(x) | Kind::MapvNamed(x, _) => walk_expr(x, v),
        Kind::Binary(_, l, r) | Kind::Extreme(_, l, r) | Kind::IntOp(_, l, r) => {
            walk_expr(l, v);
            walk_expr(r, v);
        }
        Kind::Compare(_, l, r) | Kind::Logic(_, l, r) | Kind::Dot(l, r) => {
            walk_expr(l, v);
            walk_expr(r, v);
        }
        Kind::If(condition, then, other) => {
            walk_expr(condition, v);
            walk_block(then, v);
            walk_block(other, v);
        }
        Kind::IfLet(_, option, then, other) => {
            walk_place(option, false, v);
            walk_block(then, v);
            walk_block(other, v);
        }
        Kind::Match(scrutinee, arms) => {
            walk_expr(scrutinee, v);
            walk_arms(arms, v);
        }
        Kind::Block(_, block) => walk_block(block, v),
        Kind::Loop(turns, last) => {
            walk_turns(turns, v);
            walk_expr(last, v);
        }
        Kind::Call(_, list) | Kind::Apply(_, list) | Kind::Tuple(list) => walk_all(list, v),
        Kind::State(list) | Kind::Elements(list) => walk_all(list, v),
        Kind::Mapv(x, lambda) => {
            walk_expr(x, v);
            walk_lambda(lambda, v);
        }
        Kind::Chain(chain) => {
            let Chain { source, link: _, lambda, end } = &mut **chain;
            walk_source(source, v);
            if let End::Fold(start) = end {
                walk_expr(start, v);
            }
            walk_lambda(lambda, v);
            match end {
                End::Reduce(lambda, other) => {
                    walk_lambda(lambda, v);
                    walk_expr(other, v);
                }
                End::Last(other) | End::Extreme(_, other) => walk_expr(other, v),
                End::Sum | End::Product | End::Fold(_) | End::Collect | End::FromIter => {}
            }
        }
        Kind::OfOption(option, lambda, other) => {
            walk_place(option, false, v);
            if let Some(other) = other {
                walk_expr(other, v);
            }
            if let Some(lambda) = lambda {
                walk_lambda(lambda, v);
            }
        }
        Kind::FromFn(lambda) => walk_lambda(lambda, v),
        Kind::OfArrays(_, list) => walk_all(list, v),
        Kind::ZipMap(l, r, lambda) => {
            walk_expr(l, v);
            walk_expr(r, v);
            walk_lambda(lambda, v);
        }
    }
    v.leave_expr(e);
}

fn walk_all(list: &mut [Expr], v: &mut dyn Visit) {
    for e in list {
        walk_expr(e, v);
    }
}

pub(crate) fn walk_stmt(stmt: &mut Stmt, v: &mut dyn Visit) {
    v.enter_stmt(stmt);
    match stmt {
        Stmt::Let(_, e) | Stmt::LetParts(_, e) | Stmt::Return(e) => walk_expr(e, v),
        Stmt::Assert(e) => walk_expr(e, v),
        Stmt::Const(..) => {}
        Stmt::Late(_, condition, then, other) => {
            walk_expr(condition, v);
            walk_block(then, v);
            walk_block(other, v);
        }
        Stmt::LetElse(_, option, other) => {
            walk_place(option, false, v);
            walk_block(other, v);
        }
        Stmt::Step(place, _) => walk_place(place, true, v),
        Stmt::LetClosure(_, lambda) | Stmt::LetFunction(_, lambda) => walk_lambda(lambda, v),
        Stmt::Unused(_, e) => walk_expr(e, v),
        Stmt::Assign(place, e)
        | Stmt::Compound(_, place, e)
        | Stmt::Replace(_, place, e)
        | Stmt::Lend(_, place, _, e, _) => {
            walk_expr(e, v);
            walk_place(place, true, v);
        }
        Stmt::Push(place, e) | Stmt::Pop(_, place, e) => {
            walk_expr(e, v);
            walk_place(place, true, v);
        }
        Stmt::TupleAssign(places, values) => {
            walk_all(values, v);
            for place in places {
                walk_place(place, true, v);
            }
        }
        Stmt::MemSwap(a, b) => {
            walk_place(a, true, v);
            walk_place(b, true, v);
        }
        Stmt::Take(_, place) | Stmt::SwapElements(place, ..) | Stmt::Split(place, ..) => {
            walk_place(place, true, v);
        }
        Stmt::Whole(place, whole) => {
            walk_place(place, true, v);
            match whole {
                Whole::Assign(e) | Whole::Fill(e) | Whole::Compound(_, e) => walk_expr(e, v),
                Whole::SliceAssign(_, _, e) | Whole::SliceFill(_, _, e) => walk_expr(e, v),
                Whole::SliceScale(_, _, e) | Whole::RowAssign(_, e) => walk_expr(e, v),
                Whole::ScaledAdd(factor, e) | Whole::ColumnScaledAdd(_, factor, e) => {
                    walk_expr(factor, v);
                    walk_expr(e, v);
                }
                Whole::MapvInplace(lambda) => walk_lambda(lambda, v),
                Whole::ZipMutWith(e, lambda) => {
                    walk_expr(e, v);
                    walk_lambda(lambda, v);
                }
            }
        }
        Stmt::If(condition, then, other) => {
            walk_expr(condition, v);
            walk_block(then, v);
            if let Some(other) = other {
                walk_block(other, v);
            }
        }
        Stmt::IfLet(_, option, then, other) => {
            walk_place(option, false, v);
            walk_block(then, v);
            walk_block(other, v);
        }
        Stmt::Match(scrutinee, arms) => {
            walk_expr(scrutinee, v);
            walk_arms(arms, v);
        }
        Stmt::For(_, _, source, body) => {
            walk_source(source, v);
            walk_block(body, v);
        }
        Stmt::While(turns) | Stmt::Loop(turns) => walk_turns(turns, v),
        Stmt::Break(_, value) => {
            if let Some(value) = value {
                walk_expr(value, v);
            }
        }
        Stmt::Continue(_) => {}
    }
    v.leave_stmt(stmt);
}
