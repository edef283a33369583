//! Calls of the functions made before, and of the one that is being made.

use crate::ast::{Expr, Holds, Kind, Type, VarId};

use super::Generator;

impl Generator<'_> {
    /// A call that gives a type.
    pub(super) fn call(&mut self, ty: &Type, depth: usize) -> Option<Expr> {
        let callees: Vec<usize> = (0..self.functions.len())
            .filter(|f| self.functions[*f].result == *ty && !self.is_this(*f))
            .collect();
        let callee = self.pick(&callees)?;
        self.call_of(callee, depth)
    }

    /// Whether it is the one that is being made.
    fn is_this(&self, function: usize) -> bool {
        self.depth_var.is_some() && function + 1 == self.functions.len()
    }

    pub(super) fn call_of(&mut self, callee: usize, depth: usize) -> Option<Expr> {
        let (params, vars, ty) = {
            let function = &self.functions[callee];
            (function.params.clone(), function.vars.clone(), function.result.clone())
        };
        let mut args = Vec::new();
        for param in params {
            let var = &vars[param];
            let arg = match (var.holds, &var.ty) {
                (_, Type::Int) => Expr::int(self.below(4)),
                (Holds::Reference, Type::State) => self
                    .read(&Type::State)
                    .filter(|_| self.chance(80))
                    .unwrap_or_else(|| self.nested(|g| g.expr(&Type::State, depth))),
                (Holds::Reference | Holds::Slice, ty) => match self.read(ty) {
                    Some(read) if self.chance(75) => read,
                    _ => self.nested(|g| g.expr(ty, depth)),
                },
                (_, ty) => self.nested(|g| g.expr(ty, depth)),
            };
            args.push(arg);
        }
        Some(Expr::new(ty, Kind::Call(callee, args)))
    }

    /// A call of the function that is being made, one level down.
    pub(super) fn self_call(&mut self, this: usize, depth: VarId) -> Expr {
        let less = Expr::new(
            Type::Int,
            Kind::IntOp('-', Box::new(self.var_expr(depth)), Box::new(Expr::int(1))),
        );
        let ty = self.functions[this].result.clone();
        let Some(Expr { kind: Kind::Call(_, mut args), .. }) = self.call_of(this, 1) else {
            return self.expr(&ty, 0);
        };
        args[0] = less;
        Expr::new(ty, Kind::Call(this, args))
    }
}
