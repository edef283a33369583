//! Local closures and functions: read anew wherever they are called, with the scope of their
//! definition.

use std::rc::Rc;

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{Expr, ExprClosure, ItemFn, Pat, Stmt};

use super::exits::{Tail, RESULT, RETURNED};
use super::flow::written;
use super::jumps::Jumps;
use super::scope::Scopes;
use super::Lowering;
use crate::graph::{key, Value};

/// Calls of local functions inside one another; more is a recursion.
const MOST_CALLS: usize = 32;

/// A closure or function inside the body.
pub(super) struct LocalFunction {
    params: Vec<Pat>,
    body: Expr,
    /// What was in scope where it stands; nothing for a `fn`.
    scopes: Scopes,
    /// True for a closure that mentions something active.
    pub(super) is_active: bool,
}

impl Lowering<'_> {
    pub(super) fn bind_closure(&mut self, name: &str, closure: &ExprClosure) {
        let writes = written(&closure.body).into_iter().any(|name| {
            self.scopes
                .get(&name)
                .is_some_and(|held| !held.is_mutable && self.reached.contains(&name))
        });
        if writes {
            self.mistake(
                &closure.body,
                "this closure writes a variable from outside that an active value reaches: give it the value and \
                 let it give the new one back",
            );
        }
        let function = LocalFunction {
            params: closure.inputs.iter().cloned().collect(),
            body: (*closure.body).clone(),
            scopes: self.scopes.clone(),
            is_active: self.mentions(&*closure.body).active.is_some(),
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

    pub(super) fn bind_local_function(&mut self, function: &ItemFn) {
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
        let local = LocalFunction { params, body, scopes, is_active: false };
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
        let values: Vec<Value> = args.iter().map(|arg| self.expr(arg)).collect();
        Some(self.apply(&function, &values, span))
    }

    /// The body of a local function, with values for its parameters.
    pub(super) fn apply(&mut self, function: &LocalFunction, args: &[Value], span: Span) -> Value {
        if function.params.len() != args.len() {
            return self.mistake(span, format!("this takes {} arguments", function.params.len()));
        }
        if self.calls >= MOST_CALLS {
            return self.mistake(
                span,
                "a local function that calls itself is not supported: make it a `#[differentiable]` function outside",
            );
        }
        self.calls += 1;
        let mut scopes = function.scopes.clone();
        scopes.enter();
        let outer = std::mem::replace(&mut self.scopes, scopes);
        for (pattern, value) in function.params.iter().zip(args) {
            self.bind_pattern(pattern, *value);
        }
        let value = self.function_body(&function.body, span);
        self.scopes = outer;
        self.calls -= 1;
        value
    }

    /// The value of the body of a closure or local function whose parameters are bound: its `return`s
    /// end it alone, and no jump leaves it.
    pub(super) fn function_body(&mut self, body: &Expr, span: Span) -> Value {
        let around = std::mem::take(&mut self.around);
        let result_ty = self.result_ty.take();
        let gives_nothing = std::mem::replace(&mut self.gives_nothing, false);
        let returns = Jumps::of_function(body).returns;
        self.begin_returns(returns, span);
        let value = match body {
            Expr::Block(block) if block.label.is_none() => {
                self.block_with(&block.block, Tail::Function)
            }
            body => self.tail_expr(body, Tail::Function),
        };
        let value = if returns { self.after_returns(value, span) } else { value };
        self.gives_nothing = gives_nothing;
        self.result_ty = result_ty;
        self.around = around;
        match value {
            Some(value) => value,
            None => self.mistake(body.span(), "this function gives no value"),
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
