//! What the arms of a branch leave behind, joined: the value, and every variable that one of them
//! changed.

use std::collections::BTreeSet;

use proc_macro2::Span;
use quote::quote;

use super::apart::Shape;
use super::mentions::Mentions;
use super::scope::{Scopes, Variable};
use super::Lowering;
use crate::graph::{Block, Construct, Elem, Form, Info, Node, Op, Origin, Tokens, Ty, Value};

/// What each arm has in one place.
pub(super) type Column = Vec<Option<Value>>;

/// An arm as it was read.
pub(super) struct Read {
    nodes: Vec<Node>,
    value: Option<Value>,
    scopes: Scopes,
}

impl Lowering<'_> {
    pub(super) fn read_arm(&mut self, read: impl FnOnce(&mut Self) -> Option<Value>) -> Read {
        let before = self.scopes.clone();
        let outer = std::mem::take(&mut self.nodes);
        self.scopes.enter();
        let value = read(self);
        self.scopes.leave();
        let nodes = std::mem::replace(&mut self.nodes, outer);
        let scopes = std::mem::replace(&mut self.scopes, before);
        Read { nodes, value, scopes }
    }

    /// Two arms given by functions.
    pub(super) fn either(
        &mut self,
        selector: Value,
        then: impl FnOnce(&mut Self) -> Option<Value>,
        otherwise: impl FnOnce(&mut Self) -> Option<Value>,
        below: usize,
        span: Span,
    ) -> Option<Value> {
        // Whatever it is asked of, as `best.is_none()` of an `Option`.
        self.graph.info_mut(selector).ty = Ty::Bool;
        let read = vec![self.read_arm(then), self.read_arm(otherwise)];
        self.join_arms(selector, read, below, span)
    }

    /// One node for the arms: its results are the value, and every variable that an arm changed.
    pub(super) fn join_arms(
        &mut self,
        selector: Value,
        mut arms: Vec<Read>,
        below: usize,
        span: Span,
    ) -> Option<Value> {
        let mut changed = BTreeSet::new();
        for arm in &arms {
            changed.extend(arm.scopes.changed_since(&self.scopes, below));
        }
        let has_value =
            arms.iter().any(|arm| arm.value.is_some_and(|value| !self.undefined.contains(&value)));
        let is_never: Vec<bool> = arms
            .iter()
            .map(|arm| arm.value.is_some_and(|value| self.never.contains(&value)))
            .collect();
        let mut columns: Vec<(Option<&Variable>, Column)> = Vec::new();
        if has_value {
            columns.push((None, arms.iter().map(|arm| arm.value).collect()));
        }
        for variable in &changed {
            let column = arms.iter().map(|arm| arm.scopes.held(variable)).collect();
            columns.push((Some(variable), column));
        }
        let mut outs = Vec::new();
        let mut results: Vec<Vec<Value>> = vec![Vec::new(); arms.len()];
        let mut joined = Vec::new();
        for (variable, column) in columns {
            let name = variable.map(|variable| name_of(&variable.name));
            let shape = self.members_apart(&column);
            let first = outs.len();
            let columns = match &shape {
                Some(shape) => self.columns_of(&mut arms, &column, shape, span),
                None => vec![column],
            };
            for column in columns {
                let name = name.clone();
                let out = self.join_column(&mut arms, &is_never, column, &mut results, name, span);
                outs.push(out);
            }
            joined.push((variable, shape, first..outs.len()));
        }
        let blocks = arms
            .into_iter()
            .zip(results)
            .map(|(arm, results)| Block { nodes: arm.nodes, results, ..Block::default() })
            .collect();
        self.nodes.push(Node {
            outs: outs.clone(),
            op: Op::If,
            args: vec![selector],
            blocks,
            origin: Origin::from(span),
        });
        let mut value = None;
        for (variable, shape, members) in joined {
            let whole = match shape {
                Some(shape) => {
                    let members = outs[members].to_vec();
                    self.of_members(&shape, &mut members.into_iter(), span)
                }
                None => outs[members.start],
            };
            match variable {
                Some(variable) => self.scopes.set(variable, whole),
                None => value = Some(whole),
            }
        }
        match value {
            Some(value) => Some(value),
            None if is_never.iter().all(|never| *never) && !is_never.is_empty() => {
                Some(self.never(span))
            }
            None => None,
        }
    }

    /// What the arms have in one place, member by member.
    fn columns_of(
        &mut self,
        arms: &mut [Read],
        column: &Column,
        shape: &Shape,
        span: Span,
    ) -> Vec<Column> {
        let mut rows = Vec::new();
        for (arm, value) in arms.iter_mut().zip(column) {
            let outer = std::mem::replace(&mut self.nodes, std::mem::take(&mut arm.nodes));
            rows.push(self.members_of(*value, shape, span));
            arm.nodes = std::mem::replace(&mut self.nodes, outer);
        }
        let count = rows.first().map_or(0, Vec::len);
        (0..count).map(|at| rows.iter().map(|row| row[at]).collect()).collect()
    }

    /// What one value or variable is after the arms.
    fn join_column(
        &mut self,
        arms: &mut [Read],
        is_never: &[bool],
        column: Column,
        results: &mut [Vec<Value>],
        name: Option<String>,
        span: Span,
    ) -> Value {
        let is_defined = |lowering: &Self, value: &Option<Value>| {
            value.is_some_and(|value| !lowering.undefined.contains(&value))
        };
        let defined: Vec<Value> =
            column.iter().filter(|value| is_defined(self, value)).flatten().copied().collect();
        let mut ty = Ty::Unknown;
        for value in &defined {
            ty = match (self.graph.ty(*value), self.optional.contains(value)) {
                (Ty::Option(inner), true) => ty.joined(inner),
                (other, _) => ty.joined(other),
            };
        }
        let is_missing =
            column.iter().zip(is_never).any(|(value, never)| !never && !is_defined(self, value));
        let is_placed = matches!(ty, Ty::Float(_) | Ty::Integer | Ty::Bool);
        // Where no number can stand in, the variable is an `Option` until it is read.
        let is_optional = defined.iter().any(|value| self.optional.contains(value))
            || is_missing && !is_placed && !defined.is_empty();
        for (position, value) in column.into_iter().enumerate() {
            let outer =
                std::mem::replace(&mut self.nodes, std::mem::take(&mut arms[position].nodes));
            let result = match value {
                Some(value) if !self.undefined.contains(&value) => {
                    match is_optional && !self.optional.contains(&value) {
                        true => self.some(value, span),
                        false => value,
                    }
                }
                _ if is_never[position] || defined.is_empty() => {
                    self.node(Op::Undefined, Vec::new(), ty.clone(), span)
                }
                _ if is_optional => self.none(span),
                _ => self.placeholder(&ty, span),
            };
            arms[position].nodes = std::mem::replace(&mut self.nodes, outer);
            results[position].push(result);
        }
        let depends_on = self.joined_dependencies(
            &results.iter().filter_map(|row| row.last().copied()).collect::<Vec<_>>(),
        );
        let out = self.graph.value(Info {
            name,
            ty: match is_optional {
                true => Ty::Option(Box::new(ty)),
                false => ty,
            },
            depends_on,
            ..Default::default()
        });
        if defined.is_empty() {
            self.undefined.insert(out);
        }
        if is_optional {
            self.optional.insert(out);
        }
        out
    }

    /// A number for a path on which nothing reads it.
    pub(super) fn placeholder(&mut self, ty: &Ty, span: Span) -> Value {
        match ty {
            Ty::Float(_) => {
                let value = self.node(Op::Literal("0.0".to_owned()), Vec::new(), ty.clone(), span);
                self.graph.info_mut(value).name = None;
                value
            }
            Ty::Bool => self.flag(false, span),
            _ => {
                let mentions = Mentions { pure: true, ..Mentions::default() };
                self.verbatim(quote!(0), mentions, ty.clone(), span)
            }
        }
    }

    /// A zero that something may begin with: a method may be called on it.
    pub(super) fn zero_of(&mut self, elem: Elem, span: Span) -> Value {
        let mentions = Mentions { pure: true, ..Mentions::default() };
        match elem {
            Elem::F32 => self.verbatim(quote!(0.0_f32), mentions, Ty::Float(elem), span),
            Elem::F64 => self.verbatim(quote!(0.0_f64), mentions, Ty::Float(elem), span),
            _ => self.placeholder(&Ty::Float(elem), span),
        }
    }

    pub(super) fn some(&mut self, value: Value, span: Span) -> Value {
        let ty = Ty::Option(Box::new(self.graph.ty(value).clone()));
        let some = self.node(Op::Construct(Construct::some()), vec![value], ty, span);
        self.optional.insert(some);
        some
    }

    pub(super) fn none(&mut self, span: Span) -> Value {
        let none = self.nothing(span);
        self.optional.insert(none);
        none
    }

    /// `None`, which holds nothing in a tangent either.
    pub(super) fn nothing(&mut self, span: Span) -> Value {
        let path = Some(Tokens(quote!(::core::option::Option::None)));
        let none = Construct { path, form: Form::Option, members: Vec::new(), rest: None };
        self.node(Op::Construct(none), Vec::new(), Ty::Unknown, span)
    }

    /// A value that nothing reads, since a jump comes before.
    pub(super) fn undefined(&mut self, _: Span) -> Value {
        let value = self.graph.value(Default::default());
        self.undefined.insert(value);
        value
    }

    /// The value of code that never comes to its end.
    pub(super) fn never(&mut self, span: Span) -> Value {
        let value = self.undefined(span);
        self.never.insert(value);
        value
    }
}

/// What a variable is called in generated code: those of ours begin with `%`.
pub(super) fn name_of(variable: &str) -> String {
    variable
        .trim_start_matches('%')
        .trim_end_matches(|c: char| variable.starts_with('%') && c.is_ascii_digit())
        .to_owned()
}
