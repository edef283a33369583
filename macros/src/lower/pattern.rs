//! Irrefutable patterns that take an active value apart.

use proc_macro2::Span;
use quote::quote;
use syn::spanned::Spanned;
use syn::{Pat, Type};

use super::expr::member;
use super::flow::names_of;
use super::scope::Binding;
use super::Lowering;
use crate::graph::{key, Passing, Ty, Value};
use crate::language;

/// The patterns between brackets.
pub(super) type Parts = syn::punctuated::Punctuated<Pat, syn::Token![,]>;

impl Lowering<'_> {
    /// The same of a value that the user takes apart where it lies, if it is lent: the names of its parts are references
    /// then.
    pub(super) fn bind_parts(&mut self, pattern: &Pat, value: Value, is_lent: bool) {
        let lends = self.lends || is_lent && is_taken_apart(pattern);
        let outer = std::mem::replace(&mut self.lends, lends);
        self.bind_pattern(pattern, value);
        self.lends = outer;
    }

    /// Binds the names in `pattern` to the parts of `value`.
    pub(super) fn bind_pattern(&mut self, pattern: &Pat, value: Value) {
        match pattern {
            // In what may fail to match, a capitalised name is a constant: `None`, `LIMIT`.
            Pat::Ident(_) if self.in_test && names_of(pattern).is_empty() => {}
            Pat::Ident(ident) => {
                self.bind_name(&key(&ident.ident), value);
                let shows = self.views.contains(&value) || self.graph.info(value).is_reference;
                if (self.lends || ident.by_ref.is_some()) && !shows {
                    let binding = Binding { is_lent: true, ..Binding::of(value) };
                    self.scopes.bind_as(&key(&ident.ident), binding);
                }
                if let Some((_, inner)) = &ident.subpat {
                    self.bind_pattern(inner, value);
                }
            }
            Pat::Wild(_) | Pat::Rest(_) => {}
            // What a pattern tests was tested before; only its names matter here.
            Pat::Lit(_) | Pat::Range(_) | Pat::Const(_) | Pat::Path(_) => {}
            Pat::Or(_) if names_of(pattern).is_empty() => {}
            Pat::Paren(inner) => self.bind_pattern(&inner.pat, value),
            Pat::Reference(inner) => {
                let outer = std::mem::replace(&mut self.lends, false);
                self.bind_pattern(&inner.pat, value);
                self.lends = outer;
            }
            Pat::Type(typed) => {
                let known = super::ty::Known { holds_floats: true, generics: None };
                let ty = super::ty::of_type(&typed.ty, known);
                if self.optional.contains(&value) {
                    self.declared.insert(value, typed.clone());
                }
                let value = self.ascribed(value, typed);
                self.learn_written(value, &ty);
                match typed_parts(pattern) {
                    Some(parts) => self.bind_members(&parts, value),
                    None => self.bind_pattern(&typed.pat, value),
                }
            }
            Pat::Tuple(tuple) => self.bind_members(&tuple.elems, value),
            Pat::TupleStruct(tuple)
                if tuple.path.segments.last().is_some_and(|last| last.ident == "Some") =>
            {
                if let Some(inner) = tuple.elems.first().filter(|_| !names_of(pattern).is_empty()) {
                    let held = self.held(value, pattern.span());
                    self.bind_pattern(inner, held);
                }
            }
            Pat::TupleStruct(tuple) => self.bind_members(&tuple.elems, value),
            Pat::Slice(list) => self.bind_elements(&list.elems, value),
            Pat::Struct(fields) => {
                for field in &fields.fields {
                    self.bind_part(&field.pat, value, &member(&field.member));
                }
            }
            other => {
                self.mistake(other, language::pattern_refusal(other));
            }
        }
    }

    /// `(a, .., z)`: positions after `..` are counted from the end, which the type must tell.
    fn bind_members(&mut self, parts: &Parts, value: Value) {
        let count = match self.graph.ty(value) {
            Ty::Tuple(members) => Some(members.len()),
            _ => None,
        };
        for (position, part) in self.positions(parts, count) {
            self.bind_part(part, value, &position.to_string());
        }
    }

    /// `[a, b, .., z]`: each name is an element, and `rest @ ..` what lies between; what comes after `..` is counted from
    /// the end.
    fn bind_elements(&mut self, parts: &Parts, value: Value) {
        let rest = parts.iter().position(is_rest);
        for (position, part) in parts.iter().enumerate() {
            let span = part.span();
            match (part, rest) {
                (Pat::Wild(_) | Pat::Rest(_), _) => {}
                (Pat::Ident(_), Some(rest)) if rest == position => {
                    let start = self.position(position, span);
                    let end = self.position_from_the_end(value, parts.len() - 1 - rest, span);
                    let range = self.range_from(start, end, span);
                    let between = self.subslice(value, range, span);
                    self.bind_names_of(part, between);
                }
                (part, Some(rest)) if rest < position => {
                    let at = self.position_from_the_end(value, parts.len() - position, span);
                    let element = self.element(value, at, span);
                    self.bind_pattern(part, element);
                }
                (part, _) => {
                    let element = match self.member_of_construct(value, &position.to_string()) {
                        Some(element) => element,
                        None => {
                            let at = self.position(position, span);
                            self.element(value, at, span)
                        }
                    };
                    self.bind_pattern(part, element);
                }
            }
        }
    }

    /// The name in `rest @ ..`.
    fn bind_names_of(&mut self, part: &Pat, value: Value) {
        for name in names_of(part) {
            self.bind_name(&name, value);
            let binding = Binding { is_lent: true, ..Binding::of(value) };
            self.scopes.bind_as(&name, binding);
        }
    }

    /// `list.len() - count`, or the number where the length is known.
    fn position_from_the_end(&mut self, list: Value, count: usize, span: Span) -> Value {
        if let Some(length) = self.length_of_construct(list) {
            return self.position(length.saturating_sub(count), span);
        }
        let count = proc_macro2::Literal::usize_unsuffixed(count);
        self.number(
            &[list],
            |names| {
                let list = &names[0];
                quote!(#list.len() - #count)
            },
            span,
        )
    }

    /// The position that each pattern stands for.
    fn positions<'p>(&mut self, parts: &'p Parts, count: Option<usize>) -> Vec<(usize, &'p Pat)> {
        let rest = parts.iter().position(|part| matches!(part, Pat::Rest(_)));
        let mut positions = Vec::new();
        for (position, part) in parts.iter().enumerate() {
            match (rest, count) {
                (Some(rest), _) if position == rest => {}
                (Some(rest), Some(count)) if position > rest => {
                    positions.push((count + position - parts.len(), part));
                }
                (Some(rest), None) if position > rest => {
                    self.mistake(part, language::REST);
                }
                _ => positions.push((position, part)),
            }
        }
        positions
    }

    fn bind_part(&mut self, part: &Pat, value: Value, member: &str) {
        if !matches!(part, Pat::Wild(_)) {
            let part_value = self.field(value, member, part.span());
            let passing = self.passing_of_member(value, member).unwrap_or(Passing::Value);
            self.bind_passed(part, part_value, passing);
        }
    }

    /// Lets `name` stand for `value`, which takes the name if it has none of its own.
    pub(super) fn bind_name(&mut self, name: &str, value: Value) {
        let info = self.graph.info_mut(value);
        if info.name.is_none() {
            info.name = Some(name.to_owned());
        }
        self.scopes.bind_as(name, Binding::of(value));
    }
}

