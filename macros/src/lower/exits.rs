//! Jumps: `break`, `continue` and early `return` become flags, or nothing at all where they stand at
//! the end of what they leave. No later stage knows of them.

use std::collections::HashMap;

use proc_macro2::Span;
use quote::{format_ident, quote};
use syn::spanned::Spanned;
use syn::{Expr, Stmt};

use super::mentions::Mentions;
use super::Lowering;
use crate::graph::{Ty, Value};
use crate::language;

/// What the end of a piece of code is the end of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tail {
    /// Nothing in particular.
    No,
    /// The function: its value is the function's.
    Function,
    /// A turn of the loop of this number.
    Turn(usize),
}

/// A loop or labelled block around what is being read.
#[derive(Clone, Debug)]
pub(super) struct Around {
    pub(super) number: usize,
    pub(super) label: Option<String>,
    pub(super) is_loop: bool,
}

impl Around {
    pub(super) fn done(&self) -> String {
        format!("%done{}", self.number)
    }

    pub(super) fn skipped(&self) -> String {
        format!("%skipped{}", self.number)
    }

    pub(super) fn value(&self) -> String {
        format!("%found{}", self.number)
    }
}

/// The flag and the value of an early `return`.
pub(super) const RETURNED: &str = "%returned";
pub(super) const RESULT: &str = "%result";

/// Whether a jump is on its way.
pub(super) enum Pending {
    No,
    Always,
    /// If this flag is set.
    If(Value),
}

