//! What is called by the path of a type or a trait, and is a method of floats and arrays: `f64::ln(x)`, `T::sin(x)`,
//! `Array2::sum(&x)`, `Add::add(a, b)`. It is read as the method call that it stands for.

use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::{Expr, ExprCall, ExprMethodCall, ExprPath, Path, PathArguments, Type};

use super::ty::{of_type, Known};
use super::{ByName, Lowering};
use crate::graph::{Elem, Ty, Value};
use crate::ops::{self, Row};

/// The traits by whose names such methods are called.
const TRAITS: [&str; 13] = [
    "Float",
    "NdFloat",
    "Add",
    "Sub",
    "Mul",
    "Div",
    "Rem",
    "Neg",
    "PartialOrd",
    "Clone",
    "ToOwned",
    "Iterator",
    "IntoIterator",
];

/// Whose methods a path names.
enum Owner {
    Float(Elem),
    Array,
    Trait(Path),
    /// A single letter, most likely a type parameter of the `impl` around, which the macro does not see.
    Letter(Ident),
}

impl Lowering<'_> {
    /// A call by the path of a type or a trait.
    pub(super) fn call_by_path(&mut self, call: &ExprCall, function: &ExprPath) -> Option<Value> {
        let row = self.float_of(&function.path, call.args.len());
        if let (Some(row), Some(operand)) = (row, call.args.first()) {
            let operand = self.expr(operand);
            return Some(self.row(row, vec![operand], function.path.segments.last()?.ident.span()));
        }
        let owner = self.owner(function)?;
        let method = method_of(call, function)?;
        let name = method.method.to_string();
        let row = user_row(&name, call.args.len());
        let is_operation = row.is_some();
        match owner {
            Owner::Float(elem) if row.is_some() => {
                return row.map(|row| self.row_of_floats(row, elem, call, method.method.span()));
            }
            Owner::Float(_) if !is_operation && !is_of_floats(&name) => {
                return Some(self.no_operation(&method.method));
            }
            Owner::Letter(_) if !is_operation => return None,
            Owner::Letter(ty) => self.is_float_type(&ty, &method.method),
            Owner::Trait(path) => self.is_trait(&path, &method.method),
            _ if function.qself.is_some() && !is_operation => return None,
            _ => {}
        }
        Some(self.expr(&Expr::MethodCall(method)))
    }

    /// An operation of this type of floats, which says what its literals are.
    fn row_of_floats(
        &mut self,
        row: &'static Row,
        elem: Elem,
        call: &ExprCall,
        span: Span,
    ) -> Value {
        let written: Vec<&Expr> = call.args.iter().collect();
        let receiver = self.expr(written[0]);
        let args = self.row_args(row, &written[1..]);
        for (position, operand) in std::iter::once(&receiver).chain(&args).enumerate() {
            if elem.is_concrete() && !row.is_constant_operand(position) {
                self.graph.learn(*operand, &Ty::Float(elem));
            }
        }
        let out = self.row_call(row, receiver, args, &written, span);
        if elem.is_concrete() && matches!(self.graph.ty(out), Ty::Numeric(_)) {
            self.graph.info_mut(out).ty = Ty::Float(elem);
        }
        out
    }

    /// The method call that a call by the path of a type or a trait stands for, of an operation that may fail.
    pub(super) fn as_fallible(&self, call: &ExprCall) -> Option<ExprMethodCall> {
        let Expr::Path(function) = &*call.func else { return None };
        self.owner(function)?;
        let method = method_of(call, function)?;
        let row = user_row(&method.method.to_string(), call.args.len())?;
        row.is_fallible().then_some(method)
    }

    /// What the method of this path gives for every element: `x.mapv(f64::ln)`.
    pub(super) fn applied_by_path(
        &mut self,
        function: &ExprPath,
        element: Value,
        span: Span,
    ) -> Option<Value> {
        if let Some(row) = self.float_of(&function.path, 1) {
            return Some(self.row(row, vec![element], span));
        }
        let last = &function.path.segments.last()?.ident;
        match (self.owner(function)?, user_row(&last.to_string(), 1)) {
            (Owner::Float(_), None) => Some(self.no_operation(last)),
            (_, None) => None,
            (owner, Some(row)) => {
                match owner {
                    Owner::Letter(ty) => self.is_float_type(&ty, last),
                    Owner::Trait(path) => self.is_trait(&path, last),
                    _ => {}
                }
                Some(self.row(row, vec![element], span))
            }
        }
    }

    /// `f64::from`.
    fn float_of(&self, path: &Path, operands: usize) -> Option<&'static Row> {
        let names: Vec<String> = path.segments.iter().map(|part| part.ident.to_string()).collect();
        match (names.as_slice(), operands) {
            ([.., owner, last], 1) if owner == "f64" && last == "from" => Some(ops::row("AsF64")),
            ([.., owner, last], 1) if owner == "f32" && last == "from" => Some(ops::row("AsF32")),
            _ => None,
        }
    }

    fn owner(&self, function: &ExprPath) -> Option<Owner> {
        let known = Known { holds_floats: true, generics: self.generics.as_ref() };
        if let Some(owner) = &function.qself {
            return owner_of_type(&owner.ty, known);
        }
        let mut path = function.path.clone();
        path.segments.pop();
        path.segments.pop_punct();
        let last = path.segments.last()?.ident.to_string();
        if TRAITS.contains(&last.as_str()) {
            return Some(Owner::Trait(path));
        }
        owner_of_type(&Type::Path(syn::TypePath { attrs: Vec::new(), qself: None, path }), known)
    }

    /// A type of the user's may have the name of a trait.
    fn is_trait(&mut self, path: &Path, function: &Ident) {
        let path = path.to_token_stream();
        self.methods.push(ByName::Trait { path, span: function.span() });
    }

    fn is_float_type(&mut self, ty: &Ident, function: &Ident) {
        let span = function.span();
        self.methods.push(ByName::Float { ty: ty.to_token_stream(), span });
    }
}

