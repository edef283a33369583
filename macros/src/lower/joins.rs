//! Arrays put together along an axis: `concatenate` and `stack`.

use quote::{format_ident, quote};
use syn::spanned::Spanned;
use syn::{Expr, ExprCall};

use super::exits::Tail;
use super::mentions::Mentions;
use super::Lowering;
use crate::graph::{Elem, Op, Ty, Value};

impl Lowering<'_> {
    /// `concatenate(axis, &parts)` or `stack(..)`, behind `unwrap`.
    pub(super) fn joined_by_call(&mut self, call: &ExprCall) -> Option<Value> {
        let Expr::Path(function) = &*call.func else { return None };
        let name = function.path.segments.last()?.ident.to_string();
        if name == "from_shape_vec" && call.args.len() == 2 {
            return self.array_of_shape(call, &function.path);
        }
        if !matches!(name.as_str(), "concatenate" | "stack") || call.args.len() != 2 {
            return None;
        }
        let is_stack = name == "stack";
        let (axis, list) = (&call.args[0], &call.args[1]);
        Some(match super::arrays::elements(list) {
            Some(parts) => self.join(is_stack, axis, parts.iter(), call.span()),
            None => self.join_list(is_stack, axis, list, call.span()),
        })
    }

    /// Arrays put together along an axis.
    pub(super) fn join<'e>(
        &mut self,
        stack: bool,
        axis: &Expr,
        parts: impl Iterator<Item = &'e Expr>,
        span: proc_macro2::Span,
    ) -> Value {
        let axis = self.constant(axis);
        let parts: Vec<Value> = parts.map(|part| self.expr(part)).collect();
        let mut rank = None;
        let mut elem = Elem::Unknown;
        for part in &parts {
            elem = elem.join(self.graph.ty(*part).elem());
            if let Ty::Array(_, Some(known)) = self.graph.ty(*part) {
                rank = Some(known + usize::from(stack));
            }
        }
        for part in &parts {
            if *self.graph.ty(*part) == Ty::Unknown {
                self.graph.info_mut(*part).ty = Ty::Numeric(elem);
            }
        }
        let args = std::iter::once(axis).chain(parts).collect();
        self.node(Op::Join { stack }, args, Ty::Array(elem, rank), span)
    }

    /// A list that was made elsewhere: its parts are written into the whole, one after another.
    fn join_list(
        &mut self,
        is_stack: bool,
        axis: &Expr,
        list: &Expr,
        span: proc_macro2::Span,
    ) -> Value {
        let (axis, list) = (self.constant(axis), self.expr(list));
        let room =
            format_ident!("{}", if is_stack { "__room_to_stack" } else { "__room_to_concatenate" });
        let names = [("__axis".to_owned(), axis), ("__parts".to_owned(), list)];
        let mentions = Mentions { pure: false, ..Mentions::of(names.into_iter().collect()) };
        let room = quote!(#room(__axis, &__parts[..]));
        let part = match self.graph.ty(list) {
            Ty::List(part) => (**part).clone(),
            _ => Ty::Unknown,
        };
        let rank = match part {
            Ty::Array(_, rank) => rank.map(|rank| rank + usize::from(is_stack)),
            _ => None,
        };
        let whole = self.verbatim(room, mentions, Ty::Array(part.elem(), rank), span);
        self.scopes.enter();
        self.reached.insert("__whole".to_owned());
        for (name, value) in [("__axis", axis), ("__parts", list), ("__whole", whole)] {
            self.scopes.bind(name, value);
        }
        let written: syn::Block = match is_stack {
            true => syn::parse_quote!({
                for (__at, __part) in __parts.iter().enumerate() {
                    __whole.index_axis_mut(__axis, __at).assign(__part);
                }
                __whole
            }),
            false => syn::parse_quote!({
                let mut __from = 0;
                for __part in __parts.iter() {
                    let __to = __from + __part.len_of(__axis);
                    let __lines = __chainrule::ndarray::Slice::from(__from..__to);
                    __whole.slice_axis_mut(__axis, __lines).assign(__part);
                    __from = __to;
                }
                __whole
            }),
        };
        let joined = self.block_with(&written, Tail::No);
        self.scopes.leave();
        joined.unwrap_or_else(|| self.undefined(span))
    }
}
