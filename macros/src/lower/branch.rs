//! Branches: `if`, `match`, `let else`, and the joining of what their arms leave behind.

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{Expr, ExprIf, ExprMatch, Local, Pat, Stmt};

use super::exits::{Pending, Tail};
use super::jumps::{diverges, expr_diverges, Jumps};
use super::matching::Matched;
use super::Lowering;
use crate::graph::{key, Passing, Value};

/// What decides which arm runs, and what that arm then knows.
struct Arm<'e> {
    body: Body<'e>,
    /// The patterns that hold in the arm, each with what it is a pattern of.
    patterns: Vec<(&'e Pat, Matched)>,
}

/// The code of an arm.
#[derive(Clone, Copy)]
enum Body<'e> {
    Block(&'e syn::Block),
    Expr(&'e Expr),
    Nothing,
}

/// What follows a branch in the one arm that comes to its end.
#[derive(Clone, Copy)]
pub(super) struct After<'e> {
    /// The `let` that takes the arm's value.
    local: Option<&'e Local>,
    rest: &'e [Stmt],
}

impl Body<'_> {
    fn diverges(self) -> bool {
        match self {
            Body::Block(block) => diverges(block),
            Body::Expr(expr) => expr_diverges(expr),
            Body::Nothing => false,
        }
    }
}

