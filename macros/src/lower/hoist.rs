//! Jumps inside operands: what jumps is computed before the statement that it stands in, so that the rest
//! of that statement runs only where nothing jumped.
//!
//! ```text
//! x = a.sin() * (if c { continue } else { b });
//! let value0 = a.sin();  let value1 = if c { continue } else { b };  x = value0 * value1;
//! ```

use std::collections::HashSet;

use proc_macro2::Span;
use quote::{quote, ToTokens};
use syn::spanned::Spanned;
use syn::{Expr, Ident, Stmt};

use super::branch::alone;
use super::flow::{mentioned, written};
use super::items::is_iterator;
use super::jumps::Jumps;
use super::matching::has_let;
use super::stmt::operator_of;
use super::Lowering;
use crate::graph::{key, Value};

impl Lowering<'_> {
    /// The statements that a statement stands for whose operands jump; nothing if none does.
    pub(super) fn hoisted(&mut self, stmt: &Stmt) -> Option<Vec<Stmt>> {
        if !Jumps::of_stmt(stmt).any() {
            return None;
        }
        let mut stmt = stmt.clone();
        let mut before = Vec::new();
        match &mut stmt {
            Stmt::Local(local) => {
                let init = local.init.as_mut()?;
                match init.diverge {
                    Some(_) => self.pull_if_it_jumps(&mut init.expr, &mut before),
                    None => self.pull_operands(&mut init.expr, &mut before),
                }
            }
            Stmt::Expr(expr, _) => self.pull_operands(expr, &mut before),
            Stmt::Item(_) | Stmt::Macro(_) => {}
        }
        if before.is_empty() {
            return None;
        }
        before.push(stmt);
        Some(before)
    }

    /// A `let` whose value jumps and is taken apart, as two: the second is reached only where nothing jumped.
    pub(super) fn taken_apart_later(&mut self, stmt: &Stmt) -> Option<[Stmt; 2]> {
        let Stmt::Local(local) = stmt else { return None };
        if alone(&local.pat).is_some() || local.init.as_ref()?.diverge.is_some() {
            return None;
        }
        let mut local = local.clone();
        let mut before = Vec::new();
        self.bind_before(&mut local.init.as_mut()?.expr, &mut before);
        Some([before.pop()?, Stmt::Local(local)])
    }

    /// Lets a new name stand for a value, and a pattern for that name.
    pub(super) fn bind_later(&mut self, local: &syn::Local, value: Value) -> Stmt {
        self.hoisted += 1;
        let name = format!("value{}", self.hoisted);
        let ident = Ident::new(&name, Span::mixed_site());
        self.bind_name(&key(&ident), value);
        let mut local = local.clone();
        if let Some(init) = &mut local.init {
            *init.expr = syn::parse_quote!(#ident);
        }
        Stmt::Local(local)
    }

    /// Moves what jumps, of what an expression needs before it does its own, in front of it.
    fn pull_operands(&mut self, expr: &mut Expr, before: &mut Vec<Stmt>) {
        match expr {
            Expr::If(branch) => self.pull_condition(&mut branch.cond, before),
            Expr::Match(matched) => self.pull_if_it_jumps(&mut matched.expr, before),
            Expr::ForLoop(turns) => self.pull_if_it_jumps(&mut turns.expr, before),
            Expr::Paren(inner) => self.pull_operands(&mut inner.expr, before),
            Expr::Group(inner) => self.pull_operands(&mut inner.expr, before),
            Expr::Return(syn::ExprReturn { expr: Some(value), .. })
            | Expr::Break(syn::ExprBreak { expr: Some(value), .. }) => {
                self.pull_operands(value, before);
            }
            Expr::Macro(mac) => self.pull_elements(&mut mac.mac, before),
            _ if is_control(expr) => {}
            _ => self.pull_all(operands(expr), before),
        }
    }

    fn pull_condition(&mut self, cond: &mut Expr, before: &mut Vec<Stmt>) {
        match cond {
            Expr::Let(test) => self.pull_if_it_jumps(&mut test.expr, before),
            // What stands on the right sees the names that the left binds.
            Expr::Binary(both) if has_let(&both.left) || has_let(&both.right) => {
                self.pull_condition(&mut both.left, before);
            }
            _ => self.pull_if_it_jumps(cond, before),
        }
    }

    fn pull_if_it_jumps(&mut self, expr: &mut Expr, before: &mut Vec<Stmt>) {
        if Jumps::of_expr(expr).any() {
            self.pull(expr, before);
        }
    }

    /// Operands in the order in which they are computed: those that jump, and those before them.
    fn pull_all(&mut self, mut operands: Vec<&mut Expr>, before: &mut Vec<Stmt>) {
        let last = operands.iter().rposition(|operand| Jumps::of_expr(operand).any());
        let Some(last) = last else { return };
        operands.truncate(last + 1);
        let written: HashSet<String> =
            operands.iter().flat_map(|operand| written(operand)).collect();
        for operand in operands {
            if Jumps::of_expr(operand).any() {
                self.pull(operand, before);
            } else if !stays(operand, &written) {
                self.bind_before(operand, before);
            }
        }
    }

    /// Moves what jumps of an operand, or the operand itself.
    fn pull(&mut self, expr: &mut Expr, before: &mut Vec<Stmt>) {
        match expr {
            Expr::Paren(inner) => self.pull(&mut inner.expr, before),
            Expr::Group(inner) => self.pull(&mut inner.expr, before),
            // The right side is looked at only if the left asks for it.
            Expr::Binary(binary) if matches!(binary.op, syn::BinOp::And(_) | syn::BinOp::Or(_)) => {
                if Jumps::of_expr(&binary.right).any() {
                    let (left, right) = (&binary.left, &binary.right);
                    *expr = match binary.op {
                        syn::BinOp::And(_) => {
                            syn::parse_quote!(if #left { #right } else { false })
                        }
                        _ => syn::parse_quote!(if #left { true } else { #right }),
                    };
                    self.bind_before(expr, before);
                } else {
                    self.pull(&mut binary.left, before);
                }
            }
            Expr::Macro(mac) => self.pull_elements(&mut mac.mac, before),
            _ if is_control(expr) => self.bind_before(expr, before),
            _ => self.pull_all(operands(expr), before),
        }
    }

    /// The elements of `vec![..]` and `array![..]`.
    fn pull_elements(&mut self, mac: &mut syn::Macro, before: &mut Vec<Stmt>) {
        let inside = &mac.tokens;
        let Ok(mut list) = syn::parse2::<Expr>(quote!([#inside])) else { return };
        let count = before.len();
        self.pull_list(&mut list, before);
        if before.len() > count {
            mac.tokens = match list {
                Expr::Array(list) => list.elems.to_token_stream(),
                Expr::Repeat(syn::ExprRepeat { expr, len, .. }) => quote!(#expr; #len),
                _ => return,
            };
        }
    }

    fn pull_list(&mut self, list: &mut Expr, before: &mut Vec<Stmt>) {
        let elements = operands(list);
        self.pull_all(elements, before);
    }

    /// Lets a new name stand for an expression.
    fn bind_before(&mut self, expr: &mut Expr, before: &mut Vec<Stmt>) {
        self.hoisted += 1;
        let name = Ident::new(&format!("value{}", self.hoisted), Span::mixed_site());
        let span = expr.span();
        let mut path: Expr = syn::parse_quote!(#name);
        if let Expr::Path(path) = &mut path {
            path.path.segments[0].ident.set_span(Span::mixed_site().located_at(span));
        }
        let init = std::mem::replace(expr, path);
        before.push(syn::parse_quote!(let #name = #init;));
    }
}

/// True for what is read by itself: a jump, or what has blocks of its own.
fn is_control(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::If(_)
            | Expr::Match(_)
            | Expr::ForLoop(_)
            | Expr::While(_)
            | Expr::Loop(_)
            | Expr::Block(_)
            | Expr::Return(_)
            | Expr::Break(_)
            | Expr::Continue(_)
    )
}

/// The operands of an operation, in the order in which they are computed.
fn operands(expr: &mut Expr) -> Vec<&mut Expr> {
    match expr {
        Expr::Assign(assign) => {
            std::iter::once(&mut *assign.right).chain(positions(&mut assign.left)).collect()
        }
        Expr::Binary(binary) => match operator_of(&binary.op) {
            Some(_) => {
                std::iter::once(&mut *binary.right).chain(positions(&mut binary.left)).collect()
            }
            None => vec![&mut binary.left, &mut binary.right],
        },
        Expr::Unary(unary) => vec![&mut unary.expr],
        Expr::Reference(lent) => vec![&mut lent.expr],
        Expr::Paren(inner) => vec![&mut inner.expr],
        Expr::Group(inner) => vec![&mut inner.expr],
        Expr::Field(field) => vec![&mut field.base],
        Expr::Index(index) => vec![&mut index.expr, &mut index.index],
        Expr::Cast(cast) => vec![&mut cast.expr],
        Expr::Call(call) => call.args.iter_mut().collect(),
        Expr::MethodCall(call) => {
            std::iter::once(&mut *call.receiver).chain(call.args.iter_mut()).collect()
        }
        Expr::Tuple(tuple) => tuple.elems.iter_mut().collect(),
        Expr::Array(array) => array.elems.iter_mut().collect(),
        Expr::Repeat(repeat) => vec![&mut repeat.expr],
        Expr::Struct(literal) => literal.fields.iter_mut().map(|field| &mut field.expr).collect(),
        Expr::Range(range) => {
            range.start.iter_mut().chain(range.end.iter_mut()).map(|end| &mut **end).collect()
        }
        _ => Vec::new(),
    }
}

/// The positions in a place that is written.
fn positions(place: &mut Expr) -> Vec<&mut Expr> {
    match place {
        Expr::Index(index) => {
            let mut all = positions(&mut index.expr);
            all.push(&mut index.index);
            all
        }
        Expr::Field(field) => positions(&mut field.base),
        Expr::Paren(inner) => positions(&mut inner.expr),
        _ => Vec::new(),
    }
}

/// True for an operand that may be computed after those that jump: it shows a place that they do not write, is
/// a literal, or is used up by what is done with it.
fn stays(operand: &Expr, written: &HashSet<String>) -> bool {
    match operand {
        Expr::Lit(_) | Expr::Closure(_) | Expr::Range(_) => true,
        Expr::Path(_) | Expr::Field(_) | Expr::Index(_) | Expr::Reference(_) => {
            mentioned(operand).is_disjoint(written)
        }
        Expr::Paren(inner) => stays(&inner.expr, written),
        _ => is_iterator(operand),
    }
}
