//! Methods that move the elements of a list, put some in or take some out, and what is put into an `Option` and taken out
//! of it: each is read as the statements that it stands for. Where elements go by their values, that order is a constant.

use proc_macro2::Span;
use quote::quote;
use syn::{parse_quote, Block, Expr, ExprMethodCall};

use super::exits::Tail;
use super::mentions::Mentions;
use super::Lowering;
use crate::graph::{Ty, Value};
use crate::language;

impl Lowering<'_> {
    /// The same as a statement; false if the call is none of these.
    pub(super) fn rearranges(&mut self, call: &ExprMethodCall) -> bool {
        let name = call.method.to_string();
        let args: Vec<&Expr> = call.args.iter().collect();
        let stmts: fn(&Expr) -> Block = match (name.as_str(), args.as_slice()) {
            ("reverse", []) => |list| {
                parse_quote!({
                    for __at in 0..__length / 2 {
                        #list.swap(__at, __length - 1 - __at);
                    }
                })
            },
            ("rotate_left" | "rotate_right", [_]) => |list| {
                parse_quote!({
                    assert!(__by <= __length, "a list of {} is rotated by {}", __length, __by);
                    for __at in 0..__length {
                        #list[__at] = __old[(__at + __from) % __length].clone();
                    }
                })
            },
            ("sort_by" | "sort_unstable_by", [_]) => |list| {
                parse_quote!({
                    for __at in 0..__length {
                        #list[__at] = __old[__order[__at]].clone();
                    }
                })
            },
            ("retain", [_]) => |list| {
                parse_quote!({
                    for __at in 0..__order.len() {
                        #list.swap(__at, __order[__at]);
                    }
                    #list.truncate(__order.len());
                })
            },
            ("insert", [_, _]) => |list| {
                parse_quote!({
                    assert!(__by <= __length, "insertion at {} into a list of {}", __by, __length);
                    #list.push(__new);
                    for __at in (__by..__length).rev() {
                        #list.swap(__at, __at + 1);
                    }
                })
            },
            ("resize", [_, _]) => |list| {
                parse_quote!({
                    #list.truncate(__by);
                    for _ in __length..__by {
                        #list.push(__new.clone());
                    }
                })
            },
            ("append", [_]) => {
                let other = match &call.args[0] {
                    Expr::Reference(lent) => &*lent.expr,
                    other => other,
                };
                let list = self.pinned(&call.receiver);
                let stmts = parse_quote!({
                    for __item in #other.iter() {
                        #list.push(__item.clone());
                    }
                    #other.clear();
                });
                self.block_with(&stmts, Tail::No);
                return true;
            }
            ("remove" | "swap_remove", [_]) | ("take", []) | ("replace", [_]) => {
                self.taken(call);
                return true;
            }
            ("insert", [new]) => {
                let place = &call.receiver;
                self.assignment(&parse_quote!(#place = Some(#new)));
                return true;
            }
            _ => return false,
        };
        self.scopes.enter();
        let span = call.method.span();
        let list = self.begun(call);
        match (name.as_str(), args.as_slice()) {
            ("rotate_left" | "rotate_right", [by]) => {
                let (by, is_left) = (self.constant_position(by), name == "rotate_left");
                self.scopes.bind("__by", by);
                let from = match is_left {
                    true => by,
                    false => {
                        let length = self.scopes.get("__length").map_or(by, |held| held.value);
                        let rest = |names: &[syn::Ident]| {
                            let (length, by) = (&names[0], &names[1]);
                            quote!(usize::saturating_sub(#length, #by))
                        };
                        self.number(&[length, by], rest, span)
                    }
                };
                self.scopes.bind("__from", from);
            }
            ("insert" | "resize", [by, new]) => {
                let by = self.constant_position(by);
                self.scopes.bind("__by", by);
                let new = self.expr(new);
                self.scopes.bind("__new", new);
            }
            ("sort_by" | "sort_unstable_by", [order]) => {
                self.ordered(&parse_quote!(__order_by(&__old[..], #order)), span);
            }
            ("retain", [kept]) => self.ordered(&parse_quote!(__kept_by(&__old[..], #kept)), span),
            _ => {}
        }
        self.block_with(&stmts(&list), Tail::No);
        self.scopes.leave();
        true
    }

    /// `v.remove(i)`, `v.swap_remove(i)`, `o.take()` and `o.replace(a)`: what is taken out.
    pub(super) fn taken(&mut self, call: &ExprMethodCall) -> Value {
        let span = call.method.span();
        let name = call.method.to_string();
        self.scopes.enter();
        let list = self.pinned(&call.receiver);
        let stmts: Block = match (name.as_str(), call.args.first()) {
            ("take", _) => {
                let old = self.part_at(&list);
                self.scopes.bind("__old", old);
                parse_quote!({
                    #list = None;
                    __old
                })
            }
            ("replace", Some(new)) => {
                let old = self.part_at(&list);
                self.scopes.bind("__old", old);
                let new = self.expr(new);
                self.scopes.bind("__new", new);
                parse_quote!({
                    #list = Some(__new);
                    __old
                })
            }
            (_, by) => {
                let list = self.begun(call);
                let by = by.map(|by| self.constant_position(by));
                self.scopes.bind("__by", by.unwrap_or(Value(0)));
                match name == "remove" {
                    true => parse_quote!({
                        let __taken = #list[__by].clone();
                        for __at in __by + 1..__length {
                            #list.swap(__at - 1, __at);
                        }
                        #list.truncate(__length - 1);
                        __taken
                    }),
                    false => parse_quote!({
                        let __taken = #list[__by].clone();
                        #list.swap(__by, __length - 1);
                        #list.truncate(__length - 1);
                        __taken
                    }),
                }
            }
        };
        let taken = self.block_with(&stmts, Tail::No);
        self.scopes.leave();
        taken.unwrap_or_else(|| self.undefined(span))
    }

    /// Names for the list as it is now, and for its length.
    fn begun(&mut self, call: &ExprMethodCall) -> Expr {
        let list = self.pinned(&call.receiver);
        let old = self.part_at(&list);
        self.scopes.bind("__old", old);
        let length = self.length_now(old, call.method.span());
        self.scopes.bind("__length", length);
        list
    }

    /// A name for positions that a function of the elements gives, through which nothing flows.
    fn ordered(&mut self, order: &Expr, span: Span) {
        if self.must_read_guard(order) {
            self.mistake(order, language::ASKED.of("an order"));
            return;
        }
        let mentions = Mentions { active: None, pure: false, ..self.mentions(order) };
        let ty = Ty::List(Box::new(Ty::Integer));
        let value = self.verbatim(quote!(#order), mentions, ty, span);
        self.kept.insert(value);
        self.scopes.bind("__order", value);
    }

    /// `[&a[..], &b].concat()`.
    pub(super) fn concatenated(&mut self, call: &ExprMethodCall) -> Value {
        let Expr::Array(parts) = &*call.receiver else { return self.undefined(call.method.span()) };
        let parts = parts.elems.iter();
        let list = self.own_name("joined");
        self.expr(&parse_quote!({
            let mut #list = ::std::vec::Vec::new();
            #(#list.extend_from_slice(#parts);)*
            #list
        }))
    }
}
