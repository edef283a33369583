//! Blocks and statements.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{BinOp, Block, Expr, Local, Pat, Stmt};

use super::branch::alone;
use super::exits::{Pending, Tail};
use super::expr::refusal;
use super::flow::{changes_receiver, names_of};
use super::items::is_iterator;
use super::jumps::{is_diverging_macro, Jumps};
use super::macros::is_effect_macro;
use super::scope::Binding;
use super::{Language, Lowering};
use crate::graph::{key, Info, Node, Op, Origin, Tokens, Ty, Value, Verbatim};
use crate::ops;

impl Lowering<'_> {
    /// Reads a block, whose end may be the end of something; gives the value of its last expression.
    pub(super) fn block_with(&mut self, block: &Block, tail: Tail) -> Option<Value> {
        self.scopes.enter();
        let result = self.sequence(&block.stmts, tail);
        self.scopes.leave();
        result
    }

    /// Reads statements; gives the value of the last one. After a statement that may jump, the rest
    /// runs only where it did not.
    pub(super) fn sequence(&mut self, stmts: &[Stmt], tail: Tail) -> Option<Value> {
        for (position, stmt) in stmts.iter().enumerate() {
            let rest = &stmts[position + 1..];
            if rest.is_empty() {
                return self.statement(stmt, true, tail);
            }
            if !Jumps::of_stmt(stmt).any() {
                let result = self.statement(stmt, false, Tail::No);
                if result.is_some_and(|value| self.never.contains(&value)) {
                    return result;
                }
                continue;
            }
            if let Some(result) = self.with_rest(stmt, rest, tail) {
                return result;
            }
            let result = self.statement(stmt, false, Tail::No);
            match self.pending(stmt.span()) {
                Pending::No => {}
                Pending::Always => return Some(self.undefined(stmt.span())),
                Pending::If(jumped) => return self.guarded(jumped, rest, tail),
            }
            if result.is_some_and(|value| self.undefined.contains(&value)) {
                return result;
            }
        }
        None
    }

    fn statement(&mut self, stmt: &Stmt, is_last: bool, tail: Tail) -> Option<Value> {
        match stmt {
            Stmt::Local(local) => self.local(local),
            Stmt::Item(syn::Item::Fn(function)) if self.is_local_function(function) => {
                self.bind_local_function(function);
                self.nodes.push(effect(stmt.to_token_stream(), vec![], vec![], stmt.span()));
            }
            Stmt::Item(_) => {
                self.nodes.push(effect(stmt.to_token_stream(), vec![], vec![], stmt.span()))
            }
            Stmt::Macro(mac) if is_effect_macro(&mac.mac) => {
                self.effect(stmt.to_token_stream(), mac.span());
                if is_diverging_macro(&mac.mac) {
                    return Some(self.never(mac.span()));
                }
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
            Stmt::Expr(expr, None) if is_last => return self.tail_expr(expr, tail),
            Stmt::Expr(expr, _) => {
                let result =
                    self.expression_statement(expr, stmt, if is_last { tail } else { Tail::No });
                return result.filter(|value| {
                    self.undefined.contains(value) || is_last && tail == Tail::Function
                });
            }
        }
        None
    }

    /// An expression at the end of a block, which may have no value.
    pub(super) fn tail_expr(&mut self, expr: &Expr, tail: Tail) -> Option<Value> {
        match expr {
            Expr::Paren(inner) => self.tail_expr(&inner.expr, tail),
            Expr::Return(_) | Expr::Break(_) | Expr::Continue(_) => Some(self.jump(expr, tail)),
            Expr::Macro(mac) if is_diverging_macro(&mac.mac) => {
                let tokens = expr.to_token_stream();
                self.effect(quote::quote!(#tokens;), expr.span());
                Some(self.never(expr.span()))
            }
            Expr::If(_)
            | Expr::Match(_)
            | Expr::ForLoop(_)
            | Expr::While(_)
            | Expr::Loop(_)
            | Expr::Block(_)
                if self.must_be_read(expr) =>
            {
                self.control(expr, tail)
            }
            Expr::If(branch) if branch.else_branch.is_none() => {
                self.pass_on(expr, quote::quote!(#expr));
                None
            }
            Expr::ForLoop(_) | Expr::While(_) => {
                self.pass_on(expr, quote::quote!(#expr));
                None
            }
            Expr::Assign(_) | Expr::Binary(_) | Expr::MethodCall(_) | Expr::Call(_)
                if self.is_statement_like(expr) =>
            {
                let stmt = Stmt::Expr(expr.clone(), Some(Default::default()));
                self.expression_statement(expr, &stmt, tail)
            }
            Expr::Macro(mac) if is_effect_macro(&mac.mac) => {
                self.effect(quote::quote!(#expr;), expr.span());
                None
            }
            _ => Some(self.expr(expr)),
        }
    }

    /// An expression run for its effect.
    fn expression_statement(&mut self, expr: &Expr, stmt: &Stmt, tail: Tail) -> Option<Value> {
        match expr {
            Expr::Return(_) | Expr::Break(_) | Expr::Continue(_) => {
                return Some(self.jump(expr, tail))
            }
            Expr::Assign(assign) if self.must_be_read(expr) => {
                self.assignment(assign);
                return None;
            }
            Expr::Binary(binary) if self.must_be_read(expr) => {
                if let Some(row) = compound(&binary.op) {
                    self.compound_assignment(binary, row);
                    return None;
                }
            }
            Expr::MethodCall(call)
                if self.is_versioned(&call.receiver)
                    && changes_receiver(&call.method.to_string())
                    && self.changing_method(call) =>
            {
                return None;
            }
            Expr::MethodCall(call)
                if is_iterator(&call.receiver)
                    && call.method == "for_each"
                    && self.must_be_read(expr) =>
            {
                self.for_each(call);
                return None;
            }
            Expr::MethodCall(call) if self.must_be_read(expr) && self.zip_for_each(call) => {
                return None;
            }
            Expr::Call(call) if self.must_be_read(expr) => {
                if let Some(_old) = self.memory_call(call) {
                    return None;
                }
            }
            Expr::If(_)
            | Expr::Match(_)
            | Expr::ForLoop(_)
            | Expr::While(_)
            | Expr::Loop(_)
            | Expr::Block(_)
                if self.must_be_read(expr) =>
            {
                return self.control(expr, tail);
            }
            _ => {}
        }
        self.pass_on(expr, stmt.to_token_stream());
        None
    }

    /// A statement of constants, run as the user wrote it.
    fn pass_on(&mut self, expr: &Expr, tokens: TokenStream) {
        let mentions = self.mentions(expr);
        if mentions.active.is_some() {
            let is_refused =
                matches!(expr, Expr::Unsafe(_) | Expr::Try(_) | Expr::Async(_) | Expr::Await(_));
            let message = match is_refused {
                true => {
                    let (what, instead) = refusal(expr);
                    format!("{what}: {instead}")
                }
                false => {
                    "this statement writes an active value, or hands it to something that may, \
                          which is not supported: make a new value with `let`, or wrap it in \
                          `stop_gradient(..)`"
                        .to_owned()
                }
            };
            self.mistake(expr, message);
            return;
        }
        let (names, args) = mentions.names.into_iter().unzip();
        self.nodes.push(effect(tokens, names, args, expr.span()));
    }

    /// `n += 1` of a constant: the new value, computed as the user wrote it.
    pub(super) fn constant_update(&mut self, binary: &syn::ExprBinary) -> Value {
        let symbol = binary.op.to_token_stream().to_string();
        let symbol: TokenStream = symbol.trim_end_matches('=').parse().unwrap_or_default();
        let (left, right) = (&binary.left, &binary.right);
        let tokens = quote::quote!(#left #symbol (#right));
        let mentions = self.mentions(&tokens);
        let ty = self.constant_type(left);
        self.verbatim(tokens, mentions, ty, binary.span())
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
            return self.late(local);
        };
        if let (Expr::Closure(closure), Some(name)) = (&*init.expr, alone(&local.pat)) {
            if self.is_constant(&init.expr) {
                // Nothing runs it where it is called with something active.
                let mentions = self.mentions(&*init.expr);
                let mentions = super::mentions::Mentions { pure: true, ..mentions };
                let tokens = init.expr.to_token_stream();
                let value = self.verbatim(tokens, mentions, Ty::Constant, init.expr.span());
                self.bind_name(&name, value);
            }
            return self.bind_closure(&name, closure);
        }
        if let (Expr::MethodCall(call), Some(name)) = (&*init.expr, alone(&local.pat)) {
            let is_lent =
                call.method.to_string().ends_with("_mut") && self.is_versioned(&init.expr);
            if is_lent {
                self.scopes.bind_alias(&name, (*init.expr).clone());
                return;
            }
        }
        if let (Expr::Reference(lent), Some(name)) = (&*init.expr, alone(&local.pat)) {
            if lent.mutability.is_some() && self.is_versioned(&lent.expr) {
                self.scopes.bind_alias(&name, (*lent.expr).clone());
                return;
            }
        }
        if init.diverge.is_some() && !self.is_constant(&init.expr) {
            // Its last statement: what it binds is not used, and only its way out matters.
            self.with_rest(&Stmt::Local(local.clone()), &[], Tail::No);
            return;
        }
        let is_constant = self.is_constant(&init.expr) && !self.must_be_read(&init.expr);
        if is_constant && !self.are_versions(local, init) {
            return self.constant_local(local);
        }
        // A tuple against a tuple of patterns needs no tuple.
        if let (Pat::Tuple(patterns), Expr::Tuple(parts)) = (&local.pat, &*init.expr) {
            let has_rest = patterns.elems.iter().any(|part| matches!(part, Pat::Rest(_)));
            if patterns.elems.len() == parts.elems.len() && !has_rest {
                let pairs = || patterns.elems.iter().zip(&parts.elems);
                if is_constant {
                    // One after the other, so that each is a variable of its own kind.
                    for (pattern, part) in pairs() {
                        let init = syn::LocalInit { expr: Box::new(part.clone()), ..init.clone() };
                        let (pat, init) = (pattern.clone(), Some(init));
                        self.local(&Local { pat, init, ..local.clone() });
                    }
                    return;
                }
                let values: Vec<Value> = parts.elems.iter().map(|part| self.expr(part)).collect();
                for ((pattern, _), value) in pairs().zip(values) {
                    self.bind_pattern(pattern, value);
                }
                return;
            }
        }
        let value = self.expr(&init.expr);
        let value = self.as_declared(value, &local.pat);
        self.bind_pattern(&local.pat, value);
    }

    /// What was collected, as the array that the `let` declares.
    fn as_declared(&mut self, value: Value, pattern: &Pat) -> Value {
        let Pat::Type(typed) = pattern else { return value };
        let known = super::ty::Known { holds_floats: true, generics: None };
        let is_array = matches!(super::ty::of_type(&typed.ty, known), Ty::Array(..));
        match is_array && matches!(self.graph.ty(value), Ty::List(_)) {
            true => self.array_of(value, true, pattern.span()),
            false => value,
        }
    }

    /// `let y;`: the name gets its value by an assignment.
    fn late(&mut self, local: &Local) {
        let names = names_of(&local.pat);
        let is_reached = names.iter().any(|name| self.reached.contains(name));
        if is_reached || self.language == Language::Formula {
            for name in names {
                let value = self.undefined(local.span());
                if let Pat::Type(typed) = &local.pat {
                    let known = super::ty::Known { holds_floats: true, generics: None };
                    self.graph.info_mut(value).ty = super::ty::of_type(&typed.ty, known);
                }
                self.scopes.bind(&name, value);
            }
            return;
        }
        let outs = self.bound_constants(&names, Ty::Unknown, true);
        let mut verbatim = Verbatim::new(TokenStream::new(), vec![], false);
        verbatim.pattern = Some(Tokens(local.pat.to_token_stream()));
        self.nodes.push(Node {
            outs,
            op: Op::Verbatim(verbatim),
            args: vec![],
            blocks: vec![],
            origin: Origin::from(local.span()),
        });
    }

    /// A `let` of a constant is passed on whole.
    fn constant_local(&mut self, local: &Local) {
        let Some(init) = &local.init else { return };
        let mut names = Names::default();
        names.visit_pat(&local.pat);
        let is_reached = names.found.iter().any(|name| self.reached.contains(name));
        let is_plain = init.diverge.is_none() && (!names.mutable || is_reached);
        if let (Some(name), true) = (plain_name(&local.pat), is_plain) {
            // A variable that an active value reaches changes by writes, each a new version.
            let ascribed = matches!(local.pat, Pat::Type(_));
            let is_lent = matches!(&*init.expr, Expr::Reference(_));
            let is_alias = self.is_alias(&init.expr) && !names.mutable;
            let is_literal = matches!(&*init.expr, Expr::Lit(_) | Expr::Unary(_));
            let value = if ascribed && !(names.mutable && is_literal) || is_lent || is_alias {
                self.bound_verbatim(local, &init.expr)
            } else {
                self.constant(&init.expr)
            };
            if let Pat::Type(typed) = &local.pat {
                let known = super::ty::Known { holds_floats: true, generics: None };
                let ty = super::ty::of_type(&typed.ty, known);
                self.graph.info_mut(value).ty = ty.joined(&self.graph.ty(value).clone());
            }
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
            self.scopes.bind_as(name, Binding { is_mutable: names.mutable, ..Binding::of(*value) });
        }
        self.nodes.push(Node {
            outs,
            op: Op::Verbatim(verbatim),
            args,
            blocks: vec![],
            origin: Origin::from(local.span()),
        });
    }

    /// True for a tuple of constants in which a variable begins that an active value is written to. No part
    /// mentions the name of another, so that they can be bound one after the other.
    fn are_versions(&self, local: &Local, init: &syn::LocalInit) -> bool {
        let mut names = Names::default();
        names.visit_pat(&local.pat);
        let mentioned = self.mentions(&*init.expr).names;
        matches!((&local.pat, &*init.expr), (Pat::Tuple(_), Expr::Tuple(_)))
            && names.mutable
            && names.found.iter().any(|name| self.reached.contains(name))
            && !names.found.iter().any(|name| mentioned.contains_key(name))
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

pub(super) fn effect(
    tokens: TokenStream,
    names: Vec<String>,
    args: Vec<Value>,
    span: proc_macro2::Span,
) -> Node {
    let op = Op::Effect(Verbatim::new(tokens, names, false));
    Node { outs: vec![], op, args, blocks: vec![], origin: Origin::from(span) }
}

/// The row behind `+=` and its like.
pub(super) fn compound(op: &BinOp) -> Option<&'static ops::Row> {
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
