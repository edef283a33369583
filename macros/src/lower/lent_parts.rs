//! Patterns over a place that is lent mutably: `let Point { x, y } = &mut p`, `let (ref mut a, b) = p`. Each name
//! that is lent stands for its part of the place.

use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Expr, Local, Pat};

use super::flow::names_of;
use super::Lowering;
use crate::graph::{key, Value};
use crate::language;

impl Lowering<'_> {
    /// A `let` that lends parts of a variable under names; true if it is one.
    pub(super) fn lends_parts(&mut self, local: &Local) -> bool {
        let Some(init) = local.init.as_ref().filter(|init| init.diverge.is_none()) else {
            return false;
        };
        let (place, lends) = match &*init.expr {
            Expr::Reference(lent) if lent.mutability.is_some() => (&*lent.expr, true),
            // A name for a place hands that place on.
            name if self.is_name_of_a_place(name) => (name, true),
            place if binds_by_mut(&local.pat) => (place, false),
            _ => return false,
        };
        if !is_place(place) || !self.is_versioned(place) {
            return false;
        }
        let place = self.pinned(place);
        self.lend_parts(&local.pat, place, lends);
        true
    }

    /// True for a name for a place by itself, which is a reference that can be handed on.
    pub(super) fn is_name_of_a_place(&self, expr: &Expr) -> bool {
        super::turns::plain(expr).is_some_and(|name| self.scopes.alias(&name).is_some())
    }

    /// A name for a place that is put where what is written through it cannot be seen, which is a mistake.
    pub(super) fn refuse_name_of_a_place(&mut self, expr: &Expr) -> Option<Value> {
        let is_name = self.is_name_of_a_place(expr);
        is_name.then(|| self.mistake(expr, language::NAME_MOVES))
    }

    /// Lets the names of a pattern stand for the parts of a place; those of a reference to it are lent, others where they
    /// say so.
    pub(super) fn lend_parts(&mut self, pattern: &Pat, place: Expr, lends: bool) {
        match pattern {
            Pat::Wild(_) | Pat::Rest(_) => {}
            Pat::Paren(inner) => self.lend_parts(&inner.pat, place, lends),
            Pat::Type(typed) => self.lend_parts(&typed.pat, place, lends),
            Pat::Reference(inner) if lends && inner.mutability.is_some() => {
                self.lend_parts(&inner.pat, place, false);
            }
            Pat::Ident(ident) if ident.subpat.is_none() => {
                let is_lent = match ident.by_ref {
                    Some(_) => ident.mutability.is_some(),
                    None => lends,
                };
                match is_lent {
                    true => self.scopes.bind_alias(&key(&ident.ident), place),
                    false => {
                        let value = self.part_at(&place);
                        self.bind_name(&key(&ident.ident), value);
                    }
                }
            }
            Pat::Tuple(tuple) if !has_rest(&tuple.elems) => {
                self.lend_members(tuple.elems.iter(), &place, lends);
            }
            Pat::TupleStruct(tuple) if !has_rest(&tuple.elems) => {
                self.lend_members(tuple.elems.iter(), &place, lends);
            }
            Pat::Struct(fields) => {
                for field in &fields.fields {
                    let member = &field.member;
                    self.lend_parts(&field.pat, syn::parse_quote!(#place.#member), lends);
                }
            }
            Pat::Slice(list) if !has_rest(&list.elems) => {
                for (position, part) in list.elems.iter().enumerate() {
                    let position = proc_macro2::Literal::usize_unsuffixed(position);
                    self.lend_parts(part, syn::parse_quote!(#place[#position]), lends);
                }
            }
            other => {
                let mistake = self.mistake(other, language::LENT_WITHOUT_NAME);
                names_of(other).iter().for_each(|name| self.scopes.bind(name, mistake));
            }
        }
    }

    fn lend_members<'p>(
        &mut self,
        parts: impl Iterator<Item = &'p Pat>,
        place: &Expr,
        lends: bool,
    ) {
        for (position, part) in parts.enumerate() {
            let member = syn::Index { index: position as u32, span: part.span() };
            self.lend_parts(part, syn::parse_quote!(#place.#member), lends);
        }
    }

    /// `ref mut` in what decides which arm runs lends a part of a variable that only rustc could follow.
    pub(super) fn refuse_parts_by_mut<'p>(
        &mut self,
        matched: &Expr,
        patterns: impl IntoIterator<Item = &'p Pat>,
    ) {
        if !is_place(matched) || !self.is_versioned(matched) {
            return;
        }
        for pattern in patterns.into_iter().filter(|pattern| binds_by_mut(pattern)) {
            self.mistake(pattern, language::BY_REF_MUT);
        }
    }
}

fn has_rest(parts: &syn::punctuated::Punctuated<Pat, syn::Token![,]>) -> bool {
    parts.iter().any(|part| match part {
        Pat::Rest(_) => true,
        Pat::Ident(ident) => ident.subpat.is_some(),
        _ => false,
    })
}

/// True for what stays where it is when a pattern takes it apart.
fn is_place(expr: &Expr) -> bool {
    match expr {
        Expr::Path(_) => true,
        Expr::Paren(inner) => is_place(&inner.expr),
        Expr::Field(field) => is_place(&field.base),
        Expr::Index(index) => is_place(&index.expr),
        Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Deref(_)) => is_place(&unary.expr),
        _ => false,
    }
}

/// True for a pattern with `ref mut` in it.
pub(super) fn binds_by_mut(pattern: &Pat) -> bool {
    struct Finder(bool);
    impl<'ast> Visit<'ast> for Finder {
        fn visit_pat_ident(&mut self, ident: &'ast syn::PatIdent) {
            self.0 |= ident.by_ref.is_some() && ident.mutability.is_some();
            visit::visit_pat_ident(self, ident);
        }

        // What a guard binds within itself.
        fn visit_expr(&mut self, _: &'ast Expr) {}
    }
    let mut finder = Finder(false);
    finder.visit_pat(pattern);
    finder.0
}
