//! Blocks and statements.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{BinOp, Block, Expr, Stmt};

use super::exits::{Pending, Tail};
use super::expr::is_nothing;
use super::flow::changes_receiver;
use super::items::is_iterator;
use super::jumps::{is_diverging_macro, Jumps};
use super::macros::is_effect_macro;
use super::rename::rename_lent;
use super::Lowering;
use crate::graph::{Elem, Node, Op, Origin, Ty, Value, Verbatim};
use crate::language;
use crate::ops;

impl Lowering<'_> {
    /// Reads a block, whose end may be the end of something; gives the value of its last expression.
    pub(super) fn block_with(&mut self, block: &Block, tail: Tail) -> Option<Value> {
        self.scopes.enter();
        self.bind_local_functions(&block.stmts);
        let result = self.sequence(&block.stmts, tail);
        self.scopes.leave();
        result
    }

    /// Reads statements; gives the value of the last one. After a statement that may jump, the rest
    /// runs only where it did not.
    pub(super) fn sequence(&mut self, stmts: &[Stmt], tail: Tail) -> Option<Value> {
        for (position, stmt) in stmts.iter().enumerate() {
            let rest = &stmts[position + 1..];
            if let Some(mut before) = self.hoisted(stmt) {
                before.extend_from_slice(rest);
                return self.sequence(&before, tail);
            }
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
            if let Some(apart) = self.taken_apart_later(stmt) {
                return self.sequence(&[&apart, rest].concat(), tail);
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
            // It stands before all that is read.
            Stmt::Item(_) => {}
            Stmt::Macro(mac) if is_effect_macro(&mac.mac) => {
                self.effect_macro(&mac.mac, stmt.to_token_stream(), mac.span());
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
                    self.effect_macro(&mac.mac, stmt.to_token_stream(), mac.span());
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
        if let Some(before) = self.hoisted(&Stmt::Expr(expr.clone(), None)) {
            self.scopes.enter();
            let result = self.sequence(&before, tail);
            self.scopes.leave();
            return result;
        }
        match expr {
            Expr::Paren(inner) => self.tail_expr(&inner.expr, tail),
            // What stands in the other arm tells its type.
            Expr::Path(path) if is_nothing(&path.path) => Some(self.nothing(expr.span())),
            Expr::Return(_) | Expr::Break(_) | Expr::Continue(_) => Some(self.jump(expr, tail)),
            Expr::Macro(mac) if is_diverging_macro(&mac.mac) => {
                let tokens = expr.to_token_stream();
                self.effect_macro(&mac.mac, quote::quote!(#tokens;), expr.span());
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
                self.effect_macro(&mac.mac, quote::quote!(#expr;), expr.span());
                None
            }
            _ => Some(self.refuse_name_of_a_place(expr).unwrap_or_else(|| self.expr(expr))),
        }
    }

    /// An expression run for its effect.
    fn expression_statement(&mut self, expr: &Expr, stmt: &Stmt, tail: Tail) -> Option<Value> {
        match expr {
            Expr::Return(_) | Expr::Break(_) | Expr::Continue(_) => {
                return Some(self.jump(expr, tail))
            }
            Expr::Macro(mac) if is_effect_macro(&mac.mac) => return self.tail_expr(expr, tail),
            Expr::Assign(assign) if self.must_be_read(expr) => {
                self.assignment(assign);
                return None;
            }
            Expr::Binary(binary) if self.must_be_read(expr) => {
                if let Some(row) = compound(&binary.op) {
                    self.compound_assignment(binary, row);
                    return None;
                }
                if let Some(op) = operator_of(&binary.op) {
                    let (left, right) = (&binary.left, &binary.right);
                    self.assignment(&syn::parse_quote!(#left = #left #op (#right)));
                    return None;
                }
            }
            Expr::MethodCall(call)
                if self.is_versioned(&call.receiver)
                    && changes_receiver(call)
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
            Expr::Call(call)
                if self.must_be_read(expr)
                    && (self.memory_call(call).is_some() || self.local_statement(call)) =>
            {
                return None;
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
        let mut mentions = self.mentions(expr);
        if mentions.active.is_some() {
            if let Some(mac) = macro_within(expr) {
                let name =
                    mac.path.segments.last().map_or(String::new(), |it| it.ident.to_string());
                self.mistake(&mac.path, language::MACRO.of(name + "!"));
                return;
            }
            let refusal = match language::is_refused(expr) {
                true => language::refusal(expr),
                false => language::MAY_WRITE,
            };
            self.mistake(expr, refusal);
            return;
        }
        self.look_at_places(&mut mentions, expr.span());
        let tokens = rename_lent(tokens, &mentions);
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

    /// A new version of a variable, of the type that the old one has.
    pub(super) fn assign(&mut self, name: &str, value: Value) {
        let before = self.scopes.get(name).map(|held| held.value);
        let declared = before.and_then(|before| self.declared.get(&before).cloned());
        let value = match declared {
            Some(typed) => self.ascribed(value, &typed),
            None => self.of_the_type_of(before, value),
        };
        let old = before.map(|before| self.graph.ty(before).clone());
        let info = self.graph.info_mut(value);
        let is_open = matches!(
            info.ty,
            Ty::Unknown | Ty::Numeric(_) | Ty::Float(Elem::Literal | Elem::Unknown)
        );
        if let Some(old @ Ty::Float(Elem::F32 | Elem::F64)) = old {
            if is_open && !info.is_reference {
                info.ty = old;
            }
        }
        if info.name.is_none() {
            info.name = Some(name.to_owned());
        }
        let ty = info.ty.clone();
        if let Some(before) = before {
            self.graph.learn(before, &ty);
        }
        self.scopes.assign(name, value);
    }
}

impl Lowering<'_> {
    /// A literal that is assigned to a variable whose type only rustc knows.
    fn of_the_type_of(&mut self, before: Option<Value>, value: Value) -> Value {
        let is_unknown = |ty: &Ty| {
            matches!(ty, Ty::Unknown | Ty::Numeric(Elem::Unknown) | Ty::Float(Elem::Unknown))
        };
        let is_literal = *self.graph.ty(value) == Ty::Float(Elem::Literal)
            && self.graph.info(value).name.is_none()
            && !self.is_active(value);
        let like = before.filter(|before| {
            is_literal && is_unknown(self.graph.ty(*before)) && !self.undefined.contains(before)
        });
        let Some(like) = like else { return value };
        let span = self.nodes.last().map_or_else(proc_macro2::Span::mixed_site, Node::span);
        self.constant_of(
            &[like, value],
            |names| {
                let (like, value) = (&names[0], &names[1]);
                quote::quote!(if false { #like.to_owned() } else { #value })
            },
            Ty::Float(Elem::Unknown),
            span,
        )
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

/// `+` for `+=`, `|` for `|=`: what a compound assignment does.
pub(super) fn operator_of(op: &BinOp) -> Option<BinOp> {
    let symbol = op.to_token_stream().to_string();
    let symbol = symbol.strip_suffix('=').filter(|_| !matches!(op, BinOp::Eq(_) | BinOp::Ne(_)));
    let is_test = matches!(op, BinOp::Le(_) | BinOp::Ge(_));
    symbol.filter(|_| !is_test).and_then(|symbol| syn::parse_str(symbol).ok())
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

/// The macro whose value a statement does no more with than to look whether it failed: `write!(..).unwrap();`.
fn macro_within(expr: &Expr) -> Option<&syn::Macro> {
    match expr {
        Expr::Macro(it) => Some(&it.mac),
        Expr::MethodCall(call) => macro_within(&call.receiver),
        Expr::Try(it) => macro_within(&it.expr),
        Expr::Paren(it) => macro_within(&it.expr),
        _ => None,
    }
}
