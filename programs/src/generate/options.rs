//! Options.

use crate::ast::{Expr, Holds, Kind, Place, Type, Var, VarId};

use super::Generator;

impl Generator<'_> {
    /// An option in scope, and the type and bound of what it holds.
    fn option(&mut self) -> Option<(VarId, Type, Option<usize>)> {
        let vars = self.readable_vars(|var| matches!(var.ty, Type::OptionFloat | Type::OptionInt));
        let option = self.pick(&vars)?;
        Some(match self.vars[option].ty {
            Type::OptionInt => (option, Type::Int, Some(5)),
            _ => (option, Type::Float, None),
        })
    }

    /// An option in scope, and a variable for what it holds.
    pub(super) fn option_binding(&mut self) -> Option<(Place, VarId)> {
        let (option, ty, bound) = self.option()?;
        let id = self.vars.len();
        let (name, holds) = (format!("x{id}"), Holds::Value);
        self.vars.push(Var { name, ty, mutable: false, holds, bound });
        Some((Place { var: option, path: Vec::new() }, id))
    }

    /// A method of an option in scope, named like its construct.
    pub(super) fn of_option(&mut self, kind: &str, depth: usize) -> Option<Expr> {
        let (option, held, bound) = self.option()?;
        let place = Place { var: option, path: Vec::new() };
        let ty = if kind == "option_map" { Type::OptionFloat } else { Type::Float };
        if kind == "unwrap_or" && held != Type::Float {
            return None;
        }
        let other =
            (kind != "option_map").then(|| Box::new(self.nested(|g| g.float(depth.min(1)))));
        let lambda = (kind != "unwrap_or")
            .then(|| Box::new(self.lambda_of(vec![(held, Holds::Value, bound)], &Type::Float)));
        Some(Expr::new(ty, Kind::OfOption(place, lambda, other)))
    }
}
