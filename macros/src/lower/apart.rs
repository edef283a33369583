//! Tuples of constants and of what is differentiated: branches and loops carry their members one by one, so that a
//! constant is no part of anything that has a cotangent.

use std::collections::BTreeSet;

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::Expr;

use super::join::Column;
use super::made::unwritten;
use super::scope::Variable;
use super::Lowering;
use crate::graph::{Form, Ty, Value};

/// A variable that holds such a tuple, and a variable of ours for each member.
pub(super) type Apart = (Variable, Vec<Variable>);

impl Lowering<'_> {
    /// What the arms of a branch have in one place, member by member.
    pub(super) fn members_apart(&self, column: &[Option<Value>]) -> Option<Vec<Column>> {
        let held: Vec<Value> = column.iter().flatten().copied().collect();
        let held = held.into_iter().filter(|value| !self.undefined.contains(value));
        let count = self.mixed(&held.collect::<Vec<_>>())?;
        let member = |value: &Option<Value>, at: usize| {
            let made = value.and_then(|value| self.constructs.get(&value));
            made.map(|made| made.parts[at]).or(*value)
        };
        let column = |at: usize| column.iter().map(|value| member(value, at)).collect();
        Some((0..count).map(column).collect())
    }

    /// How many members tuples have that were made here, if some of these are constants in all of them.
    fn mixed(&self, tuples: &[Value]) -> Option<usize> {
        let made = tuples.iter().map(|value| {
            let made = self.constructs.get(value)?;
            (made.construct.form == Form::Tuple).then_some(&made.parts)
        });
        let made: Vec<&Vec<Value>> = made.collect::<Option<_>>()?;
        let count = made.first()?.len();
        let is_constant = |at: usize| made.iter().all(|parts| self.is_no_float(parts[at]));
        let is_mixed = count > 1
            && made.iter().all(|parts| parts.len() == count)
            && (0..count).any(is_constant)
            && !(0..count).all(|at| made.iter().all(|parts| self.is_whole_number(parts[at])));
        is_mixed.then_some(count)
    }

    /// True for a constant that is no number to be differentiated.
    fn is_no_float(&self, value: Value) -> bool {
        let ty = self.graph.ty(value);
        !self.is_active(value) && matches!(ty, Ty::Integer | Ty::Bool | Ty::Constant | Ty::Unknown)
    }

    fn is_whole_number(&self, value: Value) -> bool {
        matches!(self.graph.ty(value), Ty::Integer | Ty::Bool)
    }

    /// `(0, f64::NEG_INFINITY)`, with which something begins that an active value reaches.
    pub(super) fn constant_tuple(&mut self, expr: &Expr) -> Option<Value> {
        let Expr::Tuple(tuple) = expr else { return None };
        let is_whole = |part: &Expr| {
            let is_literal = matches!(part, Expr::Lit(literal)
                if matches!(literal.lit, syn::Lit::Int(_) | syn::Lit::Bool(_)));
            is_literal || matches!(self.constant_type(part), Ty::Integer | Ty::Bool)
        };
        let count = tuple.elems.iter().filter(|part| is_whole(part)).count();
        if count == 0 || count == tuple.elems.len() || !self.is_constant(expr) {
            return None;
        }
        let parts = tuple.elems.iter().map(|part| self.expr(part)).collect();
        Some(self.tuple(unwritten(parts), tuple.span()))
    }

    /// The variables that a loop carries, with those of members in the place of their tuples.
    pub(super) fn taken_apart(
        &mut self,
        variables: &BTreeSet<Variable>,
    ) -> (Vec<Apart>, BTreeSet<Variable>) {
        let (mut apart, mut carried) = (Vec::new(), BTreeSet::new());
        for variable in variables {
            let held = self.scopes.held(variable);
            let Some(count) = held.and_then(|held| self.mixed(&[held])) else {
                carried.insert(variable.clone());
                continue;
            };
            let parts = held.and_then(|held| self.constructs.get(&held));
            let parts = parts.map(|made| made.parts.clone()).unwrap_or_default();
            let names =
                (0..count).map(|at| format!("%{}{at}", variable.name.trim_start_matches('%')));
            let members = names.zip(parts).filter_map(|(name, part)| {
                self.scopes.bind(&name, part);
                self.scopes.variable(&name)
            });
            let members: Vec<Variable> = members.collect();
            carried.extend(members.iter().cloned());
            apart.push((variable.clone(), members));
        }
        (apart, carried)
    }

    /// The tuples hold what the variables of their members do.
    pub(super) fn put_together(&mut self, apart: &[Apart], span: Span) {
        for (whole, members) in apart {
            let parts = members.iter().map(|member| self.scopes.held(member).unwrap_or(Value(0)));
            let parts = unwritten(parts.collect());
            let tuple = self.tuple(parts, span);
            self.scopes.set(whole, tuple);
        }
    }

    /// The variables of members hold what their tuples do.
    pub(super) fn take_apart(&mut self, apart: &[Apart], span: Span) {
        for (whole, members) in apart {
            let Some(held) = self.scopes.held(whole) else { continue };
            for (at, member) in members.iter().enumerate() {
                let part = self.field(held, &at.to_string(), span);
                self.scopes.set(member, part);
            }
        }
    }
}
