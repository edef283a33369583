//! Loops. What a loop writes is carried from turn to turn; its type and what it depends on are found by
//! reading the body until they no longer change.

use std::collections::BTreeSet;

use proc_macro2::Span;
use quote::quote;
use syn::{Expr, Pat};

use super::apart::{Apart, Planned};
use super::checkpoint::{Cut, Segment, LEFT};
use super::exits::{Around, RESULT, RETURNED};
use super::flow::names_of;
use super::items::Bounded;
use super::join::name_of;
use super::loops::Scope;
use super::scope::{Binding, Scopes, Variable};
use super::turn::Turn;
use super::{Language, Lowering};
use crate::graph::{key, Info, Ty, Value};
use crate::language;

/// A type or dependency changes a few times at most: a float's elements become known, and each argument
/// arrives once.
const MOST_READINGS: usize = 40;

/// What a loop goes over.
pub(super) enum Over<'e> {
    /// Constants, as the user wrote them.
    Constants { iterable: &'e Expr, pattern: &'e Pat },
    /// Positions from 0 to a length, with what each stands for.
    Positions(Box<Bounded<'e>>, &'e Pat),
    /// Positions from 0 to a length, which the body reads as `%at`.
    Items(Value),
    /// As long as a condition holds.
    Condition(&'e Expr),
    /// A segment of one of these.
    Segment(Segment<'e>),
}

impl Over<'_> {
    /// Of positions, how many there are.
    pub(super) fn length(&self) -> Option<Value> {
        match self {
            Over::Positions(items, _) => Some(items.length),
            Over::Items(length) | Over::Segment(Segment::Positions { length, .. }) => Some(*length),
            _ => None,
        }
    }
}

/// Which part of a loop a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Whole,
    /// The loop over the segments of a checkpointed one.
    Segments,
    /// The turns of a segment.
    Segment,
}

/// What a reading of a loop's body begins with.
struct Begins<'b> {
    variables: &'b BTreeSet<Variable>,
    inits: &'b [Value],
    known: &'b [Info],
    apart: &'b [Apart],
}

