//! What an expression mentions of the names in scope, and whether something active flows into it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use proc_macro2::{Span, TokenStream};
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::Expr;

use super::constant::starts_upper;
use super::flow::{changes_receiver, each_name, is_query, stops};
use super::function::LocalFunction;
use super::stmt::operator_of;
use super::Lowering;
use crate::graph::{key, Ty, Value};
use crate::ops;

impl Lowering<'_> {
    /// What an expression or statement mentions of the names in scope.
    pub(super) fn mentions(&self, tokens: &impl Mentioning) -> Mentions {
        let Finder { mut found, changing, .. } = self.find(tokens);
        found.is_steady = found.pure;
        found.pure &= changing.is_empty();
        found
    }

    fn find(&self, tokens: &impl Mentioning) -> Finder<'_, '_> {
        let found = Mentions::of(BTreeMap::new());
        let mut finder = Finder { lowering: self, found, changing: BTreeSet::new() };
        tokens.accept(&mut finder);
        finder
    }

    /// What an expression mentions, its counters as they are now: what is shown at the counter of a `while`
    /// loop, `x[t].view()`, cannot be kept, so it is shown again.
    pub(super) fn mentions_now(&mut self, expr: &Expr) -> Mentions {
        let Finder { mut found, changing, .. } = self.find(expr);
        found.is_steady = found.pure;
        let is_counter = |name: &String| *self.graph.ty(found.names[name]) == Ty::Integer;
        if !found.pure || !changing.iter().all(is_counter) {
            found.pure &= changing.is_empty();
            return found;
        }
        for name in changing {
            self.take_now(&mut found, name, quote::quote!(__now), Ty::Integer, expr.span());
        }
        found
    }

    /// The same of what is looked at later: what may change by then is copied now.
    pub(super) fn mentions_then(&mut self, expr: &Expr) -> Mentions {
        let Finder { mut found, changing, .. } = self.find(expr);
        found.is_steady = found.pure;
        if !found.pure {
            return found;
        }
        for name in changing {
            let copy = quote::quote!(::std::borrow::ToOwned::to_owned(&__now));
            self.take_now(&mut found, name, copy, Ty::Unknown, expr.span());
        }
        found
    }

    /// Lets names for places that are mentioned mean what stands there now, and what is in an `Option` for our own
    /// reasons what is in it.
    pub(super) fn look_at_places(&mut self, found: &mut Mentions, span: Span) {
        for name in std::mem::take(&mut found.aliases) {
            let Some(place) = self.scopes.alias(&name) else { continue };
            let shown = self.part_at(&place);
            let ident = quote::format_ident!("{}", crate::graph::text_of(&name));
            found.lent.insert(name.clone(), quote::quote!((&#ident)));
            found.names.insert(name, shown);
        }
        for value in found.names.values_mut() {
            *value = self.out_of_option(*value, span);
        }
    }

    /// Lets a name that is mentioned mean what `tokens` make of it, `__now`, where they stand.
    fn take_now(
        &mut self,
        found: &mut Mentions,
        name: String,
        tokens: TokenStream,
        ty: Ty,
        span: Span,
    ) {
        let names = [("__now".to_owned(), found.names[&name])].into_iter().collect();
        let once = Mentions { names, is_steady: true, ..Mentions::default() };
        let now = self.verbatim(tokens, once, ty, span);
        self.graph.info_mut(now).name = Some(name.clone());
        found.names.insert(name, now);
    }
}

/// What tokens mention of the names in scope.
#[derive(Clone, Default)]
pub(super) struct Mentions {
    /// Every local that is mentioned, by the name used.
    pub(super) names: BTreeMap<String, Value>,
    /// Those that are references in the user's code alone, as what they are in ours.
    pub(super) lent: HashMap<String, TokenStream>,
    /// Those that are references in the user's code, and numbers in ours.
    pub(super) numbers: BTreeSet<String>,
    /// Names for places, which are no values.
    pub(super) aliases: BTreeSet<String>,
    /// Where an active value flows in.
    pub(super) active: Option<proc_macro2::Span>,
    /// True if all of it is in the language, so that it may be evaluated again.
    pub(super) pure: bool,
    /// True if all of it is in the language, though it may mention what changes with time.
    pub(super) is_steady: bool,
}

impl Mentions {
    /// Those of tokens of ours, which may be evaluated again.
    pub(super) fn of(names: BTreeMap<String, Value>) -> Mentions {
        Mentions { names, pure: true, ..Mentions::default() }
    }
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
            self.found.aliases.insert(name.to_owned());
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
        // The same identifier again: where a macro wrote it, its span tells it from another of its letters.
        let mut ident = quote::format_ident!("{}", crate::graph::text_of(name));
        ident.set_span(span);
        if binding.is_lent {
            self.found.lent.insert(name.to_owned(), quote::quote!((&#ident)));
        }
        if binding.is_owned && self.lowering.graph.info(binding.value).is_reference {
            self.found.lent.insert(name.to_owned(), quote::quote!((*#ident)));
        }
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

    fn tokens(&mut self, tokens: TokenStream) {
        let derefs = tokens.to_string().contains('*');
        each_name(tokens, &mut |name, span| {
            self.name(name, span, true);
            if derefs {
                self.number(name);
            }
        });
    }

    /// A float that stands for itself in our code, wherever the user's has a reference to it.
    fn number(&mut self, name: &str) {
        let Some(value) = self.found.names.get(name) else { return };
        let graph = &self.lowering.graph;
        if graph.ty(*value).is_float() && !graph.info(*value).is_reference {
            self.found.numbers.insert(name.to_owned());
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
    fn visit_expr(&mut self, expr: &'ast Expr) {
        match expr {
            // Syntax that syn does not know.
            Expr::Verbatim(tokens) => {
                self.found.pure = false;
                self.tokens(tokens.clone());
            }
            _ => syn::visit::visit_expr(self, expr),
        }
    }

    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        if let Some(name) = path.path.get_ident() {
            self.name(&key(name), name.span(), true);
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if is_query(call) && self.place(&call.receiver) {
            call.args.iter().for_each(|arg| self.visit_expr(arg));
            return;
        }
        if changes_receiver(call) {
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

    fn visit_expr_unary(&mut self, unary: &'ast syn::ExprUnary) {
        syn::visit::visit_expr_unary(self, unary);
        if let (syn::UnOp::Deref(_), Expr::Path(path)) = (&unary.op, &*unary.expr) {
            if let Some(name) = path.path.get_ident() {
                self.number(&key(name));
            }
        }
    }

    // What writes a constant of its own kind, such as a counter, does so once.
    fn visit_expr_assign(&mut self, assign: &'ast syn::ExprAssign) {
        self.found.pure = false;
        syn::visit::visit_expr_assign(self, assign);
    }

    fn visit_expr_binary(&mut self, binary: &'ast syn::ExprBinary) {
        self.found.pure &= operator_of(&binary.op).is_none();
        syn::visit::visit_expr_binary(self, binary);
    }

    fn visit_expr_reference(&mut self, lent: &'ast syn::ExprReference) {
        if lent.mutability.is_some() {
            self.found.pure = false;
            self.lent_mutably(&lent.expr, lent.and_token.span);
        }
        syn::visit::visit_expr_reference(self, lent);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        self.found.pure &= makes_a_value(call);
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
        if !is_slice {
            self.found.pure = false;
        }
        self.tokens(mac.tokens.clone());
    }

    fn visit_expr_closure(&mut self, closure: &'ast syn::ExprClosure) {
        self.found.pure = false;
        // An active value may be written in it, though it stands in no variable now.
        if !self.lowering.carried(&closure.body).is_empty() {
            self.found.active.get_or_insert(closure.body.span());
        }
        syn::visit::visit_expr_closure(self, closure);
    }

    fn visit_item(&mut self, _: &'ast syn::Item) {}
}

/// True for a capitalised name, as in `Axis(0)`; any other function may do anything.
pub(super) fn makes_a_value(call: &syn::ExprCall) -> bool {
    matches!(&*call.func, Expr::Path(path)
        if path.path.segments.last().is_some_and(|last| starts_upper(&last.ident.to_string())))
}

/// True for `stop_gradient(e)` where `e` is a value of its own: no variable, which the rest of the function may
/// still need, and nothing borrowed.
fn is_stopped(call: &syn::ExprCall) -> bool {
    stops(call) && !matches!(call.args.first(), Some(Expr::Path(_) | Expr::Reference(_)))
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
