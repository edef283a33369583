//! What is done with a chain that leaves items out as with any other: what needs positions after it is done with a list
//! of its items, and what looks for one item ends with the first that is found.

use syn::{parse_quote, Expr, ExprMethodCall};

use super::apart::Shape;
use super::items::is_iterator;
use super::sifted::sifted;
use super::Lowering;
use crate::graph::{Ty, Value};

impl Lowering<'_> {
    /// `find`, `find_map` and `nth` of a chain, as the first item of another.
    pub(super) fn found_first(&mut self, call: &ExprMethodCall) -> Option<Value> {
        let chain = &call.receiver;
        let arg = call.args.first().filter(|_| is_iterator(chain))?;
        let mut first: ExprMethodCall = match call.method.to_string().as_str() {
            "find" => parse_quote!(#chain.filter(#arg).next()),
            "find_map" => parse_quote!(#chain.filter_map(#arg).next()),
            "nth" => parse_quote!(#chain.skip(#arg).next()),
            _ => return None,
        };
        first.method.set_span(call.method.span());
        self.sifted_end(&first)
    }

    /// A chain in which `zip`, `rev` or `chain` comes after what leaves items out, over a list of what comes before;
    /// nothing if there is no such adaptor. A scope is entered, in which the list has a name.
    pub(super) fn listed(&mut self, expr: &Expr) -> Option<Result<Expr, Value>> {
        let call = match expr {
            Expr::Paren(inner) => return self.listed(&inner.expr),
            Expr::MethodCall(call) if is_iterator(expr) => call,
            _ => return None,
        };
        let with = |receiver: Expr| {
            let receiver = Box::new(receiver);
            Expr::MethodCall(ExprMethodCall { receiver, ..call.clone() })
        };
        if let Some(inner) = self.listed(&call.receiver) {
            return Some(inner.map(with));
        }
        let needs_positions =
            ["zip", "rev", "chain", "step_by"].iter().any(|name| call.method == name);
        if !needs_positions || sifted(&call.receiver).is_none() {
            return None;
        }
        let before = &call.receiver;
        let list = self.expr(&parse_quote!(#before.collect::<::std::vec::Vec<_>>()));
        if self.poisoned.contains(&list) {
            return Some(Err(list));
        }
        // A list of floats beside integers would have a cotangent of such.
        if matches!(self.graph.ty(list), Ty::List(item) if Shape::of_type(item).is_apart()) {
            return Some(Err(self.refused(call)));
        }
        self.scopes.enter();
        let name = self.own_name("list");
        self.scopes.bind(&name.to_string(), list);
        Some(Ok(with(parse_quote!(#name.iter()))))
    }

    /// The end of a chain over such a list.
    pub(super) fn in_scope_of_list(&mut self, call: &ExprMethodCall) -> Option<Value> {
        let value = self.chain(call);
        self.scopes.leave();
        value
    }
}
