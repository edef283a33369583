//! What an active `Option` holds.

use syn::spanned::Spanned;
use syn::ExprMethodCall;

use super::made::Made;
use super::Lowering;
use crate::graph::{Construct, Form, Op, Ty, Value};
use crate::ops;

impl Lowering<'_> {
    /// `x.unwrap()`, `x.expect(..)` or `x.unwrap_or(c)` of an `Option`: what it holds, in place.
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
            return Some(self.mistake(
                default.span(),
                "an active default of an `Option` is not supported: take the value out by `unwrap()` where \
                 it is there",
            ));
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
        self.mistake(
            call.method.span(),
            format!(
                "`{}` of an active `Option` is not supported: take its value out by `unwrap()`, \
                 `expect(..)` or `unwrap_or(..)`",
                call.method
            ),
        )
    }
}