impl Lowering<'_> {
    /// `if c { a } else { b }`, with or without a value.
    pub(super) fn if_expr(&mut self, branch: &ExprIf, tail: Tail) -> Option<Value> {
        if let Some(branch) = self.if_lent(branch) {
            return self.if_expr(&branch, tail);
        }
        let (selector, arms) = self.arms_of_if(branch);
        self.arms(selector, arms, None, tail, branch.if_token.span)
    }

    /// `match x { .. }`.
    pub(super) fn match_expr(&mut self, matched: &ExprMatch, tail: Tail) -> Option<Value> {
        if let Some(matched) = self.with_plain_guards(matched) {
            return self.match_expr(&matched, tail);
        }
        let span = matched.match_token.span;
        let (selector, arms) = self.arms_of_match(matched);
        match self.pending(span) {
            Pending::No => self.arms(selector, arms, None, tail, span),
            Pending::Always => Some(self.undefined(span)),
            // A guard jumped.
            Pending::If(jumped) => self.unless(jumped, tail, span, |lowering| {
                lowering.arms(selector, arms, None, tail, span)
            }),
        }
    }

    /// A statement that may jump, read together with what follows it: the rest belongs to the one arm
    /// that comes to its end, so that no flag is needed. Nothing if it has not just one such arm.
    pub(super) fn with_rest(
        &mut self,
        stmt: &Stmt,
        rest: &[Stmt],
        tail: Tail,
    ) -> Option<Option<Value>> {
        let (expr, local) = match stmt {
            Stmt::Expr(expr, _) => (expr, None),
            Stmt::Local(local) => match &local.init {
                Some(init) if init.diverge.is_none() => (&*init.expr, Some(local)),
                Some(init) => {
                    let (_, otherwise) = init.diverge.as_ref()?;
                    let (selector, arms) = self.arms_of_let(local, &init.expr, otherwise);
                    let after = After { local: None, rest };
                    return Some(self.arms(selector, arms, Some(after), tail, local.span()));
                }
                None => return None,
            },
            _ => return None,
        };
        let ends =
            |bodies: Vec<Body<'_>>| bodies.into_iter().filter(|body| !body.diverges()).count();
        let count = match expr {
            Expr::If(branch) if self.may_lend(branch) => return None,
            Expr::If(branch) => ends(vec![
                Body::Block(&branch.then_branch),
                branch.else_branch.as_ref().map_or(Body::Nothing, |(_, other)| Body::Expr(other)),
            ]),
            Expr::Match(matched) if guards_jump(matched) => return None,
            Expr::Match(matched) if self.with_plain_guards(matched).is_some() => return None,
            Expr::Match(matched) => {
                ends(matched.arms.iter().map(|arm| Body::Expr(&arm.body)).collect())
            }
            _ => return None,
        };
        if count != 1 {
            return None;
        }
        let (selector, arms) = match expr {
            Expr::If(branch) => self.arms_of_if(branch),
            Expr::Match(matched) => self.arms_of_match(matched),
            _ => return None,
        };
        let after = After { local, rest };
        Some(self.arms(selector, arms, Some(after), tail, expr.span()))
    }

    fn arms_of_if<'e>(&mut self, branch: &'e ExprIf) -> (Value, Vec<Arm<'e>>) {
        let otherwise =
            branch.else_branch.as_ref().map_or(Body::Nothing, |(_, other)| Body::Expr(other));
        let (selector, patterns) = self.condition(&branch.cond);
        let then = Arm { body: Body::Block(&branch.then_branch), patterns };
        (selector, vec![then, Arm { body: otherwise, patterns: Vec::new() }])
    }

    fn arms_of_match<'e>(&mut self, matched: &'e ExprMatch) -> (Value, Vec<Arm<'e>>) {
        let patterns = matched.arms.iter().map(|arm| &arm.pat);
        let against = self.matched(&matched.expr, patterns);
        let tests: Vec<(&Pat, Option<&Expr>)> =
            matched.arms.iter().map(|arm| without_guard(&arm.pat)).collect();
        let selector = self.select(&against, &tests, matched.match_token.span);
        let arms = matched
            .arms
            .iter()
            .map(|arm| Arm {
                body: Body::Expr(&arm.body),
                patterns: vec![(without_guard(&arm.pat).0, against.clone())],
            })
            .collect();
        (selector, arms)
    }

    fn arms_of_let<'e>(
        &mut self,
        local: &'e Local,
        init: &'e Expr,
        otherwise: &'e Expr,
    ) -> (Value, Vec<Arm<'e>>) {
        let pattern = match &local.pat {
            Pat::Type(typed) => &typed.pat,
            pattern => pattern,
        };
        let matched = self.matched(init, [pattern]);
        let selector = self.select(&matched, &[(pattern, None)], local.span());
        let binds = Arm { body: Body::Nothing, patterns: vec![(pattern, matched)] };
        let leaves = Arm { body: Body::Expr(otherwise), patterns: Vec::new() };
        (selector, vec![binds, leaves])
    }

    /// Reads arms one after another, each from the same state, and joins what they leave behind.
    fn arms(
        &mut self,
        selector: Value,
        arms: Vec<Arm<'_>>,
        after: Option<After<'_>>,
        tail: Tail,
        span: Span,
    ) -> Option<Value> {
        let depth = self.scopes.depth();
        // What is local to a block that ends with this branch is not looked at any more.
        let below = match (after, tail) {
            (_, Tail::Function) => 0,
            (Some(_), _) => depth.saturating_sub(1),
            (None, _) => depth,
        };
        let read = arms
            .into_iter()
            .map(|arm| {
                self.read_arm(|lowering| {
                    for (pattern, matched) in &arm.patterns {
                        lowering.bind_matched(pattern, matched);
                    }
                    lowering.arm_body(arm.body, after.filter(|_| !arm.body.diverges()), tail)
                })
            })
            .collect();
        self.join_arms(selector, read, below, span)
    }

    fn arm_body(&mut self, body: Body<'_>, after: Option<After<'_>>, tail: Tail) -> Option<Value> {
        let own_tail = if after.is_some() { Tail::No } else { tail };
        let value = match body {
            Body::Block(block) => self.block_with(block, own_tail),
            Body::Expr(Expr::Block(block)) if block.label.is_none() => {
                self.block_with(&block.block, own_tail)
            }
            Body::Expr(expr) => self.tail_expr(expr, own_tail),
            Body::Nothing => None,
        };
        let Some(After { local, rest }) = after else { return value };
        // An arm that comes to its end may still jump from within.
        let pending = self.pending(span_of(rest));
        let mut later = Vec::new();
        if let (Some(local), Some(value)) = (local, value) {
            match pending {
                Pending::If(_) if alone(&local.pat).is_none() => {
                    later.push(self.bind_later(local, value));
                    later.extend_from_slice(rest);
                }
                _ => self.bind_passed(&local.pat, value, Passing::Value),
            }
        }
        match pending {
            Pending::No => self.sequence(rest, tail),
            Pending::Always => Some(self.undefined(span_of(rest))),
            Pending::If(jumped) if later.is_empty() => self.guarded(jumped, rest, tail),
            Pending::If(jumped) => self.guarded(jumped, &later, tail),
        }
    }
}

fn span_of(stmts: &[Stmt]) -> Span {
    stmts.first().map_or_else(Span::call_site, |stmt| stmt.span())
}

fn guards_jump(matched: &ExprMatch) -> bool {
    let guards = matched.arms.iter().filter_map(|arm| without_guard(&arm.pat).1);
    guards.into_iter().any(|guard| Jumps::of_expr(guard).any())
}

/// An arm's pattern and its guard.
fn without_guard(pattern: &Pat) -> (&Pat, Option<&Expr>) {
    match pattern {
        Pat::Guard(guarded) => (&guarded.pat, Some(&guarded.guard)),
        pattern => (pattern, None),
    }
}

/// The key of a name that a pattern binds alone.
pub(super) fn alone(pattern: &Pat) -> Option<String> {
    match pattern {
        Pat::Ident(ident) if ident.subpat.is_none() => Some(key(&ident.ident)),
        Pat::Type(typed) => alone(&typed.pat),
        Pat::Paren(inner) => alone(&inner.pat),
        _ => None,
    }
}
