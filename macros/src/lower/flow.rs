//! What can be told of a body before it is read: which names an active value may reach, which
//! variables a block writes, and which jumps lead out of a statement.

use std::collections::HashSet;

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{quote, ToTokens};
use syn::visit::{self, Visit};
use syn::{Block, Expr, Pat};

use super::jumps::Jumps;
use super::lent_parts::binds_by_mut;
use super::stmt::operator_of;
use crate::graph::{captured_by, key, key_at};
use crate::ops::{self, Kind};

/// Methods that change their receiver.
const CHANGING: &[&str] = &[
    "append",
    "assign",
    "clear",
    "clone_from",
    "clone_from_slice",
    "copy_from_slice",
    "extend",
    "extend_from_slice",
    "fill",
    "for_each",
    "insert",
    "invert_axis",
    "map_inplace",
    "mapv_inplace",
    "par_mapv_inplace",
    "permute_axes",
    "pop",
    "push",
    "remove",
    "resize",
    "retain",
    "reverse",
    "reverse_axes",
    "rotate_left",
    "rotate_right",
    "scaled_add",
    "sort_by",
    "sort_unstable_by",
    "swap",
    "swap_axes",
    "swap_remove",
    "truncate",
    "zip_mut_with",
];

/// True for a method that changes its receiver, as far as its name tells.
pub(super) fn changes_receiver(call: &syn::ExprMethodCall) -> bool {
    let method = call.method.to_string();
    // Of an `Option`: an iterator's `take` says how many, a text's `replace` what by what.
    let is_of_option = matches!((method.as_str(), call.args.len()), ("take", 0) | ("replace", 1));
    is_of_option || CHANGING.contains(&method.as_str()) || method.ends_with("_mut")
}

/// The variable that a place is a part of.
pub(super) fn root(place: &Expr) -> Option<&syn::Ident> {
    match place {
        Expr::Path(path) => path.path.get_ident(),
        Expr::Field(field) => root(&field.base),
        Expr::Index(index) => root(&index.expr),
        Expr::Paren(inner) => root(&inner.expr),
        Expr::Group(inner) => root(&inner.expr),
        Expr::Reference(inner) => root(&inner.expr),
        Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Deref(_)) => root(&unary.expr),
        Expr::MethodCall(call) => root(&call.receiver),
        _ => None,
    }
}

/// True for a name in a pattern that is a constant's or a variant's, by Rust's naming convention.
pub(super) fn is_constant_name(ident: &syn::PatIdent) -> bool {
    ident.ident.to_string().starts_with(char::is_uppercase)
        && ident.by_ref.is_none()
        && ident.mutability.is_none()
}

