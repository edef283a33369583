//! Whether every name of a program means the variable that is meant.

use crate::ast::{
    Block, Expr, Function, Kind, Label, Lambda, Pattern, Place, Program, Stmt, VarId,
};
use crate::walk::{Visit, walk_block};

/// Holds for what is generated; asked of what is shrunk.
pub(crate) fn resolve(program: &Program) -> bool {
    program.functions.iter().all(|function| {
        let mut names = Names {
            function,
            declared: function.params.clone(),
            marks: Vec::new(),
            open: Vec::new(),
            fine: true,
        };
        walk_block(&mut function.body.clone(), &mut names);
        names.fine
    })
}

struct Names<'a> {
    function: &'a Function,
    declared: Vec<VarId>,
    /// How many were declared when each open block began.
    marks: Vec<usize>,
    /// Labels of what can be left; whether it is a loop.
    open: Vec<(Option<Label>, bool)>,
    fine: bool,
}

impl Names<'_> {
    fn used(&mut self, var: VarId) {
        let name = |var: &VarId| &self.function.vars[*var].name;
        let latest = self.declared.iter().rev().find(|other| name(other) == name(&var));
        self.fine &= latest == Some(&var);
    }

    fn bind(&mut self, arms: &[crate::ast::Arm]) {
        for arm in arms {
            if let Pattern::Bind(var) = arm.pattern {
                self.declared.push(var);
            }
        }
    }

    fn leaves(&mut self, label: Option<Label>, only_loops: bool) {
        let target = self.open.iter().any(|(other, is_loop)| match label {
            Some(_) => *other == label && (*is_loop || !only_loops),
            None => *is_loop,
        });
        self.fine &= target;
    }
}

impl Visit for Names<'_> {
    fn enter_block(&mut self, _: &mut Block) {
        self.marks.push(self.declared.len());
    }

    fn leave_block(&mut self, _: &mut Block) {
        let mark = self.marks.pop().expect("it was entered");
        self.declared.truncate(mark);
    }

    fn enter_stmt(&mut self, stmt: &mut Stmt) {
        match stmt {
            Stmt::IfLet(var, ..) => self.declared.push(*var),
            Stmt::Match(_, arms) => self.bind(arms),
            Stmt::For(label, vars, ..) => {
                self.declared.extend(vars.iter());
                self.open.push((*label, true));
            }
            Stmt::While(turns) | Stmt::Loop(turns) => {
                self.declared.push(turns.counter);
                self.open.push((turns.label, true));
            }
            Stmt::Break(label, _) => self.leaves(*label, false),
            Stmt::Continue(label) => self.leaves(*label, true),
            _ => {}
        }
    }

    fn leave_stmt(&mut self, stmt: &mut Stmt) {
        match stmt {
            Stmt::Let(var, _) | Stmt::Late(var, ..) | Stmt::LetElse(var, ..) => {
                self.declared.push(*var)
            }
            Stmt::Lend(var, ..) | Stmt::Unused(var, _) => self.declared.push(*var),
            Stmt::LetClosure(var, _)
            | Stmt::LetFunction(var, _)
            | Stmt::Const(var, _)
            | Stmt::Replace(var, ..)
            | Stmt::Take(var, _)
            | Stmt::Pop(var, ..) => {
                self.declared.push(*var);
            }
            Stmt::LetParts(vars, _) => self.declared.extend(vars.iter()),
            Stmt::For(..) | Stmt::While(_) | Stmt::Loop(_) => drop(self.open.pop()),
            _ => {}
        }
    }

    fn enter_expr(&mut self, e: &mut Expr) {
        match &e.kind {
            Kind::IfLet(var, ..) => self.declared.push(*var),
            Kind::Match(_, arms) => self.bind(arms),
            Kind::Loop(turns, _) => {
                self.declared.push(turns.counter);
                self.open.push((turns.label, true));
            }
            Kind::Block(label, _) => self.open.push((*label, false)),
            Kind::Apply(closure, _) | Kind::MapvNamed(_, closure) => self.used(*closure),
            _ => {}
        }
    }

    fn leave_expr(&mut self, e: &mut Expr) {
        if matches!(e.kind, Kind::Loop(..) | Kind::Block(..)) {
            self.open.pop();
        }
    }

    fn place(&mut self, place: &mut Place, _: bool) {
        self.used(place.var);
    }

    fn lambda(&mut self, lambda: &mut Lambda) {
        self.declared.extend(lambda.params.iter());
    }
}
