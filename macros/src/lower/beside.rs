//! Constants that are gone over beside active values: labels, weights, ranges.

use proc_macro2::{Span, TokenStream};
use quote::{quote, ToTokens};
use syn::spanned::Spanned;
use syn::Expr;

use super::items::{Item, Items};
use super::mentions::Mentions;
use super::Lowering;
use crate::graph::{Ty, Value};

impl Lowering<'_> {
    /// Something constant that stands beside something active.
    pub(super) fn constant_items<'e>(&mut self, expr: &'e Expr) -> Items<'e> {
        let span = expr.span();
        match expr {
            Expr::Paren(inner) => return self.constant_items(&inner.expr),
            Expr::Range(range) if range.end.is_none() || !is_literal(range) => {
                let start = range.start.as_ref().map(|start| self.constant(start));
                let is_closed = matches!(range.limits, syn::RangeLimits::Closed(_));
                let length = range.end.as_ref().map(|end| {
                    let end = self.constant(end);
                    let all: Vec<Value> = std::iter::once(end).chain(start).collect();
                    self.number(
                        &all,
                        |names| {
                            let end = &names[0];
                            let start = match names.get(1) {
                                Some(start) => quote!(#start),
                                None => quote!(0),
                            };
                            match is_closed {
                                true => quote!(usize::saturating_sub(#end + 1, #start)),
                                false => quote!(usize::saturating_sub(#end, #start)),
                            }
                        },
                        span,
                    )
                });
                return Items { length, item: Item::Position(start) };
            }
            Expr::MethodCall(call) if call.args.is_empty() && call.method == "iter" => {
                return self.indexed(&call.receiver, |base| quote!(&#base[__at]), span);
            }
            Expr::MethodCall(call)
                if call.args.is_empty()
                    && matches!(call.method.to_string().as_str(), "copied" | "cloned") =>
            {
                if let Expr::MethodCall(inner) = &*call.receiver {
                    if inner.args.is_empty() && inner.method == "iter" {
                        return self.indexed(
                            &inner.receiver,
                            |base| quote!(#base[__at].clone()),
                            span,
                        );
                    }
                }
            }
            Expr::MethodCall(call) if call.args.is_empty() && call.method == "enumerate" => {
                let inner = self.constant_items(&call.receiver);
                let item = Item::Pair(Box::new(Item::Position(None)), Box::new(inner.item));
                return Items { length: inner.length, item };
            }
            Expr::Reference(inner) => {
                return self.indexed(&inner.expr, |base| quote!(&#base[__at]), span);
            }
            _ => {}
        }
        // Any other iterator is gone through once, before the loop; again in the adjoint, if it only looks
        // at something, since what it shows cannot be kept.
        let mut mentions = self.mentions(expr);
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
        Items { length: Some(length), item }
    }

    fn indexed<'e>(
        &mut self,
        base: &Expr,
        tokens: impl FnOnce(TokenStream) -> TokenStream,
        span: Span,
    ) -> Items<'e> {
        let ty = crate::graph::element(&self.constant_type(base));
        let mentions = self.mentions(base);
        let length = self.verbatim(
            quote!(#base.len()),
            Mentions { active: None, ..mentions.clone() },
            Ty::Integer,
            span,
        );
        let item = Item::Constant {
            tokens: tokens(base.to_token_stream()),
            mentions: mentions.names.into_iter().collect(),
            ty,
        };
        Items { length: Some(length), item }
    }
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
