//! Calls of functions and constructors with an active argument.

use quote::{quote, ToTokens};
use syn::spanned::Spanned;
use syn::{Expr, ExprCall, PathArguments};

use super::constant::starts_upper;
use super::expr::{is_none, member};
use super::formula::formula_row;
use super::{Language, Lowering};
use crate::graph::{Callee, Construct, Form, Passing, Target, Tokens, Ty, Value};
use crate::language;

impl Lowering<'_> {
    pub(super) fn call(&mut self, call: &ExprCall) -> Value {
        let span = call.func.span();
        let in_formula = if self.language == Language::Formula { formula_row(call) } else { None };
        if let Some(row) = in_formula {
            let args = call.args.iter().map(|arg| self.expr(arg)).collect();
            return self.row(row, args, span);
        }
        let Expr::Path(function) = &*call.func else {
            return self.mistake(span, language::CALL_OF_AN_EXPRESSION);
        };
        if function.qself.is_some() {
            return match self.call_by_path(call, function) {
                Some(value) => value,
                None => self.mistake(&call.func, language::CALL_THROUGH_A_TRAIT),
            };
        }
        let last = function.path.segments.last();
        let name = last.map_or(String::new(), |last| last.ident.to_string());
        if matches!(name.as_str(), "concatenate" | "stack") && self.language == Language::User {
            return self.mistake(span, language::FALLIBLE.of(name));
        }
        if name == "stop_gradient" {
            return self.stopped(call);
        }
        let owner = function.path.segments.iter().rev().nth(1);
        if name == "indexed" && owner.is_some_and(|owner| owner.ident == "Zip") {
            return self.mistake(&call.func, language::ZIP_OF_POSITIONS);
        }
        if starts_upper(&name) {
            return self.constructor(call, &function.path);
        }
        if let Some(made) = self.made_array(call, &function.path) {
            return made;
        }
        if let Some(value) = self.call_by_path(call, function) {
            return value;
        }
        let written: Vec<&Expr> = call.args.iter().collect();
        if let Some(value) = self.local_call(&call.func, &written, span) {
            return value;
        }
        if let Some(Some(old)) = self.memory_call(call) {
            return old;
        }
        if let Some(binding) = self.binding(&call.func) {
            if self.poisoned.contains(&binding.value) {
                return binding.value;
            }
            return self.mistake(span, language::CALL_OF_A_VALUE);
        }
        let passing = call.args.iter().map(|arg| self.passing(arg)).collect();
        let args = call.args.iter().map(|arg| self.expr(arg)).collect();
        self.call_node(callee(&function.path, passing), args, span)
    }

    /// How an argument is passed: a name as what it was bound to.
    pub(super) fn passing(&self, arg: &Expr) -> Passing {
        match (passing(arg), without_parens(arg)) {
            (Passing::Value, Expr::Field(field)) => self
                .made_at(&field.base)
                .and_then(|base| self.passing_of_member(base, &member(&field.member)))
                .unwrap_or(Passing::Value),
            (Passing::Value, name) if self.is_name_of_a_place(name) => Passing::Reference,
            (Passing::Value, name) => match self.binding(name) {
                Some(binding) if binding.is_lent => Passing::Reference,
                Some(binding) if binding.is_owned => Passing::Owned,
                _ => Passing::Value,
            },
            (passing, _) => passing,
        }
    }

    /// A part of something that is made here, and how it is passed.
    pub(super) fn part(&mut self, part: &Expr) -> (Value, Passing) {
        match is_none(part) {
            // What stands beside it tells its type, which its tangent has as well.
            true => (self.nothing(part.span()), Passing::Value),
            false => self.passed(part),
        }
    }

    /// The value of an argument, and how it is passed.
    pub(super) fn passed(&mut self, arg: &Expr) -> (Value, Passing) {
        if let Some(moved) = self.refuse_name_of_a_place(arg) {
            return (moved, Passing::Value);
        }
        let passing = self.passing(arg);
        (self.expr(arg), passing)
    }

    /// `stop_gradient(e)`: `e` as it stands, whatever it is, and nothing flows through it.
    fn stopped(&mut self, call: &ExprCall) -> Value {
        let span = call.span();
        let Some(arg) = call.args.first() else {
            return self.left_to_rustc(span);
        };
        if let Some(binding) = self.binding(arg) {
            // The value stays where it is, since the rest of the function may still need it.
            let ty = self.graph.ty(binding.value).clone();
            let func = &call.func;
            let is_place = !ty.is_float() && !self.graph.info(binding.value).is_reference;
            let out = self.constant_of(
                &[binding.value],
                |names| {
                    if is_place {
                        quote!(#func(&#(#names)*))
                    } else {
                        quote!(#func(#(#names)*))
                    }
                },
                ty,
                span,
            );
            self.graph.info_mut(out).is_reference =
                is_place || self.graph.info(binding.value).is_reference;
            return out;
        }
        let is_lent = matches!(arg, Expr::Reference(_));
        let mut mentions = self.mentions(arg);
        mentions.active = None;
        // A reference is taken again rather than kept; anything else may be a long computation.
        mentions.pure &= is_lent;
        let ty = self.constant_type(arg);
        let out = self.verbatim(call.to_token_stream(), mentions, ty, span);
        self.graph.info_mut(out).is_reference = is_lent;
        out
    }

    /// `Pair(a, b)`, `Some(x)`.
    fn constructor(&mut self, call: &ExprCall, path: &syn::Path) -> Value {
        let name = path.segments.last().map_or(String::new(), |last| last.ident.to_string());
        let parts: Vec<(Value, Passing)> = call.args.iter().map(|arg| self.passed(arg)).collect();
        let members = (0..parts.len()).map(|position| position.to_string()).collect();
        let (form, ty) = match name.as_str() {
            "Some" => {
                let inner = parts.first().map_or(Ty::Unknown, |part| self.graph.ty(part.0).clone());
                (Form::Option, Ty::Option(Box::new(inner)))
            }
            _ => (Form::Tuple, Ty::Struct(name)),
        };
        let construct =
            Construct { path: Some(Tokens(path.to_token_stream())), form, members, rest: None };
        self.made(construct, parts, ty, call.span())
    }
}

/// Which function a path names, told by Rust's naming convention.
pub(super) fn callee(path: &syn::Path, passing: Vec<Passing>) -> Callee {
    let mut path = path.clone();
    let mut generics = None;
    if let Some(last) = path.segments.last_mut() {
        if let PathArguments::AngleBracketed(arguments) = &last.arguments {
            generics = Some(Tokens(arguments.args.to_token_stream()));
        }
        last.arguments = PathArguments::None;
    }
    let owner = path.segments.iter().rev().nth(1).map(|segment| segment.ident.to_string());
    let last = path.segments.last().map_or(String::new(), |last| last.ident.to_string());
    let is_module = |owner: &String| matches!(owner.as_str(), "self" | "super" | "crate");
    let is_derivative = matches!(last.as_str(), "grad" | "value_and_grad" | "jvp")
        && owner.as_ref().is_some_and(|owner| !starts_upper(owner) && !is_module(owner));
    let target = if is_derivative {
        path.segments.pop();
        path.segments.pop_punct();
        Target::Derivative { of: Tokens(path.to_token_stream()), item: last }
    } else if owner.is_some_and(|owner| starts_upper(&owner)) {
        let name = path.segments.pop().map_or(String::new(), |last| last.ident.to_string());
        path.segments.pop_punct();
        Target::Associated { ty: Tokens(path.to_token_stream()), name }
    } else {
        Target::Function(Tokens(path.to_token_stream()))
    };
    Callee { target, generics, passing, tangents: None, is_linear: false }
}

fn without_parens(expr: &Expr) -> &Expr {
    match expr {
        Expr::Paren(inner) => without_parens(&inner.expr),
        other => other,
    }
}

/// How an argument is passed, by its form.
fn passing(arg: &Expr) -> Passing {
    match arg {
        Expr::Reference(_) => Passing::Reference,
        Expr::Paren(inner) => passing(&inner.expr),
        Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Deref(_)) => Passing::Owned,
        Expr::Block(block) => match block.block.stmts.last() {
            Some(syn::Stmt::Expr(value, None)) => passing(value),
            _ => Passing::Value,
        },
        Expr::MethodCall(call) if call.args.is_empty() => match call.method.to_string().as_str() {
            "view" | "reborrow" => Passing::View,
            "clone" | "to_owned" | "into_owned" | "cloned" | "copied" | "to_vec" => Passing::Owned,
            _ => Passing::Value,
        },
        _ => Passing::Value,
    }
}
