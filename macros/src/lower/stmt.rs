//! Blocks and statements.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{BinOp, Block, Expr, Local, Pat, Stmt};

use super::expr::refusal;
use super::macros::is_effect_macro;
use super::scope::Binding;
use super::Lowering;
use crate::graph::{key, Info, Node, Op, Origin, Tokens, Ty, Value, Verbatim};
use crate::ops;

impl Lowering<'_> {
    /// Reads a block; gives the value of its last expression.
    pub(super) fn block(&mut self, block: &Block) -> Option<Value> {
        self.scopes.enter();
        let mut result = None;
        for (position, stmt) in block.stmts.iter().enumerate() {
            let is_last = position + 1 == block.stmts.len();
            result = self.statement(stmt, is_last);
        }
        self.scopes.leave();
        result
    }

    fn statement(&mut self, stmt: &Stmt, is_last: bool) -> Option<Value> {
        match stmt {
            Stmt::Local(local) => self.local(local),
            Stmt::Item(_) => {
                self.nodes.push(effect(stmt.to_token_stream(), vec![], vec![], stmt.span()))
            }
            Stmt::Macro(mac) if is_effect_macro(&mac.mac) => {
                self.effect(stmt.to_token_stream(), mac.span());
            }
            Stmt::Macro(mac) => {
                if is_last && mac.semi_token.is_none() {
                    let expr = Expr::Macro(syn::ExprMacro { attrs: vec![], mac: mac.mac.clone() });
                    return Some(self.expr(&expr));
                }
                if self.mentions(stmt).active.is_some() {
                    self.macro_value(&mac.mac, mac.span());
                } else {
                    self.effect(stmt.to_token_stream(), mac.span());
                }
            }
            Stmt::Expr(expr, None) if is_last => return Some(self.expr(expr)),
            Stmt::Expr(Expr::Return(jump), _) if is_last && self.scopes.in_closure() == 0 => {
                return jump.expr.as_ref().map(|expr| self.expr(expr));
            }
            Stmt::Expr(expr, _) => self.expression_statement(expr, stmt),
        }
        None
    }

    /// An expression run for its effect.
    fn expression_statement(&mut self, expr: &Expr, stmt: &Stmt) {
        match expr {
            Expr::Assign(assign) => {
                if let Some(name) = self.local_name(&assign.left) {
                    let value = self.expr(&assign.right);
                    self.assign(&name, value);
                    return;
                }
            }
            Expr::Binary(binary) => {
                if let (Some(row), Some(name)) =
                    (compound(&binary.op), self.local_name(&binary.left))
                {
                    let value = if self.is_constant(&binary.left) && self.is_constant(&binary.right)
                    {
                        self.constant_update(binary)
                    } else {
                        let old = self.expr(&binary.left);
                        let by = self.expr(&binary.right);
                        self.row(row, vec![old, by], binary.op.span())
                    };
                    self.assign(&name, value);
                    return;
                }
            }
            Expr::MethodCall(call) if self.moves_axes(call) => return,
            _ => {}
        }
        let mentions = self.mentions(stmt);
        if mentions.active.is_some() {
            let is_control = matches!(
                expr,
                Expr::ForLoop(_)
                    | Expr::While(_)
                    | Expr::Loop(_)
                    | Expr::Match(_)
                    | Expr::Return(_)
                    | Expr::If(_)
                    | Expr::Unsafe(_)
                    | Expr::Try(_)
                    | Expr::Break(_)
            );
            let message = match is_control {
                true => {
                    let (what, instead) = refusal(expr);
                    format!("{what}: {instead}")
                }
                false => {
                    "this statement writes an active value, or hands it to something that may, \
                          which is not supported yet: make a new value with `let`, or wrap it in \
                          `stop_gradient(..)`"
                        .to_owned()
                }
            };
            self.mistake(expr, message);
            return;
        }
        let (names, args) = mentions.names.into_iter().unzip();
        self.nodes.push(effect(stmt.to_token_stream(), names, args, stmt.span()));
    }

    /// `n += 1` of a constant: the new value, computed as the user wrote it.
    fn constant_update(&mut self, binary: &syn::ExprBinary) -> Value {
        let symbol = binary.op.to_token_stream().to_string();
        let symbol: TokenStream = symbol.trim_end_matches('=').parse().unwrap_or_default();
        let (left, right) = (&binary.left, &binary.right);
        let tokens = quote::quote!(#left #symbol (#right));
        let mentions = self.mentions(&tokens);
        let ty = self.constant_type(left);
        self.verbatim(tokens, mentions, ty, binary.span())
    }

    /// The local that an assignment names, if it names one as a whole.
    pub(super) fn local_name(&self, expr: &Expr) -> Option<String> {
        match expr {
            Expr::Path(path) => {
                let name = key(path.path.get_ident()?);
                self.scopes.get(&name).map(|_| name)
            }
            Expr::Paren(inner) => self.local_name(&inner.expr),
            _ => None,
        }
    }

    /// A new version of a variable.
    pub(super) fn assign(&mut self, name: &str, value: Value) {
        let info = self.graph.info_mut(value);
        if info.name.is_none() {
            info.name = Some(name.to_owned());
        }
        self.scopes.assign(name, value);
    }

    fn local(&mut self, local: &Local) {
        let Some(init) = &local.init else {
            // A late initialisation: the name gets its value by the assignment.
            if let Some(name) = plain_name(&local.pat) {
                let value = self.graph.value(Info { ty: Ty::Unknown, ..Info::default() });
                self.scopes.bind(&name, value);
            }
            return;
        };
        if let Some((_, diverge)) = &init.diverge {
            if self.is_constant(&init.expr) {
                self.constant_local(local);
            } else {
                self.mistake(
                    diverge.span(),
                    "`let else` on active values is not supported yet: use `let`",
                );
            }
            return;
        }
        if self.is_constant(&init.expr) {
            return self.constant_local(local);
        }
        // A tuple against a tuple of patterns needs no tuple.
        if let (Pat::Tuple(patterns), Expr::Tuple(parts)) = (&local.pat, &*init.expr) {
            let has_rest = patterns.elems.iter().any(|part| matches!(part, Pat::Rest(_)));
            if patterns.elems.len() == parts.elems.len() && !has_rest {
                let values: Vec<Value> = parts.elems.iter().map(|part| self.expr(part)).collect();
                for (pattern, value) in patterns.elems.iter().zip(values) {
                    self.bind_pattern(pattern, value);
                }
                return;
            }
        }
        let value = self.expr(&init.expr);
        self.bind_pattern(&local.pat, value);
    }

    /// A `let` of a constant is passed on whole.
    fn constant_local(&mut self, local: &Local) {
        let Some(init) = &local.init else { return };
        let mut names = Names::default();
        names.visit_pat(&local.pat);
        let changes_inside = names.found.iter().any(|name| self.changed_inside.contains(name));
        let is_plain = init.diverge.is_none()
            && (!names.mutable || matches!(&*init.expr, Expr::Lit(_)) && !changes_inside);
        if let (Some(name), true) = (plain_name(&local.pat), is_plain) {
            // A variable that starts as a literal only changes by assignments, each a new version.
            let ascribed = matches!(local.pat, Pat::Type(_));
            let is_lent = matches!(&*init.expr, Expr::Reference(_));
            let value = if ascribed || is_lent || self.is_alias(&init.expr) {
                self.bound_verbatim(local, &init.expr)
            } else {
                self.constant(&init.expr)
            };
            self.bind_name(&name, value);
            return;
        }
        let mut mentions = self.mentions(&*init.expr);
        mentions.pure = false;
        let (mentioned, args) = mentions.names.into_iter().unzip();
        let mut verbatim = Verbatim::new(init.expr.to_token_stream(), mentioned, false);
        verbatim.pattern = Some(Tokens(local.pat.to_token_stream()));
        if let Some((_, diverge)) = &init.diverge {
            verbatim.tokens.0.extend(quote::quote!(else #diverge));
        }
        let ty = if names.found.len() == 1 { self.constant_type(&init.expr) } else { Ty::Unknown };
        let outs: Vec<Value> = names
            .found
            .iter()
            .map(|name| {
                self.graph.value(Info {
                    name: Some(name.clone()),
                    ty: ty.clone(),
                    ..Info::default()
                })
            })
            .collect();
        for (name, value) in names.found.iter().zip(&outs) {
            self.scopes.bind_as(name, Binding { value: *value, is_mutable: names.mutable });
        }
        self.nodes.push(Node {
            outs,
            op: Op::Verbatim(verbatim),
            args,
            blocks: vec![],
            origin: Origin::from(local.span()),
        });
    }

    /// True if the expression is a plain name, so that a second name for it needs a node.
    fn is_alias(&self, expr: &Expr) -> bool {
        self.binding(expr).is_some()
    }

    /// `let n: usize = e` with its type.
    fn bound_verbatim(&mut self, local: &Local, init: &Expr) -> Value {
        let mentions = self.mentions(init);
        let ty = match &local.pat {
            Pat::Type(typed) => super::ty::of_type(
                &typed.ty,
                super::ty::Known { holds_floats: true, generics: None },
            ),
            _ => self.constant_type(init),
        };
        let value = self.verbatim(init.to_token_stream(), mentions, ty, init.span());
        self.graph.info_mut(value).is_reference = matches!(init, Expr::Reference(_));
        if let (Pat::Type(_), Some(Op::Verbatim(verbatim))) =
            (&local.pat, self.nodes.last_mut().map(|node| &mut node.op))
        {
            verbatim.pattern = Some(Tokens(local.pat.to_token_stream()));
        }
        value
    }
}

fn effect(
    tokens: TokenStream,
    names: Vec<String>,
    args: Vec<Value>,
    span: proc_macro2::Span,
) -> Node {
    let op = Op::Effect(Verbatim::new(tokens, names, false));
    Node { outs: vec![], op, args, blocks: vec![], origin: Origin::from(span) }
}

/// The row behind `+=` and its like.
fn compound(op: &BinOp) -> Option<&'static ops::Row> {
    let name = match op {
        BinOp::AddAssign(_) => "Add",
        BinOp::SubAssign(_) => "Sub",
        BinOp::MulAssign(_) => "Mul",
        BinOp::DivAssign(_) => "Div",
        BinOp::RemAssign(_) => "Rem",
        _ => return None,
    };
    Some(ops::row(name))
}

/// The name, if the pattern is no more than one, with or without a type.
fn plain_name(pattern: &Pat) -> Option<String> {
    match pattern {
        Pat::Ident(ident) if ident.subpat.is_none() && ident.by_ref.is_none() => {
            Some(key(&ident.ident))
        }
        Pat::Type(typed) => plain_name(&typed.pat),
        _ => None,
    }
}

/// The names that a pattern binds.
#[derive(Default)]
struct Names {
    found: Vec<String>,
    mutable: bool,
}

impl<'ast> Visit<'ast> for Names {
    fn visit_pat_ident(&mut self, ident: &'ast syn::PatIdent) {
        self.found.push(key(&ident.ident));
        self.mutable |= ident.mutability.is_some();
        syn::visit::visit_pat_ident(self, ident);
    }
}

/// The variables that are assigned to inside a loop, a closure or another nested expression, where
/// a constant statement may be passed on whole.
#[derive(Default)]
pub(super) struct ChangedInside {
    pub(super) found: HashSet<String>,
    depth: usize,
}

impl ChangedInside {
    fn nested(&mut self, visit: impl FnOnce(&mut Self)) {
        self.depth += 1;
        visit(self);
        self.depth -= 1;
    }

    fn changed(&mut self, place: &Expr) {
        if let (Expr::Path(path), true) = (place, self.depth > 0) {
            self.found.extend(path.path.get_ident().map(key));
        }
    }
}

impl<'ast> Visit<'ast> for ChangedInside {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        let is_nesting = matches!(
            expr,
            Expr::ForLoop(_)
                | Expr::While(_)
                | Expr::Loop(_)
                | Expr::If(_)
                | Expr::Match(_)
                | Expr::Closure(_)
                | Expr::Block(_)
        );
        match expr {
            Expr::Assign(assign) => self.changed(&assign.left),
            Expr::Binary(binary) if compound(&binary.op).is_some() => self.changed(&binary.left),
            _ => {}
        }
        match is_nesting {
            true => self.nested(|inside| syn::visit::visit_expr(inside, expr)),
            false => syn::visit::visit_expr(self, expr),
        }
    }
}
