//! Where an iterator over elements is: a number, or what the runtime makes of it for an array of any rank.

use proc_macro2::Span;
use quote::quote;

use super::Lowering;
use crate::graph::{Ty, Value};

impl Lowering<'_> {
    /// What tells where in `base` an iterator is; nothing if that is a number of its own.
    pub(super) fn positions_of(&mut self, base: Value, span: Span) -> Option<Value> {
        if matches!(self.graph.ty(base), Ty::List(_) | Ty::Array(_, Some(1))) {
            return None;
        }
        let positions = |names: &[proc_macro2::Ident]| {
            let base = &names[0];
            quote!(__positions(&#base))
        };
        let positions = self.constant_of(&[base], positions, Ty::Constant, span);
        self.graph.info_mut(positions).name = Some("positions".to_owned());
        Some(positions)
    }

    /// The index that an iterator is at.
    pub(super) fn index_at(&mut self, positions: Option<Value>, at: Value, span: Span) -> Value {
        let Some(positions) = positions else { return at };
        let index = |names: &[proc_macro2::Ident]| {
            let (positions, at) = (&names[0], &names[1]);
            quote!(__nth(&#positions, #at))
        };
        self.constant_of(&[positions, at], index, Ty::Constant, span)
    }
}