/// The parts of a tuple's pattern, each with its part of the type that is written beside the whole: `a: A, b: B` for
/// `(a, b): (A, B)`.
pub(super) fn typed_parts(pattern: &Pat) -> Option<Parts> {
    match pattern {
        Pat::Tuple(tuple) => Some(tuple.elems.clone()),
        Pat::Paren(inner) => typed_parts(&inner.pat),
        Pat::Type(typed) => {
            let Type::Tuple(tys) = &*typed.ty else { return None };
            let parts = typed_parts(&typed.pat)?;
            let is_whole = !parts.iter().any(is_rest) && parts.len() == tys.elems.len();
            is_whole.then(|| {
                let pairs = parts.iter().zip(&tys.elems);
                pairs
                    .map(|(part, ty)| -> Pat {
                        Pat::Type(syn::PatType {
                            attrs: Vec::new(),
                            pat: Box::new(part.clone()),
                            colon_token: typed.colon_token,
                            ty: Box::new(ty.clone()),
                        })
                    })
                    .collect()
            })
        }
        _ => None,
    }
}

/// True for a pattern that takes parts of a value, also of one behind a reference.
fn is_taken_apart(pattern: &Pat) -> bool {
    match pattern {
        Pat::Paren(inner) => is_taken_apart(&inner.pat),
        Pat::Type(typed) => is_taken_apart(&typed.pat),
        Pat::Or(_) | Pat::Slice(_) | Pat::Struct(_) | Pat::Tuple(_) | Pat::TupleStruct(_) => true,
        _ => false,
    }
}

/// True for `..` and `rest @ ..`.
fn is_rest(part: &Pat) -> bool {
    match part {
        Pat::Rest(_) => true,
        Pat::Ident(ident) => {
            ident.subpat.as_ref().is_some_and(|(_, inner)| matches!(**inner, Pat::Rest(_)))
        }
        _ => false,
    }
}
