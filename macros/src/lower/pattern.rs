//! Irrefutable patterns that take an active value apart.

use syn::Pat;
use syn::spanned::Spanned;

use super::Lowering;
use super::expr::member;
use super::scope::Binding;
use crate::graph::{Value, key};

impl Lowering<'_> {
    /// Binds the names in `pattern` to the parts of `value`.
    pub(super) fn bind_pattern(&mut self, pattern: &Pat, value: Value) {
        match pattern {
            Pat::Ident(ident) if ident.subpat.is_none() => {
                self.bind_name(&key(&ident.ident), value);
            }
            Pat::Wild(_) => {}
            Pat::Paren(inner) => self.bind_pattern(&inner.pat, value),
            Pat::Reference(inner) => self.bind_pattern(&inner.pat, value),
            Pat::Type(typed) => {
                let known = super::ty::Known { holds_floats: true, generics: None };
                let ty = super::ty::of_type(&typed.ty, known);
                let info = self.graph.info_mut(value);
                if !matches!(ty, crate::graph::Ty::Unknown) && info.ty == crate::graph::Ty::Unknown {
                    info.ty = ty;
                }
                self.bind_pattern(&typed.pat, value);
            }
            Pat::Tuple(tuple) if !has_rest(&tuple.elems) => {
                for (position, part) in tuple.elems.iter().enumerate() {
                    self.bind_part(part, value, &position.to_string());
                }
            }
            Pat::TupleStruct(tuple) if !has_rest(&tuple.elems) => {
                for (position, part) in tuple.elems.iter().enumerate() {
                    self.bind_part(part, value, &position.to_string());
                }
            }
            Pat::Struct(fields) => {
                for field in &fields.fields {
                    self.bind_part(&field.pat, value, &member(&field.member));
                }
            }
            other => {
                self.mistake(
                    other.span(),
                    "this pattern on an active value is not supported yet: bind the value to a name and \
                     use its fields",
                );
            }
        }
    }

    fn bind_part(&mut self, part: &Pat, value: Value, member: &str) {
        if !matches!(part, Pat::Wild(_)) {
            let part_value = self.field(value, member, part.span());
            self.bind_pattern(part, part_value);
        }
    }

    /// Lets `name` stand for `value`, which takes the name if it has none of its own.
    pub(super) fn bind_name(&mut self, name: &str, value: Value) {
        let info = self.graph.info_mut(value);
        if info.name.is_none() {
            info.name = Some(name.to_owned());
        }
        self.scopes.bind_as(name, Binding { value, is_mutable: false });
    }
}

fn has_rest(parts: &syn::punctuated::Punctuated<Pat, syn::Token![,]>) -> bool {
    parts.iter().any(|part| matches!(part, Pat::Rest(_)))
}
