//! Expressions that an active value flows into.

use proc_macro2::Span;
use quote::{format_ident, quote, ToTokens};
use syn::spanned::Spanned;
use syn::{BinOp, Expr, Member, UnOp};

use super::constant::only_reads;
use super::exits::Tail;
use super::mentions::Mentions;
use super::scope::Binding;
use super::Lowering;
use crate::graph::{element, key, Elem, Form, Op, Ty, Value};
use crate::language;
use crate::ops;

/// What an operand can be, as far as it shows.
#[derive(Clone, Copy, PartialEq)]
enum Number {
    Integer,
    /// A field of which only rustc knows whether it is one.
    Field,
    Any,
}

impl Lowering<'_> {
    /// The value of an expression.
    pub(super) fn expr(&mut self, expr: &Expr) -> Value {
        if self.is_constant(expr) && !self.is_formula_call(expr) && !self.must_be_taken_apart(expr)
        {
            return self.constant(expr);
        }
        let span = expr.span();
        match expr {
            Expr::If(_) | Expr::Match(_) | Expr::Loop(_) | Expr::Block(_) => {
                return match self.control(expr, Tail::No) {
                    Some(value) => value,
                    None => self.mistake(expr, language::NO_VALUE),
                };
            }
            Expr::Return(_) | Expr::Break(_) | Expr::Continue(_) => {
                return self.jump(expr, Tail::No)
            }
            _ => {}
        }
        match expr {
            Expr::Paren(inner) => self.expr(&inner.expr),
            Expr::Group(inner) => self.expr(&inner.expr),
            Expr::Reference(inner) if inner.mutability.is_none() => self.expr(&inner.expr),
            Expr::Path(_) => self.name(expr),
            Expr::Lit(_) => self.constant(expr),
            Expr::Binary(binary) => self.binary(binary),
            Expr::Unary(unary) => match unary.op {
                UnOp::Deref(_) => self.expr(&unary.expr),
                UnOp::Neg(_) => {
                    let operand = self.expr(&unary.expr);
                    self.row(ops::row("Neg"), vec![operand], span)
                }
                _ => {
                    let operand = self.expr(&unary.expr);
                    self.constant_of(&[operand], |names| quote!(!#(#names)*), Ty::Bool, span)
                }
            },
            Expr::Field(field) => {
                let base = self.expr(&field.base);
                self.field(base, &member(&field.member), span)
            }
            Expr::Index(index) => self.index(index),
            Expr::Cast(cast) => self.cast(cast),
            Expr::MethodCall(call) => self.method(call),
            Expr::Call(call) => self.call(call),
            Expr::Tuple(tuple) => {
                let parts = tuple.elems.iter().map(|elem| self.part(elem)).collect();
                self.tuple(parts, span)
            }
            Expr::Array(array) => {
                let parts = array.elems.iter().map(|elem| self.part(elem)).collect();
                self.list(Form::Array, parts, span)
            }
            Expr::Repeat(repeat) => self.repeated(&repeat.expr, &repeat.len, false, span),
            Expr::Struct(literal) => self.struct_literal(literal),
            Expr::Macro(mac) => self.macro_value(&mac.mac, span),
            other => self.mistake(other, language::refusal(other)),
        }
    }

    /// True for a constant that jumps or writes, so that it cannot be passed on whole.
    fn must_be_taken_apart(&self, expr: &Expr) -> bool {
        let is_control = matches!(
            expr,
            Expr::If(_)
                | Expr::Match(_)
                | Expr::Loop(_)
                | Expr::Block(_)
                | Expr::Return(_)
                | Expr::Break(_)
                | Expr::Continue(_)
        );
        match expr {
            _ if is_control => self.must_be_read(expr),
            _ => !self.carried(expr).is_empty(),
        }
    }

    /// A plain name, or a path to something that is not local.
    fn name(&mut self, expr: &Expr) -> Value {
        if let Some(alias) = super::turns::plain(expr).and_then(|name| self.scopes.alias(&name)) {
            return self.part_at(&alias);
        }
        match self.binding(expr) {
            Some(binding) => self.out_of_option(binding.value, expr.span()),
            None => self.constant(expr),
        }
    }

    /// What a plain name stands for, if it is one and in scope.
    pub(super) fn binding(&self, expr: &Expr) -> Option<Binding> {
        match expr {
            Expr::Path(path) => self.scopes.get(&key(path.path.get_ident()?)),
            _ => None,
        }
    }

    fn binary(&mut self, binary: &syn::ExprBinary) -> Value {
        let span = binary.span();
        let symbol = binary.op.to_token_stream().to_string();
        if let Some(row) = ops::by_symbol(&symbol, 2) {
            if self.is_of_integers(binary) {
                return self.integer(&Expr::Binary(binary.clone()));
            }
            for side in [&binary.left, &binary.right] {
                if let Some(digits) = integer_literal(side) {
                    let other = if std::ptr::eq(side, &binary.left) {
                        &*binary.right
                    } else {
                        &*binary.left
                    };
                    let other = self.expr(other);
                    if matches!(self.graph.ty(other).elem(), Elem::F32 | Elem::F64) {
                        return self.left_to_rustc(side.span());
                    }
                    return self.mistake(side, language::INTEGER.of(digits));
                }
            }
            let a = self.expr(&binary.left);
            let b = self.expr(&binary.right);
            return self.row(row, vec![a, b], binary.op.span());
        }
        if is_lazy(&binary.op) {
            return self.short_circuit(binary);
        }
        match binary.op {
            BinOp::Eq(_)
            | BinOp::Ne(_)
            | BinOp::Lt(_)
            | BinOp::Le(_)
            | BinOp::Gt(_)
            | BinOp::Ge(_) => {
                let operands = [self.expr(&binary.left), self.expr(&binary.right)];
                self.learn_types(ops::row("Sub"), &operands);
                let op = binary.op;
                let is_lent = operands.map(|operand| self.is_lent_number(operand));
                self.constant_of(
                    &operands,
                    |names| {
                        let (a, b) = (number(&names[0], is_lent[0]), number(&names[1], is_lent[1]));
                        quote!(#a #op #b)
                    },
                    Ty::Bool,
                    span,
                )
            }
            BinOp::BitAnd(_) | BinOp::BitOr(_) | BinOp::BitXor(_) if self.are_tests(binary) => {
                let operands = [self.expr(&binary.left), self.expr(&binary.right)];
                let op = binary.op;
                self.constant_of(
                    &operands,
                    |names| {
                        let (a, b) = (&names[0], &names[1]);
                        quote!(#a #op #b)
                    },
                    Ty::Bool,
                    span,
                )
            }
            _ => self.mistake(binary, language::OPERATOR.of(symbol)),
        }
    }

    /// True for `found | (x > limit)`: what is put together is `bool`s, whatever was compared.
    fn are_tests(&self, binary: &syn::ExprBinary) -> bool {
        fn is_test(expr: &Expr) -> bool {
            use BinOp::*;
            match expr {
                Expr::Paren(inner) => is_test(&inner.expr),
                Expr::Binary(test) => {
                    matches!(
                        test.op,
                        Eq(_) | Ne(_) | Lt(_) | Le(_) | Gt(_) | Ge(_) | And(_) | Or(_)
                    )
                }
                _ => false,
            }
        }
        [&binary.left, &binary.right]
            .into_iter()
            .all(|side| self.is_constant(side) || is_test(side))
    }

    /// True for `2 * net.heads` and `x.nrows() * net.heads`: beside an integer stands another, also in a struct of which
    /// only rustc knows the types.
    fn is_of_integers(&mut self, binary: &syn::ExprBinary) -> bool {
        // What goes on goes on at the left, so that is looked at last, and once.
        let right = self.number_of(&binary.right);
        if right == Number::Any {
            return false;
        }
        let left = self.number_of(&binary.left);
        left != Number::Any && (left == Number::Integer || right == Number::Integer)
    }

    /// `net.steps + 1` for `net.steps += 1` in an active struct: what an integer is added to is one.
    pub(super) fn integer_update(
        &mut self,
        binary: &syn::ExprBinary,
        row: &ops::Row,
    ) -> Option<Expr> {
        let symbol: syn::BinOp = syn::parse_str(row.symbol?).ok()?;
        let (left, right) = (binary.left.clone(), binary.right.clone());
        let sum = syn::ExprBinary { attrs: vec![], left, op: symbol, right };
        self.is_of_integers(&sum).then_some(Expr::Binary(sum))
    }

    fn number_of(&mut self, expr: &Expr) -> Number {
        match expr {
            _ if integer_literal(expr).is_some() => Number::Integer,
            _ if self.is_constant(expr) => match self.constant_type(expr) {
                Ty::Integer => Number::Integer,
                _ => Number::Any,
            },
            Expr::Paren(inner) => self.number_of(&inner.expr),
            Expr::Binary(binary) => {
                let is_arithmetic = ops::by_symbol(&binary.op.to_token_stream().to_string(), 2);
                match is_arithmetic.is_some() && self.is_of_integers(binary) {
                    true => Number::Integer,
                    false => Number::Any,
                }
            }
            Expr::Field(_) if only_reads(expr) => {
                let field = self.expr(expr);
                match self.graph.ty(field) {
                    Ty::Unknown => Number::Field,
                    Ty::Integer => Number::Integer,
                    _ => Number::Any,
                }
            }
            _ => Number::Any,
        }
    }

    /// `a && b`, `a || b`: what stands on the right is looked at only if the left asks for it.
    fn short_circuit(&mut self, binary: &syn::ExprBinary) -> Value {
        let (left, right) = (&binary.left, &binary.right);
        if !self.carried(right).is_empty() {
            // What it writes is written only there.
            return self.expr(&match binary.op {
                BinOp::And(_) => syn::parse_quote!(if #left { #right } else { false }),
                _ => syn::parse_quote!(if #left { true } else { #right }),
            });
        }
        let left = self.expr(&binary.left);
        let outer = std::mem::take(&mut self.nodes);
        let right = self.expr(&binary.right);
        let then = std::mem::replace(&mut self.nodes, outer);
        let is_safe = then.iter().all(|node| match &node.op {
            Op::Literal(_) => true,
            Op::Verbatim(verbatim) => verbatim.pure,
            Op::Row(row) => row.is_elementwise() && self.graph.ty(node.out()).is_float(),
            _ => false,
        });
        let span = binary.span();
        if is_safe && !self.is_constant(&binary.right) {
            self.nodes.extend(then);
            let op = binary.op;
            return self.constant_of(
                &[left, right],
                |names| {
                    let (a, b) = (&names[0], &names[1]);
                    quote!(#a #op #b)
                },
                Ty::Bool,
                span,
            );
        }
        match binary.op {
            BinOp::And(_) => self.and(left, then, right, span),
            _ => self.or(left, then, right, span),
        }
    }

    /// True for a number that is lent: the user writes `*x`, and we write what is a number whether `x` is the
    /// place or a reference to it.
    fn is_lent_number(&self, operand: Value) -> bool {
        self.graph.info(operand).is_reference
    }

    /// A constant made of values, such as a comparison: nothing flows through it.
    pub(super) fn constant_of(
        &mut self,
        operands: &[Value],
        tokens: impl FnOnce(&[proc_macro2::Ident]) -> proc_macro2::TokenStream,
        ty: Ty,
        span: Span,
    ) -> Value {
        let names: Vec<_> = (0..operands.len()).map(|i| format_ident!("__operand{i}")).collect();
        let tokens = tokens(&names);
        let names = names.iter().map(ToString::to_string).zip(operands.iter().copied()).collect();
        self.verbatim(tokens, Mentions::of(names), ty, span)
    }

    /// `base.member`, which is the member itself where the base was made here.
    pub(super) fn field(&mut self, base: Value, member: &str, span: Span) -> Value {
        if let Some(part) = self.member_of_construct(base, member) {
            return part;
        }
        let ty = match (self.graph.ty(base), member.parse::<usize>()) {
            (Ty::Tuple(parts), Ok(position)) => parts.get(position).cloned().unwrap_or_default(),
            _ => Ty::Unknown,
        };
        let out = self.node(Op::Field(member.to_owned()), vec![base], ty, span);
        // The name that its cotangent and kernel parameter get.
        let name = if member.starts_with(|c: char| c.is_ascii_digit()) {
            self.graph.info(base).name.as_ref().map(|name| format!("{name}{member}"))
        } else {
            Some(member.to_owned())
        };
        self.graph.info_mut(out).name = name;
        out
    }

    /// `x[i]`, `x[[i, j]]`, `&v[a..b]`.
    fn index(&mut self, index: &syn::ExprIndex) -> Value {
        let span = index.span();
        if self.is_in_a_stretch(index) {
            return self.part_at(&Expr::Index(index.clone()));
        }
        let base = self.expr(&index.expr);
        if let Expr::Range(range) = &*index.index {
            let range = self.range_of(base, range);
            return self.subslice(base, range, span);
        }
        let is_one = !matches!(&*index.index, Expr::Tuple(_) | Expr::Array(_))
            && matches!(self.graph.ty(base), Ty::List(_) | Ty::Array(_, Some(1)));
        let position = match is_one {
            true => self.constant_position(&index.index),
            false => self.constant(&index.index),
        };
        self.element(base, position, span)
    }

    /// The element at a constant position.
    pub(super) fn element(&mut self, base: Value, position: Value, span: Span) -> Value {
        let ty = element(self.graph.ty(base));
        let depends_on = self.graph.info(base).depends_on.clone();
        let out = self.node(Op::Row(ops::row("Get")), vec![base, position], ty, span);
        self.graph.info_mut(out).depends_on = depends_on;
        out
    }

    fn cast(&mut self, cast: &syn::ExprCast) -> Value {
        let span = cast.span();
        let target =
            super::ty::of_type(&cast.ty, super::ty::Known { holds_floats: true, generics: None });
        let operand = self.expr(&cast.expr);
        match target {
            Ty::Float(elem) if self.graph.ty(operand).elem() == elem => operand,
            Ty::Float(elem) => self.cast_to(operand, elem, span),
            Ty::Integer => {
                let ty = &cast.ty;
                let is_lent = self.is_lent_number(operand);
                self.constant_of(
                    &[operand],
                    |names| {
                        let number = number(&names[0], is_lent);
                        quote!((#number) as #ty)
                    },
                    Ty::Integer,
                    span,
                )
            }
            _ => {
                let expr = Expr::Cast(cast.clone());
                self.mistake(cast, language::refusal(&expr))
            }
        }
    }

    /// A float as one of another type.
    pub(super) fn cast_to(&mut self, operand: Value, elem: Elem, span: Span) -> Value {
        let row = if elem == Elem::F32 { "AsF32" } else { "AsF64" };
        let depends_on = self.graph.info(operand).depends_on.clone();
        let out = self.node(Op::Row(ops::row(row)), vec![operand], Ty::Float(elem), span);
        self.graph.info_mut(out).depends_on = depends_on;
        out
    }
}

/// True for `&&` and `||`.
fn is_lazy(op: &BinOp) -> bool {
    matches!(op, BinOp::And(_) | BinOp::Or(_))
}

/// True for `None`.
pub(super) fn is_none(expr: &Expr) -> bool {
    match expr {
        Expr::Path(path) => is_nothing(&path.path),
        Expr::Paren(inner) => is_none(&inner.expr),
        Expr::Block(block) => {
            matches!(block.block.stmts.as_slice(), [syn::Stmt::Expr(value, None)] if is_none(value))
        }
        _ => false,
    }
}

/// True for `None` and `Option::None`, of a type that is not written.
pub(super) fn is_nothing(path: &syn::Path) -> bool {
    let is_plain = path.segments.iter().all(|part| part.arguments.is_none());
    is_plain && path.segments.last().is_some_and(|last| last.ident == "None")
}

/// An operand that is a number, by value.
fn number(operand: &proc_macro2::Ident, is_lent: bool) -> proc_macro2::TokenStream {
    match is_lent {
        true => quote!(#operand.clone()),
        false => quote!(#operand),
    }
}

/// The name of a struct's field or a tuple's position.
pub(super) fn member(member: &Member) -> String {
    match member {
        Member::Named(name) => name.to_string(),
        Member::Unnamed(index) => index.index.to_string(),
    }
}

/// The digits of an integer literal, if the expression is one.
fn integer_literal(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Lit(literal) => match &literal.lit {
            syn::Lit::Int(int) if !int.suffix().starts_with('f') => Some(int.base10_digits()),
            _ => None,
        },
        Expr::Paren(inner) => integer_literal(&inner.expr),
        _ => None,
    }
}
