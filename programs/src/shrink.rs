//! Smaller programs that fail as a program does.

use crate::ast::{Block, Expr, Kind, Program, Stmt, Type};
use crate::build::{Builder, Outcome};
use crate::check::Case;
use crate::names;
use crate::oracle;
use crate::walk::{Visit, walk_program};

/// How many candidates are compiled at once.
const BATCH: usize = 40;

/// How often.
const ROUNDS: usize = 40;

/// The smallest program found that fails like `case` does.
pub(crate) fn shrunk(case: &Case, outcome: &Outcome, builder: &Builder) -> std::io::Result<Case> {
    let mut best = case.clone();
    let mut from = 0;
    for _ in 0..ROUNDS {
        let all = candidates(&best);
        if from >= all.len() {
            break;
        }
        let batch: Vec<&Case> = all[from..].iter().take(BATCH).collect();
        let outcomes =
            builder.outcomes("shrinking", &batch, !matches!(outcome, Outcome::Refused(_)))?;
        let failing = batch.iter().zip(&outcomes).filter(|(_, found)| found.is_like(outcome));
        match failing.map(|(case, _)| *case).min_by_key(|case| size(&case.program)) {
            Some(smaller) => {
                best = smaller.clone();
                from = 0;
            }
            None => from += BATCH,
        }
    }
    Ok(best)
}

/// Programs that are one step smaller, the smallest first, with what the oracle says of them.
fn candidates(case: &Case) -> Vec<Case> {
    let mut programs = Vec::new();
    for nth in 0.. {
        let Some(made) = edited(&case.program, nth) else { break };
        programs.extend(made.into_iter().map(|program| (program, case.args.clone())));
    }
    let main = case.program.functions.len() - 1;
    for nth in 0..case.args.len() {
        let (mut program, mut args) = (case.program.clone(), case.args.clone());
        if program.functions[main].params.len() > 1 {
            program.functions[main].params.remove(nth);
            args.remove(nth);
            programs.push((program, args));
        }
    }
    let before = size(&case.program);
    programs.retain(|(program, args)| {
        (size(program) < before || args.len() < case.args.len()) && names::resolve(program)
    });
    programs.sort_by_key(|(program, _)| size(program));
    let judged = programs.into_iter().filter_map(|(program, args)| {
        let expected = oracle::expected(&program, &args).ok()?;
        Some(Case { program, args, expected })
    });
    judged.collect()
}

/// How large a program is: its functions that are called, their parts and steps.
pub(crate) fn size(program: &Program) -> usize {
    struct Size(usize);
    impl Visit for Size {
        fn enter_stmt(&mut self, _: &mut Stmt) {
            self.0 += 3;
        }
        fn enter_expr(&mut self, e: &mut Expr) {
            self.0 +=
                if matches!(e.kind, Kind::Float(_) | Kind::Int(_) | Kind::Bool(_)) { 1 } else { 2 };
        }
    }
    let mut size = Size(0);
    let mut reachable = Program { functions: Vec::new() };
    for at in crate::print::reachable(program) {
        reachable.functions.push(program.functions[at].clone());
    }
    walk_program(&mut reachable, &mut size);
    size.0
}

/// The programs that come of making the part with this number smaller; None where there are no more parts.
fn edited(program: &Program, nth: usize) -> Option<Vec<Program>> {
    let mut made = Vec::new();
    for edit in 0..4 {
        let mut program = program.clone();
        let mut editor = Editor { left: nth, edit, done: false, found: false };
        walk_program(&mut program, &mut editor);
        if !editor.found {
            return None;
        }
        if editor.done {
            made.push(program);
        }
    }
    Some(made)
}

/// Finds a statement or expression by its number, and changes it.
struct Editor {
    left: usize,
    edit: usize,
    found: bool,
    done: bool,
}

impl Editor {
    fn arrives(&mut self) -> bool {
        if self.found {
            return false;
        }
        if self.left == 0 {
            self.found = true;
            return true;
        }
        self.left -= 1;
        false
    }