/// Whose methods those of a written type are.
fn owner_of_type(ty: &Type, known: Known<'_>) -> Option<Owner> {
    match (of_type(ty, known), ty) {
        (Ty::Float(elem), _) => Some(Owner::Float(elem)),
        (Ty::Array(..), _) => Some(Owner::Array),
        (_, Type::Path(path)) => {
            let name = path.path.get_ident()?;
            let written = name.to_string();
            let is_letter = written.len() == 1 && written.starts_with(char::is_uppercase);
            is_letter.then(|| Owner::Letter(name.clone()))
        }
        _ => None,
    }
}

/// The operation that a user calls by this name.
fn user_row(name: &str, operands: usize) -> Option<&'static Row> {
    ops::by_call(name, operands).filter(|row| !row.is_internal())
}

/// True for a method of floats that is read, and has no row of its own.
fn is_of_floats(name: &str) -> bool {
    ops::SHOWS.contains(&name)
        || matches!(name, "clone" | "to_owned" | "sin_cos" | "partial_cmp" | "total_cmp")
}

/// `a.f(b)` for `T::f(a, b)`.
fn method_of(call: &ExprCall, function: &ExprPath) -> Option<ExprMethodCall> {
    let last = function.path.segments.last()?;
    let mut args = call.args.iter().cloned();
    let receiver = args.next()?;
    let mut method = ExprMethodCall {
        attrs: Vec::new(),
        receiver: Box::new(receiver),
        dot_token: syn::Token![.](last.ident.span()),
        method: last.ident.clone(),
        turbofish: None,
        paren_token: call.paren_token,
        args: args.collect(),
    };
    if let PathArguments::AngleBracketed(arguments) = &last.arguments {
        method.turbofish = Some(arguments.clone());
    }
    Some(method)
}
