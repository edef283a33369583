//! Iterator chains over active values: each is the loop that it stands for.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::Span;
use quote::{quote, ToTokens};
use syn::{Expr, ExprClosure, ExprMethodCall};

use super::given::Given;
use super::items::{is_iterator, Bounded, Item};
use super::join::name_of;
use super::jumps::Jumps;
use super::loops::Scope;
use super::mentions::Mentions;
use super::scope::Variable;
use super::turns::Over;
use super::Lowering;
use crate::graph::{Action, Elem, Op, Ty, Value};
use crate::language;
use crate::ops;

impl Lowering<'_> {
    /// `chain.sum()`, `chain.fold(init, f)`, `chain.collect()` and their like; nothing if it is no chain.
    pub(super) fn chain(&mut self, call: &ExprMethodCall) -> Option<Value> {
        if let Some(value) = self.sifted_end(call) {
            let span = call.method.span();
            let value = match call.method == "collect" && names_array(call) {
                true => self.array_of(value, true, span),
                false => value,
            };
            return Some(self.of_declared_type(value, call, span));
        }
        let name = call.method.to_string();
        let is_fold = name == "fold" && call.args.len() == 2;
        if !is_iterator(&call.receiver) && !is_fold {
            return None;
        }
        let span = call.method.span();
        if !matches!(
            (name.as_str(), call.args.len()),
            ("sum" | "product" | "collect", 0) | ("fold", 2)
        ) {
            return None;
        }
        let items = match self.items(&call.receiver) {
            Ok(items) => items,
            Err(mistake) => return Some(mistake),
        };
        let value = match (name.as_str(), call.args.len()) {
            ("sum", 0) => {
                let init = self.placeholder(&Ty::Float(Elem::Literal), span);
                self.folded(items, "sum", init, span, |lowering, sum, item| {
                    lowering.row(ops::row("Add"), vec![sum, item], span)
                })
            }
            ("product", 0) => {
                let one = Op::Literal("1.0".to_owned());
                let init = self.node(one, vec![], Ty::Float(Elem::Literal), span);
                self.folded(items, "product", init, span, |lowering, product, item| {
                    lowering.row(ops::row("Mul"), vec![product, item], span)
                })
            }
            ("fold", 2) => {
                let init = &call.args[0];
                let init = self.constant_tuple(init).unwrap_or_else(|| self.expr(init));
                let step = &call.args[1];
                let written = self.carried(step);
                self.folded_with(items, written, "folded", init, span, |lowering, so_far, item| {
                    lowering.stepped(step, so_far, item, span)
                })
            }
            _ => self.collected(call, items, span),
        };
        Some(self.of_declared_type(value, call, span))
    }

    /// A sum of literals has the type that stands between `::<` and `>`.
    fn of_declared_type(&mut self, value: Value, call: &ExprMethodCall, span: Span) -> Value {
        let declared = call.turbofish.as_ref().and_then(|types| match types.args.first() {
            Some(syn::GenericArgument::Type(ty)) => Some(ty),
            _ => None,
        });
        let known = super::ty::Known { holds_floats: true, generics: None };
        match declared.map(|ty| super::ty::of_type(ty, known)) {
            Some(Ty::Float(elem)) if *self.graph.ty(value) == Ty::Float(Elem::Literal) => {
                self.cast_to(value, elem, span)
            }
            Some(declared @ Ty::Float(_)) if *self.graph.ty(value) == Ty::Float(Elem::Unknown) => {
                self.graph.info_mut(value).ty = declared;
                value
            }
            _ => value,
        }
    }

    /// What is asked of an iterator that is no chain of ours: an answer that nothing flows through, or a mistake.
    pub(super) fn asked_of_iterator(&mut self, call: &ExprMethodCall) -> Option<Value> {
        if !is_iterator(&call.receiver) || is_iterator(&Expr::MethodCall(call.clone())) {
            return None;
        }
        let name = call.method.to_string();
        let ty = match name.as_str() {
            "any" | "all" => Ty::Bool,
            "count" => Ty::Integer,
            "position" => Ty::Constant,
            _ => {
                return Some(self.mistake(call.method.span(), language::NOT_A_CHAIN.of(name)));
            }
        };
        let expr = Expr::MethodCall(call.clone());
        if self.must_read_guard(&expr) {
            return Some(self.mistake(&expr, language::ASKED.of(name)));
        }
        let mentions = Mentions { active: None, ..self.mentions(&expr) };
        Some(self.verbatim(expr.to_token_stream(), mentions, ty, call.method.span()))
    }

    /// The step of a `fold`: a closure of two arguments, or the name of a function.
    fn stepped(&mut self, step: &Expr, so_far: Value, item: Given, span: Span) -> Value {
        let closure = match self.closure(step, 2, "fold") {
            Ok(closure) => closure,
            Err(mistake) => return mistake,
        };
        self.scopes.enter();
        self.bind_pattern(&closure.inputs[0], so_far);
        self.bind_item(&closure.inputs[1], item, span);
        let value = self.function_body(&closure.body, &closure.output, span);
        self.scopes.leave();
        value
    }

    fn folded(
        &mut self,
        items: Bounded<'_>,
        name: &str,
        init: Value,
        span: Span,
        step: impl Fn(&mut Self, Value, Value) -> Value,
    ) -> Value {
        self.folded_with(items, BTreeSet::new(), name, init, span, |lowering, so_far, item| {
            let item = lowering.whole(item, span);
            step(lowering, so_far, item)
        })
    }

    /// A loop with one carried value, and what its step writes.
    fn folded_with(
        &mut self,
        items: Bounded<'_>,
        written: BTreeSet<Variable>,
        name: &str,
        init: Value,
        span: Span,
        step: impl Fn(&mut Self, Value, Given) -> Value,
    ) -> Value {
        self.numbers += 1;
        let variable = format!("%{name}{}", self.numbers);
        self.scopes.enter();
        self.scopes.bind(&variable, init);
        let scope = Scope {
            written: self.scopes.variable(&variable).into_iter().chain(written).collect(),
            jumps: Jumps::default(),
            label: None,
            leaves: false,
            every: None,
        };
        self.over_items(items, scope, span, &mut |lowering, item| {
            let so_far = lowering.scopes.get(&variable).map_or(init, |held| held.value);
            let next = step(lowering, so_far, item);
            lowering.scopes.assign(&variable, next);
        });
        let value = self.scopes.get(&variable).map_or(init, |held| held.value);
        self.scopes.leave();
        let info = self.graph.info_mut(value);
        if info.name.is_none() {
            info.name = Some(name_of(&variable));
        }
        value
    }

    /// A loop whose body is given each item.
    fn over_items(
        &mut self,
        items: Bounded<'_>,
        mut scope: Scope,
        span: Span,
        body: &mut dyn FnMut(&mut Self, Given),
    ) {
        let Bounded { length, item } = items;
        for closure in item.closures() {
            scope.written.extend(self.carried(&Expr::Closure(closure.clone())));
        }
        for base in item.lent() {
            scope.written.extend(self.variable_of(base));
        }
        self.turns(&Over::Items(length), &scope, span, &mut |lowering, _| {
            let at = lowering.scopes.get("%at").map_or(length, |held| held.value);
            let given = lowering.item(&item, at, span);
            body(lowering, given);
        });
    }

    /// `chain.for_each(|item| ..)`.
    pub(super) fn for_each(&mut self, call: &ExprMethodCall) {
        if self.sifted_for_each(call) {
            return;
        }
        let span = call.method.span();
        let Some(Ok(closure)) = call.args.first().map(|each| self.closure(each, 1, "for_each"))
        else {
            return;
        };
        let Ok(items) = self.items(&call.receiver) else { return };
        let scope = Scope {
            written: self.carried(&Expr::Closure(closure.clone().into_owned())),
            jumps: Jumps::default(),
            label: None,
            leaves: false,
            every: None,
        };
        self.over_items(items, scope, span, &mut |lowering, item| {
            lowering.scopes.enter();
            lowering.bind_item(&closure.inputs[0], item, span);
            lowering.procedure_body(&closure.body, span);
            lowering.scopes.leave();
        });
    }

    /// `chain.collect()`: a `Vec`, or an array if the call says so.
    fn collected(&mut self, call: &ExprMethodCall, items: Bounded<'_>, span: Span) -> Value {
        let list =
            self.pushed(items, BTreeSet::new(), span, |lowering, item| lowering.whole(item, span));
        match names_array(call) {
            true => self.array_of(list, true, span),
            false => list,
        }
    }

    /// A `Vec` to which something is pushed for every item.
    pub(super) fn pushed(
        &mut self,
        items: Bounded<'_>,
        written: BTreeSet<Variable>,
        span: Span,
        each: impl Fn(&mut Self, Given) -> Value,
    ) -> Value {
        let ty = Ty::List(Box::new(Ty::Unknown));
        let init =
            self.verbatim(quote!(::std::vec::Vec::new()), Mentions::of(BTreeMap::new()), ty, span);
        self.folded_with(items, written, "collected", init, span, |lowering, list, item| {
            let item = each(lowering, item);
            let ty = lowering
                .graph
                .ty(list)
                .joined(&Ty::List(Box::new(lowering.graph.ty(item).clone())));
            let name = lowering.graph.info(list).name.clone();
            let at = lowering.scopes.get("%at").map_or(list, |held| held.value);
            let args = vec![list, at, item];
            let out = lowering.node(Op::Update(Vec::new(), Action::Push), args, ty, span);
            lowering.graph.info_mut(out).name = name;
            out
        })
    }
}

