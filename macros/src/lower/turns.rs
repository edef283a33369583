//! Loops. What a loop writes is carried from turn to turn; its type and what it depends on are found by
//! reading the body until they no longer change.

use std::collections::BTreeSet;

use proc_macro2::Span;
use quote::{quote, ToTokens};
use syn::{Expr, Pat};

use super::beside::uses_up;
use super::exits::{Around, RESULT, RETURNED};
use super::flow::names_of;
use super::items::Bounded;
use super::join::name_of;
use super::loops::Scope;
use super::scope::{Binding, Variable};
use super::{Language, Lowering};
use crate::graph::{
    key, Block, Each, Head, Info, Loop, Node, Op, Origin, Tokens, Ty, Value, Verbatim,
};

/// A type or dependency changes a few times at most: a float's elements become known, and each argument
/// arrives once.
const MOST_READINGS: usize = 40;

/// What a loop goes over.
pub(super) enum Over<'e> {
    /// Constants, as the user wrote them.
    Constants { iterable: &'e Expr, pattern: &'e Pat },
    /// Positions from 0 to a length, with what each stands for.
    Positions(Bounded<'e>, &'e Pat),
    /// Positions from 0 to a length, which the body reads as `%at`.
    Items(Value),
    /// As long as a condition holds.
    Condition(&'e Expr),
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
        let mut variables: BTreeSet<Variable> = scope
            .written
            .iter()
            .filter(|name| self.is_versioned_name(name))
            .filter_map(|name| self.scopes.variable(name))
            .collect();
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
        self.carry(over, &around, &variables, span, body);
        let value = self
            .scopes
            .get(&around.value())
            .map(|binding| binding.value)
            .filter(|value| !self.undefined.contains(value));
        self.scopes.leave();
        value.map(|value| self.out_of_option(value, span))
    }

    /// Reads the body until the types and dependencies of what is carried are settled.
    fn carry(
        &mut self,
        over: &Over<'_>,
        around: &Around,
        variables: &BTreeSet<Variable>,
        span: Span,
        body: &mut dyn FnMut(&mut Self, usize),
    ) {
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
        let place = (around.number, format!("{span:?}"));
        if let Some((same, before)) = self.settled.get(&place) {
            if same == variables {
                for (known, before) in known.iter_mut().zip(before) {
                    known.ty = known.ty.joined(&before.ty);
                    known.depends_on.join(&before.depends_on);
                }
            }
        }
        for _ in 0..MOST_READINGS {
            let snapshot = self.snapshot();
            let read = self.read_turn(over, around, variables, &inits, &known, span, body);
            let next: Vec<Info> = read.settled(self, &known);
            if next == known {
                self.settled.insert(place, (variables.clone(), known));
                self.finish(read, over, variables, inits, before, span);
                return;
            }
            known = next;
            self.restore(snapshot);
        }
        self.mistake(span, "the types of what this loop carries cannot be settled");
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

    #[allow(clippy::too_many_arguments)]
    fn read_turn(
        &mut self,
        over: &Over<'_>,
        around: &Around,
        variables: &BTreeSet<Variable>,
        inits: &[Value],
        known: &[Info],
        span: Span,
        body: &mut dyn FnMut(&mut Self, usize),
    ) -> Turn {
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
        for name in [around.done(), around.skipped()] {
            let flag = self.flag(false, span);
            self.scopes.bind(&name, flag);
        }
        let condition = match over {
            Over::Condition(cond) => {
                let outer = std::mem::take(&mut self.nodes);
                let value = self.expr(cond);
                Some((std::mem::replace(&mut self.nodes, outer), value))
            }
            _ => None,
        };
        self.around.push(around.clone());
        let items = self.bind_items(over, span);
        body(self, around.number);
        let exits = self.leaves(around, span);
        self.around.pop();
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
        self.scopes = scopes;
        Turn { items, params, condition, nodes, results, exits }
    }

    /// Binds the names of the loop's pattern; gives the values that a turn is given.
    fn bind_items(&mut self, over: &Over<'_>, span: Span) -> Vec<Value> {
        match over {
            Over::Constants { iterable, pattern } => {
                let ty = match (is_range(iterable), pattern) {
                    (true, _) => Ty::Integer,
                    _ => Ty::Unknown,
                };
                self.bound_constants(&names_of(pattern), ty, false)
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
            Over::Condition(_) => Vec::new(),
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

    fn finish(
        &mut self,
        turn: Turn,
        over: &Over<'_>,
        variables: &BTreeSet<Variable>,
        inits: Vec<Value>,
        before: Vec<Value>,
        span: Span,
    ) {
        let Turn { items, params, condition, nodes, results, exits } = turn;
        // What the body leaves as it was is not carried.
        let mut names = std::collections::HashMap::new();
        let mut kept = Vec::new();
        for (position, variable) in variables.iter().enumerate() {
            if results[position] == params[position] {
                names.insert(params[position], inits[position]);
                self.scopes.set(variable, before[position]);
            } else {
                kept.push((position, variable));
            }
        }
        let (head, mentioned) = match over {
            Over::Constants { iterable, pattern } => {
                let mut mentions = self.mentions(*iterable);
                mentions.pure &= !uses_up(iterable);
                let (names, args): (Vec<String>, Vec<Value>) = mentions.names.into_iter().unzip();
                let each = Each {
                    iterable: Verbatim::new(iterable.to_token_stream(), names, mentions.pure),
                    pattern: Tokens(pattern.to_token_stream()),
                    items: items.len(),
                    is_range: is_range(iterable) && matches!(pattern, Pat::Ident(_) | Pat::Wild(_)),
                };
                (Head::Each(each), args)
            }
            Over::Positions(Bounded { length, .. }, _) | Over::Items(length) => {
                let names = vec!["__turns".to_owned()];
                let each = Each {
                    iterable: Verbatim::new(quote!(0..__turns), names, true),
                    pattern: Tokens(quote!(at)),
                    items: 1,
                    is_range: true,
                };
                (Head::Each(each), vec![*length])
            }
            Over::Condition(_) => (Head::While, Vec::new()),
        };
        let mut body = Block {
            params: items
                .into_iter()
                .chain(kept.iter().map(|(position, _)| params[*position]))
                .collect(),
            nodes,
            results: exits
                .iter()
                .copied()
                .chain(kept.iter().map(|(position, _)| results[*position]))
                .collect(),
            ..Block::default()
        };
        body.replace_uses(&mut |value| names.get(&value).copied().unwrap_or(value));
        let mut blocks = vec![body];
        if let Some((nodes, value)) = condition {
            let mut block = Block { nodes, results: vec![value], ..Block::default() };
            block.replace_uses(&mut |value| names.get(&value).copied().unwrap_or(value));
            blocks.push(block);
        }
        let mut outs = Vec::new();
        for (position, variable) in &kept {
            let param = params[*position];
            let info = Info { shape_of: None, ..self.graph.info(param).clone() };
            let out = self.graph.value(info);
            if self.optional.contains(&param) {
                self.optional.insert(out);
            }
            self.scopes.set(variable, out);
            outs.push(out);
            // A bare literal that a loop begins with has the type of what is carried.
            let (init, ty) = (inits[*position], self.graph.ty(param).clone());
            if ty.is_float()
                && matches!(self.graph.ty(init), Ty::Float(crate::graph::Elem::Literal))
            {
                self.graph.info_mut(init).ty = ty;
            }
        }
        let carried = kept.iter().map(|(position, _)| inits[*position]);
        let op = Op::Loop(Loop { head, exits: exits.is_some() });
        let args = mentioned.into_iter().chain(carried).collect();
        self.nodes.push(Node { outs, op, args, blocks, origin: Origin::from(span) });
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

/// One reading of a loop's body.
struct Turn {
    items: Vec<Value>,
    params: Vec<Value>,
    condition: Option<(Vec<Node>, Value)>,
    nodes: Vec<Node>,
    results: Vec<Value>,
    exits: Option<Value>,
}

impl Turn {
    /// What is known of each carried value, after this reading.
    fn settled(&self, lowering: &Lowering<'_>, known: &[Info]) -> Vec<Info> {
        known
            .iter()
            .zip(self.params.iter().zip(&self.results))
            .map(|(known, (param, result))| {
                let mut next = known.clone();
                next.ty =
                    known.ty.joined(lowering.graph.ty(*param)).joined(lowering.graph.ty(*result));
                next.depends_on.join(&lowering.graph.info(*result).depends_on);
                next
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

/// The key of a plain name.
pub(super) fn plain(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Path(path) => path.path.get_ident().map(key),
        Expr::Paren(inner) => plain(&inner.expr),
        _ => None,
    }
}
