//! Local closures and functions: read anew wherever they are called, with the scope of their
//! definition.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Expr, ExprClosure, ItemFn, Pat, ReturnType, Stmt};

use super::exits::{Tail, RESULT, RETURNED};
use super::flow::{changes_receiver, root, written};
use super::jumps::Jumps;
use super::macros::is_effect_macro;
use super::scope::{Scopes, Variable};
use super::stmt::operator_of;
use super::Lowering;
use crate::graph::{key, Passing, Value};
use crate::language;

/// A closure or function inside the body.
pub(super) struct LocalFunction {
    pub(super) params: Vec<Pat>,
    pub(super) body: Expr,
    output: ReturnType,
    /// What was in scope where it stands; nothing for a `fn`.
    pub(super) scopes: Scopes,
    /// True for a closure that mentions something active.
    pub(super) is_active: bool,
    /// The variables from outside that it writes, pinned.
    writes: Vec<String>,
    /// Of a `fn`, the functions that it may call: those of its block, itself among them, and of the blocks around.
    beside: Option<Rc<OnceCell<Scopes>>>,
}

impl LocalFunction {
    /// What is in scope in its body.
    fn inside(&self) -> Scopes {
        let beside = self.beside.as_ref().and_then(|beside| beside.get());
        beside.unwrap_or(&self.scopes).clone()
    }

    /// True for a `fn`.
    pub(super) fn is_item(&self) -> bool {
        self.beside.is_some()
    }
}

