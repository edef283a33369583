//! What an active `Option` holds.

use proc_macro2::Ident;
use quote::format_ident;
use syn::{parse_quote, Expr, ExprMethodCall, Stmt};

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
            // Nothing else is asked with a closure over active values.
            _ if *self.graph.ty(receiver) == Ty::Unknown => {
                let asks = |arg: &Expr| matches!(arg, Expr::Closure(_));
                let is_constant = call.args.iter().all(|arg| self.is_constant(arg));
                return match call.args.iter().any(asks) && !is_constant {
                    true => self.as_match(call, receiver),
                    false => None,
                };
            }
            _ => {
                let value = self.as_match(call, receiver);
                return Some(value.unwrap_or_else(|| self.option_mistake(call)));
            }
        };
        if self.maybe.contains_key(&receiver) {
            return self.as_match(call, receiver);
        }
        if let Some(part) = self.held_by_construct(receiver) {
            return Some(part);
        }
        if !call.args.iter().all(|default| self.is_constant(default)) {
            return self.as_match(call, receiver);
        }
        let mut args = vec![receiver];
        args.extend(call.args.iter().map(|arg| self.constant_as_written(arg)).collect::<Vec<_>>());
        let depends_on = self.graph.info(receiver).depends_on.clone();
        let out = self.node(Op::Row(row), args, inner, span);
        self.graph.info_mut(out).depends_on = depends_on;
        Some(out)
    }

    /// `option.map(f)` and its like, as the `match` that it stands for.
    fn as_match(&mut self, call: &ExprMethodCall, option: Value) -> Option<Value> {
        let method = call.method.to_string();
        let args: Vec<&Expr> = call.args.iter().collect();
        self.scopes.enter();
        // What a function gives, called by its name.
        let mut refused = None;
        let mut calls = |function: &Expr, args: &[&Ident]| -> Expr {
            if !matches!(function, Expr::Closure(_)) {
                return parse_quote!(#function(#(#args),*));
            }
            match self.handed_on(function, args.len(), &method) {
                Ok(name) => parse_quote!(#name(#(#args),*)),
                Err(mistake) => {
                    refused = Some(mistake);
                    parse_quote!(())
                }
            }
        };
        let held = format_ident!("__held");
        let (some, none): (Expr, Expr) = match (method.as_str(), args.as_slice()) {
            ("map", [f]) => {
                let given = calls(f, &[&held]);
                (parse_quote!(Some(#given)), parse_quote!(None))
            }
            ("and_then", [f]) => (calls(f, &[&held]), parse_quote!(None)),
            ("map_or", [_, f]) => (calls(f, &[&held]), parse_quote!(__default)),
            ("map_or_else", [f, g]) => (calls(g, &[&held]), calls(f, &[])),
            ("unwrap_or", [_]) => (parse_quote!(__held), parse_quote!(__default)),
            ("unwrap", []) => (
                parse_quote!(__held),
                parse_quote!(panic!("called `Option::unwrap()` on a `None` value")),
            ),
            ("expect", [message]) => (parse_quote!(__held), parse_quote!(panic!("{}", #message))),
            ("unwrap_or_else", [f]) => (parse_quote!(__held), calls(f, &[])),
            _ => {
                self.scopes.leave();
                return None;
            }
        };
        // It is computed whether or not the option holds something.
        let before: Option<Stmt> = match (method.as_str(), args.as_slice()) {
            ("map_or" | "unwrap_or", [default, ..]) => {
                Some(parse_quote!(let __default = #default;))
            }
            _ => None,
        };
        self.scopes.bind("__option", option);
        let value = refused.unwrap_or_else(|| {
            self.expr(&parse_quote!({
                #before
                match __option {
                    Some(__held) => #some,
                    None => #none,
                }
            }))
        });
        self.scopes.leave();
        Some(value)
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
