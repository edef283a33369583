//! What is lent mutably in an `Option`: `if let Some(last) = v.last_mut()`, `if let Some(a) = &mut o`. Each is read as the
//! statements that it stands for, in which the name stands for a place.

use syn::visit::{self, Visit};
use syn::{parse_quote, Block, Expr, ExprIf, ExprMethodCall, Pat};

use super::constant::only_reads;
use super::flow::is_query;
use super::function::gives;
use super::jumps::Jumps;
use super::Lowering;

impl Lowering<'_> {
    /// `if let Some(name) = place { .. }` where it lends something mutably, as an `if` without; nothing for any other.
    pub(super) fn if_lent(&mut self, branch: &ExprIf) -> Option<ExprIf> {
        let Expr::Let(test) = &*branch.cond else { return None };
        let Pat::TupleStruct(some) = &*test.pat else { return None };
        if !some.path.is_ident("Some") || some.elems.len() != 1 {
            return None;
        }
        let (name, body) = (&some.elems[0], &branch.then_branch);
        let otherwise = branch.else_branch.as_ref().map(|(_, other)| &**other);
        let found = match &*test.expr {
            Expr::MethodCall(call) => match lent_element(call) {
                Some((is_there, element))
                    if self.is_versioned(&call.receiver)
                        && call.args.iter().all(may_be_looked_at_twice) =>
                {
                    let then: Block = parse_quote!({
                        let #name = &mut #element;
                        #body
                    });
                    Some((is_there, then))
                }
                Some(_) => return None,
                None if call.method == "as_mut" && call.args.is_empty() => {
                    self.if_held(name, &call.receiver, body)
                }
                None => return None,
            },
            Expr::Reference(lent) if lent.mutability.is_some() => {
                self.if_held(name, &lent.expr, body)
            }
            _ => None,
        };
        let (cond, then) = found?;
        Some(match otherwise {
            Some(otherwise) => parse_quote!(if #cond #then else { #otherwise }),
            None => parse_quote!(if #cond #then),
        })
    }

    /// True for an `if let` that may be one of these.
    pub(super) fn may_lend(&self, branch: &ExprIf) -> bool {
        let Expr::Let(test) = &*branch.cond else { return false };
        match &*test.expr {
            Expr::MethodCall(call) => call.method == "as_mut" || lent_element(call).is_some(),
            Expr::Reference(lent) => lent.mutability.is_some(),
            _ => false,
        }
    }

    /// What an `Option` holds goes back when the block has come to its end.
    fn if_held(&mut self, name: &Pat, option: &Expr, body: &Block) -> Option<(Expr, Block)> {
        if !self.is_versioned(option) || Jumps::of_block(body).any() {
            return None;
        }
        // The block may change what the positions in it are made of.
        let option = self.pinned(option);
        let held = self.own_name("held");
        let whole = Expr::Block(syn::ExprBlock { attrs: vec![], label: None, block: body.clone() });
        let then = match gives(&whole) {
            true => parse_quote!({
                let #name = &mut #held;
                let __given = #body;
                #option = Some(#held);
                __given
            }),
            false => parse_quote!({
                let #name = &mut #held;
                #body
                #option = Some(#held);
            }),
        };
        Some((parse_quote!(let Some(mut #held) = #option), then))
    }
}

/// `v.last_mut()`, `v.first_mut()` and `v.get_mut(i)`: whether there is such an element, and its place.
fn lent_element(call: &ExprMethodCall) -> Option<(Expr, Expr)> {
    let list = &call.receiver;
    match (call.method.to_string().as_str(), call.args.first()) {
        ("last_mut", None) => {
            Some((parse_quote!(#list.len() > 0), parse_quote!(#list[#list.len() - 1])))
        }
        ("first_mut", None) => Some((parse_quote!(#list.len() > 0), parse_quote!(#list[0]))),
        ("get_mut", Some(Expr::Range(_))) => None,
        ("get_mut", Some(at)) => Some((parse_quote!(#at < #list.len()), parse_quote!(#list[#at]))),
        _ => None,
    }
}

/// The place behind `v.last_mut().unwrap()` and its like.
pub(super) fn unwrapped_place(expr: &Expr) -> Option<Expr> {
    let Expr::MethodCall(call) = expr else { return None };
    let is_unwrap = call.method == "unwrap" || call.method == "expect";
    match &*call.receiver {
        Expr::MethodCall(inner) if is_unwrap => lent_element(inner).map(|(_, place)| place),
        _ => None,
    }
}

/// True for a position that calls nothing: it is compared, and then used.
fn may_be_looked_at_twice(at: &Expr) -> bool {
    struct Calls(bool);
    impl<'ast> Visit<'ast> for Calls {
        fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
            self.0 |= !is_query(call);
            visit::visit_expr_method_call(self, call);
        }
    }
    let mut calls = Calls(false);
    calls.visit_expr(at);
    only_reads(at) && !calls.0
}