/// Every identifier in tokens that syn does not read, and those captured by format strings.
pub(super) fn each_name(tokens: TokenStream, found: &mut impl FnMut(&str, Span)) {
    // A name after one dot is a field or a method; after two, the end of a range.
    let mut dots = 0;
    for token in tokens {
        match &token {
            TokenTree::Ident(ident) if dots != 1 => found(&key(ident), ident.span()),
            TokenTree::Group(group) => each_name(group.stream(), found),
            TokenTree::Literal(literal) => {
                for name in captured_by(literal) {
                    found(&key_at(&name, literal.span()), literal.span());
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

/// Every plain name in an expression, also in the positions of a place.
pub(super) fn mentioned(expr: &Expr) -> HashSet<String> {
    let mut names = HashSet::new();
    each_name(expr.to_token_stream(), &mut |name, _| {
        names.insert(name.to_owned());
    });
    names
}

/// True for a call of `stop_gradient`.
pub(super) fn stops(call: &syn::ExprCall) -> bool {
    matches!(&*call.func, Expr::Path(path)
        if path.path.segments.last().is_some_and(|last| last.ident == "stop_gradient"))
}

/// True for a method that asks for a shape, through which nothing flows.
pub(super) fn is_query(call: &syn::ExprMethodCall) -> bool {
    ops::by_call(&call.method.to_string(), call.args.len() + 1)
        .is_some_and(|row| row.kind == Kind::Query)
}

/// The names that a pattern binds.
pub(super) fn names_of(pattern: &Pat) -> Vec<String> {
    #[derive(Default)]
    struct Names(Vec<String>);
    impl<'ast> Visit<'ast> for Names {
        fn visit_pat_ident(&mut self, ident: &'ast syn::PatIdent) {
            if !is_constant_name(ident) {
                self.0.push(key(&ident.ident));
            }
            visit::visit_pat_ident(self, ident);
        }

        // What a guard binds within itself.
        fn visit_expr(&mut self, _: &'ast Expr) {}
    }
    let mut names = Names::default();
    names.visit_pat(pattern);
    names.0
}

/// The names that an active value may reach at some time, from those of the active parameters. Scopes are
/// not told apart: a name too many costs nothing but a variable written another way.
pub(super) fn reached(body: &Block, active: impl Iterator<Item = String>) -> HashSet<String> {
    let mut beside_jumps = BesideJumps::default();
    beside_jumps.visit_block(body);
    let mut flow = Flow { names: active.collect(), beside_jumps: beside_jumps.written };
    loop {
        let before = flow.names.len();
        flow.visit_block(body);
        if flow.names.len() == before {
            return flow.names;
        }
    }
}

struct Flow {
    names: HashSet<String>,
    /// What is written in statements that may jump.
    beside_jumps: HashSet<String>,
}

/// Finds what is written in statements that may jump.
#[derive(Default)]
struct BesideJumps {
    written: HashSet<String>,
}

impl<'ast> Visit<'ast> for BesideJumps {
    fn visit_stmt(&mut self, stmt: &'ast syn::Stmt) {
        if Jumps::of_stmt(stmt).any() {
            let mut written = Written { counts_bound: true, ..Written::default() };
            written.visit_stmt(stmt);
            self.written.extend(written.names);
        }
        visit::visit_stmt(self, stmt);
    }
}

impl Flow {
    fn mentions(&self, expr: &Expr) -> bool {
        let mut finder = Finder { names: &self.names, found: false };
        finder.visit_expr(expr);
        finder.found
    }

    fn reach(&mut self, place: &Expr) {
        match place {
            Expr::Tuple(parts) => parts.elems.iter().for_each(|part| self.reach(part)),
            Expr::Array(parts) => parts.elems.iter().for_each(|part| self.reach(part)),
            _ => self.names.extend(root(place).map(key)),
        }
    }

    /// What reaches the value reaches the pattern's names; and what reaches a name reaches what the value
    /// lends mutably to it.
    fn bind(&mut self, pattern: &Pat, value: &Expr) {
        let names = names_of(pattern);
        if names.iter().any(|name| self.names.contains(name)) {
            self.names.extend(written(value));
            if binds_by_mut(pattern) {
                self.reach(value);
            }
        }
        if self.mentions(value) {
            self.names.extend(names);
        }
    }

    fn bind_all<'p>(&mut self, patterns: impl IntoIterator<Item = &'p Pat>) {
        self.names.extend(patterns.into_iter().flat_map(names_of));
    }
}

impl<'ast> Visit<'ast> for Flow {
    fn visit_local(&mut self, local: &'ast syn::Local) {
        visit::visit_local(self, local);
        let names = names_of(&local.pat);
        match &local.init {
            Some(init) => self.bind(&local.pat, &init.expr),
            // Where what gives it its value may jump, only versions tell rustc that it has one.
            None => {
                let written = names.iter().filter(|name| self.beside_jumps.contains(*name));
                self.names.extend(written.cloned());
            }
        }
        // What one pattern binds is variables of one kind.
        if names.iter().any(|name| self.names.contains(name)) {
            self.names.extend(names);
        }
    }

    fn visit_expr_assign(&mut self, assign: &'ast syn::ExprAssign) {
        visit::visit_expr_assign(self, assign);
        if self.mentions(&assign.right) {
            self.reach(&assign.left);
        }
    }

    fn visit_expr_binary(&mut self, binary: &'ast syn::ExprBinary) {
        visit::visit_expr_binary(self, binary);
        if operator_of(&binary.op).is_some() && self.mentions(&binary.right) {
            self.reach(&binary.left);
        }
    }

    // What a checkpointed loop writes begins each segment as it was: all of it is known in versions.
    fn visit_expr(&mut self, expr: &'ast Expr) {
        let attrs = match expr {
            Expr::ForLoop(turns) => turns.attrs.as_slice(),
            Expr::While(turns) => &turns.attrs,
            Expr::Loop(turns) => &turns.attrs,
            _ => &[],
        };
        if attrs.iter().any(|attr| attr.path().is_ident("checkpoint")) {
            let mut written = Written { counts_bound: true, ..Written::default() };
            written.visit_expr(expr);
            self.names.extend(written.names);
        }
        visit::visit_expr(self, expr);
    }

    fn visit_expr_for_loop(&mut self, turns: &'ast syn::ExprForLoop) {
        self.bind(&turns.pat, &turns.expr);
        // What is gone over may be lent mutably, by its name alone.
        let is_written = names_of(&turns.pat).iter().any(|name| self.names.contains(name));
        if is_written || self.mentions(&turns.expr) {
            self.reach(&turns.expr);
        }
        visit::visit_expr_for_loop(self, turns);
    }

    fn visit_expr_let(&mut self, condition: &'ast syn::ExprLet) {
        visit::visit_expr_let(self, condition);
        self.bind(&condition.pat, &condition.expr);
    }

    fn visit_expr_match(&mut self, matched: &'ast syn::ExprMatch) {
        matched.arms.iter().for_each(|arm| self.bind(&arm.pat, &matched.expr));
        visit::visit_expr_match(self, matched);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let is_reached =
            self.mentions(&call.receiver) || call.args.iter().any(|arg| self.mentions(arg));
        if is_reached {
            for arg in &call.args {
                if let Expr::Closure(closure) = arg {
                    self.bind_all(&closure.inputs);
                    // What is lent mutably to the closure, anywhere in the chain.
                    self.names.extend(written(&call.receiver));
                }
            }
            if changes_receiver(call) {
                self.reach(&call.receiver);
            }
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        // `mem::swap(&mut a, &mut b)`: what reaches one reaches the other.
        if call.args.iter().any(|arg| self.mentions(arg)) {
            for arg in &call.args {
                if matches!(arg, Expr::Reference(lent) if lent.mutability.is_some()) {
                    self.reach(arg);
                }
            }
        }
        visit::visit_expr_call(self, call);
    }

    // What a local closure or function is called with reaches its parameters.
    fn visit_expr_closure(&mut self, closure: &'ast syn::ExprClosure) {
        self.bind_all(&closure.inputs);
        visit::visit_expr_closure(self, closure);
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        elements_of(mac).iter().for_each(|element| self.visit_expr(element));
    }

    fn visit_item(&mut self, item: &'ast syn::Item) {
        if let syn::Item::Fn(function) = item {
            for input in &function.sig.inputs {
                if let syn::FnArg::Typed(typed) = input {
                    self.bind_all([&*typed.pat]);
                }
            }
            self.visit_block(&function.block);
        }
    }
}

/// The expressions of `vec![a, b]`, `array![a, b]` and their like, which may hold whole blocks.
pub(super) fn elements_of(mac: &syn::Macro) -> Vec<Expr> {
    let inside = &mac.tokens;
    match syn::parse2::<Expr>(quote!([#inside])) {
        Ok(Expr::Array(list)) => list.elems.into_iter().collect(),
        Ok(Expr::Repeat(repeat)) => vec![*repeat.expr, *repeat.len],
        _ => Vec::new(),
    }
}

struct Finder<'n> {
    names: &'n HashSet<String>,
    found: bool,
}

impl Finder<'_> {
    fn tokens(&mut self, tokens: TokenStream) {
        each_name(tokens, &mut |name, _| self.found |= self.names.contains(name));
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        match expr {
            Expr::Verbatim(tokens) => self.tokens(tokens.clone()),
            _ => visit::visit_expr(self, expr),
        }
    }

    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        self.found |= path.path.get_ident().is_some_and(|name| self.names.contains(&key(name)));
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if is_query(call) && root(&call.receiver).is_some() {
            call.args.iter().for_each(|arg| self.visit_expr(arg));
        } else {
            visit::visit_expr_method_call(self, call);
        }
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if !stops(call) {
            visit::visit_expr_call(self, call);
        }
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        self.tokens(mac.tokens.clone());
    }
}

/// The variables from outside that an expression writes, as far as syntax shows.
pub(super) fn written(expr: &Expr) -> HashSet<String> {
    let mut written = Written::default();
    written.visit_expr(expr);
    written.names
}

/// The same of a block, with the variables that are its own.
pub(super) fn written_in(block: &Block) -> HashSet<String> {
    let mut written = Written { counts_bound: true, ..Written::default() };
    written.visit_block(block);
    written.names
}

#[derive(Default)]
struct Written {
    names: HashSet<String>,
    /// The names that are bound within, where the walk is.
    bound: Vec<String>,
    /// True where those count as well.
    counts_bound: bool,
}

impl Written {
    /// Walks where these names are bound.
    fn inside<'p>(
        &mut self,
        patterns: impl IntoIterator<Item = &'p Pat>,
        walk: impl FnOnce(&mut Self),
    ) {
        let outer = self.bound.len();
        self.bound.extend(patterns.into_iter().flat_map(names_of));
        walk(self);
        self.bound.truncate(outer);
    }

    fn place(&mut self, place: &Expr) {
        match place {
            Expr::Tuple(parts) => parts.elems.iter().for_each(|part| self.place(part)),
            Expr::Array(parts) => parts.elems.iter().for_each(|part| self.place(part)),
            _ => {
                let is_outside = |name: &String| self.counts_bound || !self.bound.contains(name);
                let name = root(place).map(key).filter(is_outside);
                self.names.extend(name);
            }
        }
    }
}

impl<'ast> Visit<'ast> for Written {
    fn visit_block(&mut self, block: &'ast Block) {
        self.inside([], |this| visit::visit_block(this, block));
    }

    fn visit_local(&mut self, local: &'ast syn::Local) {
        visit::visit_local(self, local);
        if let (Some(init), true) = (&local.init, binds_by_mut(&local.pat)) {
            self.place(&init.expr);
        }
        self.bound.extend(names_of(&local.pat));
    }

    fn visit_expr_for_loop(&mut self, turns: &'ast syn::ExprForLoop) {
        self.visit_expr(&turns.expr);
        self.inside([&*turns.pat], |this| this.visit_block(&turns.body));
    }

    fn visit_expr_closure(&mut self, closure: &'ast syn::ExprClosure) {
        self.inside(&closure.inputs, |this| this.visit_expr(&closure.body));
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        self.inside([&arm.pat], |this| visit::visit_arm(this, arm));
    }

    fn visit_expr_assign(&mut self, assign: &'ast syn::ExprAssign) {
        self.place(&assign.left);
        visit::visit_expr_assign(self, assign);
    }

    fn visit_expr_binary(&mut self, binary: &'ast syn::ExprBinary) {
        if operator_of(&binary.op).is_some() {
            self.place(&binary.left);
        }
        visit::visit_expr_binary(self, binary);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if changes_receiver(call) {
            self.place(&call.receiver);
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_reference(&mut self, lent: &'ast syn::ExprReference) {
        if lent.mutability.is_some() {
            self.place(&lent.expr);
        }
        visit::visit_expr_reference(self, lent);
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        elements_of(mac).iter().for_each(|element| self.visit_expr(element));
    }

    fn visit_item(&mut self, _: &'ast syn::Item) {}
}
