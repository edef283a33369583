//! Iterator chains that leave items out, or make several of one: each is rewritten as the loop that it stands for,
//! and read as such. What comes before is gone over by its positions.

use proc_macro2::Span;
use quote::format_ident;
use syn::{parse_quote, Expr, ExprForLoop, ExprMethodCall, Ident, Lifetime, Stmt};

use super::flow::{mentioned, names_of};
use super::items::is_iterator;
use super::jumps::Jumps;
use super::sifted_steps::Written;
use super::Lowering;
use crate::graph::{Elem, Op, Ty, Value};
use crate::language;

/// A chain from its first adaptor of this kind on.
pub(super) struct Sifted<'e> {
    /// What comes before it.
    pub(super) source: &'e Expr,
    pub(super) steps: Vec<&'e ExprMethodCall>,
}

impl Lowering<'_> {
    /// `chain.filter(f).sum()` and its like; nothing if the chain leaves nothing out.
    pub(super) fn sifted_end(&mut self, call: &ExprMethodCall) -> Option<Value> {
        let name = call.method.to_string();
        if let Some(found) = self.found_first(call) {
            return Some(found);
        }
        if let Some(listed) = self.listed(&call.receiver) {
            let receiver = match listed {
                Ok(receiver) => Box::new(receiver),
                Err(mistake) => return Some(mistake),
            };
            return self.in_scope_of_list(&ExprMethodCall { receiver, ..call.clone() });
        }
        let is_choice = ["reduce", "max_by", "min_by"].contains(&name.as_str());
        if !is_choice || !is_iterator(&call.receiver) {
            return self.ended(call, Some(Elem::Literal));
        }
        // What is chosen from is read before: rustc has to know its type where the choice is made.
        let before = self.snapshot();
        let chain = &call.receiver;
        let all = self.chain(&parse_quote!(#chain.collect()))?;
        if self.poisoned.contains(&all) {
            return Some(all);
        }
        let ty = match self.graph.ty(all) {
            Ty::List(item) => (**item).clone(),
            _ => Ty::Unknown,
        };
        self.restore(before);
        match ty {
            // Which of a float and an array it is, rustc says.
            Ty::Float(elem) | Ty::Numeric(elem) => self.ended(call, Some(elem)),
            Ty::Unknown => self.ended(call, Some(Elem::Literal)),
            _ => self.ended(call, None),
        }
    }

    /// The same, where floats of this type are gone over, if floats are.
    fn ended(&mut self, call: &ExprMethodCall, elem: Option<Elem>) -> Option<Value> {
        let name = call.method.to_string();
        let span = call.method.span();
        let args: Vec<&Expr> = call.args.iter().collect();
        let is_choice = matches!(
            (name.as_str(), args.len()),
            ("reduce" | "max_by" | "min_by", 1) | ("last" | "next", 0)
        );
        let sifted = match sifted(&call.receiver) {
            Some(sifted) => sifted,
            None if is_choice && is_iterator(&call.receiver) => {
                if self.lends(&call.receiver) {
                    return Some(self.mistake(span, language::PASSES_OVER_PLACES.of(name)));
                }
                Sifted { source: &call.receiver, steps: Vec::new() }
            }
            None => return None,
        };
        self.scopes.enter();
        let so_far = self.own_name("so_far");
        let item = format_ident!("__item");
        let mut labels = Vec::new();
        let (init, end): (Option<Expr>, Vec<Stmt>) = match (name.as_str(), args.as_slice()) {
            ("sum", []) => (
                self.zero(&so_far, elem.unwrap_or(Elem::Literal), span),
                vec![parse_quote!(#so_far = #so_far + #item;)],
            ),
            ("product", []) => {
                let one = Op::Literal("1.0".to_owned());
                let one = self.node(one, vec![], Ty::Float(Elem::Literal), span);
                self.scopes.bind(&so_far.to_string(), one);
                (None, vec![parse_quote!(#so_far = #so_far * #item;)])
            }
            ("fold", [init, step]) => {
                let step = match self.handed_on(step, 2, &name) {
                    Ok(step) => step,
                    Err(mistake) => return Some(self.left(mistake)),
                };
                (Some((*init).clone()), vec![parse_quote!(#so_far = #step(#so_far, #item);)])
            }
            ("collect", []) => (
                Some(parse_quote!(::std::vec::Vec::new())),
                vec![parse_quote!(#so_far.push(#item);)],
            ),
            ("last", []) => (Some(parse_quote!(None)), vec![parse_quote!(#so_far = Some(#item);)]),
            ("next", []) => {
                let label: syn::Label = parse_quote!('__found:);
                let name = label.name.clone();
                labels.push(label);
                let end = vec![parse_quote!(#so_far = Some(#item);), parse_quote!(break #name;)];
                (Some(parse_quote!(None)), end)
            }
            ("reduce", [step]) => {
                let step = match self.handed_on(step, 2, &name) {
                    Ok(step) => step,
                    Err(mistake) => return Some(self.left(mistake)),
                };
                self.choice(&so_far, elem, |best| parse_quote!(#step(#best, #item)), span)
            }
            ("max_by" | "min_by", [order]) => {
                let order = match self.handed_on(order, 2, &name) {
                    Ok(order) => order,
                    Err(mistake) => return Some(self.left(mistake)),
                };
                // Of equal items, the last is the greatest and the first the least.
                let chosen = |best: &Ident| {
                    let (greater, other) = match name == "max_by" {
                        true => (best, &item),
                        false => (&item, best),
                    };
                    parse_quote!({
                        let __is_greater = #order(&#best, &#item) == ::core::cmp::Ordering::Greater;
                        if __is_greater { #greater } else { #other }
                    })
                };
                self.choice(&so_far, elem, chosen, span)
            }
            _ => {
                self.scopes.leave();
                return None;
            }
        };
        let value = match self.written(&sifted, labels, end, span) {
            Ok((mut before, turns)) => {
                before.extend(init.map(|init| -> Stmt { parse_quote!(let mut #so_far = #init;) }));
                let mut value: Expr = parse_quote!(#so_far);
                if is_choice && elem.is_some() && !matches!(name.as_str(), "last" | "next") {
                    let any = any_of(&so_far);
                    self.reached.insert(any.to_string());
                    before.push(parse_quote!(let mut #any = false;));
                    value = parse_quote!(if #any { Some(#so_far) } else { None });
                }
                self.expr(&parse_quote!({
                    #(#before)*
                    #turns
                    #value
                }))
            }
            Err(mistake) => mistake,
        };
        self.scopes.leave();
        Some(value)
    }

    /// `chain.filter(f).for_each(g)`; false if the chain leaves nothing out.
    pub(super) fn sifted_for_each(&mut self, call: &ExprMethodCall) -> bool {
        if let Some(listed) = self.listed(&call.receiver) {
            if let Ok(receiver) = listed {
                let receiver = Box::new(receiver);
                self.for_each(&ExprMethodCall { receiver, ..call.clone() });
                self.scopes.leave();
            }
            return true;
        }
        let Some(sifted) = sifted(&call.receiver) else { return false };
        let Some(function) = call.args.first() else { return false };
        self.scopes.enter();
        if let Ok(each) = self.handed_on(function, 1, "for_each") {
            let end = vec![parse_quote!(#each(__item);)];
            if let Ok((before, turns)) = self.written(&sifted, Vec::new(), end, call.method.span())
            {
                self.block_with(&parse_quote!({ #(#before)* #turns }), super::exits::Tail::No);
            }
        }
        self.scopes.leave();
        true
    }

    /// `for item in chain.filter(f) { .. }`; nothing if the chain leaves nothing out.
    pub(super) fn sifted_loop(&mut self, turns: &ExprForLoop) -> Option<Option<Value>> {
        if let Some(listed) = self.listed(&turns.expr) {
            return Some(match listed {
                Ok(expr) => {
                    let value =
                        self.for_loop(&ExprForLoop { expr: Box::new(expr), ..turns.clone() });
                    self.scopes.leave();
                    value
                }
                Err(mistake) => Some(mistake),
            });
        }
        let sifted = sifted(&turns.expr)?;
        let (pattern, stmts) = (&turns.pat, &turns.body.stmts);
        let mut end: Vec<Stmt> = vec![parse_quote!(let #pattern = __item;)];
        end.extend(stmts.iter().cloned());
        if let Some(step) =
            sifted.steps.iter().find(|step| step.method == "flat_map" || step.method == "flatten")
        {
            let jumps = Jumps::of_block(&turns.body);
            let own = turns.label.as_ref().map(|label| label.name.ident.to_string());
            let leaves = jumps.leaves_turn || own.is_some_and(|own| jumps.labels.contains(&own));
            let body = Expr::Block(parse_quote!({ #(#stmts)* }));
            let shadows =
                sifted.names_of_closures().iter().any(|name| mentioned(&body).contains(name));
            if leaves || shadows {
                return Some(Some(self.refused(step)));
            }
        }
        self.scopes.enter();
        let label = turns.label.iter().cloned().collect();
        let span = turns.for_token.span;
        let value = match self.written(&sifted, label, end, span) {
            Ok((before, mut whole)) => {
                whole.attrs.clone_from(&turns.attrs);
                let whole = Expr::ForLoop(whole);
                self.block_with(&parse_quote!({ #(#before)* #whole }), super::exits::Tail::No)
            }
            Err(mistake) => Some(mistake),
        };
        self.scopes.leave();
        Some(value)
    }

    /// The statements before the loop, and the loop.
    fn written(
        &mut self,
        sifted: &Sifted<'_>,
        labels: Vec<syn::Label>,
        end: Vec<Stmt>,
        span: Span,
    ) -> Result<(Vec<Stmt>, ExprForLoop), Value> {
        if let Some(step) = sifted.steps.first().filter(|_| self.lends(sifted.source)) {
            let message = language::PASSES_OVER_PLACES.of(&step.method);
            return Err(self.mistake(step.method.span(), message));
        }
        self.numbers += 1;
        let own = Lifetime::new(&format!("'__chain{}", self.numbers), span);
        let label = labels.into_iter().next().map_or(own, |label| label.name);
        let mut written = Written { label, before: Vec::new(), steps: Vec::new() };
        for step in &sifted.steps {
            let step = self.step(step, &mut written)?;
            written.steps.push(step);
        }
        let body = written.body(&written.steps, end);
        let (label, source) = (&written.label, sifted.source);
        let mut turns: ExprForLoop = parse_quote!(#label: for __item in #source { #(#body)* });
        turns.for_token.span = span;
        Ok((written.before, turns))
    }

    pub(super) fn refused(&mut self, step: &ExprMethodCall) -> Value {
        self.mistake(step.method.span(), language::ADAPTER.of(&step.method))
    }

    /// True for a source of places: an item under a name of ours would be a copy.
    fn lends(&mut self, source: &Expr) -> bool {
        let before = self.snapshot();
        let lends = self.items(source).is_ok_and(|items| !items.item.lent().is_empty());
        self.restore(before);
        lends
    }

    /// The name of a closure, or of a function's, for the loop to call: read wherever it is called.
    pub(super) fn handed_on(
        &mut self,
        function: &Expr,
        params: usize,
        method: &str,
    ) -> Result<Ident, Value> {
        let closure = self.closure(function, params, method)?;
        self.numbers += 1;
        let name = format_ident!("__function{}", self.numbers);
        // A pattern takes a constant apart as in Rust.
        let mut closure = closure.into_owned();
        let mut lets: Vec<Stmt> = Vec::new();
        for (at, input) in closure.inputs.iter_mut().enumerate() {
            if super::branch::alone(input).is_none() {
                let given = format_ident!("__given{at}");
                let pattern = std::mem::replace(input, parse_quote!(#given));
                lets.push(parse_quote!(let #pattern = #given;));
            }
        }
        if !lets.is_empty() {
            let body = &closure.body;
            closure.body = parse_quote!({ #(#lets)* #body });
        }
        self.bind_closure_to_read(&name.to_string(), &closure);
        Ok(name)
    }

    /// A new variable of versions.
    pub(super) fn own_name(&mut self, name: &str) -> Ident {
        self.numbers += 1;
        let name = format_ident!("__{name}{}", self.numbers);
        self.reached.insert(name.to_string());
        name
    }

    /// A number that a loop over numbers may begin with.
    fn zero(&mut self, so_far: &Ident, elem: Elem, span: Span) -> Option<Expr> {
        let zero = self.zero_of(elem, span);
        self.scopes.bind(&so_far.to_string(), zero);
        None
    }

    /// What a choice begins with, and what it does with each item: the first is kept, and of each other one what is
    /// chosen. What is no float stands in an `Option`.
    fn choice(
        &mut self,
        so_far: &Ident,
        elem: Option<Elem>,
        chosen: impl Fn(&Ident) -> Expr,
        span: Span,
    ) -> (Option<Expr>, Vec<Stmt>) {
        let Some(elem) = elem else {
            let best = format_ident!("__best");
            let chosen = chosen(&best);
            let next = parse_quote!(#so_far = match #so_far {
                None => Some(__item),
                Some(#best) => Some(#chosen),
            };);
            return (Some(parse_quote!(None)), vec![next]);
        };
        let any = any_of(so_far);
        let stmts = match elem.is_known() {
            true => {
                let chosen = chosen(so_far);
                vec![parse_quote!(#so_far = if #any { #chosen } else { __item };)]
            }
            // To rustc, what a choice begins with is of the items' type once it stands beside one.
            false => {
                let kept = format_ident!("__kept");
                let chosen = chosen(&kept);
                vec![
                    parse_quote!(let #kept = if #any { #so_far } else { __item };),
                    parse_quote!(#so_far = if #any { #chosen } else { #kept };),
                ]
            }
        };
        let stmts = [stmts, vec![parse_quote!(#any = true;)]].concat();
        (self.zero(so_far, elem, span), stmts)
    }

    /// A mistake, and the scope of its chain left.
    fn left(&mut self, mistake: Value) -> Value {
        self.scopes.leave();
        mistake
    }
}

/// The variable that says whether there is anything so far.
fn any_of(so_far: &Ident) -> Ident {
    format_ident!("{so_far}_any")
}

impl Sifted<'_> {
    /// The names that the closures which are written out bind.
    fn names_of_closures(&self) -> Vec<String> {
        let closures = self.steps.iter().filter(|step| step.method == "flat_map");
        let mut names = Vec::new();
        for closure in closures.flat_map(|step| &step.args) {
            let Expr::Closure(closure) = closure else { continue };
            names.extend(closure.inputs.iter().flat_map(names_of));
            if let Expr::Block(body) = &*closure.body {
                for stmt in &body.block.stmts {
                    if let Stmt::Local(local) = stmt {
                        names.extend(names_of(&local.pat));
                    }
                }
            }
        }
        names
    }
}

/// The chain from the first adaptor on that leaves items out or makes several of one, if it has one.
pub(super) fn sifted(expr: &Expr) -> Option<Sifted<'_>> {
    let call = match expr {
        Expr::Paren(inner) => return sifted(&inner.expr),
        Expr::MethodCall(call) if is_iterator(expr) => call,
        _ => return None,
    };
    if let Some(mut sifted) = sifted(&call.receiver) {
        sifted.steps.push(call);
        return Some(sifted);
    }
    let sifts = matches!(
        call.method.to_string().as_str(),
        "filter"
            | "filter_map"
            | "take_while"
            | "skip_while"
            | "map_while"
            | "flat_map"
            | "flatten"
            | "scan"
            | "inspect"
    );
    sifts.then(|| Sifted { source: &call.receiver, steps: vec![call] })
}
