//! Method calls with an active receiver or argument.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{Expr, ExprMethodCall};

use super::made::unwritten;
use super::{ByName, Language, Lowering};
use crate::graph::{key, Callee, Elem, Op, Passing, Target, Tokens, Ty, Value};
use crate::language;
use crate::ops::{self, Kind, Row};

impl Lowering<'_> {
    pub(super) fn method(&mut self, call: &ExprMethodCall) -> Value {
        let name = call.method.to_string();
        let span = call.method.span();
        let of_zip = self.zip_fold(call).or_else(|| self.zip_map_collect(call));
        if let Some(value) = of_zip.or_else(|| self.chain(call)) {
            return value;
        }
        if let Some(value) = self.asked_of_iterator(call) {
            return value;
        }
        match (name.as_str(), call.args.len()) {
            ("to_owned" | "into_owned", 0) => {
                let receiver = self.expr(&call.receiver);
                return match self.views.contains(&receiver) {
                    true => self.row(ops::row("ToOwned"), vec![receiver], span),
                    false if !self.is_struct(receiver) => self.shown(call, receiver),
                    // Every type that is `Clone` has the one, so none of yours may be left to rustc.
                    false if name == "to_owned" => {
                        self.mistake(span, language::COPY_OF_A_STRUCT.of(name))
                    }
                    false => self.user_method(call, receiver),
                };
            }
            ("clone", 0) => return self.expr(&call.receiver),
            (name, 0) if ops::SHOWS.contains(&name) => {
                let receiver = self.expr(&call.receiver);
                if self.is_struct(receiver) {
                    return self.user_method(call, receiver);
                }
                if name == "to_vec" && self.is_sized(receiver) {
                    let list = &call.receiver;
                    return self.expr(&syn::parse_quote!(#list[..]));
                }
                return self.shown(call, receiver);
            }
            ("unwrap", 0) | ("expect", 1) => {
                if let Some(value) = self.unwrapped(&call.receiver) {
                    return value;
                }
            }
            ("split_at", 1) => return self.split(call),
            ("pop", 0) if self.is_versioned(&call.receiver) => return self.popped(call),
            ("remove" | "swap_remove" | "replace", 1) | ("take", 0)
                if self.is_versioned(&call.receiver) && !self.is_made_struct(&call.receiver) =>
            {
                return self.taken(call)
            }
            ("concat", 0) if matches!(&*call.receiver, Expr::Array(_)) => {
                return self.concatenated(call)
            }
            // A constant array may be mapped by a closure that captures something active.
            ("mapv" | "mapv_into", 1) => return self.elementwise_closure(call),
            ("map", 1) if !self.is_constant(&call.receiver) => {
                return self.elementwise_closure(call);
            }
            // How two floats compare: nothing flows through.
            ("partial_cmp" | "total_cmp", 1) if !self.is_constant(&call.receiver) => {
                let operands = [self.expr(&call.receiver), self.expr(&call.args[0])];
                if operands.iter().all(|operand| !self.is_struct(*operand)) {
                    return self.compared(&call.method, operands);
                }
            }
            ("sin_cos", 0) => {
                let operand = self.expr(&call.receiver);
                let sin = self.row(ops::row("Sin"), vec![operand], span);
                let cos = self.row(ops::row("Cos"), vec![operand], span);
                return self.tuple(unwritten(vec![sin, cos]), span);
            }
            _ => {}
        }
        let receiver = self.expr(&call.receiver);
        if let Some(value) = self.option_method(call, receiver) {
            return value;
        }
        if let Some(end) = self.end_of(call, receiver) {
            return end;
        }
        if let Some(value) = self.constant_method(call, receiver) {
            return value;
        }
        let is_struct = self.is_struct(receiver)
            || matches!(self.graph.ty(receiver), Ty::Option(_))
            // Who has vectors of their own adds them by a method: of arrays and floats that is written with a sign.
            || is_operator(&name) && !self.graph.ty(receiver).is_numeric();
        match ops::by_call(&name, call.args.len() + 1) {
            Some(row) if !row.is_internal() && !is_struct || self.language == Language::Formula => {
                if row.is_fallible() && self.language == Language::User {
                    return self.mistake(span, language::FALLIBLE.of(name));
                }
                if row.is_extension() && self.language == Language::User {
                    let receiver = self.graph.ty(receiver).clone();
                    self.methods.push(ByName::Extension { row, receiver, span });
                }
                let written: Vec<&Expr> =
                    std::iter::once(&*call.receiver).chain(&call.args).collect();
                let args = self.row_args(row, &written[1..]);
                self.row_call(row, receiver, args, &written, span)
            }
            _ => self.user_method(call, receiver),
        }
    }

    /// How two floats compare. What may be a literal to rustc is asked about the other way round: it has no methods.
    fn compared(&mut self, method: &Ident, operands: [Value; 2]) -> Value {
        // Arrays are not compared.
        for operand in operands {
            if let Ty::Numeric(elem) = *self.graph.ty(operand) {
                self.graph.info_mut(operand).ty = Ty::Float(elem);
            }
        }
        let is_literal = |value| *self.graph.ty(value) == Ty::Float(Elem::Literal);
        let (ask_other, is_partial) =
            (is_literal(operands[0]) && !is_literal(operands[1]), method == "partial_cmp");
        let tokens = |names: &[Ident]| {
            let (a, b) = (&names[0], &names[1]);
            match (ask_other, is_partial) {
                (false, _) => quote::quote!(#a.#method(&#b)),
                (true, false) => quote::quote!(#b.#method(&#a).reverse()),
                (true, true) => {
                    quote::quote!(#b.#method(&#a).map(::core::cmp::Ordering::reverse))
                }
            }
        };
        self.constant_of(&operands, tokens, Ty::Constant, method.span())
    }

    /// A method of what nothing flows through, though it was asked of something active: `x.iter().position(..).unwrap_or(0)`.
    fn constant_method(&mut self, call: &ExprMethodCall, receiver: Value) -> Option<Value> {
        let ty = self.graph.ty(receiver).clone();
        let is_number = ty.is_numeric() || matches!(ty, Ty::List(_) | Ty::Tuple(_));
        if self.language == Language::Formula
            || self.is_active(receiver)
            || self.poisoned.contains(&receiver)
            || is_number
            || !call.args.iter().all(|arg| self.is_constant(arg))
        {
            return None;
        }
        let args: Vec<Value> = call.args.iter().map(|arg| self.constant_as_written(arg)).collect();
        let is_integer = |value: &Value| *self.graph.ty(*value) == Ty::Integer;
        let ty = match ty == Ty::Integer && args.iter().all(is_integer) {
            true => Ty::Integer,
            false => Ty::Unknown,
        };
        let (method, types) = (&call.method, &call.turbofish);
        let operands: Vec<Value> = std::iter::once(receiver).chain(args).collect();
        let asked = |names: &[syn::Ident]| {
            let (receiver, args) = (&names[0], &names[1..]);
            quote::quote!(#receiver.#method #types(#(#args),*))
        };
        Some(self.constant_of(&operands, asked, ty, method.span()))
    }

    /// `x.view()` and its like of an array, a float or a list: the same value. What rustc alone sees is asked about, or refused.
    fn shown(&mut self, call: &ExprMethodCall, receiver: Value) -> Value {
        let span = call.method.span();
        if self.is_field_of_an_argument(&call.receiver) {
            let receiver = call.receiver.to_token_stream();
            self.methods.push(ByName::Shown { receiver, span });
        } else if self.is_active(receiver) {
            self.unseen.push((receiver, call.method.to_string(), span));
        }
        receiver
    }

    /// The operation behind `x.mean().unwrap()`, if the receiver of `unwrap` is one.
    fn unwrapped(&mut self, expr: &Expr) -> Option<Value> {
        match expr {
            Expr::MethodCall(inner) => {
                let row = ops::by_call(&inner.method.to_string(), inner.args.len() + 1)
                    .filter(|row| row.is_fallible())?;
                let receiver = self.expr(&inner.receiver);
                let written: Vec<&Expr> =
                    std::iter::once(&*inner.receiver).chain(&inner.args).collect();
                let args = self.row_args(row, &written[1..]);
                Some(self.row_call(row, receiver, args, &written, inner.method.span()))
            }
            Expr::Call(call) => match self.as_fallible(call) {
                Some(method) => self.unwrapped(&Expr::MethodCall(method)),
                None => self.joined_by_call(call),
            },
            _ => None,
        }
    }

    /// The operands after the receiver. An index, an axis or a list of labels holds no floats whatever
    /// it mentions, and is passed on as it stands.
    pub(super) fn row_args(&mut self, row: &Row, written: &[&Expr]) -> Vec<Value> {
        let mut args = Vec::new();
        for (position, arg) in written.iter().enumerate() {
            args.push(match row.is_constant_operand(position + 1) {
                true => {
                    let operand = self.constant_as_written(arg);
                    // What a power takes is an integer, whatever else the macro sees of it.
                    if row.name == "Powi" && *self.graph.ty(operand) == Ty::Unknown {
                        self.graph.info_mut(operand).ty = Ty::Integer;
                    }
                    operand
                }
                false => self.expr(arg),
            });
        }
        args
    }

    /// An operation of the table, called by a user or in a formula.
    pub(super) fn row_call(
        &mut self,
        row: &'static Row,
        receiver: Value,
        args: Vec<Value>,
        written: &[&Expr],
        span: proc_macro2::Span,
    ) -> Value {
        if row.kind == Kind::Query {
            let method = syn::Ident::new(row.call, span);
            let operands: Vec<Value> = std::iter::once(receiver).chain(args).collect();
            return self.constant_of(
                &operands,
                |names| {
                    let (receiver, args) = (&names[0], &names[1..]);
                    quote::quote!(#receiver.#method(#(#args),*))
                },
                query_type(row),
                span,
            );
        }
        let mut operands: Vec<Value> = std::iter::once(receiver).chain(args).collect();
        let row = self.at_fixed_bound(row, &mut operands, written);
        self.row(row, operands, span)
    }

    /// `max`, `min` and `clamp` against a literal or const item have derivative 0 at a tie. `written`
    /// are the operands as the user wrote them; the bound of `max` and `min` may be either.
    fn at_fixed_bound(
        &self,
        row: &'static Row,
        operands: &mut [Value],
        written: &[&Expr],
    ) -> &'static Row {
        let fixed = match row.name {
            "Max" => ops::row("MaxConst"),
            "Min" => ops::row("MinConst"),
            "Clamp" => ops::row("ClampConst"),
            _ => return row,
        };
        if written[1..].iter().all(|arg| self.is_fixed(arg)) {
            return fixed;
        }
        if row.name != "Clamp" && self.is_fixed(written[0]) {
            operands.swap(0, 1);
            return fixed;
        }
        row
    }

    /// A literal, a const item, or a call of a type's constant function such as `T::zero()`.
    fn is_fixed(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Lit(_) => true,
            Expr::Paren(inner) => self.is_fixed(&inner.expr),
            Expr::Unary(inner) => self.is_fixed(&inner.expr),
            Expr::Cast(inner) => self.is_fixed(&inner.expr),
            Expr::Path(path) => match path.path.get_ident() {
                Some(name) => {
                    self.scopes.get(&key(name)).is_none()
                        && !name.to_string().contains(char::is_lowercase)
                }
                None => true,
            },
            Expr::Call(call) => call.args.is_empty() && matches!(&*call.func, Expr::Path(_)),
            _ => false,
        }
    }

    /// True for what the macro takes for a struct of the user's: its methods are the user's too.
    pub(super) fn is_struct(&self, value: Value) -> bool {
        matches!(self.graph.ty(value), Ty::Struct(_))
    }

    /// Notes a mistake for what may be a method of the user's: nothing told the type of its receiver.
    pub(super) fn refuse_unseen(&mut self) {
        for (receiver, method, span) in std::mem::take(&mut self.unseen) {
            if *self.graph.ty(receiver) == Ty::Unknown {
                self.mistake(span, language::OF_UNSEEN_TYPE.of(method));
            }
        }
    }

    /// True for `net.w`, and fields of that.
    fn is_field_of_an_argument(&self, expr: &Expr) -> bool {
        let Expr::Field(field) = expr else { return false };
        let is_argument =
            |binding: super::scope::Binding| self.graph.body.params.contains(&binding.value);
        self.binding(&field.base).is_some_and(is_argument)
            || self.is_field_of_an_argument(&field.base)
    }

    /// A method of the user's, which must be differentiable.
    pub(super) fn user_method(&mut self, call: &ExprMethodCall, receiver: Value) -> Value {
        let name = call.method.to_string();
        if super::items::is_iterator(&Expr::MethodCall(call.clone())) {
            return self.mistake(call.method.span(), language::ITERATOR_WITH_A_NAME);
        }
        let is_of_std = matches!(self.graph.ty(receiver), Ty::List(_));
        if is_of_std || self.graph.ty(receiver).is_numeric() || self.language == Language::Formula {
            return self.no_operation(&call.method);
        }
        let args: Vec<Value> = call.args.iter().map(|arg| self.expr(arg)).collect();
        let generics =
            call.turbofish.as_ref().map(|turbofish| Tokens(turbofish.args.to_token_stream()));
        let passing = std::iter::once(Passing::Reference)
            .chain(call.args.iter().map(|arg| self.passing(arg)))
            .collect();
        let target = Target::Method(name);
        let callee = Callee { target, generics, passing, tangents: None, is_linear: false };
        self.call_node(callee, std::iter::once(receiver).chain(args).collect(), call.method.span())
    }

    /// The mistake that this is no operation.
    pub(super) fn no_operation(&mut self, method: &Ident) -> Value {
        let hint = match ops::similar(&method.to_string()) {
            Some(similar) => format!("did you mean `{similar}`?"),
            None => "the documentation of `chainrule::operations` lists those; or wrap it in a \
                     `#[differentiable]` function with a rule of its own"
                .to_owned(),
        };
        self.mistake(method.span(), language::METHOD.of_or(method, &hint))
    }

    /// A call gives its value; the pullback is a second result of the node.
    pub(super) fn call_node(
        &mut self,
        callee: Callee,
        args: Vec<Value>,
        span: proc_macro2::Span,
    ) -> Value {
        let out = self.node(Op::Call(callee), args, Ty::Unknown, span);
        let pullback =
            self.graph.value(crate::graph::Info { ty: Ty::Constant, ..Default::default() });
        if let Some(node) = self.nodes.last_mut() {
            node.outs.push(pullback);
        }
        out
    }
}

/// True for the name of a method behind a sign.
fn is_operator(method: &str) -> bool {
    matches!(method, "add" | "sub" | "mul" | "div" | "neg" | "rem")
}

fn query_type(row: &Row) -> Ty {
    match row.name {
        "Len" | "LenOf" | "Ndim" | "Nrows" | "Ncols" => Ty::Integer,
        name if name.starts_with("Is") => Ty::Bool,
        _ => Ty::Constant,
    }
}
