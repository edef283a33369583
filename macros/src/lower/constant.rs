//! Constant expressions, which are passed on as they are.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Expr, Lit};

use super::expr::is_none;
use super::mentions::Mentions;
use super::rename::rename_lent;
use super::Lowering;
use crate::graph::{Elem, Op, Ty, Value, Verbatim};
use crate::language;

impl Lowering<'_> {
    /// True if nothing active flows into the expression's value.
    pub(super) fn is_constant(&self, expr: &Expr) -> bool {
        self.mentions(expr).active.is_none()
    }

    /// Passes a constant expression on; a plain name or a literal needs no node of its own.
    pub(super) fn constant(&mut self, expr: &Expr) -> Value {
        match expr {
            Expr::Paren(paren) => return self.constant(&paren.expr),
            Expr::Group(group) => return self.constant(&group.expr),
            Expr::Reference(lent) if lent.mutability.is_none() => return self.constant(&lent.expr),
            Expr::Path(_) => match self.binding(expr) {
                Some(binding) if !binding.is_mutable => {
                    return self.out_of_option(binding.value, expr.span())
                }
                _ => {}
            },
            Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Neg(_)) => {
                if let Expr::Lit(syn::ExprLit { lit: Lit::Float(_), .. }) = &*unary.expr {
                    let value = self.constant(&unary.expr);
                    if let Some(Op::Literal(text)) = self.nodes.last_mut().map(|node| &mut node.op)
                    {
                        text.insert(0, '-');
                    }
                    return value;
                }
            }
            // What writes is read, so that the graph knows of it.
            _ if !self.carried(expr).is_empty() => {
                return match is_read(expr) {
                    true => self.expr(expr),
                    false => self.mistake(expr, language::WRITES_WITHIN),
                }
            }
            Expr::Lit(literal) => {
                if let Lit::Float(float) = &literal.lit {
                    let elem = match float.suffix() {
                        "f32" => Elem::F32,
                        "f64" => Elem::F64,
                        _ => Elem::Literal,
                    };
                    let text = float.base10_digits().to_owned();
                    return self.node(Op::Literal(text), Vec::new(), Ty::Float(elem), expr.span());
                }
            }
            _ => {}
        }
        let ty = self.constant_type(expr);
        let mentions = match ty {
            Ty::Float(_) | Ty::Integer | Ty::Bool => self.mentions(expr),
            _ => self.mentions_now(expr),
        };
        // What may change later is copied as it is now.
        let is_place = matches!(expr, Expr::Path(_) | Expr::Field(_) | Expr::Index(_));
        let is_copied = matches!(ty, Ty::Float(_) | Ty::Integer | Ty::Bool);
        if is_place && !is_copied && mentions.is_steady && !mentions.pure {
            let tokens = quote::quote!(::core::clone::Clone::clone(&#expr));
            return self.verbatim(tokens, mentions, ty, expr.span());
        }
        let value = self.verbatim(expr.to_token_stream(), mentions, ty, expr.span());
        if is_none(expr) {
            self.nones.insert(value);
        }
        value
    }

    /// A constant operand that is handed on with the `&` that the user wrote.
    pub(super) fn constant_as_written(&mut self, expr: &Expr) -> Value {
        match expr {
            Expr::Reference(lent) if lent.mutability.is_none() => {
                let value = self.constant(&lent.expr);
                let ty = self.graph.ty(value).clone();
                self.constant_of(&[value], |names| quote::quote!(&#(#names)*), ty, expr.span())
            }
            Expr::Paren(inner) => self.constant_as_written(&inner.expr),
            other => self.constant(other),
        }
    }

    /// What is an integer since nothing else can stand where it stands, also if it is a field of something active.
    pub(super) fn integer(&mut self, expr: &Expr) -> Value {
        let value = self.constant_as_written(expr);
        if *self.graph.ty(value) == Ty::Unknown {
            self.graph.info_mut(value).ty = Ty::Integer;
        }
        value
    }

    /// A node for tokens that are passed on and mention names in scope.
    pub(super) fn verbatim(
        &mut self,
        tokens: TokenStream,
        mut mentions: Mentions,
        ty: Ty,
        span: proc_macro2::Span,
    ) -> Value {
        self.look_at_places(&mut mentions, span);
        let tokens = rename_lent(tokens, &mentions);
        let (names, args): (Vec<String>, Vec<Value>) = mentions.names.into_iter().unzip();
        let out =
            self.node(Op::Verbatim(Verbatim::new(tokens, names, mentions.pure)), args, ty, span);
        self.graph.info_mut(out).depends_on = Default::default();
        if mentions.is_steady {
            self.steady.insert(out);
        }
        out
    }
}

/// True for what is read as it stands, whatever is in it: no part of an expression of constants.
fn is_read(expr: &Expr) -> bool {
    match expr {
        Expr::If(_) | Expr::Match(_) | Expr::Loop(_) | Expr::Block(_) | Expr::Call(_) => true,
        Expr::Binary(binary) => matches!(binary.op, syn::BinOp::And(_) | syn::BinOp::Or(_)),
        _ => false,
    }
}

/// True for a name that Rust's conventions give to types and constructors.
pub(super) fn starts_upper(name: &str) -> bool {
    name.trim_start_matches('_').starts_with(char::is_uppercase)
}

/// True for what reads, and neither writes, jumps nor hides what it does.
pub(super) fn only_reads(expr: &Expr) -> bool {
    match expr {
        Expr::Path(_) | Expr::Lit(_) => true,
        Expr::Paren(inner) => only_reads(&inner.expr),
        Expr::Group(inner) => only_reads(&inner.expr),
        Expr::Field(field) => only_reads(&field.base),
        Expr::Unary(unary) => only_reads(&unary.expr),
        Expr::Cast(cast) => only_reads(&cast.expr),
        Expr::Reference(lent) => lent.mutability.is_none() && only_reads(&lent.expr),
        Expr::Index(index) => only_reads(&index.expr) && only_reads(&index.index),
        Expr::Binary(binary) => only_reads(&binary.left) && only_reads(&binary.right),
        Expr::MethodCall(call) => only_reads(&call.receiver) && call.args.iter().all(only_reads),
        _ => false,
    }
}
