//! Arrays that a function of ndarray makes of active floats: `Array1::from_vec(vec![a, b])`.

use proc_macro2::Ident;
use quote::format_ident;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{parse_quote, Expr, ExprCall, Path, Token, Type, TypePath};

use super::Lowering;
use crate::graph::{Ty, Value};
use crate::language;
use crate::ops;

impl Lowering<'_> {
    /// What the call makes, if its path names a function of ndarray that makes arrays of elements.
    pub(super) fn made_array(&mut self, call: &ExprCall, path: &Path) -> Option<Value> {
        let name = path.segments.last()?.ident.to_string();
        let owner = owner(path);
        let of_array = matches!(owner, Ty::Array(..));
        let args: Vec<&Expr> = call.args.iter().collect();
        match (name.as_str(), args.as_slice()) {
            ("from_elem", [shape, elem]) if of_array => {
                Some(self.array_of_one(owner, shape, elem, call))
            }
            ("from_shape_fn", [shape, function]) if of_array => {
                Some(self.array_of_positions(path, shape, function))
            }
            ("from_iter", [items]) if of_array => Some(self.expr(
                &parse_quote!((#items).into_iter().collect::<__chainrule::ndarray::Array1<_>>()),
            )),
            ("from_vec" | "from", [list]) if of_array => Some(self.array_of_list(list, true)),
            ("arr1" | "arr2" | "arr3", [list]) => Some(self.array_of_list(list, true)),
            ("aview1", [list]) => Some(self.array_of_list(list, false)),
            ("from_shape_vec", [_, _]) if of_array => {
                Some(self.mistake(call.func.span(), language::FALLIBLE.of(name)))
            }
            _ => None,
        }
    }

    /// `Array2::from_elem(shape, x)`.
    fn array_of_one(&mut self, owner: Ty, shape: &Expr, elem: &Expr, call: &ExprCall) -> Value {
        let shape = self.constant_as_written(shape);
        let value = self.expr(elem);
        let elem = self.graph.ty(value).elem();
        self.graph.info_mut(value).ty = Ty::Float(elem);
        let out = self.row(ops::row("FromElem"), vec![value, shape], call.func.span());
        // `Array2` says how many axes there are.
        if let Ty::Array(_, rank @ Some(_)) = owner {
            self.graph.info_mut(out).ty = Ty::Array(elem, rank);
        }
        out
    }

    /// `Array2::from_shape_fn((n, m), |(i, j)| ..)`: a list of what it gives at one position after another.
    fn array_of_positions(&mut self, path: &Path, shape: &Expr, function: &Expr) -> Value {
        let closure = match self.closure(function, 1, "from_shape_fn") {
            Ok(closure) => closure,
            Err(mistake) => return mistake,
        };
        let lengths: Vec<Expr> = match shape {
            Expr::Tuple(lengths) => lengths.elems.iter().cloned().collect(),
            Expr::Array(lengths) => lengths.elems.iter().cloned().collect(),
            length if self.constant_type(length) == Ty::Integer => vec![length.clone()],
            _ => match owner(path) {
                Ty::Array(_, Some(1)) => vec![shape.clone()],
                _ => return self.mistake(shape, language::SHAPE_OF_POSITIONS),
            },
        };
        self.scopes.enter();
        let lens: Vec<Ident> =
            (0..lengths.len()).map(|axis| format_ident!("__len{axis}")).collect();
        for (name, length) in lens.iter().zip(&lengths) {
            let length = self.constant_position(length);
            self.scopes.bind(&name.to_string(), length);
        }
        let product = |lens: &[Ident]| -> Option<Expr> {
            let lens = lens.iter().map(|len| -> Expr { parse_quote!(#len) });
            lens.reduce(|all, len| parse_quote!(#all * #len))
        };
        let positions = lens.iter().enumerate().map(|(axis, len)| -> Expr {
            let inner = product(&lens[axis + 1..]).map(|inner| match inner {
                Expr::Binary(_) => parse_quote!((#inner)),
                inner => inner,
            });
            match inner {
                None => parse_quote!(__at % #len),
                Some(inner) if axis == 0 => parse_quote!(__at / #inner),
                Some(inner) => parse_quote!(__at / #inner % #len),
            }
        });
        let positions: Vec<Expr> = positions.collect();
        let (shape, position): (Expr, Expr) = match lens.as_slice() {
            [len] => (parse_quote!(#len), parse_quote!(__at)),
            _ => (parse_quote!((#(#lens),*)), parse_quote!((#(#positions),*))),
        };
        let mut path = path.clone();
        if let Some(last) = path.segments.last_mut() {
            *last = parse_quote!(from_shape_vec);
        }
        let count = product(&lens);
        // The closure is called, and not written out: a `return` in it is its own.
        let filled = self.expr(&parse_quote!({
            let mut __element = #closure;
            #path(#shape, (0..#count).map(|__at| __element(#position)).collect::<Vec<_>>()).unwrap()
        }));
        self.scopes.leave();
        filled
    }

    /// `Array1::from_vec(list)`: elements that are written here, or a list as it is.
    fn array_of_list(&mut self, list: &Expr, is_owned: bool) -> Value {
        if let Some(elements) = elements(list) {
            return self.array_literal(elements.iter().collect(), list.span());
        }
        let value = self.expr(list);
        if self.poisoned.contains(&value) {
            return value;
        }
        if matches!(self.graph.ty(value), Ty::List(inner) if !matches!(**inner, Ty::Float(_) | Ty::Numeric(_) | Ty::Unknown))
        {
            return self.mistake(list, language::LIST_OF_LISTS);
        }
        self.array_of(value, is_owned, list.span())
    }

    /// A list of floats as an array, or as a view of one.
    pub(super) fn array_of(
        &mut self,
        list: Value,
        is_owned: bool,
        span: proc_macro2::Span,
    ) -> Value {
        let depends_on = self.graph.info(list).depends_on.clone();
        let row = ops::row("Aview1");
        let ty = self.graph.result_type(row, &[list]);
        let view = self.node(crate::graph::Op::Row(row), vec![list], ty, span);
        self.graph.info_mut(view).depends_on = depends_on;
        match is_owned {
            true => self.row(ops::row("ToOwned"), vec![view], span),
            false => view,
        }
    }

    /// `Array::from_shape_vec(shape, list)`, behind `unwrap`.
    pub(super) fn array_of_shape(&mut self, call: &ExprCall, path: &Path) -> Option<Value> {
        if !matches!(owner(path), Ty::Array(..)) {
            return None;
        }
        let (shape, list) = (call.args.first()?, call.args.get(1)?);
        let shape = self.constant_as_written(shape);
        let flat = self.array_of_list(list, false);
        Some(self.row(ops::row("ToShape"), vec![flat, shape], call.func.span()))
    }
}

/// The type whose function a path names: `Array2` of `ndarray::Array2::from_elem`.
fn owner(path: &Path) -> Ty {
    let mut path = path.clone();
    path.segments.pop();
    path.segments.pop_punct();
    let owner = Type::Path(TypePath { attrs: vec![], qself: None, path });
    super::ty::of_type(&owner, super::ty::Known { holds_floats: true, generics: None })
}

/// The elements that are written in `[a, b]`, `&[a, b]` or `vec![a, b]`.
pub(super) fn elements(list: &Expr) -> Option<Vec<Expr>> {
    match list {
        Expr::Reference(inner) => elements(&inner.expr),
        Expr::Paren(inner) => elements(&inner.expr),
        Expr::Array(list) => Some(list.elems.iter().cloned().collect()),
        Expr::Macro(call) if call.mac.path.segments.last()?.ident == "vec" => {
            let parsed = call.mac.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated);
            Some(parsed.ok()?.into_iter().collect())
        }
        _ => None,
    }
}