    /// Changes the statement at `at`: away with it, or what is inside takes its place.
    fn change(&mut self, block: &mut Block, at: usize) {
        let inside = match (&block.stmts[at], self.edit) {
            (_, 0) => Vec::new(),
            (Stmt::If(_, then, _) | Stmt::IfLet(_, _, then, _), 1) => then.stmts.clone(),
            (Stmt::If(_, _, Some(other)) | Stmt::IfLet(_, _, _, other), 2) => other.stmts.clone(),
            (Stmt::If(condition, then, Some(_)), 3) => {
                vec![Stmt::If(condition.clone(), then.clone(), None)]
            }
            (Stmt::Match(_, arms), edit) => {
                let Some(arm) = arms.get(edit - 1) else { return };
                arm.body.stmts.clone()
            }
            (Stmt::For(_, _, _, body), 1) => body.stmts.clone(),
            (Stmt::While(turns) | Stmt::Loop(turns), 1) => turns.body.stmts.clone(),
            (Stmt::While(turns), 2) if turns.condition.is_some() => {
                vec![Stmt::While(crate::ast::Turns { condition: None, ..turns.clone() })]
            }
            (Stmt::Loop(turns), 2) if turns.condition.is_some() => {
                vec![Stmt::Loop(crate::ast::Turns { condition: None, ..turns.clone() })]
            }
            _ => return,
        };
        block.stmts.splice(at..=at, inside);
        self.done = true;
    }
}

impl Visit for Editor {
    fn enter_block(&mut self, block: &mut Block) {
        for at in 0..block.stmts.len() {
            if self.arrives() {
                self.change(block, at);
                return;
            }
        }
    }

    fn enter_expr(&mut self, e: &mut Expr) {
        if !self.arrives() {
            return;
        }
        let plain = |block: &Block| {
            block.stmts.is_empty().then(|| block.value.as_deref().cloned()).flatten()
        };
        let parts: Vec<Expr> = match &e.kind {
            Kind::Unary(_, x) | Kind::Not(x) | Kind::Mapv(x, _) | Kind::MapvNamed(x, _) => {
                vec![(**x).clone()]
            }
            Kind::Binary(_, l, r) | Kind::Extreme(_, l, r) => vec![(**l).clone(), (**r).clone()],
            Kind::IntOp(_, l, _) => vec![(**l).clone()],
            Kind::Logic(_, l, r) => vec![(**l).clone(), (**r).clone()],
            Kind::If(_, then, other) => {
                [then, other].into_iter().filter_map(|b| plain(b)).collect()
            }
            Kind::Match(_, arms) => {
                arms.iter().filter_map(|arm| plain(&arm.body)).take(2).collect()
            }
            Kind::Block(_, block) => plain(block).into_iter().collect(),
            Kind::Loop(_, last) => vec![(**last).clone()],
            Kind::Call(_, args) | Kind::Apply(_, args) => args.clone(),
            _ => Vec::new(),
        };
        let mut parts: Vec<Expr> =
            parts.into_iter().filter(|part| part.ty == e.ty).take(3).collect();
        let literal = match e.ty {
            Type::Float => Some(Expr::float(0.5)),
            Type::Int => Some(Expr::int(0)),
            Type::Bool => Some(Expr::new(Type::Bool, Kind::Bool(true))),
            Type::Array1(n) => {
                Some(Expr::new(e.ty.clone(), Kind::Elements(vec![Expr::float(0.5); n])))
            }
            Type::Array2(n, m) => {
                Some(Expr::new(e.ty.clone(), Kind::Elements(vec![Expr::float(0.5); n * m])))
            }
            _ => None,
        };
        let simple = matches!(e.kind, Kind::Float(_) | Kind::Int(_) | Kind::Bool(_));
        parts.extend(literal.filter(|literal| !simple && literal != e));
        if let Some(part) = parts.get(self.edit) {
            *e = part.clone();
            self.done = true;
        }
    }
}
