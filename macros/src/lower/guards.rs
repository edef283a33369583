//! Guards of a `match`: those that only look are passed on within it; those that do more are read.

use proc_macro2::Span;
use quote::quote;
use syn::visit::{self, Visit};
use syn::{Expr, ExprMatch, Pat, Token};

use super::exits::{Pending, Tail};
use super::jumps::Jumps;
use super::matching::{has_let, Matched};
use super::mentions::Mentions;
use super::Lowering;
use crate::graph::{key, Ty, Value};
use crate::language;

impl Lowering<'_> {
    /// True for a guard that jumps, writes, or calls what is not in the generated code, such as a closure over
    /// active values.
    pub(super) fn must_read_guard(&self, guard: &Expr) -> bool {
        let mut names = Names { lowering: self, found: false };
        names.visit_expr(guard);
        names.found
            || has_let(guard)
            || Jumps::of_expr(guard).any()
            || !self.carried(guard).is_empty()
    }

    /// A `match` without `let` in its guards: what a guard takes apart is taken apart again in its arm. Nothing if
    /// none has one, or if looking twice might see something else.
    pub(super) fn with_plain_guards(&self, matched: &ExprMatch) -> Option<ExprMatch> {
        let mut plain = matched.clone();
        let mut changed = false;
        for arm in &mut plain.arms {
            let Pat::Guard(guarded) = &mut arm.pat else { continue };
            let (guard, body) = (guarded.guard.clone(), arm.body.clone());
            if !has_let(&guard) || !self.mentions(&*guard).pure {
                continue;
            }
            changed = true;
            *arm.body = syn::parse_quote!(if #guard { #body } else { unreachable!() });
            *guarded.guard = syn::parse_quote!(if #guard { true } else { false });
            // Where the user's stands, so that it is of the user's edition.
            let token = guarded.if_token;
            [&mut *arm.body, &mut *guarded.guard]
                .into_iter()
                .for_each(|expr| begin_at(expr, token));
        }
        changed.then_some(plain)
    }

    /// The position of the first arm that fits, where guards are read: one arm after another.
    pub(super) fn select_one_by_one(
        &mut self,
        matched: &Matched,
        tests: &[(&Pat, Option<&Expr>)],
        position: usize,
        span: Span,
    ) -> Value {
        let [(pattern, guard), rest @ ..] = tests else {
            let tokens = quote!(unreachable!());
            return self.verbatim(tokens, Mentions::default(), Ty::Integer, span);
        };
        let number = |lowering: &mut Self| {
            let number = proc_macro2::Literal::usize_unsuffixed(position);
            let mentions = Mentions { pure: true, ..Mentions::default() };
            lowering.verbatim(quote!(#number), mentions, Ty::Integer, span)
        };
        if rest.is_empty() && guard.is_none() {
            return number(self);
        }
        let mut fits = self.select(matched, &[(pattern, None)], span);
        let below = self.scopes.depth();
        if let Some(guard) = guard {
            if has_let(guard) {
                return self.mistake(*guard, language::LET_IN_GUARD);
            }
            let read = |lowering: &mut Self| {
                lowering.bind_matched(pattern, matched);
                lowering.tail_expr(guard, Tail::No)
            };
            let otherwise = |lowering: &mut Self| Some(lowering.flag(false, span));
            fits = self.either(fits, read, otherwise, below, span).unwrap_or(fits);
        }
        let next = |lowering: &mut Self| match lowering.pending(span) {
            Pending::No => Some(lowering.select_one_by_one(matched, rest, position + 1, span)),
            Pending::Always => Some(number(lowering)),
            Pending::If(jumped) => lowering.either(
                jumped,
                |lowering| Some(number(lowering)),
                |lowering| {
                    lowering.where_reached(|lowering| {
                        Some(lowering.select_one_by_one(matched, rest, position + 1, span))
                    })
                },
                below,
                span,
            ),
        };
        self.either(fits, |lowering| Some(number(lowering)), next, below, span).unwrap_or(fits)
    }
}

/// Lets an `if` of ours begin with a token of the user's.
fn begin_at(expr: &mut Expr, token: Token![if]) {
    if let Expr::If(branch) = expr {
        branch.if_token = token;
    }
}

/// Looks for names that stand for no value.
struct Names<'l, 'a> {
    lowering: &'l Lowering<'a>,
    found: bool,
}

impl<'ast> Visit<'ast> for Names<'_, '_> {
    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        let Some(name) = path.path.get_ident().map(key) else { return };
        let scopes = &self.lowering.scopes;
        self.found |= scopes.alias(&name).is_some()
            || scopes.function(&name).is_some_and(|function| function.is_active);
        visit::visit_expr_path(self, path);
    }
}
