//! Statements that leave a loop, a block or the function.

use crate::ast::{Block, Stmt, Type};

use super::{Generator, Target};

impl Generator<'_> {
    /// A statement that leaves, whatever is around.
    pub(super) fn exit(&mut self) -> Option<Stmt> {
        let kind = self.weighted(&[
            ("break", 3),
            ("continue", 3),
            ("return", 2),
            ("break_label", 1),
            ("continue_label", 1),
        ])?;
        self.exit_of(kind)
    }

    fn exit_of(&mut self, kind: &str) -> Option<Stmt> {
        match kind {
            "return" | "return_in_loop" => {
                if kind == "return_in_loop" && !self.targets.iter().any(|target| target.is_loop) {
                    return None;
                }
                if self.no_return || self.in_closure && !self.on("closure_return") {
                    return None;
                }
                let ty = self.result.clone();
                let value = self.nested(|g| g.expr(&ty, 2));
                Some(Stmt::Return(value))
            }
            "break" | "break_label" => {
                let labelled = kind == "break_label";
                let target = if labelled {
                    let with: Vec<Target> = self
                        .targets
                        .iter()
                        .filter(|target| target.label.is_some())
                        .cloned()
                        .collect();
                    self.pick(&with)?
                } else {
                    // In a labelled block rustc wants a label.
                    self.targets.last().filter(|target| target.is_loop)?.clone()
                };
                let value = target.value.map(|ty| self.nested(|g| g.expr(&ty, 1)));
                Some(Stmt::Break(target.label.filter(|_| labelled), value))
            }
            _ => {
                let labelled = kind == "continue_label";
                let loops = self.targets.iter().filter(|target| target.is_loop);
                let with: Vec<Target> =
                    loops.filter(|target| !labelled || target.label.is_some()).cloned().collect();
                if !labelled && !self.targets.last()?.is_loop {
                    return None;
                }
                let target = if labelled { self.pick(&with)? } else { with.last()?.clone() };
                Some(Stmt::Continue(target.label.filter(|_| labelled)))
            }
        }
    }

    pub(super) fn conditional_exit(&mut self, kind: &str) -> Option<Stmt> {
        let leave = self.exit_of(kind)?;
        let condition = self.nested(|g| g.boolean(1));
        let mut stmts = Vec::new();
        // A write on the way out, of a float, which the exit was made before.
        if self.on("assign")
            && self.chance(20)
            && let Some(place) = self.writable_place(&Type::Float)
        {
            let value = self.nested(|g| g.tame(1));
            stmts.push(Stmt::Assign(place, value));
        }
        stmts.push(leave);
        Some(Stmt::If(condition, Block { stmts, value: None }, None))
    }
}