impl Lowering<'_> {
    /// The loop's node.
    pub(super) fn turns(
        &mut self,
        over: &Over<'_>,
        scope: &Scope,
        span: Span,
        body: &mut dyn FnMut(&mut Self, usize),
    ) -> Option<Value> {
        if self.language == Language::Formula {
            return Some(self.mistake(span, "a formula has no loops"));
        }
        self.numbers += 1;
        let around = Around { number: self.numbers, label: scope.label.clone(), is_loop: true };
        self.scopes.enter();
        let found = self.undefined(span);
        self.scopes.bind(&around.value(), found);
        let mut variables = scope.written.clone();
        // What jumps out of the loop leaves behind.
        let jumps = &scope.jumps;
        let mut flags: Vec<String> = Vec::new();
        if jumps.returns {
            flags.extend([RETURNED.to_owned(), RESULT.to_owned()]);
        }
        for outer in &self.around {
            if outer.label.as_ref().is_some_and(|label| jumps.labels.contains(label)) {
                flags.extend([outer.done(), outer.skipped(), outer.value()]);
            }
        }
        flags.push(around.value());
        variables.extend(flags.iter().filter_map(|name| self.scopes.variable(name)));
        match &scope.every {
            Some(every) => {
                let cut = Cut { around: &around, variables, scope, span };
                self.segments(over, every, cut, body);
            }
            None => self.carry(over, Part::Whole, &around, &variables, span, body),
        }
        let value = self
            .scopes
            .get(&around.value())
            .map(|binding| binding.value)
            .filter(|value| !self.undefined.contains(value));
        self.scopes.leave();
        value.map(|value| self.if_reached(value, span))
    }

    /// Reads the body until the types and dependencies of what is carried are settled.
    pub(super) fn carry(
        &mut self,
        over: &Over<'_>,
        part: Part,
        around: &Around,
        variables: &BTreeSet<Variable>,
        span: Span,
        body: &mut dyn FnMut(&mut Self, usize),
    ) {
        let before = self.snapshot();
        let mut planned = Planned::new();
        // What begins with `None` shows in a reading what it holds.
        while let Some(found) = self.carry_as(&planned, over, part, around, variables, span, body) {
            planned.extend(found);
            self.restore(before.clone());
        }
    }

    /// The same, with what is known to be carried member by member; gives what else should be.
    #[allow(clippy::too_many_arguments)]
    fn carry_as(
        &mut self,
        planned: &Planned,
        over: &Over<'_>,
        part: Part,
        around: &Around,
        variables: &BTreeSet<Variable>,
        span: Span,
        body: &mut dyn FnMut(&mut Self, usize),
    ) -> Option<Planned> {
        let (apart, carried) = self.taken_apart(variables, planned, span);
        let variables = &carried;
        let mut inits: Vec<Value> = Vec::new();
        let mut before: Vec<Value> = Vec::new();
        for variable in variables {
            let held = self.scopes.held(variable).unwrap_or(Value(0));
            let init = match self.undefined.contains(&held) {
                true => self.first_of(&variable.name, held, span),
                false => held,
            };
            self.scopes.set(variable, init);
            inits.push(init);
            before.push(held);
        }
        let mut known: Vec<Info> = inits
            .iter()
            .map(|init| Info {
                name: None,
                is_reference: false,
                shape_of: None,
                ..self.graph.info(*init).clone()
            })
            .collect();
        // A loop inside a loop is read anew whenever that one is: it goes on from where it settled.
        let place = (around.number, format!("{part:?} {span:?}"));
        if let Some((same, before)) = self.settled.get(&place) {
            if same == variables {
                for (known, before) in known.iter_mut().zip(before) {
                    known.ty = known.ty.joined(&before.ty);
                    known.depends_on.join(&before.depends_on);
                }
            }
        }
        // A loop that shifts its variables hands what is known from one to the next in a reading each.
        for _ in 0..MOST_READINGS.max(4 * variables.len()) {
            let snapshot = self.snapshot();
            let begins = Begins { variables, inits: &inits, known: &known, apart: &apart };
            let read = self.read_turn(over, part, around, begins, span, body);
            let next: Vec<Info> = read.settled(self, &known);
            let types = variables.iter().zip(next.iter().map(|info| info.ty.clone())).collect();
            let mut found = self.known_better(planned, &apart, &types);
            let more = variables.iter().zip(inits.iter().zip(&next)).filter_map(
                |(variable, (init, info))| {
                    Some((variable.clone(), self.found_apart(*init, &info.ty)?))
                },
            );
            found.extend(more);
            if !found.is_empty() {
                return Some(found);
            }
            if next == known {
                self.settled.insert(place, (variables.clone(), known));
                self.finish(read, over, variables, inits, before, span);
                self.put_together(&apart, span);
                return None;
            }
            known = next;
            self.restore(snapshot);
        }
        self.mistake(span, language::UNSETTLED);
        None
    }

    /// What a variable that has no value yet begins with: a number, or an empty `Option`.
    fn first_of(&mut self, name: &str, held: Value, span: Span) -> Value {
        if name == RESULT {
            if let Some(ty @ Ty::Float(_)) = self.result_ty.clone() {
                return self.placeholder(&ty, span);
            }
        }
        if name.starts_with('%') {
            return self.none(span);
        }
        held
    }

    fn read_turn(
        &mut self,
        over: &Over<'_>,
        part: Part,
        around: &Around,
        begins: Begins<'_>,
        span: Span,
        body: &mut dyn FnMut(&mut Self, usize),
    ) -> Turn {
        let Begins { variables, inits, known, apart } = begins;
        let outer = std::mem::take(&mut self.nodes);
        let scopes = self.scopes.clone();
        self.scopes.enter();
        let mut params = Vec::new();
        for ((variable, init), info) in variables.iter().zip(inits).zip(known) {
            let param =
                self.graph.value(Info { name: Some(name_of(&variable.name)), ..info.clone() });
            if self.optional.contains(init) {
                self.optional.insert(param);
            }
            if self.undefined.contains(init) {
                self.undefined.insert(param);
            }
            params.push(param);
            self.scopes.set(variable, param);
        }
        self.put_together(apart, span);
        // A jump that was on its way would have ended the loop.
        let mut cleared = vec![RETURNED.to_owned()];
        for outer in &self.around {
            cleared.extend([outer.done(), outer.skipped()]);
        }
        for name in cleared {
            if let Some(variable) = self.scopes.variable(&name) {
                let flag = self.flag(false, span);
                self.scopes.set(&variable, flag);
            }
        }
        let own = match part {
            // Its jumps are those of the loop that it is a segment of.
            Part::Segment => vec![around.skipped()],
            _ => vec![around.done(), around.skipped()],
        };
        for name in own {
            let flag = self.flag(false, span);
            self.scopes.bind(&name, flag);
        }
        let condition = match over {
            Over::Condition(cond) => {
                let outer = std::mem::take(&mut self.nodes);
                let value = self.expr(cond);
                Some((std::mem::replace(&mut self.nodes, outer), value))
            }
            Over::Segment(Segment::Condition(cond)) => {
                let outer = std::mem::take(&mut self.nodes);
                let left = self.scopes.get(LEFT).map_or(Value(0), |held| held.value);
                let value = self.expr(cond);
                let goes_on = self.constant_of(
                    &[left, value],
                    |names| {
                        let (left, value) = (&names[0], &names[1]);
                        quote!(#left > 0 && #value)
                    },
                    Ty::Bool,
                    span,
                );
                Some((std::mem::replace(&mut self.nodes, outer), goes_on))
            }
            _ => None,
        };
        if part != Part::Segment {
            self.around.push(around.clone());
        }
        let items = self.bind_items(over, span);
        body(self, around.number);
        let exits = self.leaves(around, span);
        if part != Part::Segment {
            self.around.pop();
        }
        self.take_apart(apart, span);
        let results: Vec<Value> = variables
            .iter()
            .map(|variable| self.scopes.held(variable).unwrap_or(Value(0)))
            .collect();
        let results: Vec<Value> = results
            .into_iter()
            .zip(&params)
            .map(|(result, param)| {
                if self.optional.contains(param)
                    && !self.optional.contains(&result)
                    && !self.undefined.contains(&result)
                {
                    self.some(result, span)
                } else if self.undefined.contains(&result) {
                    *param
                } else {
                    result
                }
            })
            .collect();
        let nodes = std::mem::replace(&mut self.nodes, outer);
        let followed = variables.iter().chain(Self::wholes(apart)).cloned().collect();
        self.mistake_if_lost(&scopes, &followed, span);
        self.scopes = scopes;
        Turn { part, items, params, condition, nodes, results, exits }
    }

    /// Says so if something was written of which it was not known before that it would be: never silently wrong.
    fn mistake_if_lost(&mut self, before: &Scopes, known: &BTreeSet<Variable>, span: Span) {
        let changed = self.scopes.changed_since(before, before.depth());
        let is_lost =
            |variable: &&Variable| !known.contains(variable) && !variable.name.starts_with('%');
        if let Some(variable) = changed.iter().find(is_lost) {
            let name = crate::graph::text_of(&variable.name);
            self.mistake(span, language::LOST.of(name));
        }
    }

    /// Binds the names of the loop's pattern; gives the values that a turn is given.
    fn bind_items(&mut self, over: &Over<'_>, span: Span) -> Vec<Value> {
        match over {
            Over::Constants { iterable, pattern } => {
                let ty = match (is_range(iterable), pattern) {
                    (true, _) => Ty::Integer,
                    _ => Ty::Unknown,
                };
                let items = self.bound_constants(&names_of(pattern), ty, false);
                self.learn_items(iterable, pattern);
                items
            }
            Over::Positions(items, pattern) => {
                let at = self.position_of_turn();
                let item = self.item(&items.item, at, span);
                self.bind_item(pattern, item, span);
                vec![at]
            }
            Over::Items(_) => {
                let at = self.position_of_turn();
                self.scopes.bind("%at", at);
                vec![at]
            }
            Over::Segment(Segment::Constants(iterable, pattern)) => {
                let over = Over::Constants { iterable, pattern };
                self.bind_items(&over, span)
            }
            Over::Segment(Segment::Positions { items, pattern, start, .. }) => {
                let at = self.position_of_turn();
                let position = self.number(
                    &[*start, at],
                    |names| {
                        let (start, at) = (&names[0], &names[1]);
                        quote!(#start + #at)
                    },
                    span,
                );
                let item = self.item(&items.item, position, span);
                self.bind_item(pattern, item, span);
                vec![at]
            }
            Over::Condition(_) | Over::Segment(Segment::Condition(_)) => Vec::new(),
        }
    }

    /// The position that a turn is at.
    fn position_of_turn(&mut self) -> Value {
        self.graph.value(Info { name: Some("at".to_owned()), ty: Ty::Integer, ..Info::default() })
    }

    /// Whether the loop ends with this turn, if it may.
    fn leaves(&mut self, around: &Around, span: Span) -> Option<Value> {
        let skipped = self.scopes.variable(&around.skipped());
        if let Some(variable) = skipped {
            let flag = self.flag(false, span);
            self.scopes.set(&variable, flag);
        }
        match self.pending(span) {
            super::exits::Pending::No => None,
            super::exits::Pending::Always => Some(self.flag(true, span)),
            super::exits::Pending::If(flag) => Some(flag),
        }
    }

    /// Values for names that a pattern binds to constants.
    pub(super) fn bound_constants(
        &mut self,
        names: &[String],
        ty: Ty,
        is_mutable: bool,
    ) -> Vec<Value> {
        names
            .iter()
            .map(|name| {
                let value = self.graph.value(Info {
                    name: Some(name.clone()),
                    ty: ty.clone(),
                    ..Info::default()
                });
                let binding = Binding { is_mutable, ..Binding::of(value) };
                self.scopes.bind_as(name, binding);
                value
            })
            .collect()
    }
}

/// True for a range of integers, forwards, which may stand between parentheses.
pub(super) fn is_range(expr: &Expr) -> bool {
    match expr {
        Expr::Paren(inner) => is_range(&inner.expr),
        Expr::Range(range) => range.start.is_some() && range.end.is_some(),
        Expr::MethodCall(call) => {
            matches!(call.method.to_string().as_str(), "rev" | "step_by")
                && is_range(&call.receiver)
        }
        _ => false,
    }
}

/// True for `(a..=b).step_by(k)` and what is made of it: it cannot be gone over backwards as it is.
pub(super) fn is_stepped_to_the_end(range: &Expr) -> bool {
    fn is_closed(range: &Expr) -> bool {
        match range {
            Expr::Paren(inner) => is_closed(&inner.expr),
            Expr::Range(range) => matches!(range.limits, syn::RangeLimits::Closed(_)),
            Expr::MethodCall(call) => is_closed(&call.receiver),
            _ => false,
        }
    }
    match range {
        Expr::Paren(inner) => is_stepped_to_the_end(&inner.expr),
        Expr::MethodCall(call) if call.method == "step_by" => is_closed(&call.receiver),
        Expr::MethodCall(call) => is_stepped_to_the_end(&call.receiver),
        _ => false,
    }
}

/// The key of a plain name.
pub(super) fn plain(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Path(path) => path.path.get_ident().map(key),
        Expr::Paren(inner) => plain(&inner.expr),
        _ => None,
    }
}
