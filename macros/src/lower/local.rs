//! `let`: what is passed on whole, what is read, and what begins as a variable of versions.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Expr, Local, Pat, Stmt, Type};

use super::branch::alone;
use super::constant::only_reads;
use super::exits::Tail;
use super::expr::is_none;
use super::flow::names_of;
use super::lent_options::unwrapped_place;
use super::mentions::Mentions;
use super::pattern::typed_parts;
use super::rename::rename_lent;
use super::scope::Binding;
use super::{Language, Lowering};
use crate::graph::{key, Elem, Info, Node, Op, Origin, Passing, Tokens, Ty, Value, Verbatim};

impl Lowering<'_> {
    pub(super) fn local(&mut self, local: &Local) {
        let Some(init) = &local.init else {
            return self.late(local);
        };
        if let (Expr::Closure(closure), Some(name)) = (&*init.expr, alone(&local.pat)) {
            if self.is_constant(&init.expr) && binds_mutably(&local.pat) {
                self.constant_local(local);
            } else if self.is_constant(&init.expr) {
                // Nothing runs it where it is called with something active.
                let mentions = self.mentions(&*init.expr);
                let mentions = Mentions { pure: true, ..mentions };
                let tokens = init.expr.to_token_stream();
                let value = self.verbatim(tokens, mentions, Ty::Constant, init.expr.span());
                self.bind_name(&name, value);
            }
            return self.bind_closure(&name, closure);
        }
        if let (Expr::MethodCall(call), Some(name)) = (&*init.expr, alone(&local.pat)) {
            let lends =
                call.method.to_string().ends_with("_mut") || unwrapped_place(&init.expr).is_some();
            if lends && self.is_versioned(&init.expr) {
                let place = self.pinned(&init.expr);
                self.scopes.bind_alias(&name, place);
                return;
            }
        }
        if self.split_mutably(local) || self.lends_parts(local) {
            return;
        }
        if let (Expr::Reference(lent), Some(name)) = (&*init.expr, alone(&local.pat)) {
            if lent.mutability.is_some() && self.is_versioned(&lent.expr) {
                let place = self.pinned(&lent.expr);
                self.scopes.bind_alias(&name, place);
                return;
            }
        }
        if init.diverge.is_some() && !self.is_constant(&init.expr) {
            // Its last statement: what it binds is not used, and only its way out matters.
            self.with_rest(&Stmt::Local(local.clone()), &[], Tail::No);
            return;
        }
        if self.is_integer_of_something(local, init) {
            return self.constant_local(local);
        }
        let is_constant = self.is_constant(&init.expr) && !self.must_be_read(&init.expr);
        if let (Some(name), true) = (plain_name(&local.pat), is_constant) {
            let tuple = match self.reached.contains(&name) {
                true => self.constant_tuple(&init.expr),
                false => None,
            };
            if let Some(tuple) = tuple {
                let pattern = self.learn_ascribed(&local.pat, tuple);
                return self.bind_pattern(pattern, tuple);
            }
        }
        if is_constant && !self.are_versions(local, init) {
            return self.constant_local(local);
        }
        // A tuple against a tuple of patterns needs no tuple.
        if let (Some(patterns), Expr::Tuple(parts)) = (typed_parts(&local.pat), &*init.expr) {
            let has_rest = patterns.iter().any(|part| matches!(part, Pat::Rest(_)));
            if patterns.len() == parts.elems.len() && !has_rest {
                let pairs = || patterns.iter().zip(&parts.elems);
                if is_constant {
                    // One after the other, so that each is a variable of its own kind.
                    for (pattern, part) in pairs() {
                        let init = syn::LocalInit { expr: Box::new(part.clone()), ..init.clone() };
                        let (pat, init) = (pattern.clone(), Some(init));
                        self.local(&Local { pat, init, ..local.clone() });
                    }
                    return;
                }
                let values: Vec<(Value, Passing)> =
                    parts.elems.iter().map(|part| self.passed(part)).collect();
                for ((pattern, _), (value, passing)) in pairs().zip(values) {
                    self.bind_passed(pattern, value, passing);
                }
                return;
            }
        }
        let (value, passing) = self.passed(&init.expr);
        let value = self.as_declared(value, &local.pat);
        self.bind_passed(&local.pat, value, passing);
    }

    /// `let mut n = n;` for a constant argument `mut n`.
    pub(super) fn begin_as_argument(&mut self, name: &syn::Ident) {
        let local: Stmt = syn::parse_quote!(let mut #name = #name;);
        if let Stmt::Local(local) = &local {
            self.constant_local(local);
        }
    }

    /// True for a value behind a reference, where it is passed like this: of `p.clone()` and `*p` the parts are values.
    pub(super) fn is_lent_as(&self, value: Value, passing: Passing) -> bool {
        passing == Passing::Reference
            || passing != Passing::Owned && self.graph.info(value).is_reference
    }

    /// Binds a pattern to a value that could be passed to a function like this.
    pub(super) fn bind_passed(&mut self, pattern: &Pat, value: Value, passing: Passing) {
        self.bind_parts(pattern, value, self.is_lent_as(value, passing));
        // What is taken from something lent is lent, whatever it was made of.
        let Some(name) = alone(pattern).filter(|_| !self.lends) else { return };
        let is_lent = passing == Passing::Reference && !self.views.contains(&value);
        let is_owned = passing == Passing::Owned;
        if is_lent || is_owned {
            self.scopes.bind_as(&name, Binding { is_lent, is_owned, ..Binding::of(value) });
        }
    }

    /// `let heads: usize = net.heads;` of something active: the written type says that it holds no floats.
    fn is_integer_of_something(&self, local: &Local, init: &syn::LocalInit) -> bool {
        let Pat::Type(typed) = &local.pat else { return false };
        let known = super::ty::Known { holds_floats: true, generics: self.generics.as_ref() };
        init.diverge.is_none()
            && plain_name(&local.pat).is_some()
            && matches!(super::ty::of_type(&typed.ty, known), Ty::Integer | Ty::Bool)
            && !self.is_constant(&init.expr)
            && only_reads(&init.expr)
    }

    /// The type that a pattern gives a value, and through it its parts.
    pub(super) fn learn_written(&mut self, value: Value, written: &Ty) {
        // A name that looked like a struct's may have been that of an array type.
        let info = self.graph.info_mut(value);
        if *written != Ty::Unknown && matches!(info.ty, Ty::Unknown | Ty::Struct(_)) {
            info.ty = written.clone();
        }
        // A list that something made its items of tells less than what is written.
        if let (Ty::List(_), Ty::List(_)) = (written, &info.ty) {
            info.ty = info.ty.joined(written);
        }
        if let (Ty::Tuple(written), Some(made)) = (written, self.constructs.get(&value)) {
            let parts = made.parts.clone();
            parts.iter().zip(written).for_each(|(part, ty)| self.learn_written(*part, ty));
        }
        self.learn_declared(value, written);
    }

    /// The pattern without the type that is written beside it, which the value has from now on.
    pub(super) fn learn_ascribed<'p>(&mut self, pattern: &'p Pat, value: Value) -> &'p Pat {
        let Pat::Type(typed) = pattern else { return pattern };
        self.learn_from(&typed.ty, value);
        &typed.pat
    }

    /// A value has the type that is written for it.
    pub(super) fn learn_from(&mut self, written: &Type, value: Value) {
        let known = super::ty::Known { holds_floats: true, generics: self.generics.as_ref() };
        self.learn_written(value, &super::ty::of_type(written, known));
    }

    /// Constants that a `let` gives a type, also in the parts of a tuple or a list, have it.
    pub(super) fn learn_declared(&mut self, value: Value, declared: &Ty) {
        let parts = self.constructs.get(&value).map(|made| made.parts.clone()).unwrap_or_default();
        match declared {
            Ty::Float(_)
                if matches!(
                    self.graph.ty(value),
                    Ty::Float(Elem::Literal | Elem::Unknown) | Ty::Unknown | Ty::Numeric(_)
                ) && !self.graph.info(value).is_reference =>
            {
                self.graph.info_mut(value).ty = declared.clone();
            }
            Ty::Option(inner)
                if matches!(**inner, Ty::Float(_))
                    && !self.graph.info(value).is_reference
                    && matches!(self.graph.ty(value), Ty::Option(held)
                        if matches!(**held, Ty::Float(_) | Ty::Unknown | Ty::Numeric(_))) =>
            {
                self.graph.info_mut(value).ty = declared.clone();
            }
            Ty::Array(Elem::F32 | Elem::F64, _)
                if !self.is_active(value) && !self.graph.info(value).is_reference =>
            {
                let ty = declared.joined(self.graph.ty(value));
                self.graph.info_mut(value).ty = ty;
            }
            Ty::Tuple(declared) if declared.len() == parts.len() => {
                parts.iter().zip(declared).for_each(|(part, ty)| self.learn_declared(*part, ty));
            }
            // The value of a branch, whose arms make the parts.
            Ty::Tuple(_) if matches!(self.graph.ty(value), Ty::Tuple(_)) => {
                let ty = self.graph.ty(value).joined(declared);
                self.graph.info_mut(value).ty = ty;
            }
            Ty::List(_)
                if parts.is_empty()
                    && !self.is_active(value)
                    && !self.graph.info(value).is_reference
                    && matches!(self.graph.ty(value), Ty::List(_)) =>
            {
                let ty = declared.joined(self.graph.ty(value));
                self.graph.info_mut(value).ty = ty;
            }
            Ty::List(declared) => {
                parts.iter().for_each(|part| self.learn_declared(*part, declared));
            }
            _ => {}
        }
    }

    /// A constant that was computed among active code, with the type that is written where it gets its name: rustc may
    /// find it nowhere else. A float whose type is seen has it from what it stands beside.
    pub(super) fn ascribed(&mut self, value: Value, typed: &syn::PatType) -> Value {
        let known = super::ty::Known { holds_floats: true, generics: self.generics.as_ref() };
        let ty = super::ty::of_type(&typed.ty, known);
        let (name, pattern) = match (alone(&typed.pat), &ty) {
            (Some(name), _) => (name, typed.to_token_stream()),
            (None, Ty::Tuple(_)) => {
                let ty = &typed.ty;
                ("__parts".to_owned(), quote::quote!(__parts: #ty))
            }
            (None, _) => return value,
        };
        let is_given = self.nodes.iter().all(|node| !node.outs.contains(&value));
        let is_shown = matches!(&*typed.ty, Type::Reference(_) | Type::Infer(_));
        if self.is_active(value)
            || is_given
            || is_shown
            || self.graph.info(value).is_reference
            || self.optional.contains(&value)
            || matches!(ty, Ty::Tuple(_)) && self.constructs.contains_key(&value)
            || !self.is_made_of_literals(value)
                && (matches!(ty, Ty::Float(_)) && *self.graph.ty(value) != Ty::Float(Elem::Unknown)
                    || matches!(ty, Ty::Array(..)))
        {
            return value;
        }
        let is_copied = matches!(ty, Ty::Integer | Ty::Bool);
        let names = [("__value".to_owned(), value)].into_iter().collect();
        let mentions = Mentions { pure: is_copied, ..Mentions::of(names) };
        let out = self.verbatim(quote::quote!(__value), mentions, ty, typed.span());
        self.graph.info_mut(out).name = Some(name);
        if let Some(Op::Verbatim(verbatim)) = self.nodes.last_mut().map(|node| &mut node.op) {
            verbatim.pattern = Some(Tokens(pattern));
        }
        out
    }

    /// True for what a branch, a loop or an operation makes of literals alone: rustc finds its type nowhere else.
    fn is_made_of_literals(&self, value: Value) -> bool {
        let made_by = self.nodes.iter().find(|node| node.outs.contains(&value));
        let is_read = made_by.is_some_and(|node| {
            !matches!(node.op, Op::Literal(_) | Op::Verbatim(_) | Op::Construct(_))
        });
        let is_of_literals = |value: &Value| self.graph.ty(*value).elem() == Elem::Literal;
        is_read
            && (is_of_literals(&value)
                || made_by.is_some_and(|node| node.args.first().is_some_and(is_of_literals)))
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
                    self.declared.insert(value, typed.clone());
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
        let (names, is_mutable) = (names_of(&local.pat), binds_mutably(&local.pat));
        let is_reached = names.iter().any(|name| self.reached.contains(name));
        let is_plain = init.diverge.is_none() && (!is_mutable || is_reached);
        if let (Some(name), true) = (plain_name(&local.pat), is_plain) {
            // A variable that an active value reaches changes by writes, each a new version.
            let ascribed = matches!(local.pat, Pat::Type(_));
            let is_lent = matches!(&*init.expr, Expr::Reference(_));
            let is_alias = self.is_alias(&init.expr) && !is_mutable;
            let is_literal = matches!(&*init.expr, Expr::Lit(_) | Expr::Unary(_));
            let value = if ascribed && !(is_mutable && is_literal) || is_lent || is_alias {
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
        self.look_at_places(&mut mentions, init.expr.span());
        let tokens = rename_lent(init.expr.to_token_stream(), &mentions);
        let (mentioned, args) = mentions.names.into_iter().unzip();
        let mut verbatim = Verbatim::new(tokens, mentioned, false);
        verbatim.pattern = Some(Tokens(local.pat.to_token_stream()));
        if let Some((_, diverge)) = &init.diverge {
            verbatim.tokens.0.extend(quote::quote!(else #diverge));
        }
        let tys = match (&local.pat, self.constant_type(&init.expr)) {
            (Pat::Tuple(pattern), Ty::Tuple(parts))
                if names.len() == parts.len() && pattern.elems.iter().all(is_name) =>
            {
                parts
            }
            (pattern, ty) if plain_name(pattern).is_some() => vec![ty],
            _ => vec![Ty::Unknown; names.len()],
        };
        let outs: Vec<Value> = names
            .iter()
            .zip(tys)
            .map(|(name, ty)| {
                self.graph.value(Info { name: Some(name.clone()), ty, ..Info::default() })
            })
            .collect();
        for (name, value) in names.iter().zip(&outs) {
            self.scopes.bind_as(name, Binding { is_mutable, ..Binding::of(*value) });
        }
        self.nodes.push(Node {
            outs,
            op: Op::Verbatim(verbatim),
            args,
            blocks: vec![],
            origin: Origin::from(local.span()),
        });
    }

    /// True for constants, taken apart by a pattern, in which a variable begins that an active value is written
    /// to. Of a tuple no part mentions the name of another, so that they can be bound one after the other.
    fn are_versions(&self, local: &Local, init: &syn::LocalInit) -> bool {
        let names = names_of(&local.pat);
        let mentioned = self.mentions(&*init.expr).names;
        let is_apart = plain_name(&local.pat).is_none() && init.diverge.is_none();
        let is_tuple = matches!((&local.pat, &*init.expr), (Pat::Tuple(_), Expr::Tuple(_)));
        is_apart
            && binds_mutably(&local.pat)
            && names.iter().any(|name| self.reached.contains(name))
            && !(is_tuple && names.iter().any(|name| mentioned.contains_key(name)))
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
        if is_none(init) {
            self.nones.insert(value);
        }
        if let (Pat::Type(_), Some(Op::Verbatim(verbatim))) =
            (&local.pat, self.nodes.last_mut().map(|node| &mut node.op))
        {
            verbatim.pattern = Some(Tokens(local.pat.to_token_stream()));
        }
        value
    }
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

/// True for a pattern that is no more than a name.
fn is_name(pattern: &Pat) -> bool {
    matches!(pattern, Pat::Ident(_)) && plain_name(pattern).is_some()
}

/// True for a pattern that binds a variable which may change.
fn binds_mutably(pattern: &Pat) -> bool {
    struct Finder(bool);
    impl<'ast> Visit<'ast> for Finder {
        fn visit_pat_ident(&mut self, ident: &'ast syn::PatIdent) {
            self.0 |= ident.mutability.is_some();
            syn::visit::visit_pat_ident(self, ident);
        }
    }
    let mut finder = Finder(false);
    finder.visit_pat(pattern);
    finder.0
}