impl Lowering<'_> {
    /// A `bool` that is known.
    pub(super) fn flag(&mut self, flag: bool, span: Span) -> Value {
        let mentions = Mentions { pure: true, ..Mentions::default() };
        let value = self.verbatim(quote!(#flag), mentions, Ty::Bool, span);
        self.flags.insert(value, flag);
        value
    }

    /// Reads a jump. What follows it is never reached, so its value is undefined.
    pub(super) fn jump(&mut self, expr: &Expr, tail: Tail) -> Value {
        let span = expr.span();
        match expr {
            Expr::Return(jump) if self.gives_nothing && jump.expr.is_none() => {
                let flag = self.flag(true, span);
                self.scopes.assign(RETURNED, flag);
            }
            Expr::Return(jump) => {
                // In a turn, a `continue` in the value is not the last that is done: the `return` comes after.
                let of_value = if tail == Tail::Function { tail } else { Tail::No };
                let value = match &jump.expr {
                    Some(value) => self.tail_expr(value, of_value),
                    None => None,
                };
                let Some(value) = value else {
                    return self.mistake(expr, language::NO_VALUE);
                };
                if tail == Tail::Function || self.undefined.contains(&value) {
                    return value;
                }
                self.unless_jumped(span, &mut |lowering| {
                    let value = lowering.in_slot(RESULT, value, span);
                    lowering.scopes.assign(RESULT, value);
                    let flag = lowering.flag(true, span);
                    lowering.scopes.assign(RETURNED, flag);
                });
            }
            Expr::Break(jump) => {
                let Some(around) = self.target(jump.label.as_ref()) else {
                    return self.left_to_rustc(span);
                };
                let value = jump.expr.as_ref().map(|value| self.expr(value));
                self.unless_jumped(span, &mut |lowering| {
                    if let Some(value) = value {
                        let value = lowering.in_slot(&around.value(), value, span);
                        lowering.scopes.assign(&around.value(), value);
                    }
                    let flag = lowering.flag(true, span);
                    lowering.scopes.assign(&around.done(), flag);
                });
            }
            Expr::Continue(jump) => {
                let Some(around) = self.target(jump.label.as_ref()) else {
                    return self.left_to_rustc(span);
                };
                if tail != Tail::Turn(around.number) {
                    let flag = self.flag(true, span);
                    self.scopes.assign(&around.skipped(), flag);
                }
            }
            _ => {}
        }
        self.undefined(span)
    }

    /// Does what a jump does, unless one in its own value is on its way.
    fn unless_jumped(&mut self, span: Span, jump: &mut dyn FnMut(&mut Self)) {
        match self.pending(span) {
            Pending::No => jump(self),
            Pending::Always => {}
            Pending::If(jumped) => {
                let below = self.scopes.depth();
                self.either(
                    jumped,
                    |_| None,
                    |lowering| {
                        lowering.where_reached(jump);
                        None
                    },
                    below,
                    span,
                );
            }
        }
    }

    /// A value as the variable `name` holds it, which may be an `Option`.
    pub(super) fn in_slot(&mut self, name: &str, value: Value, span: Span) -> Value {
        let is_optional =
            self.scopes.get(name).is_some_and(|held| self.optional.contains(&held.value));
        match (is_optional, self.optional.contains(&value)) {
            (true, false) => self.some(value, span),
            (false, true) => self.out_of_option(value, span),
            _ => value,
        }
    }

    /// The loop that a jump leaves.
    fn target(&self, label: Option<&syn::Lifetime>) -> Option<Around> {
        let found = match label {
            Some(label) => {
                let label = label.ident.to_string();
                self.around.iter().rev().find(|around| around.label.as_ref() == Some(&label))
            }
            None => self.around.iter().rev().find(|around| around.is_loop),
        };
        found.cloned()
    }

    /// The flags that stand for jumps out of here.
    fn flags_here(&self) -> Vec<Value> {
        let own = self.around.iter().flat_map(|around| [around.done(), around.skipped()]);
        own.chain([RETURNED.to_owned()])
            .filter_map(|name| self.scopes.get(&name))
            .map(|binding| binding.value)
            .collect()
    }

    /// Reads what is reached only if no jump is on its way.
    pub(super) fn where_reached<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        let mut unknown = self.flags_here();
        unknown.retain(|flag| !self.flags.contains_key(flag));
        self.flags.extend(unknown.iter().map(|flag| (*flag, false)));
        let read = read(self);
        self.flags.retain(|flag, _| !unknown.contains(flag));
        read
    }

    /// Whether what follows here is reached.
    pub(super) fn pending(&mut self, span: Span) -> Pending {
        let mut set = Vec::new();
        for flag in self.flags_here() {
            match self.flags.get(&flag) {
                Some(true) => return Pending::Always,
                Some(false) => {}
                None => set.push(flag),
            }
        }
        match set.as_slice() {
            [] => Pending::No,
            [one] => Pending::If(*one),
            _ => {
                let names: Vec<_> = (0..set.len()).map(|at| format_ident!("__flag{at}")).collect();
                let mentions: std::collections::BTreeMap<String, Value> =
                    names.iter().map(ToString::to_string).zip(set).collect();
                let mentions = Mentions::of(mentions);
                Pending::If(self.verbatim(quote!(#(#names)||*), mentions, Ty::Bool, span))
            }
        }
    }

    /// Statements that run only if no jump is on its way.
    pub(super) fn guarded(&mut self, jumped: Value, rest: &[Stmt], tail: Tail) -> Option<Value> {
        let span = rest.first().map_or_else(Span::call_site, |stmt| stmt.span());
        self.unless(jumped, tail, span, |lowering| lowering.sequence(rest, tail))
    }

    /// What is read and runs only if no jump is on its way.
    pub(super) fn unless(
        &mut self,
        jumped: Value,
        tail: Tail,
        span: Span,
        read: impl FnOnce(&mut Self) -> Option<Value>,
    ) -> Option<Value> {
        let below = match tail {
            Tail::Function => 0,
            _ => self.scopes.depth(),
        };
        let value = self.either(
            jumped,
            |lowering| match tail {
                // Only a `return` can be on its way there.
                Tail::Function => lowering.read_variable(RESULT, span),
                _ => Some(lowering.undefined(span)),
            },
            |lowering| lowering.where_reached(read),
            below,
            span,
        );
        if tail == Tail::Function {
            // The value is that of the `return`, if there was one.
            let flag = self.flag(false, span);
            self.scopes.assign(RETURNED, flag);
        }
        value
    }

    /// What a variable of ours holds, out of its `Option` if it is in one.
    pub(super) fn read_variable(&mut self, name: &str, span: Span) -> Option<Value> {
        let value = self.scopes.get(name)?.value;
        Some(self.out_of_option(value, span))
    }

    /// A value that is an `Option` for our own reasons, taken out of it; so are the members of a tuple.
    pub(super) fn out_of_option(&mut self, value: Value, span: Span) -> Value {
        if self.optional.contains(&value) {
            return self.held(value, span);
        }
        let Some(parts) = self.tuple_parts(value) else { return value };
        if parts
            .iter()
            .all(|part| self.tuple_parts(*part).is_none() && !self.optional.contains(part))
        {
            return value;
        }
        let held: Vec<Value> = parts.iter().map(|part| self.out_of_option(*part, span)).collect();
        match held == parts {
            true => value,
            false => self.tuple(super::made::unwritten(held), span),
        }
    }

    /// The same, unless a jump is on its way: then it may hold nothing, and stays as it is.
    pub(super) fn if_reached(&mut self, value: Value, span: Span) -> Value {
        match self.pending(span) {
            Pending::No => self.out_of_option(value, span),
            _ => value,
        }
    }

    /// What an `Option` holds.
    pub(super) fn held(&mut self, option: Value, span: Span) -> Value {
        if let Some((_, held)) = self.maybe.get(&option) {
            return *held;
        }
        let ty = match self.graph.ty(option) {
            Ty::Option(inner) => (**inner).clone(),
            _ => Ty::Unknown,
        };
        let held = self.node(crate::graph::Op::Inner, vec![option], ty, span);
        match self.declared.get(&option).cloned() {
            Some(typed) => self.ascribed(held, &typed),
            None => held,
        }
    }

    /// The value of a loop or block that ends the function: that of a `return` from within, if there was one.
    pub(super) fn with_returned(&mut self, value: Option<Value>, span: Span) -> Option<Value> {
        let value = self.after_returns(value, span);
        let flag = self.flag(false, span);
        self.scopes.assign(RETURNED, flag);
        value
    }

    /// The function's value: that of an early `return`, or of its end.
    pub(super) fn after_returns(&mut self, value: Option<Value>, span: Span) -> Option<Value> {
        let returned = self.scopes.get(RETURNED)?.value;
        match self.flags.get(&returned) {
            Some(false) => value.map(|value| self.out_of_option(value, span)),
            Some(true) => self.read_variable(RESULT, span),
            None => match value {
                Some(value) if !self.undefined.contains(&value) => self.either(
                    returned,
                    |lowering| lowering.read_variable(RESULT, span),
                    |lowering| Some(lowering.out_of_option(value, span)),
                    0,
                    span,
                ),
                _ => self.read_variable(RESULT, span),
            },
        }
    }
}

/// What is known of flags.
pub(super) type Flags = HashMap<Value, bool>;
