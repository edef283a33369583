//! Where a piece of code jumps to, and whether it ever comes to its end.

use std::collections::HashSet;

use syn::visit::{self, Visit};
use syn::{Block, Expr, Stmt};

use super::flow::elements_of;

/// The jumps that lead out of a piece of code.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Jumps {
    pub(super) returns: bool,
    /// `break` or `continue` of the loop right around.
    pub(super) leaves_turn: bool,
    /// Those of loops or blocks further out.
    pub(super) labels: HashSet<String>,
}

impl Jumps {
    pub(super) fn of_stmt(stmt: &Stmt) -> Jumps {
        let mut finder = JumpFinder::default();
        finder.visit_stmt(stmt);
        finder.jumps
    }

    pub(super) fn of_expr(expr: &Expr) -> Jumps {
        let mut finder = JumpFinder::default();
        finder.visit_expr(expr);
        finder.jumps
    }

    pub(super) fn of_block(block: &Block) -> Jumps {
        let mut finder = JumpFinder::default();
        finder.visit_block(block);
        finder.jumps
    }

    /// Those of the body of a closure or function.
    pub(super) fn of_function(body: &Expr) -> Jumps {
        match body {
            Expr::Block(block) => Jumps::of_block(&block.block),
            body => Jumps::of_expr(body),
        }
    }

    pub(super) fn any(&self) -> bool {
        self.returns || self.leaves_turn || !self.labels.is_empty()
    }
}

#[derive(Default)]
struct JumpFinder {
    jumps: Jumps,
    depth: usize,
    labels: Vec<String>,
}

impl JumpFinder {
    fn jump(&mut self, label: Option<&syn::Lifetime>) {
        match label {
            Some(label) => {
                let label = label.ident.to_string();
                if !self.labels.contains(&label) {
                    self.jumps.labels.insert(label);
                }
            }
            None if self.depth == 0 => self.jumps.leaves_turn = true,
            None => {}
        }
    }

    fn inside(&mut self, label: Option<&syn::Label>, is_loop: bool, visit: impl FnOnce(&mut Self)) {
        self.depth += usize::from(is_loop);
        self.labels.extend(label.map(|label| label.name.ident.to_string()));
        visit(self);
        if label.is_some() {
            self.labels.pop();
        }
        self.depth -= usize::from(is_loop);
    }
}

impl<'ast> Visit<'ast> for JumpFinder {
    fn visit_expr_return(&mut self, jump: &'ast syn::ExprReturn) {
        self.jumps.returns = true;
        visit::visit_expr_return(self, jump);
    }

    fn visit_expr_break(&mut self, jump: &'ast syn::ExprBreak) {
        self.jump(jump.label.as_ref());
        visit::visit_expr_break(self, jump);
    }

    fn visit_expr_continue(&mut self, jump: &'ast syn::ExprContinue) {
        self.jump(jump.label.as_ref());
    }

    fn visit_expr_for_loop(&mut self, turns: &'ast syn::ExprForLoop) {
        self.visit_expr(&turns.expr);
        self.inside(turns.label.as_ref(), true, |this| this.visit_block(&turns.body));
    }

    fn visit_expr_while(&mut self, turns: &'ast syn::ExprWhile) {
        self.inside(turns.label.as_ref(), true, |this| visit::visit_expr_while(this, turns));
    }

    fn visit_expr_loop(&mut self, turns: &'ast syn::ExprLoop) {
        self.inside(turns.label.as_ref(), true, |this| visit::visit_expr_loop(this, turns));
    }

    fn visit_expr_block(&mut self, block: &'ast syn::ExprBlock) {
        self.inside(block.label.as_ref(), false, |this| visit::visit_expr_block(this, block));
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        elements_of(mac).iter().for_each(|element| self.visit_expr(element));
    }

    fn visit_expr_closure(&mut self, _: &'ast syn::ExprClosure) {}

    fn visit_item(&mut self, _: &'ast syn::Item) {}
}

/// True if a block never comes to its end.
pub(super) fn diverges(block: &Block) -> bool {
    block.stmts.iter().any(|stmt| match stmt {
        Stmt::Expr(expr, _) => expr_diverges(expr),
        Stmt::Macro(mac) => is_diverging_macro(&mac.mac),
        _ => false,
    })
}

/// True if an expression never gives a value.
pub(super) fn expr_diverges(expr: &Expr) -> bool {
    match expr {
        Expr::Return(_) | Expr::Break(_) | Expr::Continue(_) => true,
        Expr::Macro(mac) => is_diverging_macro(&mac.mac),
        Expr::Paren(inner) => expr_diverges(&inner.expr),
        Expr::Block(block) if block.label.is_none() => diverges(&block.block),
        Expr::If(branch) => {
            diverges(&branch.then_branch)
                && branch.else_branch.as_ref().is_some_and(|(_, other)| expr_diverges(other))
        }
        Expr::Match(matched) => {
            !matched.arms.is_empty() && matched.arms.iter().all(|arm| expr_diverges(&arm.body))
        }
        _ => false,
    }
}

/// True for a macro that does not come back.
pub(super) fn is_diverging_macro(mac: &syn::Macro) -> bool {
    mac.path.segments.last().is_some_and(|last| {
        matches!(
            last.ident.to_string().as_str(),
            "panic" | "unreachable" | "todo" | "unimplemented"
        )
    })
}
