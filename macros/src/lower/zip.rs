//! ndarray's `Zip`: one kernel over the elements of several arrays.

use std::borrow::Cow;

use proc_macro2::Span;
use quote::format_ident;
use syn::{parse_quote, Expr, ExprClosure, ExprMethodCall, Ident, Pat};

use super::items::is_iterator;
use super::Lowering;
use crate::graph::Value;
use crate::ops;

/// `Zip::from(..).and(..)`: what is zipped, and which of it is written.
struct Zipped<'e> {
    arrays: Vec<&'e Expr>,
    written: Vec<usize>,
    broadcast: Vec<usize>,
}

impl Lowering<'_> {
    /// `Zip::from(&mut z).and(&x).for_each(f)`; false if the call is none.
    pub(super) fn zip_for_each(&mut self, call: &ExprMethodCall) -> bool {
        let Some(zipped) = zipped(&call.receiver).filter(|_| call.method == "for_each") else {
            return false;
        };
        let span = call.method.span();
        let Some(Ok(closure)) = self.closure_of(&zipped, call) else { return true };
        let is_one = zipped.written.len() == 1;
        if zipped.gives_lanes() || !is_one && !self.may_be_read_again(&closure) {
            let turns = self.as_turns(&zipped, call, &closure);
            self.for_each(&turns);
            return true;
        }
        // What becomes of each array that is written; `simplify` makes one kernel of those.
        let arrays: Vec<Value> = zipped.arrays.iter().map(|array| self.expr_lent(array)).collect();
        let written = zipped
            .written
            .iter()
            .map(|at| (*at, self.zipped_elements(&arrays, Some(*at), &closure, span)));
        for (at, result) in written.collect::<Vec<_>>() {
            self.write_place(zipped.arrays[at], result, span);
        }
        true
    }

    fn closure_of<'e>(
        &mut self,
        zipped: &Zipped<'_>,
        call: &'e ExprMethodCall,
    ) -> Option<Result<Cow<'e, ExprClosure>, Value>> {
        let function = call.args.first()?;
        Some(self.closure(function, zipped.arrays.len(), &call.method.to_string()))
    }

    /// True for a closure that does the same however often it is read, and writes nothing outside.
    fn may_be_read_again(&self, closure: &ExprClosure) -> bool {
        let body = &*closure.body;
        self.mentions(body).is_steady && self.carried(&Expr::Closure(closure.clone())).is_empty()
    }

    /// `Zip::from(&x).and(&y).map_collect(f)`.
    pub(super) fn zip_map_collect(&mut self, call: &ExprMethodCall) -> Option<Value> {
        let zipped = zipped(&call.receiver).filter(|_| call.method == "map_collect")?;
        let span = call.method.span();
        let closure = match self.closure_of(&zipped, call)? {
            Ok(closure) => closure,
            Err(mistake) => return Some(mistake),
        };
        if zipped.gives_lanes() {
            let turns = self.as_turns(&zipped, call, &closure);
            let each = syn::parse_quote!(#turns.collect::<__chainrule::ndarray::Array1<_>>());
            return self.chain(&each);
        }
        let arrays: Vec<Value> = zipped.arrays.iter().map(|array| self.expr(array)).collect();
        Some(self.zipped_elements(&arrays, None, &closure, span))
    }

    /// `Zip::from(&x).and(&y).fold(init, f)`: a chain over the elements, one after another.
    pub(super) fn zip_fold(&mut self, call: &ExprMethodCall) -> Option<Value> {
        let zipped = zipped(&call.receiver).filter(|_| call.method == "fold")?;
        let (init, function) = (call.args.first()?, call.args.get(1)?);
        let closure = match self.closure(function, zipped.arrays.len() + 1, "fold") {
            Ok(closure) => closure,
            Err(mistake) => return Some(mistake),
        };
        let items: Vec<&Pat> = closure.inputs.iter().skip(1).collect();
        let (chain, pattern) = self.turns_of(&zipped, &items, call.method.span());
        let (method, so_far, body) = (&call.method, &closure.inputs[0], &closure.body);
        self.chain(&parse_quote!(#chain.#method(#init, |#so_far, #pattern| #body)))
    }

    /// `Zip::from(x.rows()).and(&mut y).for_each(f)` as the chain `x.rows().zip(&mut y).for_each(f)`, with `map` for
    /// `map_collect`: lanes, or elements, are gone over one after another.
    fn as_turns(
        &mut self,
        zipped: &Zipped<'_>,
        call: &ExprMethodCall,
        closure: &ExprClosure,
    ) -> ExprMethodCall {
        let span = call.method.span();
        let items: Vec<&Pat> = closure.inputs.iter().collect();
        let (chain, pattern) = self.turns_of(zipped, &items, span);
        let method = match call.method == "for_each" {
            true => call.method.clone(),
            false => Ident::new("map", span),
        };
        let body = &closure.body;
        parse_quote!(#chain.#method(|#pattern| #body))
    }

    /// The chain over what is zipped, and the pattern of its items made of those for each.
    fn turns_of(&mut self, zipped: &Zipped<'_>, items: &[&Pat], span: Span) -> (Expr, Pat) {
        let first = zipped.arrays[0];
        let (mut chain, mut pattern): (Expr, Pat) =
            (parse_quote!((#first).into_iter()), items[0].clone());
        for (at, (array, next)) in zipped.arrays.iter().zip(items).enumerate().skip(1) {
            let mut array = (*array).clone();
            if zipped.broadcast.contains(&at) {
                let (like, given) = (self.expr_lent(first), self.expr_lent(&array));
                let whole = self.row(ops::row("Assigned"), vec![like, given], span);
                let name = format_ident!("__broadcast{at}");
                self.scopes.bind(&name.to_string(), whole);
                array = parse_quote!(&#name);
            }
            chain = parse_quote!(#chain.zip(#array));
            pattern = parse_quote!((#pattern, #next));
        }
        (chain, pattern)
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
    /// True if rows or other lanes are gone over.
    fn gives_lanes(&self) -> bool {
        self.arrays.iter().any(|array| gives_lanes(array))
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
            Some(Zipped { arrays: vec![first], written, broadcast: Vec::new() })
        }
        Expr::MethodCall(call) if call.method == "and" || call.method == "and_broadcast" => {
            let mut zipped = zipped(&call.receiver)?;
            let next = call.args.first()?;
            if is_written(next) {
                zipped.written.push(zipped.arrays.len());
            }
            if call.method == "and_broadcast" {
                zipped.broadcast.push(zipped.arrays.len());
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
