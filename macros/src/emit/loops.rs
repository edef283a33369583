//! Loops and their adjoints. What is carried stands in a variable that is assigned to at the end of the
//! turn; what a turn saves goes into a list.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned, ToTokens};

use super::kernel::is_receiver;
use super::text::Strength;
use super::tokens::rename_pattern;
use super::writer::Writer;
use crate::graph::{Block, Each, Head, Loop, Node, Op, Turns, Ty, Unloop, Value};

impl<'a> Writer<'a> {
    /// `for item in items { .. }` or `while condition { .. }`.
    pub(super) fn loop_statement(&mut self, turns: &'a Loop, node: &'a Node) -> TokenStream {
        let body = &node.blocks[0];
        let mut opening = self.open_carried(node);
        for stack in &body.stacks {
            opening.extend(self.open_record(*stack, "saved", &quote!(::std::vec::Vec::new())));
        }
        let record = node.record();
        if let Some(record) = record.filter(|record| !self.survey.stacks.contains(record)) {
            opening.extend(match (body.saved.is_empty(), &turns.head) {
                (true, _) => self.open_record(record, "turns", &quote!(0usize)),
                (false, Head::Each(each))
                    if each.is_range
                        && each.iterable.pure
                        && !turns.exits
                        && !body.is_sparse
                        && !body.saved.iter().any(|value| self.is_pullback(*value)) =>
                {
                    let (room, range) =
                        (self.rt("record"), self.verbatim(&each.iterable, &node.args));
                    let range = range.tokens;
                    self.open_record(record, "saved", &quote!(#room(#range)))
                }
                (false, _) => self.open_record(record, "saved", &quote!(::std::vec::Vec::new())),
            });
        }
        let record = record.and_then(|record| self.names.get(record).cloned());
        let (reused, recycled) = self.open_reused(node);
        let mut inner = self.clone();
        let head = match &turns.head {
            Head::Each(each) => {
                let pattern = inner.item_pattern(each, &body.params[..each.items], node);
                let iterable = self.verbatim(&each.iterable, &node.args).tokens;
                quote!(for #pattern in #iterable)
            }
            Head::While => {
                let condition = &node.blocks[1];
                let mut test = inner.clone();
                let statements = test.statements(&condition.nodes);
                test.come_to(&condition.results, test.liveness.after_results(condition));
                let value = test.text(condition.results[0]).tokens;
                match (statements.is_empty(), value.to_string() == "true") {
                    (true, true) => quote!(loop),
                    (true, false) => quote!(while #value),
                    (false, _) => quote!(while { #(#statements)* #value }),
                }
            }
        };
        let mut statements = match body.primal {
            0 => inner.statements(&body.nodes),
            primal => inner.statements_of_both(&body.nodes, primal),
        };
        if let Some(record) = &record {
            if body.saved.is_empty() {
                statements.push(quote!(#record += 1;));
            } else {
                let saved = inner.saved(body);
                let push = quote!(#record.push(#saved););
                statements.push(match body.is_sparse {
                    true => {
                        let is_kept = inner.text(body.saved[0]).tokens;
                        quote!(if #is_kept { #push })
                    }
                    false => push,
                });
            }
        }
        let exit = turns.exits.then(|| body.results[0]);
        inner.come_to(&body.results, inner.liveness.after_results(body));
        let leave = exit.map(|flag| {
            let text = inner.text(flag).tokens;
            match text.to_string() == "true" {
                true => (TokenStream::new(), quote!(break;)),
                // The variables change before the loop is left.
                false if inner.names.get(flag).is_some() => {
                    (TokenStream::new(), quote!(if #text { break; }))
                }
                false => {
                    let name = inner.fresh("leaves");
                    (quote!(let #name = #text;), quote!(if #name { break; }))
                }
            }
        });
        if let Some((flag, _)) = &leave {
            statements.push(flag.clone());
        }
        statements.push(inner.carry_on(node));
        if let Some((_, leave)) = leave {
            statements.push(leave);
        }
        self.close_carried(node);
        self.close_reused(node);
        quote_spanned!(node.span()=> #opening #reused #head { #(#statements)* } #recycled)
    }

    /// A call that does not fit would be reported again wherever its pullback's type is named.
    fn is_pullback(&self, value: Value) -> bool {
        self.definition(value)
            .is_some_and(|node| matches!(node.op, Op::Call(_)) && node.outs.get(1) == Some(&value))
    }

    /// A variable for what the turns of a loop keep.
    fn open_record(&mut self, record: Value, wish: &str, empty: &TokenStream) -> TokenStream {
        let mutable = self.declare(record);
        self.open_for_writing(record);
        let name = self.name_like(record, wish, true);
        self.pinned.insert(record, ());
        quote!(let #mutable #name = #empty;)
    }

    /// The adjoint of a loop: its turns from the last to the first. Its linear part: from the first to the last.
    pub(super) fn unloop_statement(&mut self, unloop: &'a Unloop, node: &'a Node) -> TokenStream {
        let body = &node.blocks[0];
        let mut opening = self.open_carried(node);
        let rev = (!self.is_linear()).then(|| quote!(.rev()));
        for stack in &body.stacks {
            let iter = turns_of(takes_stack(body, *stack));
            let stack = self.text(*stack).at_least(Strength::Atom);
            opening.extend(quote!(let mut #stack = #stack.#iter()#rev;));
        }
        let (reused, recycled) = self.open_reused(node);
        let mut inner = self.clone();
        inner.bind_restored(node, body);
        let record = (unloop.turns != Turns::Known)
            .then(|| self.text(node.args[0]).at_least(Strength::Atom));
        let items = unloop.again.as_ref().map_or(0, |each| each.items);
        let restored = inner.restored_pattern(body, items);
        let iter = turns_of(body.takes);
        let restored = if body.takes { restored } else { quote!(&#restored) };
        let again = unloop.again.as_ref().map(|each| {
            let pattern = inner.item_pattern(each, &body.restored[..items], node);
            let from = usize::from(unloop.turns != Turns::Known);
            let iterable =
                self.verbatim(&each.iterable, &node.args[from..]).at_least(Strength::Atom);
            // As many as there were, if the loop was left before its end.
            let taken = match (unloop.turns, &record) {
                (Turns::Counted, _) => {
                    let turns = self.place_text(node.args[0]);
                    quote!(.take(#turns))
                }
                (_, Some(record)) if self.may_be_left(node.args[0]) => quote!(.take(#record.len())),
                _ => TokenStream::new(),
            };
            let iterable = match each {
                each if each.is_range => quote!(#iterable),
                each if self.goes_both_ways(each, &node.args[from..]) => quote!(#iterable #taken),
                _ => quote!(::core::iter::IntoIterator::into_iter(#iterable)
                    #taken.collect::<::std::vec::Vec<_>>().into_iter()),
            };
            (pattern, iterable)
        });
        let saved = record.as_ref().map(|record| {
            match node.args.first().is_some_and(|record| self.survey.stacks.contains(record)) {
                true => quote!(#record.by_ref()),
                false => quote!(#record.#iter()#rev),
            }
        });
        let head = match (unloop.turns, again) {
            (Turns::Counted, None) => {
                let turns = self.place_text(node.args[0]);
                quote!(for _ in 0..#turns)
            }
            (_, None) => quote!(for #restored in #saved),
            (Turns::Known | Turns::Counted, Some((pattern, iterable))) => {
                quote!(for #pattern in #iterable #rev)
            }
            (Turns::Recorded, Some((pattern, iterable))) => {
                quote!(for (#pattern, #restored) in #iterable #rev.zip(#saved))
            }
        };
        let mut statements = inner.owned_constants(body, items);
        statements.extend(inner.statements_of_both(&body.nodes, body.primal));
        inner.come_to(&body.results, inner.liveness.after_results(body));
        statements.push(inner.carry_on(node));
        self.close_carried(node);
        self.close_reused(node);
        let turns = quote!(#reused #head { #(#statements)* } #recycled);
        let mut needed = crate::graph::Arguments::default();
        node.outs.iter().for_each(|out| needed.join(&self.graph.info(*out).depends_on));
        match self.guard_of(&needed) {
            Some(guard) => {
                let activity = self.rt("Activity");
                quote!(#opening if <#guard as #activity>::IS { #turns })
            }
            None => quote!(#opening #turns),
        }
    }

    /// True for the record of a loop that may end before its items do.
    fn may_be_left(&self, record: Value) -> bool {
        let forward = self.definition(self.survey.origin(record));
        !matches!(forward, Some(Node { op: Op::Loop(Loop { exits: false, .. }), .. }))
    }

    /// True for an array's `x.outer_iter()`, which knows its length and begins at either end.
    fn goes_both_ways(&self, each: &Each, args: &[Value]) -> bool {
        let text = each.iterable.tokens.to_string().replace(' ', "");
        each.iterable.mentions(args).any(|(name, value)| {
            matches!(self.graph.ty(value), Ty::Array(..)) && text == format!("{name}.outer_iter()")
        })
    }

    /// A variable for everything that a loop carries: that of the value with which it begins, if nothing
    /// else needs it, or a new one.
    fn open_carried(&mut self, node: &'a Node) -> TokenStream {
        let body = &node.blocks[0];
        let mut opening = TokenStream::new();
        let mut taken: Vec<Value> = Vec::new();
        for (position, param) in body.params[node.items()..].iter().enumerate() {
            let init = node.args[node.first_carried() + position];
            let out = node.outs[position];
            let is_alike =
                self.in_adjoint || self.graph.info(init).name == self.graph.info(*param).name;
            let is_used_once = self.here_uses.get(&init).is_none_or(|uses| *uses <= 1);
            let same_guard = self.guards.get(&init).map(ToString::to_string)
                == self.guard_of_value(*param).map(|guard| guard.to_string());
            if self.is_free_variable(init)
                && is_alike
                && is_used_once
                && same_guard
                && !taken.contains(&init)
            {
                taken.push(init);
                self.take_over(*param, init);
            } else {
                // What a constant begins as says its type; what is active has one anyway, but not in time for a method.
                let says_its_type = !self.is_active(*param) || is_receiver(body, *param);
                let literal = self.definition(init).filter(|_| says_its_type);
                let value = match literal.and_then(|literal| self.suffixed_literal(literal)) {
                    Some(literal) if self.is_inlined(init) && !self.in_adjoint => literal.tokens,
                    _ => self.moved(init),
                };
                let wish =
                    self.graph.info(out).name.clone().unwrap_or_else(|| self.wish(node, out));
                self.hints.insert(*param, wish);
                opening.extend(self.open_variable(*param, node, value));
            }
            self.pinned.insert(*param, ());
        }
        opening
    }

    /// Lets what follows the loop use its variables.
    fn close_carried(&mut self, node: &'a Node) {
        let body = &node.blocks[0];
        let first = node.first_carried();
        for (position, (param, out)) in
            body.params[node.items()..].iter().zip(&node.outs).enumerate()
        {
            // A loop around may go on using the variable.
            let init = node.args[first + position];
            if !(self.pinned.contains(&init) && self.are_one(init, *param)) {
                self.pinned.remove(*param);
            }
            self.take_over(*out, *param);
        }
    }

    /// Assigns what a turn hands to the next.
    fn carry_on(&mut self, node: &'a Node) -> TokenStream {
        let params = &node.blocks[0].params[node.items()..];
        let pairs: Vec<(Value, Value)> =
            params.iter().copied().zip(node.carried_results().iter().copied()).collect();
        self.assignments(&pairs)
    }

    /// The pattern of a `for` over constants, in our names.
    fn item_pattern(&mut self, each: &Each, items: &[Value], node: &'a Node) -> TokenStream {
        let mut names = std::collections::HashMap::new();
        for item in items {
            let users = self.graph.info(*item).name.clone().unwrap_or_default();
            self.declare(*item);
            let wish = self.wish(node, *item);
            let name = self.name_like(*item, &wish, true);
            self.pinned.insert(*item, ());
            names.insert(users, name.to_token_stream());
        }
        rename_pattern(each.pattern.0.clone(), &names)
    }
}

/// True if the adjoint of the loop that saves into `stack`, somewhere inside, owns what it finds there.
fn takes_stack(block: &Block, stack: Value) -> bool {
    block.nodes.iter().any(|node| {
        let is_it = matches!(node.op, Op::Unloop(_)) && node.args.first() == Some(&stack);
        node.blocks.iter().any(|block| is_it && block.takes || takes_stack(block, stack))
    })
}

/// What gives the turns of a record: by value, or by reference.
fn turns_of(takes: bool) -> Ident {
    format_ident!("{}", if takes { "into_iter" } else { "iter" })
}
