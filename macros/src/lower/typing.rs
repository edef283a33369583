//! The light type of a constant expression, as far as its syntax tells.

use syn::visit::{self, Visit};
use syn::{Block, Expr, Lit, Pat, Stmt};

use super::flow::names_of;
use super::jumps::{diverges, expr_diverges};
use super::scope::Scopes;
use super::ty::{of_type, Known};
use super::Lowering;
use crate::graph::{element, key, Elem, Ty};
use crate::ops::{self, Gives};

impl Lowering<'_> {
    /// The light type of a constant expression.
    pub(super) fn constant_type(&self, expr: &Expr) -> Ty {
        Typing { lowering: self, scopes: &self.scopes, locals: Vec::new() }.of(expr)
    }
}

/// Reads types where some names are bound within what is read.
struct Typing<'l, 'a> {
    lowering: &'l Lowering<'a>,
    scopes: &'l Scopes,
    /// The names that are bound within, innermost last.
    locals: Vec<(String, Ty)>,
}

impl Typing<'_, '_> {
    fn of(&mut self, expr: &Expr) -> Ty {
        match expr {
            Expr::Paren(inner) => self.of(&inner.expr),
            Expr::Group(inner) => self.of(&inner.expr),
            Expr::Reference(inner) => self.of(&inner.expr),
            Expr::Lit(literal) => match &literal.lit {
                Lit::Float(_) => Ty::Float(Elem::Literal),
                Lit::Int(_) => Ty::Integer,
                Lit::Bool(_) => Ty::Bool,
                _ => Ty::Constant,
            },
            Expr::Unary(unary) => self.of(&unary.expr),
            Expr::Cast(cast) => of_type(&cast.ty, Known { holds_floats: true, generics: None }),
            Expr::Binary(binary) if is_test(&binary.op) => Ty::Bool,
            Expr::Binary(binary) => match (self.of(&binary.left), self.of(&binary.right)) {
                (Ty::Float(a), Ty::Float(b)) => Ty::Float(a.join(b)),
                (Ty::Integer, Ty::Integer) => Ty::Integer,
                _ => Ty::Unknown,
            },
            Expr::Path(path) => self.of_path(&path.path),
            Expr::Index(index) => element(&self.of(&index.expr)),
            Expr::MethodCall(call) => self.of_method(call),
            Expr::Repeat(repeat) => Ty::List(Box::new(self.of(&repeat.expr))),
            Expr::Array(array) => {
                let inner = array.elems.first().map_or(Ty::Unknown, |first| self.of(first));
                Ty::List(Box::new(inner))
            }
            Expr::Tuple(tuple) => Ty::Tuple(tuple.elems.iter().map(|part| self.of(part)).collect()),
            Expr::Macro(mac) => self.of_macro(&mac.mac),
            Expr::Call(call) => self.of_call(call),
            Expr::Block(block) => {
                let ends = match &block.label {
                    Some(label) => self.of_breaks(Some(label), false, &block.block),
                    None => Vec::new(),
                };
                let at_end = (!diverges(&block.block)).then(|| self.of_block(&block.block));
                of_arms(ends.into_iter().chain(at_end))
            }
            Expr::Loop(turns) => of_arms(self.of_breaks(turns.label.as_ref(), true, &turns.body)),
            Expr::If(branch) => {
                let Some((_, otherwise)) = &branch.else_branch else { return Ty::Unknown };
                let outer = self.locals.len();
                self.bind(&names_within(&branch.cond), &Ty::Unknown);
                let then =
                    (!diverges(&branch.then_branch)).then(|| self.of_block(&branch.then_branch));
                self.locals.truncate(outer);
                let otherwise = (!expr_diverges(otherwise)).then(|| self.of(otherwise));
                of_arms(then.into_iter().chain(otherwise))
            }
            Expr::Match(matched) => {
                let ends = matched.arms.iter().filter(|arm| !expr_diverges(&arm.body));
                let tys: Vec<Ty> = ends
                    .map(|arm| {
                        let outer = self.locals.len();
                        self.bind(&names_of(&arm.pat), &Ty::Unknown);
                        let ty = self.of(&arm.body);
                        self.locals.truncate(outer);
                        ty
                    })
                    .collect();
                of_arms(tys)
            }
            _ => Ty::Unknown,
        }
    }

    fn bind(&mut self, names: &[String], ty: &Ty) {
        self.locals.extend(names.iter().map(|name| (name.clone(), ty.clone())));
    }

