//! What an active `Option` holds.

use syn::{parse_quote, ExprMethodCall};

use super::made::Made;
use super::Lowering;
use crate::graph::{Construct, Form, Op, Ty, Value};
use crate::language;
use crate::ops;

impl Lowering<'_> {
    /// `x.unwrap()`, `x.expect(..)` or `x.unwrap_or(a)` of an `Option`: what it holds, in place.
    pub(super) fn option_method(
        &mut self,
        call: &ExprMethodCall,
        receiver: Value,
    ) -> Option<Value> {
        let inner = match self.graph.ty(receiver) {
            Ty::Option(inner) => (**inner).clone(),
            Ty::Unknown => Ty::Unknown,
            _ => return None,
        };
        let span = call.method.span();
        let row = match (call.method.to_string().as_str(), call.args.len()) {
            ("unwrap", 0) => ops::row("Unwrap"),
            ("expect", 1) => ops::row("Expect"),
            ("unwrap_or", 1) => ops::row("UnwrapOr"),
            ("is_some" | "is_none", 0) => return None,
            _ if *self.graph.ty(receiver) == Ty::Unknown => return None,
            _ => return Some(self.option_mistake(call)),
        };
        if let Some(part) = self.held_by_construct(receiver) {
            return Some(part);
        }
        if let Some(default) = call.args.iter().find(|default| !self.is_constant(default)) {
            let default = self.expr(default);
            self.scopes.enter();
            self.scopes.bind("__option", receiver);
            self.scopes.bind("__default", default);
            let chosen = parse_quote!(if let Some(__held) = __option { __held } else { __default });
            let chosen = self.expr(&chosen);
            self.scopes.leave();
            return Some(chosen);
        }
        let mut args = vec![receiver];
        args.extend(call.args.iter().map(|arg| self.constant_as_written(arg)).collect::<Vec<_>>());
        let depends_on = self.graph.info(receiver).depends_on.clone();
        let out = self.node(Op::Row(row), args, inner, span);
        self.graph.info_mut(out).depends_on = depends_on;
        Some(out)
    }

    /// What `Some(x)` holds that was made here.
    fn held_by_construct(&self, option: Value) -> Option<Value> {
        match self.constructs.get(&option)? {
            Made { construct: Construct { form: Form::Option, .. }, parts, .. } => {
                parts.first().copied()
            }
            _ => None,
        }
    }

    pub(super) fn option_mistake(&mut self, call: &ExprMethodCall) -> Value {
        self.mistake(call.method.span(), language::OPTION_METHOD.of(&call.method))
    }
}
