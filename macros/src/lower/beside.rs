//! Constants that are gone over beside active values: labels, weights, ranges.

use proc_macro2::{Span, TokenStream};
use quote::{quote, ToTokens};
use syn::spanned::Spanned;
use syn::{Expr, ExprMethodCall};

use super::items::{Item, Items};
use super::mentions::Mentions;
use super::Lowering;
use crate::graph::{Ty, Value};
use crate::language;

impl Lowering<'_> {
    /// Something constant that stands beside something active.
    pub(super) fn constant_items<'e>(&mut self, expr: &'e Expr) -> Result<Items<'e>, Value> {
        let span = expr.span();
        match expr {
            Expr::Paren(inner) => return self.constant_items(&inner.expr),
            Expr::MethodCall(call) if self.is_made_of_positions(expr) && !is_shown(call) => {
                return self.adapted(call);
            }
            Expr::Range(range) if range.end.is_none() || !is_literal(range) => {
                // From 0 on, a position is a turn's number.
                let start = range.start.as_ref().filter(|start| !is_zero(start));
                let start = start.map(|start| self.constant(start));
                let is_closed = matches!(range.limits, syn::RangeLimits::Closed(_));
                let length = range.end.as_ref().map(|end| {
                    let end = self.constant(end);
                    if start.is_none() && !is_closed {
                        return end;
                    }
                    let all: Vec<Value> = std::iter::once(end).chain(start).collect();
                    self.number(
                        &all,
                        |names| {
                            let end = &names[0];
                            match (names.get(1), is_closed) {
                                (None, _) => quote!(#end + 1),
                                (Some(start), true) => {
                                    quote!(usize::saturating_sub(#end + 1, #start))
                                }
                                (Some(start), false) => quote!(usize::saturating_sub(#end, #start)),
                            }
                        },
                        span,
                    )
                });
                return Ok(Items { length, item: Item::Position(start) });
            }
            Expr::MethodCall(call) if is_call(call, "iter") && !self.is_of_rank(&call.receiver) => {
                return Ok(self.indexed(&call.receiver, |base| quote!(&#base[__at]), span));
            }
            Expr::MethodCall(call) if is_call(call, "copied") || is_call(call, "cloned") => {
                match &*call.receiver {
                    Expr::MethodCall(inner)
                        if is_call(inner, "iter") && !self.is_of_rank(&inner.receiver) =>
                    {
                        let tokens = |base| quote!(#base[__at].clone());
                        return Ok(self.indexed(&inner.receiver, tokens, span));
                    }
                    _ => {}
                }
            }
            Expr::MethodCall(call) if is_call(call, "enumerate") => {
                let inner = self.constant_items(&call.receiver)?;
                let item = Item::Pair(Box::new(Item::Position(None)), Box::new(inner.item));
                return Ok(Items { length: inner.length, item });
            }
            Expr::Reference(inner) if !self.is_of_rank(&inner.expr) => {
                return Ok(self.indexed(&inner.expr, |base| quote!(&#base[__at]), span));
            }
            _ => {}
        }
        if !super::flow::written(expr).is_empty() {
            return Err(self.mistake(expr, language::NO_VARIABLE));
        }
        // Any other iterator is gone through once, before the loop; again in the adjoint, if it only looks
        // at something, since what it shows cannot be kept.
        let mut mentions = self.mentions_then(expr);
        mentions.pure &= match expr {
            Expr::Path(_) => {
                self.binding(expr).is_some_and(|held| self.graph.info(held.value).is_reference)
            }
            Expr::MethodCall(_) => !uses_up(expr),
            _ => false,
        };
        let tokens = quote!(::core::iter::Iterator::collect::<::std::vec::Vec<_>>(
            ::core::iter::IntoIterator::into_iter(#expr)
        ));
        let all = self.verbatim(tokens, mentions, Ty::Unknown, span);
        self.graph.info_mut(all).name = Some("items".to_owned());
        let length = self.number(
            &[all],
            |names| {
                let all = &names[0];
                quote!(#all.len())
            },
            span,
        );
        let item = Item::Constant {
            tokens: quote!(::core::clone::Clone::clone(&__base[__at])),
            mentions: vec![("__base".to_owned(), all)],
            ty: Ty::Unknown,
        };
        Ok(Items { length: Some(length), item })
    }

    /// True for what can be asked for the item at any position, so that none has to be kept.
    pub(super) fn is_made_of_positions(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Paren(inner) => self.is_made_of_positions(&inner.expr),
            Expr::Range(range) => range.end.is_some() && !is_literal(range),
            Expr::Reference(inner) => inner.mutability.is_none() && self.is_list(&inner.expr),
            Expr::MethodCall(call) => match (call.method.to_string().as_str(), call.args.len()) {
                ("iter", 0) => self.is_list(&call.receiver),
                ("copied" | "cloned", 0) => {
                    is_shown(call) && self.is_made_of_positions(&call.receiver)
                }
                ("enumerate" | "rev", 0) | ("skip" | "take" | "step_by", 1) => {
                    self.is_made_of_positions(&call.receiver)
                }
                ("zip" | "chain", 1) => [&*call.receiver, &call.args[0]]
                    .into_iter()
                    .all(|part| self.is_made_of_positions(part)),
                ("map", 1) => {
                    let is_formula = matches!(&call.args[0], Expr::Closure(closure)
                        if !matches!(&*closure.body, Expr::Block(_)));
                    is_formula && self.is_made_of_positions(&call.receiver)
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// True for what surely has an element at every position.
    fn is_list(&self, expr: &Expr) -> bool {
        matches!(self.constant_type(expr), Ty::List(_) | Ty::Array(_, Some(1)))
    }

    /// True for an array whose elements have no single position.
    fn is_of_rank(&self, expr: &Expr) -> bool {
        matches!(self.constant_type(expr), Ty::Array(_, Some(rank)) if rank != 1)
    }

    fn indexed<'e>(
        &mut self,
        base: &Expr,
        tokens: impl FnOnce(TokenStream) -> TokenStream,
        span: Span,
    ) -> Items<'e> {
        let ty = crate::graph::element(&self.constant_type(base));
        let mut mentions = self.mentions(base);
        let mut base = base.to_token_stream();
        if mentions.is_steady && !mentions.pure {
            // What changes later is gone over as it is now.
            let then = quote!(::std::borrow::ToOwned::to_owned(&#base));
            let then =
                self.verbatim(then, Mentions { active: None, ..mentions }, Ty::Unknown, span);
            base = quote!(__base);
            mentions = Mentions::of([("__base".to_owned(), then)].into_iter().collect());
        }
        let length = self.verbatim(
            quote!(#base.len()),
            Mentions { active: None, ..mentions.clone() },
            Ty::Integer,
            span,
        );
        let item = Item::Constant {
            tokens: tokens(base),
            mentions: mentions.names.into_iter().collect(),
            ty,
        };
        Items { length: Some(length), item }
    }
}

/// True for `x.iter()` and `x.iter().cloned()`, which show or copy what stands there.
fn is_shown(call: &ExprMethodCall) -> bool {
    let is_iter = |call: &ExprMethodCall| is_call(call, "iter");
    match &*call.receiver {
        Expr::MethodCall(inner) if is_call(call, "copied") || is_call(call, "cloned") => {
            is_iter(inner)
        }
        _ => is_iter(call),
    }
}

fn is_call(call: &ExprMethodCall, name: &str) -> bool {
    call.args.is_empty() && call.method == name
}

/// True for an iterator that takes its items out of a variable.
pub(super) fn uses_up(iterable: &Expr) -> bool {
    matches!(iterable, Expr::MethodCall(call) if call.method == "drain"
        || call.method == "into_iter" && !matches!(&*call.receiver, Expr::MethodCall(_)))
}

/// True for a range between literals, whose type its use decides.
fn is_literal(range: &syn::ExprRange) -> bool {
    let is_literal = |end: &Option<Box<Expr>>| matches!(end.as_deref(), Some(Expr::Lit(_)) | None);
    is_literal(&range.start) && is_literal(&range.end)
}

/// True for `0`.
fn is_zero(expr: &Expr) -> bool {
    match expr {
        Expr::Lit(literal) => {
            matches!(&literal.lit, syn::Lit::Int(int) if int.base10_digits() == "0" && int.suffix().is_empty())
        }
        _ => false,
    }
}
