//! Asks rustc about what the macro took for a question of a shape: `v.len()` holds no floats of an array, and
//! is the length of a vector where `v` is a struct of the user's.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::{quote_spanned, ToTokens};
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, ExprMethodCall};

use super::writer::Writer;
use crate::graph::{key, Ty, Value, Verbatim};
use crate::ops::{self, Kind};

impl Writer<'_> {
    /// The user's tokens; in them, what is asked of a value whose type is not seen is checked to be no float.
    pub(super) fn asking(&self, verbatim: &Verbatim, args: &[Value]) -> TokenStream {
        let tokens = &verbatim.tokens.0;
        let active = |value: Value| {
            self.graph.is_active(value) || self.graph.is_active(self.survey.origin(value))
        };
        let names: Vec<(&str, &Ty)> = verbatim
            .mentions(args)
            .filter(|(_, value)| active(*value))
            .map(|(name, value)| (name, self.graph.ty(value)))
            .collect();
        if names.is_empty() {
            return tokens.clone();
        }
        let whole = names.iter().filter(|(_, ty)| !is_seen(ty)).map(|(name, _)| *name).collect();
        let parts =
            names.iter().filter(|(_, ty)| !is_list_of_seen(ty)).map(|(name, _)| *name).collect();
        let mut asking = Asking { whole, parts, found: false };
        if let Ok(mut expr) = syn::parse2::<Expr>(tokens.clone()) {
            asking.visit_expr_mut(&mut expr);
            return if asking.found { expr.into_token_stream() } else { tokens.clone() };
        }
        match syn::parse::Parser::parse2(Block::parse_within, tokens.clone()) {
            Ok(mut stmts) => {
                stmts.iter_mut().for_each(|stmt| asking.visit_stmt_mut(stmt));
                match asking.found {
                    true => stmts.iter().map(ToTokens::to_token_stream).collect(),
                    false => tokens.clone(),
                }
            }
            Err(_) => tokens.clone(),
        }
    }
}

/// True for what has the shape's methods of ndarray and the standard library.
fn is_seen(ty: &Ty) -> bool {
    ty.is_numeric() || matches!(ty, Ty::List(_) | Ty::Option(_) | Ty::Integer | Ty::Bool)
}

/// True for a list whose items, and theirs, are seen.
fn is_list_of_seen(ty: &Ty) -> bool {
    match ty {
        Ty::List(item) => {
            is_seen(item) && (!matches!(**item, Ty::List(_)) || is_list_of_seen(item))
        }
        ty => ty.is_numeric(),
    }
}

struct Asking<'n> {
    /// Names of what is not seen.
    whole: HashSet<&'n str>,
    /// Names of what has parts that are not seen.
    parts: HashSet<&'n str>,
    found: bool,
}

impl Asking<'_> {
    /// True for a place whose type is not seen.
    fn is_unseen(&self, place: &Expr, is_part: bool) -> bool {
        match place {
            Expr::Path(path) => path.path.get_ident().is_some_and(|name| {
                let names = if is_part { &self.parts } else { &self.whole };
                names.contains(key(name).as_str())
            }),
            Expr::Field(field) => self.is_unseen(&field.base, true),
            Expr::Index(index) => self.is_unseen(&index.expr, true),
            Expr::Paren(inner) => self.is_unseen(&inner.expr, is_part),
            Expr::Reference(inner) => self.is_unseen(&inner.expr, is_part),
            Expr::Unary(inner) => self.is_unseen(&inner.expr, is_part),
            _ => false,
        }
    }
}

impl VisitMut for Asking<'_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        visit_mut::visit_expr_mut(self, expr);
        if let Expr::MethodCall(call) = expr {
            if asks(call) && self.is_unseen(&call.receiver, false) {
                self.found = true;
                let asked = quote_spanned!(call.span()=> __asked(#call));
                *expr = Expr::Verbatim(asked);
            }
        }
    }
}

/// True for a question that is answered by numbers.
fn asks(call: &ExprMethodCall) -> bool {
    let name = call.method.to_string();
    !name.starts_with("is_")
        && ops::by_call(&name, call.args.len() + 1).is_some_and(|row| row.kind == Kind::Query)
}