impl Lowering<'_> {
    pub(super) fn bind_closure(&mut self, name: &str, closure: &ExprClosure) {
        let is_active = self.mentions(&*closure.body).active.is_some();
        self.bind_closure_as(name, closure, is_active);
    }

    /// The same of a closure that is never called as it stands.
    pub(super) fn bind_closure_to_read(&mut self, name: &str, closure: &ExprClosure) {
        self.bind_closure_as(name, closure, true);
    }

    fn bind_closure_as(&mut self, name: &str, closure: &ExprClosure, is_active: bool) {
        let written = self.carried(&Expr::Closure(closure.clone()));
        if let (Some(capture), false) = (&closure.capture, written.is_empty()) {
            self.mistake(capture, language::MOVES_WHAT_IT_WRITES);
        }
        let writes: Vec<String> = written.iter().map(|variable| self.pin_of(variable)).collect();
        let function = LocalFunction {
            params: closure.inputs.iter().cloned().collect(),
            body: (*closure.body).clone(),
            output: closure.output.clone(),
            scopes: self.scopes.clone(),
            is_active: is_active || !writes.is_empty(),
            writes,
            beside: None,
        };
        self.scopes.bind_function(name, Rc::new(function));
    }

    /// True for a function inside the body that can be read where it is called.
    pub(super) fn is_local_function(&self, function: &ItemFn) -> bool {
        let is_differentiable = function.attrs.iter().any(|attr| {
            attr.path().segments.last().is_some_and(|last| last.ident == "differentiable")
        });
        !is_differentiable && function.sig.receiver().is_none()
    }

    /// The functions of a block, which may call each other wherever they stand in it.
    pub(super) fn bind_local_functions(&mut self, stmts: &[Stmt]) {
        let beside = Rc::new(OnceCell::new());
        for stmt in stmts {
            if let Stmt::Item(syn::Item::Fn(function)) = stmt {
                if self.is_local_function(function) {
                    self.bind_local_function(function, &beside);
                }
            }
        }
        if Rc::strong_count(&beside) > 1 {
            let _ = beside.set(self.scopes.of_items());
        }
    }

    fn bind_local_function(&mut self, function: &ItemFn, beside: &Rc<OnceCell<Scopes>>) {
        let params = function
            .sig
            .inputs
            .iter()
            .filter_map(|input| match input {
                syn::FnArg::Typed(typed) => {
                    let (pat, ty) = (&typed.pat, &typed.ty);
                    Some(Pat::Type(syn::PatType {
                        attrs: vec![],
                        pat: pat.clone(),
                        colon_token: Default::default(),
                        ty: ty.clone(),
                    }))
                }
                syn::FnArg::Receiver(_) => None,
            })
            .collect();
        let block = syn::ExprBlock { attrs: vec![], label: None, block: (*function.block).clone() };
        let (body, scopes) = (Expr::Block(block), Scopes::default());
        let beside = Some(beside.clone());
        let (output, writes) = (function.sig.output.clone(), Vec::new());
        let is_active = false;
        let local = LocalFunction { params, body, output, scopes, is_active, writes, beside };
        self.scopes.bind_function(&key(&function.sig.ident), Rc::new(local));
    }

    /// A call of a local closure or function, if the expression names one.
    pub(super) fn local_call(
        &mut self,
        callee: &Expr,
        args: &[&Expr],
        span: Span,
    ) -> Option<Value> {
        let name = super::turns::plain(callee)?;
        let function = self.scopes.function(&name)?;
        let args = self.passed_to(&function, args);
        let value = self.applied_to(&function, &args, true, span);
        Some(value.unwrap_or_else(|| self.undefined(span)))
    }

    /// The same as a statement; true if the expression names one.
    pub(super) fn local_statement(&mut self, call: &syn::ExprCall) -> bool {
        let function = super::turns::plain(&call.func).and_then(|name| self.scopes.function(&name));
        let Some(function) = function else { return false };
        let args: Vec<&Expr> = call.args.iter().collect();
        let args = self.passed_to(&function, &args);
        self.applied_to(&function, &args, false, call.func.span());
        true
    }

    /// The arguments of a local closure or function. A name for a place is read where the parameter's type says that it
    /// is not written through.
    fn passed_to(&mut self, function: &LocalFunction, args: &[&Expr]) -> Vec<(Value, Passing)> {
        let shows = |param: Option<&Pat>| match param {
            Some(Pat::Type(typed)) => {
                !matches!(&*typed.ty, syn::Type::Reference(lent) if lent.mutability.is_some())
            }
            _ => false,
        };
        let mut passed = Vec::new();
        for (position, arg) in args.iter().enumerate() {
            passed.push(match shows(function.params.get(position)) {
                true => (self.expr(arg), self.passing(arg)),
                false => self.passed(arg),
            });
        }
        passed
    }

    /// True for a call of a local closure that gives nothing.
    pub(super) fn gives_nothing_back(&self, call: &syn::ExprCall) -> bool {
        super::turns::plain(&call.func)
            .and_then(|name| self.scopes.function(&name))
            .is_some_and(|function| !gives(&function.body))
    }

    /// What `method` is given to call with so many arguments.
    pub(super) fn closure<'e>(
        &mut self,
        function: &'e Expr,
        params: usize,
        method: &str,
    ) -> Result<Cow<'e, ExprClosure>, Value> {
        match as_closure(function, params) {
            Some(closure) if closure.inputs.len() == params => Ok(closure),
            Some(_) => Err(self.left_to_rustc(function.span())),
            None => Err(self.mistake(function, language::NO_CLOSURE.of(method))),
        }
    }

    /// The variables of versions that an expression writes, by their names, by others that they are lent to, or in
    /// closures that it calls.
    pub(super) fn carried(&self, expr: &Expr) -> BTreeSet<Variable> {
        let mut called = Called { scopes: &self.scopes, pins: Vec::new() };
        called.visit_expr(expr);
        written(expr)
            .iter()
            .chain(&called.pins)
            .filter_map(|name| self.written_variable(name))
            .collect()
    }

    fn written_variable(&self, name: &str) -> Option<Variable> {
        match self.scopes.alias(name) {
            Some(place) => self.variable_of(&place),
            None if self.is_versioned_name(name) => self.scopes.variable(name),
            None => None,
        }
    }

    /// The variable of versions that a place is a part of.
    pub(super) fn variable_of(&self, place: &Expr) -> Option<Variable> {
        self.written_variable(&key(root(place)?))
    }

    /// The body of a local function, with values for its parameters.
    pub(super) fn apply(&mut self, function: &LocalFunction, args: &[Value], span: Span) -> Value {
        let args: Vec<(Value, Passing)> =
            args.iter().map(|value| (*value, Passing::Value)).collect();
        let value = self.applied_to(function, &args, true, span);
        value.unwrap_or_else(|| self.undefined(span))
    }

    /// The same, or what it does alone.
    fn applied_to(
        &mut self,
        function: &LocalFunction,
        args: &[(Value, Passing)],
        gives_value: bool,
        span: Span,
    ) -> Option<Value> {
        if function.params.len() != args.len() {
            return Some(self.left_to_rustc(span));
        }
        if self.inside.contains(&std::ptr::from_ref(function)) {
            return Some(self.mistake(span, language::CALLS_ITSELF));
        }
        let mut scopes = function.inside();
        for pin in &function.writes {
            if let Some(held) = self.scopes.get(pin) {
                scopes.assign(pin, held.value);
            }
        }
        scopes.enter();
        let outer = std::mem::replace(&mut self.scopes, scopes);
        self.inside.push(std::ptr::from_ref(function));
        for (pattern, (value, passing)) in function.params.iter().zip(args) {
            self.bind_passed(pattern, *value, *passing);
        }
        // Where a function ends, nobody asks what it wrote: one that writes does not end at its last expression.
        let value = match (function.writes.is_empty(), gives_value || gives(&function.body)) {
            (true, true) => Some(self.function_body(&function.body, &function.output, span)),
            (false, true) => {
                Some(self.body_until(&function.body, &function.output, Tail::No, span))
            }
            (_, false) => {
                self.procedure_body(&function.body, span);
                None
            }
        };
        self.inside.pop();
        let scopes = std::mem::replace(&mut self.scopes, outer);
        for pin in &function.writes {
            if let Some(held) = scopes.get(pin) {
                self.scopes.assign(pin, held.value);
            }
        }
        value
    }

    /// The value of the body of a closure or local function whose parameters are bound: its `return`s
    /// end it alone, and no jump leaves it.
    pub(super) fn function_body(&mut self, body: &Expr, output: &ReturnType, span: Span) -> Value {
        // What a closure writes outside is looked at after it.
        let tail = match self.carried(body).is_empty() {
            true => Tail::Function,
            false => Tail::No,
        };
        self.body_until(body, output, tail, span)
    }

    fn body_until(&mut self, body: &Expr, output: &ReturnType, tail: Tail, span: Span) -> Value {
        let around = std::mem::take(&mut self.around);
        let result_ty = self.result_ty.take();
        let gives_nothing = std::mem::replace(&mut self.gives_nothing, false);
        let returns = Jumps::of_function(body).returns;
        self.begin_returns(returns, span);
        let value = match body {
            Expr::Block(block) if block.label.is_none() => self.block_with(&block.block, tail),
            body => self.tail_expr(body, tail),
        };
        let value = if returns { self.after_returns(value, span) } else { value };
        self.gives_nothing = gives_nothing;
        self.result_ty = result_ty;
        self.around = around;
        match (value, output) {
            (Some(value), ReturnType::Type(_, written)) => {
                self.learn_from(written, value);
                value
            }
            (Some(value), ReturnType::Default) => value,
            (None, _) => self.mistake(body, language::NO_VALUE),
        }
    }

    /// The same of a closure that gives nothing: a `return` ends it.
    pub(super) fn procedure_body(&mut self, body: &Expr, span: Span) {
        let around = std::mem::take(&mut self.around);
        if Jumps::of_function(body).returns {
            let flag = self.flag(false, span);
            self.scopes.bind(RETURNED, flag);
        }
        let gives_nothing = std::mem::replace(&mut self.gives_nothing, true);
        let statement = Stmt::Expr(body.clone(), Some(Default::default()));
        self.sequence(std::slice::from_ref(&statement), Tail::No);
        self.gives_nothing = gives_nothing;
        self.around = around;
    }

    /// Lets an early `return` leave its value and its flag.
    pub(super) fn begin_returns(&mut self, returns: bool, span: Span) {
        if !returns {
            return;
        }
        let flag = self.flag(false, span);
        self.scopes.bind(RETURNED, flag);
        let result = self.undefined(span);
        self.scopes.bind(RESULT, result);
    }
}