impl Item<'_> {
    /// The closures that make it.
    pub(super) fn closures(&self) -> Vec<&ExprClosure> {
        match self {
            Item::Pair(left, right) => [left.closures(), right.closures()].concat(),
            Item::Moved { item, .. } => item.closures(),
            Item::Chained { first, second, .. } => [first.closures(), second.closures()].concat(),
            Item::Mapped(item, closure) => [item.closures(), vec![&**closure]].concat(),
            _ => Vec::new(),
        }
    }

    /// The places whose parts it lends mutably.
    pub(super) fn lent(&self) -> Vec<&Expr> {
        match self {
            Item::Pair(left, right) => [left.lent(), right.lent()].concat(),
            Item::Moved { item, .. } | Item::Mapped(item, _) => item.lent(),
            Item::Chained { first, second, .. } => [first.lent(), second.lent()].concat(),
            Item::Lent { base, .. } => vec![&**base],
            _ => Vec::new(),
        }
    }
}

/// True for `collect::<Array1<_>>()`.
fn names_array(call: &ExprMethodCall) -> bool {
    call.turbofish.as_ref().is_some_and(|turbofish| {
        turbofish.args.iter().any(|arg| match arg {
            syn::GenericArgument::Type(syn::Type::Path(path)) => path
                .path
                .segments
                .last()
                .is_some_and(|last| last.ident.to_string().starts_with("Array")),
            _ => false,
        })
    })
}
