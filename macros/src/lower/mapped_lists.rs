//! `x.map(f)` of a `[T; N]`.

use proc_macro2::Span;
use syn::{Expr, ExprMethodCall};

use super::made::unwritten;
use super::Lowering;
use crate::graph::{Form, Ty, Value};
use crate::language;

impl Lowering<'_> {
    /// `[a, b].map(f)`, where the elements are seen.
    pub(super) fn mapped_list(&mut self, call: &ExprMethodCall, receiver: Value) -> Value {
        let (function, span) = (&call.args[0], call.method.span());
        let made = self.constructs.get(&receiver);
        let parts = made.filter(|made| made.construct.form == Form::Array);
        let Some(parts) = parts.map(|made| made.parts.clone()) else {
            return self.mapped_floats(function, receiver, span);
        };
        let parts =
            parts.into_iter().map(|part| self.applied(function, part, "map", span)).collect();
        self.list(Form::Array, unwritten(parts), span)
    }

    /// The same of floats that are mapped to such: each is written where it stood.
    fn mapped_floats(&mut self, function: &Expr, list: Value, span: Span) -> Value {
        let before = self.snapshot();
        let at = self.position(0, span);
        let element = self.element(list, at, span);
        let mapped = self.applied(function, element, "map", span);
        let elems = [element, mapped].map(|value| match self.graph.ty(value) {
            Ty::Float(elem) => Some(*elem),
            _ => None,
        });
        self.restore(before);
        match elems {
            [Some(from), Some(to)] if from == to || !from.is_known() || !to.is_known() => {}
            _ => return self.mistake(span, language::MAP_OF_A_LIST),
        }
        self.scopes.enter();
        self.scopes.bind("__list", list);
        let whole = self.own_name("mapped");
        let value = match self.handed_on(function, 1, "map") {
            Ok(function) => self.expr(&syn::parse_quote!({
                let mut #whole = __list;
                for __at in 0..__list.len() {
                    #whole[__at] = #function(__list[__at]);
                }
                #whole
            })),
            Err(mistake) => mistake,
        };
        self.scopes.leave();
        value
    }
}
