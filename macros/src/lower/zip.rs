//! ndarray's `Zip`: one kernel over the elements of several arrays.

use syn::{parse_quote, Expr, ExprMethodCall, Ident};

use super::items::is_iterator;
use super::Lowering;
use crate::graph::Value;

/// `Zip::from(..).and(..)`: what is zipped, and which of it is written.
struct Zipped<'e> {
    arrays: Vec<&'e Expr>,
    written: Vec<usize>,
}

impl Lowering<'_> {
    /// `Zip::from(&mut z).and(&x).for_each(f)`; false if the call is none.
    pub(super) fn zip_for_each(&mut self, call: &ExprMethodCall) -> bool {
        let Some(zipped) = zipped(&call.receiver).filter(|_| call.method == "for_each") else {
            return false;
        };
        let span = call.method.span();
        if let Some(turns) = zipped.as_turns(call) {
            self.for_each(&turns);
            return true;
        }
        let (&[written], Some(Expr::Closure(closure))) =
            (zipped.written.as_slice(), call.args.first())
        else {
            self.mistake(
                span,
                "`for_each` of a `Zip` takes a closure here that writes one of the arrays: write the others in a \
                 `Zip` of their own",
            );
            return true;
        };
        let arrays: Vec<Value> = zipped.arrays.iter().map(|array| self.expr_lent(array)).collect();
        let result = self.zipped_elements(&arrays, Some(written), closure, span);
        self.write_place(zipped.arrays[written], result, span);
        true
    }

    /// `Zip::from(&x).and(&y).map_collect(f)`.
    pub(super) fn zip_map_collect(&mut self, call: &ExprMethodCall) -> Option<Value> {
        let zipped = zipped(&call.receiver).filter(|_| call.method == "map_collect")?;
        let span = call.method.span();
        if let Some(turns) = zipped.as_turns(call) {
            let each = syn::parse_quote!(#turns.collect::<__chainrule::ndarray::Array1<_>>());
            return self.chain(&each);
        }
        let Some(Expr::Closure(closure)) = call.args.first() else {
            return Some(self.mistake(span, "`map_collect` takes a closure here"));
        };
        let arrays: Vec<Value> = zipped.arrays.iter().map(|array| self.expr(array)).collect();
        Some(self.zipped_elements(&arrays, None, closure, span))
    }

    /// What is lent, mutably or not.
    fn expr_lent(&mut self, expr: &Expr) -> Value {
        match expr {
            Expr::Reference(lent) => self.expr(&lent.expr),
            expr => self.expr(expr),
        }
    }
}

impl Zipped<'_> {
    /// `Zip::from(x.rows()).and(&mut y).for_each(f)` as the chain `x.rows().zip(&mut y).for_each(f)`, with `map` for
    /// `map_collect`: lanes are gone over one after another.
    fn as_turns(&self, call: &ExprMethodCall) -> Option<ExprMethodCall> {
        let Some(Expr::Closure(closure)) = call.args.first() else { return None };
        let (first, rest) = self.arrays.split_first()?;
        if !self.arrays.iter().any(|array| gives_lanes(array)) {
            return None;
        }
        let (mut chain, mut params): (Expr, _) =
            (parse_quote!((#first).into_iter()), closure.inputs.iter());
        let mut pattern = params.next()?.clone();
        for array in rest {
            let next = params.next()?;
            chain = parse_quote!(#chain.zip(#array));
            pattern = parse_quote!((#pattern, #next));
        }
        let method = match call.method == "for_each" {
            true => call.method.clone(),
            false => Ident::new("map", call.method.span()),
        };
        let body = &closure.body;
        Some(parse_quote!(#chain.#method(|#pattern| #body)))
    }
}

/// The arrays of a `Zip`, if an expression is one.
fn zipped(expr: &Expr) -> Option<Zipped<'_>> {
    match expr {
        Expr::Paren(inner) => zipped(&inner.expr),
        Expr::Call(call) => {
            let Expr::Path(function) = &*call.func else { return None };
            let mut names = function.path.segments.iter().rev();
            let is_zip = names.next()?.ident == "from" && names.next()?.ident == "Zip";
            let first = call.args.first().filter(|_| is_zip)?;
            let written = if is_written(first) { vec![0] } else { Vec::new() };
            Some(Zipped { arrays: vec![first], written })
        }
        Expr::MethodCall(call) if call.method == "and" || call.method == "and_broadcast" => {
            let mut zipped = zipped(&call.receiver)?;
            let next = call.args.first()?;
            if is_written(next) {
                zipped.written.push(zipped.arrays.len());
            }
            zipped.arrays.push(next);
            Some(zipped)
        }
        _ => None,
    }
}

fn gives_lanes(expr: &Expr) -> bool {
    let lanes = ["rows_mut", "columns_mut", "outer_iter_mut", "axis_iter_mut"];
    is_iterator(expr)
        || matches!(expr, Expr::MethodCall(call) if lanes.iter().any(|name| call.method == name))
}

fn is_written(expr: &Expr) -> bool {
    match expr {
        Expr::Reference(lent) => lent.mutability.is_some(),
        Expr::MethodCall(call) => call.method.to_string().ends_with("_mut"),
        _ => false,
    }
}
