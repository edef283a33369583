//! Constant expressions, which are passed on as they are.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Expr, Lit};

use super::function::LocalFunction;
use super::Lowering;
use crate::graph::{captured_by, element, key, key_at, Elem, Op, Ty, Value, Verbatim};
use crate::ops::{self, Kind};

impl Lowering<'_> {
    /// True if nothing active flows into the expression's value.
    pub(super) fn is_constant(&self, expr: &Expr) -> bool {
        self.mentions(expr).active.is_none()
    }

    /// What an expression or statement mentions of the names in scope.
    pub(super) fn mentions(&self, tokens: &impl Mentioning) -> Mentions {
        let Finder { mut found, changing, .. } = self.find(tokens);
        found.pure &= changing.is_empty();
        found
    }

    fn find(&self, tokens: &impl Mentioning) -> Finder<'_, '_> {
        let found = Mentions { pure: true, ..Mentions::default() };
        let mut finder = Finder { lowering: self, found, changing: BTreeSet::new() };
        tokens.accept(&mut finder);
        finder
    }

    /// Passes a constant expression on; a plain name or a literal needs no node of its own.
    pub(super) fn constant(&mut self, expr: &Expr) -> Value {
        match expr {
            Expr::Paren(paren) => return self.constant(&paren.expr),
            Expr::Group(group) => return self.constant(&group.expr),
            Expr::Reference(lent) if lent.mutability.is_none() => return self.constant(&lent.expr),
            Expr::Path(_) => match self.binding(expr) {
                Some(binding) if !binding.is_mutable => return binding.value,
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
        let mentions = match ty {
            Ty::Float(_) | Ty::Integer | Ty::Bool => self.mentions(expr),
            _ => self.mentions_now(expr),
        };
        self.verbatim(expr.to_token_stream(), mentions, ty, expr.span())
    }

    /// What an expression mentions, its counters as they are now: what is shown at the counter of a `while`
    /// loop, `x[t].view()`, cannot be kept, so it is shown again.
    fn mentions_now(&mut self, expr: &Expr) -> Mentions {
        let Finder { mut found, changing, .. } = self.find(expr);
        let is_counter = |name: &String| *self.graph.ty(found.names[name]) == Ty::Integer;
        if !found.pure || !changing.iter().all(is_counter) {
            found.pure &= changing.is_empty();
            return found;
        }
        for name in changing {
            let names = [("__counter".to_owned(), found.names[&name])].into_iter().collect();
            let once = Mentions { names, ..Mentions::default() };
            let now = self.verbatim(quote::quote!(__counter), once, Ty::Integer, expr.span());
            self.graph.info_mut(now).name = Some(name.clone());
            found.names.insert(name, now);
        }
        found
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

    /// A node for tokens that are passed on and mention names in scope.
    pub(super) fn verbatim(
        &mut self,
        tokens: TokenStream,
        mentions: Mentions,
        ty: Ty,
        span: proc_macro2::Span,
    ) -> Value {
        let (names, args) = mentions.names.into_iter().unzip();
        let out =
            self.node(Op::Verbatim(Verbatim::new(tokens, names, mentions.pure)), args, ty, span);
        self.graph.info_mut(out).depends_on = Default::default();
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
        let row = ops::by_call(&name, call.args.len() + 1);
        match row {
            Some(row) if row.is_elementwise() && receiver.is_float() => receiver,
            _ => Ty::Unknown,
        }
    }
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

/// What tokens mention of the names in scope.
#[derive(Default)]
pub(super) struct Mentions {
    /// Every local that is mentioned, by the name used.
    pub(super) names: BTreeMap<String, Value>,
    /// Where an active value flows in.
    pub(super) active: Option<proc_macro2::Span>,
    /// True if all of it is in the language, so that it may be evaluated again.
    pub(super) pure: bool,
}

/// Syntax in which names can be looked for.
pub(super) trait Mentioning {
    fn accept(&self, finder: &mut Finder<'_, '_>);
}

impl Mentioning for Expr {
    fn accept(&self, finder: &mut Finder<'_, '_>) {
        finder.visit_expr(self);
    }
}

impl Mentioning for syn::Stmt {
    fn accept(&self, finder: &mut Finder<'_, '_>) {
        finder.visit_stmt(self);
    }
}

impl Mentioning for TokenStream {
    fn accept(&self, finder: &mut Finder<'_, '_>) {
        finder.tokens(self.clone());
    }
}

pub(super) struct Finder<'l, 'a> {
    lowering: &'l Lowering<'a>,
    found: Mentions,
    /// The variables that change.
    changing: BTreeSet<String>,
}

impl Finder<'_, '_> {
    fn name(&mut self, name: &str, span: proc_macro2::Span, flows: bool) {
        if self.lowering.scopes.alias(name).is_some() {
            if flows {
                self.found.active.get_or_insert(span);
            }
            return;
        }
        let Some(binding) = self.lowering.scopes.get(name) else {
            // A closure that captures something active gives something active.
            let is_active = |function: Rc<LocalFunction>| function.is_active;
            if flows && self.lowering.scopes.function(name).is_some_and(is_active) {
                self.found.active.get_or_insert(span);
            }
            return;
        };
        self.found.names.insert(name.to_owned(), binding.value);
        if binding.is_mutable {
            self.changing.insert(name.to_owned());
        }
        if flows && self.lowering.is_active(binding.value) {
            self.found.active.get_or_insert(span);
        }
    }

    /// An active value may be written through what is lent mutably, though none stands there now.
    fn lent_mutably(&mut self, place: &Expr, span: proc_macro2::Span) {
        if self.lowering.is_versioned(place) {
            self.found.active.get_or_insert(span);
        }
    }

    /// Every identifier in tokens that syn does not read, and those captured by format strings.
    fn tokens(&mut self, tokens: TokenStream) {
        // A name after one dot is a field or a method; after two, the end of a range.
        let mut dots = 0;
        for token in tokens {
            match &token {
                TokenTree::Ident(ident) if dots != 1 => self.name(&key(ident), ident.span(), true),
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Literal(literal) => {
                    for name in captured_by(literal) {
                        self.name(&key_at(&name, literal.span()), literal.span(), true);
                    }
                }
                _ => {}
            }
            dots = match &token {
                TokenTree::Punct(punct) if punct.as_char() == '.' => dots + 1,
                _ => 0,
            };
        }
    }

    /// A place whose shape alone is asked for: its names are mentioned, and nothing flows.
    fn place(&mut self, expr: &Expr) -> bool {
        match expr {
            Expr::Path(path) => match path.path.get_ident() {
                Some(name) => {
                    self.name(&key(name), name.span(), false);
                    true
                }
                None => false,
            },
            Expr::Field(field) => self.place(&field.base),
            Expr::Index(index) => {
                let is_place = self.place(&index.expr);
                if is_place {
                    self.visit_expr(&index.index);
                }
                is_place
            }
            Expr::Paren(inner) => self.place(&inner.expr),
            Expr::Reference(inner) => self.place(&inner.expr),
            _ => false,
        }
    }
}

impl<'ast> Visit<'ast> for Finder<'_, '_> {
    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        if let Some(name) = path.path.get_ident() {
            self.name(&key(name), name.span(), true);
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let query = ops::by_call(&call.method.to_string(), call.args.len() + 1)
            .filter(|row| row.kind == Kind::Query);
        if query.is_some() && self.place(&call.receiver) {
            call.args.iter().for_each(|arg| self.visit_expr(arg));
            return;
        }
        if super::flow::changes_receiver(&call.method.to_string()) {
            self.lent_mutably(&call.receiver, call.method.span());
        }
        let name = call.method.to_string();
        // An iterator that has a name is used up by its adapters.
        let is_iterator = matches!(&*call.receiver, Expr::MethodCall(_) | Expr::Paren(_));
        self.found.pure &= ops::by_call(&name, call.args.len() + 1).is_some()
            || PURE_METHODS.contains(&name.as_str())
            || is_iterator && PURE_ADAPTERS.contains(&name.as_str());
        syn::visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_reference(&mut self, lent: &'ast syn::ExprReference) {
        if lent.mutability.is_some() {
            self.lent_mutably(&lent.expr, lent.and_token.span);
        }
        syn::visit::visit_expr_reference(self, lent);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        // A capitalised name makes a value (`Axis(0)`); any other function may do anything.
        let is_constructor = matches!(&*call.func, Expr::Path(path)
            if path.path.segments.last().is_some_and(|last| starts_upper(&last.ident.to_string())));
        self.found.pure &= is_constructor;
        if is_stopped(call) {
            let before = self.found.active;
            syn::visit::visit_expr_call(self, call);
            self.found.active = before;
            return;
        }
        syn::visit::visit_expr_call(self, call);
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        let is_slice = mac.path.segments.last().is_some_and(|last| {
            ["s", "vec", "array", "matches"].iter().any(|name| last.ident == name)
        });
        self.found.pure &= is_slice;
        self.tokens(mac.tokens.clone());
    }

    fn visit_expr_closure(&mut self, closure: &'ast syn::ExprClosure) {
        self.found.pure = false;
        syn::visit::visit_expr_closure(self, closure);
    }

    fn visit_item(&mut self, _: &'ast syn::Item) {}
}

/// True for `stop_gradient(e)` where `e` is a value of its own: no variable, which the rest of the function may
/// still need, and nothing borrowed.
fn is_stopped(call: &syn::ExprCall) -> bool {
    let is_named = matches!(&*call.func, Expr::Path(path)
        if path.path.segments.last().is_some_and(|last| last.ident == "stop_gradient"));
    is_named && !matches!(call.args.first(), Some(Expr::Path(_) | Expr::Reference(_)))
}

/// Methods of the standard library and ndarray that only look at their receiver.
const PURE_METHODS: &[&str] = &[
    "clone",
    "view",
    "to_owned",
    "as_slice",
    "unwrap",
    "as_ref",
    "as_str",
    "first",
    "last",
    "get",
    "abs_diff",
    "min",
    "max",
    "to_vec",
    "is_some",
    "is_none",
    "len",
    "as_standard_layout",
    "iter",
    "outer_iter",
    "axis_iter",
    "axis_chunks_iter",
    "rows",
    "columns",
    "lanes",
    "windows",
    "chunks",
    "chunks_exact",
    "exact_chunks",
];

/// Methods of iterators that make another one: they look on, where the iterator was made by looking.
const PURE_ADAPTERS: &[&str] =
    &["enumerate", "zip", "rev", "skip", "take", "step_by", "into_iter", "copied", "cloned"];

/// True for a name that Rust's conventions give to types and constructors.
pub(super) fn starts_upper(name: &str) -> bool {
    name.trim_start_matches('_').starts_with(char::is_uppercase)
}