    fn bind_local(&mut self, pattern: &Pat, init: Ty) {
        match (pattern, init) {
            (Pat::Type(typed), init) => {
                let declared = of_type(&typed.ty, self.known());
                self.bind_local(&typed.pat, declared.joined(&init));
            }
            (Pat::Tuple(parts), Ty::Tuple(tys)) if parts.elems.len() == tys.len() => {
                parts.elems.iter().zip(tys).for_each(|(part, ty)| self.bind_local(part, ty));
            }
            (Pat::Ident(name), init) if name.subpat.is_none() => {
                self.bind(&[key(&name.ident)], &init);
            }
            (pattern, _) => self.bind(&names_of(pattern), &Ty::Unknown),
        }
    }

    fn known(&self) -> Known<'_> {
        Known { holds_floats: true, generics: self.lowering.generics.as_ref() }
    }

    fn of_path(&self, path: &syn::Path) -> Ty {
        let Some(name) = path.get_ident().map(key) else { return const_item_type(path) };
        if let Some((_, ty)) = self.locals.iter().rev().find(|(local, _)| *local == name) {
            return ty.clone();
        }
        match self.scopes.get(&name) {
            Some(binding) => self.lowering.graph.ty(binding.value).clone(),
            None => const_item_type(path),
        }
    }

    /// The type of a block's last expression.
    fn of_block(&mut self, block: &Block) -> Ty {
        let outer = self.locals.len();
        for stmt in &block.stmts {
            if let Stmt::Local(local) = stmt {
                self.of_local(local);
            }
        }
        let ty = match block.stmts.last() {
            Some(Stmt::Expr(value, None)) => self.of(value),
            _ => Ty::Unknown,
        };
        self.locals.truncate(outer);
        ty
    }

    fn of_local(&mut self, local: &syn::Local) {
        let init = local.init.as_ref().map_or(Ty::Unknown, |init| self.of(&init.expr));
        self.bind_local(&local.pat, init);
    }

    /// The types of what a loop or a labelled block is left with.
    fn of_breaks(&mut self, label: Option<&syn::Label>, is_loop: bool, body: &Block) -> Vec<Ty> {
        let outer = self.locals.len();
        let label = label.map(|label| label.name.ident.to_string());
        let depth = usize::from(!is_loop);
        let mut breaks = Breaks { typing: self, label, depth, found: Vec::new() };
        breaks.visit_block(body);
        let found = breaks.found;
        self.locals.truncate(outer);
        found
    }

    /// The type of `vec![0.0; n]` or `array![..]`.
    fn of_macro(&mut self, mac: &syn::Macro) -> Ty {
        let name = mac.path.segments.last().map_or(String::new(), |last| last.ident.to_string());
        let inside = &mac.tokens;
        let Ok(list) = syn::parse2::<Expr>(quote::quote!([#inside])) else { return Ty::Unknown };
        match (name.as_str(), self.of(&list)) {
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

    /// The type of a local function's value, of `Array1::zeros(n)`, `Vec::new()`, `T::zero()`.
    fn of_call(&mut self, call: &syn::ExprCall) -> Ty {
        let Expr::Path(function) = &*call.func else { return Ty::Unknown };
        if let Some(name) = function.path.get_ident() {
            let Some(function) = self.scopes.function(&key(name)) else { return Ty::Unknown };
            let args: Vec<Ty> = call.args.iter().map(|arg| self.of(arg)).collect();
            let (lowering, scopes) = (self.lowering, &function.scopes);
            let mut inside = Typing { lowering, scopes, locals: Vec::new() };
            function.params.iter().zip(args).for_each(|(param, ty)| inside.bind_local(param, ty));
            return inside.of(&function.body);
        }
        let Some(owner) = function.path.segments.iter().rev().nth(1) else { return Ty::Unknown };
        let known = self.known();
        let alone = syn::Type::Path(syn::TypePath {
            attrs: vec![],
            qself: None,
            path: owner.clone().into(),
        });
        match of_type(&alone, known) {
            Ty::Array(elem, None) => {
                let elem = match (function.path.segments.last(), call.args.iter().nth(1)) {
                    (Some(last), Some(part)) if last.ident == "from_elem" => {
                        elem.join(self.of(part).elem())
                    }
                    _ => elem,
                };
                let rank = match call.args.first() {
                    Some(Expr::Tuple(shape)) => Some(shape.elems.len()),
                    Some(shape) if self.of(shape) == Ty::Integer => Some(1),
                    _ => None,
                };
                Ty::Array(elem, rank)
            }
            ty @ (Ty::Array(..) | Ty::Float(_)) => ty,
            _ if owner.ident == "Vec" => Ty::List(Box::new(Ty::Unknown)),
            _ => Ty::Unknown,
        }
    }

    fn of_method(&mut self, call: &syn::ExprMethodCall) -> Ty {
        let name = call.method.to_string();
        if matches!(name.as_str(), "len" | "nrows" | "ncols" | "ndim" | "len_of") {
            return Ty::Integer;
        }
        let receiver = self.of(&call.receiver);
        match (name.as_str(), &receiver) {
            ("dim", Ty::Array(_, Some(1))) => return Ty::Integer,
            ("shape", Ty::Array(..)) => return Ty::List(Box::new(Ty::Integer)),
            ("dim", Ty::Array(_, Some(rank))) => return Ty::Tuple(vec![Ty::Integer; *rank]),
            _ => {}
        }
        if matches!(name.as_str(), "clone" | "to_owned" | "to_vec") {
            return receiver;
        }
        if name == "mapv" && call.args.first().is_some_and(keeps_type) {
            return receiver;
        }
        let row = ops::by_call(&name, call.args.len() + 1).filter(|row| !row.is_internal());
        match (row, &receiver) {
            (Some(row), Ty::Float(_)) if row.is_elementwise() => receiver,
            (Some(row), Ty::Array(elem, _)) if row.gives() == Gives::Float => {
                match row.is_fallible() {
                    true => Ty::Option(Box::new(Ty::Float(*elem))),
                    false => Ty::Float(*elem),
                }
            }
            (_, Ty::Option(inner))
                if matches!(name.as_str(), "unwrap" | "expect" | "unwrap_or") =>
            {
                (**inner).clone()
            }
            (Some(row), Ty::Array(elem, Some(1)))
                if row.name == "Dot" && matches!(self.of(&call.args[0]), Ty::Array(_, Some(1))) =>
            {
                Ty::Float(*elem)
            }
            _ => Ty::Unknown,
        }
    }
}

/// Finds what a loop or a labelled block is left with.
struct Breaks<'t, 'l, 'a> {
    typing: &'t mut Typing<'l, 'a>,
    label: Option<String>,
    /// The loops around what is visited, as far as a `break` without a label is concerned.
    depth: usize,
    found: Vec<Ty>,
}

impl Breaks<'_, '_, '_> {
    fn inside_a_loop(&mut self, body: &Block) {
        self.depth += 1;
        self.visit_block(body);
        self.depth -= 1;
    }
}

impl<'ast> Visit<'ast> for Breaks<'_, '_, '_> {
    fn visit_block(&mut self, block: &'ast Block) {
        let outer = self.typing.locals.len();
        visit::visit_block(self, block);
        self.typing.locals.truncate(outer);
    }

    fn visit_local(&mut self, local: &'ast syn::Local) {
        visit::visit_local(self, local);
        self.typing.of_local(local);
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        let outer = self.typing.locals.len();
        self.typing.bind(&names_of(&arm.pat), &Ty::Unknown);
        visit::visit_arm(self, arm);
        self.typing.locals.truncate(outer);
    }

    fn visit_expr_let(&mut self, test: &'ast syn::ExprLet) {
        visit::visit_expr_let(self, test);
        self.typing.bind(&names_of(&test.pat), &Ty::Unknown);
    }

    fn visit_expr_for_loop(&mut self, turns: &'ast syn::ExprForLoop) {
        let outer = self.typing.locals.len();
        self.typing.bind(&names_of(&turns.pat), &Ty::Unknown);
        self.inside_a_loop(&turns.body);
        self.typing.locals.truncate(outer);
    }

    fn visit_expr_while(&mut self, turns: &'ast syn::ExprWhile) {
        self.visit_expr(&turns.cond);
        self.inside_a_loop(&turns.body);
    }

    fn visit_expr_loop(&mut self, turns: &'ast syn::ExprLoop) {
        self.inside_a_loop(&turns.body);
    }

    fn visit_expr_break(&mut self, jump: &'ast syn::ExprBreak) {
        let is_meant = match &jump.label {
            Some(label) => self.label.as_ref().is_some_and(|own| label.ident == own),
            None => self.depth == 0,
        };
        match &jump.expr {
            Some(value) if is_meant && !expr_diverges(value) => {
                let ty = self.typing.of(value);
                self.found.push(ty);
            }
            _ => visit::visit_expr_break(self, jump),
        }
    }

    fn visit_expr_closure(&mut self, _: &'ast syn::ExprClosure) {}

    fn visit_item(&mut self, _: &'ast syn::Item) {}
}

/// The names that the patterns of a condition bind.
fn names_within(cond: &Expr) -> Vec<String> {
    match cond {
        Expr::Let(test) => names_of(&test.pat),
        Expr::Paren(inner) => names_within(&inner.expr),
        Expr::Binary(both) => [&both.left, &both.right].map(|side| names_within(side)).concat(),
        _ => Vec::new(),
    }
}

/// A float, if all arms give one: of anything else an arm may say less than there is to know.
fn of_arms(arms: impl IntoIterator<Item = Ty>) -> Ty {
    let mut arms = arms.into_iter();
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
