//! Tuples, lists and structs that are made here: their parts stay values of their own.

use proc_macro2::Span;
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::Expr;

use super::expr::member;
use super::Lowering;
use crate::graph::{Construct, Form, Op, Passing, Ty, Value};
use crate::language;

/// A struct, tuple or list that is made here.
pub(super) struct Made {
    pub(super) construct: Construct,
    pub(super) parts: Vec<Value>,
    /// How its parts are passed to it, if they were written.
    passing: Vec<Passing>,
}

impl Made {
    /// What a node makes, of parts that stand in no expression.
    pub(super) fn of(construct: &Construct, parts: &[Value]) -> Made {
        Made { construct: construct.clone(), parts: parts.to_vec(), passing: Vec::new() }
    }
}

impl Lowering<'_> {
    /// How many parts a tuple or array has that was made here.
    pub(super) fn length_of_construct(&self, base: Value) -> Option<usize> {
        self.constructs.get(&base).map(|made| made.construct.members.len())
    }

    pub(super) fn member_of_construct(&self, base: Value, member: &str) -> Option<Value> {
        let Made { construct, parts, .. } = self.constructs.get(&base)?;
        let position = construct.members.iter().position(|name| name == member)?;
        let part = parts[position];
        // What is made of literals has the type of the struct's field, which only rustc knows.
        let is_typed = self.is_active(part) || !is_of_literals(self.graph.ty(part));
        (construct.form != Form::Struct || is_typed).then_some(part)
    }

    /// True for what is known to be a `[T; N]`: it was given or made as one.
    pub(super) fn is_sized(&self, value: Value) -> bool {
        let is_array = |made: &Made| {
            matches!(made.construct.form, Form::Array | Form::Repeat { is_vec: false, .. })
        };
        self.sized.contains(&value) || self.constructs.get(&value).is_some_and(is_array)
    }

    /// How a part was passed to what was made of it here.
    pub(super) fn passing_of_member(&self, base: Value, member: &str) -> Option<Passing> {
        let Made { construct, passing, .. } = self.constructs.get(&base)?;
        let position = construct.members.iter().position(|name| name == member)?;
        passing.get(position).copied()
    }

    /// What stands at a place of what was made here, without a node for it.
    pub(super) fn made_at(&self, place: &Expr) -> Option<Value> {
        match place {
            Expr::Path(_) => self.binding(place).map(|binding| binding.value),
            Expr::Paren(inner) => self.made_at(&inner.expr),
            Expr::Field(field) => {
                self.member_of_construct(self.made_at(&field.base)?, &member(&field.member))
            }
            _ => None,
        }
    }

    /// True for a place that is known to hold a struct of the user's.
    pub(super) fn is_made_struct(&self, place: &Expr) -> bool {
        self.made_at(place).is_some_and(|whole| self.is_struct(whole))
    }

    /// A tuple of values.
    pub(super) fn tuple(&mut self, parts: Vec<(Value, Passing)>, span: Span) -> Value {
        let ty = Ty::Tuple(parts.iter().map(|(part, _)| self.graph.ty(*part).clone()).collect());
        let members = (0..parts.len()).map(|position| position.to_string()).collect();
        let construct = Construct { path: None, form: Form::Tuple, members, rest: None };
        self.made(construct, parts, ty, span)
    }

    /// What is made of parts as they are written.
    pub(super) fn made(
        &mut self,
        construct: Construct,
        parts: Vec<(Value, Passing)>,
        ty: Ty,
        span: Span,
    ) -> Value {
        let (parts, passing) = parts.into_iter().unzip();
        let out = self.node(Op::Construct(construct), parts, ty, span);
        if let Some(made) = self.constructs.get_mut(&out) {
            made.passing = passing;
        }
        out
    }

    /// `[a, b]` or `vec![a, b]`.
    pub(super) fn list(&mut self, form: Form, parts: Vec<(Value, Passing)>, span: Span) -> Value {
        let inner = parts.first().map_or(Ty::Unknown, |(part, _)| self.graph.ty(*part).clone());
        let members = (0..parts.len()).map(|position| position.to_string()).collect();
        let construct = Construct { path: None, form, members, rest: None };
        self.made(construct, parts, Ty::List(Box::new(inner)), span)
    }

    /// `[x; n]` or `vec![x; n]`. The count is passed on, so it names constants that stay as they are.
    pub(super) fn repeated(
        &mut self,
        part: &Expr,
        count: &Expr,
        is_vec: bool,
        span: Span,
    ) -> Value {
        let part = self.expr(part);
        let count_value = self.constant(count);
        let ty = Ty::List(Box::new(self.graph.ty(part).clone()));
        let form = Form::Repeat { is_vec, count: crate::graph::Tokens(count.to_token_stream()) };
        let members = vec!["0".to_owned()];
        let construct = Construct { path: None, form, members, rest: None };
        self.node(Op::Construct(construct), vec![part, count_value], ty, span)
    }

    pub(super) fn struct_literal(&mut self, literal: &syn::ExprStruct) -> Value {
        if let Some(rest) = literal.rest.as_ref().filter(|rest| !self.is_constant(rest)) {
            let literal = Expr::Struct(literal.clone());
            return self.mistake(rest, language::refusal(&literal));
        }
        // It is written out again, where a variable of this function may have another name, or another value by then.
        if let Some(rest) = literal.rest.as_ref() {
            let named = self.mentions(&**rest).names;
            if named.values().any(|value| !self.graph.body.params.contains(value)) {
                return self.mistake(rest, language::REST_OF_A_VARIABLE);
            }
        }
        let rest = literal.rest.as_ref().map(|rest| crate::graph::Tokens(rest.to_token_stream()));
        let members = literal.fields.iter().map(|field| member(&field.member)).collect();
        let parts = literal.fields.iter().map(|field| self.passed(&field.expr)).collect();
        let name =
            literal.path.segments.last().map_or(String::new(), |last| last.ident.to_string());
        let construct = Construct {
            path: Some(crate::graph::Tokens(literal.path.to_token_stream())),
            form: Form::Struct,
            members,
            rest,
        };
        self.made(construct, parts, Ty::Struct(name), literal.span())
    }
}

/// Parts that stand in no expression of their own.
pub(super) fn unwritten(parts: Vec<Value>) -> Vec<(Value, Passing)> {
    parts.into_iter().map(|part| (part, Passing::Value)).collect()
}

/// True for the type of constants whose floats are literals, or may be.
fn is_of_literals(ty: &Ty) -> bool {
    match ty {
        Ty::Unknown => true,
        Ty::Float(elem) | Ty::Numeric(elem) | Ty::Array(elem, _) => !elem.is_known(),
        Ty::List(inner) => is_of_literals(inner),
        Ty::Tuple(parts) => parts.iter().any(is_of_literals),
        _ => false,
    }
}
