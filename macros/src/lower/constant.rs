//! Constant expressions, which are passed on as they are.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Expr, Lit};

use super::mentions::Mentions;
use super::rename::rename;
use super::Lowering;
use crate::graph::{element, Elem, Op, Ty, Value, Verbatim};
use crate::ops;

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
        let mut mentions = match ty {
            Ty::Float(_) | Ty::Integer | Ty::Bool => self.mentions(expr),
            _ => self.mentions_now(expr),
        };
        for value in mentions.names.values_mut() {
            *value = self.out_of_option(*value, expr.span());
        }
        // What may change later is copied as it is now.
        let is_place = matches!(expr, Expr::Path(_) | Expr::Field(_) | Expr::Index(_));
        let is_copied = matches!(ty, Ty::Float(_) | Ty::Integer | Ty::Bool);
        if is_place && !is_copied && mentions.is_steady && !mentions.pure {
            let tokens = quote::quote!(::core::clone::Clone::clone(&#expr));
            return self.verbatim(tokens, mentions, ty, expr.span());
        }
        self.verbatim(expr.to_token_stream(), mentions, ty, expr.span())
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
        mentions: Mentions,
        ty: Ty,
        span: proc_macro2::Span,
    ) -> Value {
        let tokens = rename(tokens, &mentions.lent);
        let (names, args): (Vec<String>, Vec<Value>) = mentions.names.into_iter().unzip();
        let out =
            self.node(Op::Verbatim(Verbatim::new(tokens, names, mentions.pure)), args, ty, span);
        self.graph.info_mut(out).depends_on = Default::default();
        if mentions.is_steady {
            self.steady.insert(out);
        }
        out
    }

    /// The light type of a constant expression.
    pub(super) fn constant_type(&self, expr: &Expr) -> Ty {
        match expr {
            Expr::Paren(inner) => self.constant_type(&inner.expr),
            Expr::Group(inner) => self.constant_type(&inner.expr),
            Expr::Reference(inner) => self.constant_type(&inner.expr),
            Expr::Lit(literal) => match &literal.lit {
                Lit::Float(_) => Ty::Float(Elem::Literal),
                Lit::Int(_) => Ty::Integer,
                Lit::Bool(_) => Ty::Bool,
                _ => Ty::Constant,
            },
            Expr::Unary(unary) => self.constant_type(&unary.expr),
            Expr::Cast(cast) => super::ty::of_type(
                &cast.ty,
                super::ty::Known { holds_floats: true, generics: None },
            ),
            Expr::Binary(binary) if is_test(&binary.op) => Ty::Bool,
            Expr::Binary(binary) => {
                match (self.constant_type(&binary.left), self.constant_type(&binary.right)) {
                    (Ty::Float(a), Ty::Float(b)) => Ty::Float(a.join(b)),
                    (Ty::Integer, Ty::Integer) => Ty::Integer,
                    _ => Ty::Unknown,
                }
            }
            Expr::Path(path) => match self.binding(expr) {
                Some(binding) => self.graph.ty(binding.value).clone(),
                None => const_item_type(&path.path),
            },
            Expr::Index(index) => element(&self.constant_type(&index.expr)),
            Expr::MethodCall(call) => self.constant_method_type(call),
            Expr::Repeat(repeat) => Ty::List(Box::new(self.constant_type(&repeat.expr))),
            Expr::Array(array) => {
                let inner =
                    array.elems.first().map_or(Ty::Unknown, |first| self.constant_type(first));
                Ty::List(Box::new(inner))
            }
            Expr::Tuple(tuple) => {
                Ty::Tuple(tuple.elems.iter().map(|part| self.constant_type(part)).collect())
            }
            Expr::Macro(mac) => self.constant_macro_type(&mac.mac),
            Expr::Call(call) => self.made_by(call),
            Expr::Block(block) => self.type_of_block(&block.block),
            Expr::If(branch) => {
                let other = branch.else_branch.as_ref().map(|(_, other)| self.constant_type(other));
                of_arms(
                    [Some(self.type_of_block(&branch.then_branch)), other].into_iter().flatten(),
                )
            }
            Expr::Match(matched) => {
                of_arms(matched.arms.iter().map(|arm| self.constant_type(&arm.body)))
            }
            _ => Ty::Unknown,
        }
    }

    fn type_of_block(&self, block: &syn::Block) -> Ty {
        match block.stmts.last() {
            Some(syn::Stmt::Expr(value, None)) => self.constant_type(value),
            _ => Ty::Unknown,
        }
    }

    /// The type of `vec![0.0; n]` or `array![..]`.
    fn constant_macro_type(&self, mac: &syn::Macro) -> Ty {
        let name = mac.path.segments.last().map_or(String::new(), |last| last.ident.to_string());
        let inside = &mac.tokens;
        let Ok(list) = syn::parse2::<Expr>(quote::quote!([#inside])) else { return Ty::Unknown };
        match (name.as_str(), self.constant_type(&list)) {
            ("vec", ty) => ty,
            ("array", ty) => {
                let (mut rank, mut inner) = (0, &ty);
                while let Ty::List(next) = inner {
                    (rank, inner) = (rank + 1, next);
                }
                Ty::Array(Elem::Unknown.join(inner.elem()), Some(rank))
            }
            _ => Ty::Unknown,
        }
    }

    /// The type of `Array1::zeros(n)`, `Vec::new()`, `T::zero()`.
    fn made_by(&self, call: &syn::ExprCall) -> Ty {
        let Expr::Path(function) = &*call.func else { return Ty::Unknown };
        let Some(owner) = function.path.segments.iter().rev().nth(1) else { return Ty::Unknown };
        let known = super::ty::Known { holds_floats: true, generics: self.generics.as_ref() };
        let alone = syn::Type::Path(syn::TypePath {
            attrs: vec![],
            qself: None,
            path: owner.clone().into(),
        });
        match super::ty::of_type(&alone, known) {
            Ty::Array(elem, None) => {
                let elem = match (function.path.segments.last(), call.args.iter().nth(1)) {
                    (Some(last), Some(part)) if last.ident == "from_elem" => {
                        elem.join(self.constant_type(part).elem())
                    }
                    _ => elem,
                };
                let rank = match call.args.first() {
                    Some(Expr::Tuple(shape)) => Some(shape.elems.len()),
                    Some(shape) if self.constant_type(shape) == Ty::Integer => Some(1),
                    _ => None,
                };
                Ty::Array(elem, rank)
            }
            ty @ (Ty::Array(..) | Ty::Float(_)) => ty,
            _ if owner.ident == "Vec" => Ty::List(Box::new(Ty::Unknown)),
            _ => Ty::Unknown,
        }
    }

    fn constant_method_type(&self, call: &syn::ExprMethodCall) -> Ty {
        let name = call.method.to_string();
        if matches!(name.as_str(), "len" | "nrows" | "ncols" | "ndim" | "len_of") {
            return Ty::Integer;
        }
        let receiver = self.constant_type(&call.receiver);
        if matches!(name.as_str(), "clone" | "to_owned" | "to_vec") {
            return receiver;
        }
        if name == "mapv" && call.args.first().is_some_and(keeps_type) {
            return receiver;
        }
        let row = ops::by_call(&name, call.args.len() + 1);
        match (row, &receiver) {
            (Some(row), Ty::Float(_)) if row.is_elementwise() => receiver,
            (Some(row), Ty::Array(elem, _)) if matches!(row.name, "Sum" | "Product") => {
                Ty::Float(*elem)
            }
            (Some(row), Ty::Array(elem, Some(1)))
                if row.name == "Dot"
                    && matches!(self.constant_type(&call.args[0]), Ty::Array(_, Some(1))) =>
            {
                Ty::Float(*elem)
            }
            _ => Ty::Unknown,
        }
    }
}

/// A float, if all arms give one: of anything else an arm may say less than there is to know.
fn of_arms(mut arms: impl Iterator<Item = Ty>) -> Ty {
    let Some(first) = arms.next() else { return Ty::Unknown };
    let joined = |so_far: Ty, arm: Ty| match (so_far, arm) {
        (Ty::Float(a), Ty::Float(b)) => Ty::Float(a.join(b)),
        _ => Ty::Unknown,
    };
    match arms.fold(first, joined) {
        ty @ Ty::Float(_) => ty,
        _ => Ty::Unknown,
    }
}

/// True for a closure that gives what it is given, as far as can be seen: no type stands in its body.
fn keeps_type(function: &Expr) -> bool {
    struct Finder(bool);
    impl<'ast> Visit<'ast> for Finder {
        fn visit_type(&mut self, _: &'ast syn::Type) {
            self.0 = true;
        }
        fn visit_expr_call(&mut self, _: &'ast syn::ExprCall) {
            self.0 = true;
        }
    }
    let Expr::Closure(closure) = function else { return false };
    let mut finder = Finder(false);
    finder.visit_expr(&closure.body);
    !finder.0
}

/// True for an operator that gives a `bool`.
fn is_test(op: &syn::BinOp) -> bool {
    use syn::BinOp::*;
    matches!(op, Eq(_) | Ne(_) | Lt(_) | Le(_) | Gt(_) | Ge(_) | And(_) | Or(_))
}

/// `consts::PI`, `f64::EPSILON`, `LEARNING_RATE`: a const item in arithmetic is a float, since no
/// array can be one.
fn const_item_type(path: &syn::Path) -> Ty {
    let Some(last) = path.segments.last() else { return Ty::Unknown };
    let name = last.ident.to_string();
    let is_upper = name.chars().all(|c| !c.is_lowercase()) && name.chars().any(char::is_alphabetic);
    if !is_upper {
        return Ty::Unknown;
    }
    let module = path.segments.iter().rev().nth(1).map(|segment| segment.ident.to_string());
    match module.as_deref() {
        Some("f32") => Ty::Float(Elem::F32),
        Some("f64") => Ty::Float(Elem::F64),
        _ => Ty::Float(Elem::Unknown),
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