/// The closure that stands where a function is handed on, or one that calls what is named there: `f64::sin`, `square`.
fn as_closure(function: &Expr, params: usize) -> Option<Cow<'_, ExprClosure>> {
    match function {
        Expr::Closure(closure) => Some(Cow::Borrowed(closure)),
        Expr::Paren(inner) => as_closure(&inner.expr, params),
        Expr::Path(path) => {
            let names: Vec<_> = (0..params).map(|at| quote::format_ident!("__given{at}")).collect();
            Some(Cow::Owned(syn::parse_quote!(|#(#names),*| #path(#(#names),*))))
        }
        _ => None,
    }
}

/// Looks for local closures that write.
struct Called<'s> {
    scopes: &'s Scopes,
    pins: Vec<String>,
}

impl<'ast> Visit<'ast> for Called<'_> {
    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        let name = path.path.get_ident().map(key);
        if let Some(function) = name.and_then(|name| self.scopes.function(&name)) {
            self.pins.extend(function.writes.iter().cloned());
        }
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        super::flow::elements_of(mac).iter().for_each(|element| visit::visit_expr(self, element));
    }

    fn visit_item(&mut self, _: &'ast syn::Item) {}
}

/// True for the body of a closure that gives a value, as far as its form tells.
pub(super) fn gives(body: &Expr) -> bool {
    let block_gives = |block: &syn::Block| match block.stmts.last() {
        Some(Stmt::Expr(value, None)) => gives(value),
        Some(Stmt::Macro(mac)) => mac.semi_token.is_none() && !is_effect_macro(&mac.mac),
        _ => false,
    };
    match body {
        Expr::Block(block) => block_gives(&block.block),
        Expr::Paren(inner) => gives(&inner.expr),
        Expr::Macro(mac) => !is_effect_macro(&mac.mac),
        Expr::Assign(_) | Expr::ForLoop(_) | Expr::While(_) => false,
        Expr::Binary(binary) => operator_of(&binary.op).is_none(),
        Expr::If(branch) => branch.else_branch.is_some() && block_gives(&branch.then_branch),
        Expr::Match(matched) => matched.arms.iter().any(|arm| gives(&arm.body)),
        Expr::MethodCall(call) => !changes_receiver(call),
        _ => true,
    }
}
