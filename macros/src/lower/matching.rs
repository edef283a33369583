//! Conditions and patterns: which arm runs, as a constant, and what is then known in it.

use std::collections::HashMap;
use std::rc::Rc;

use proc_macro2::{Span, TokenStream};
use quote::{quote, ToTokens};
use syn::spanned::Spanned;
use syn::{Expr, Pat};

use super::constant::{only_reads, starts_upper};
use super::flow::{is_constant_name, names_of};
use super::mentions::Mentions;
use super::rename::rename_lent;
use super::Lowering;
use crate::graph::{Block, Node, Op, Origin, Tokens, Ty, Value, Verbatim};

/// What is matched against patterns.
#[derive(Clone)]
pub(super) enum Matched {
    /// A constant, in tokens that may be written again.
    Constant(Rc<(TokenStream, Vec<(String, Value)>)>),
    Active {
        value: Value,
        /// True if the user matches a reference, so that what a pattern binds is one too.
        is_lent: bool,
    },
}

/// What stands for it in tokens, where it has no name.
const MATCHED: &str = "__matched";

impl Matched {
    /// The values that it is made of, by their names.
    fn values(&self) -> Vec<(String, Value)> {
        match self {
            Matched::Constant(constant) => constant.1.clone(),
            Matched::Active { value, .. } => vec![(MATCHED.to_owned(), *value)],
        }
    }

    fn each_value(&mut self, mut f: impl FnMut(&str, &mut Value)) {
        match self {
            Matched::Constant(constant) => {
                Rc::make_mut(constant).1.iter_mut().for_each(|(name, value)| f(name, value));
            }
            Matched::Active { value, .. } => f(MATCHED, value),
        }
    }
}

impl Lowering<'_> {
    /// A condition, and the patterns that hold where it does.
    pub(super) fn condition<'e>(&mut self, cond: &'e Expr) -> (Value, Vec<(&'e Pat, Matched)>) {
        match cond {
            Expr::Paren(inner) => self.condition(&inner.expr),
            Expr::Let(test) => {
                let matched = self.matched(&test.expr, [&*test.pat]);
                let selector = self.select(&matched, &[(&test.pat, None)], cond.span());
                (selector, vec![(&test.pat, matched)])
            }
            Expr::Binary(binary) if matches!(binary.op, syn::BinOp::And(_)) && has_let(cond) => {
                // `a && let P = b`: what the left side binds is in scope on the right.
                let (left, mut patterns) = self.condition(&binary.left);
                let (right, found) = self.condition_then(left, &patterns, &binary.right);
                patterns.extend(found);
                (right, patterns)
            }
            _ => {
                let selector = self.expr(cond);
                self.graph.info_mut(selector).ty = Ty::Bool;
                (selector, Vec::new())
            }
        }
    }

    /// The right side of `left && right`, which is looked at, and writes, only where the left holds. What its
    /// patterns look at leaves it in variables of ours.
    fn condition_then<'e>(
        &mut self,
        left: Value,
        patterns: &[(&'e Pat, Matched)],
        right: &'e Expr,
    ) -> (Value, Vec<(&'e Pat, Matched)>) {
        let span = right.span();
        let mut names: Vec<String> = self.mentions(right).names.into_keys().collect();
        names.extend(patterns.iter().flat_map(|(pattern, _)| names_of(pattern)));
        names.push(MATCHED.to_owned());
        let carriers: HashMap<String, String> =
            names.into_iter().map(|name| (name, self.carrier(span))).collect();
        let (before, below) = (self.graph.values.len(), self.scopes.depth());
        let mut found = Vec::new();
        let read = |lowering: &mut Self| {
            for (pattern, matched) in patterns {
                lowering.bind_matched(pattern, matched);
            }
            let (holds, more) = lowering.condition(right);
            found = more;
            for (_, matched) in &found {
                for (name, value) in matched.values().into_iter().filter(|held| held.1 .0 >= before)
                {
                    if let Some(carrier) = carriers.get(&name) {
                        lowering.scopes.assign(carrier, value);
                    }
                }
            }
            Some(holds)
        };
        let fails = |lowering: &mut Self| Some(lowering.flag(false, span));
        let holds = self.either(left, read, fails, below, span).unwrap_or(left);
        self.graph.info_mut(holds).depends_on = Default::default();
        for (_, matched) in &mut found {
            matched.each_value(|name, value| {
                let carried = carriers.get(name).and_then(|carrier| self.scopes.get(carrier));
                if let (true, Some(carried)) = (value.0 >= before, carried) {
                    *value = carried.value;
                }
            });
        }
        (holds, found)
    }

    /// A variable of ours that has no value yet.
    fn carrier(&mut self, span: Span) -> String {
        self.numbers += 1;
        let carrier = format!("%matched{}", self.numbers);
        let undefined = self.undefined(span);
        self.scopes.bind(&carrier, undefined);
        carrier
    }

    /// `left && right`, where the right side is only looked at if the left holds.
    pub(super) fn and(&mut self, left: Value, then: Vec<Node>, right: Value, span: Span) -> Value {
        let arms = vec![(then, right), self.flag_arm(false, span)];
        self.choose(left, arms, span)
    }

    /// `left || right`, likewise.
    pub(super) fn or(&mut self, left: Value, then: Vec<Node>, right: Value, span: Span) -> Value {
        let arms = vec![self.flag_arm(true, span), (then, right)];
        self.choose(left, arms, span)
    }

    fn flag_arm(&mut self, flag: bool, span: Span) -> (Vec<Node>, Value) {
        let outer = std::mem::take(&mut self.nodes);
        let value = self.flag(flag, span);
        (std::mem::replace(&mut self.nodes, outer), value)
    }

    fn choose(&mut self, selector: Value, arms: Vec<(Vec<Node>, Value)>, span: Span) -> Value {
        // Whatever it is asked of, as `best.is_none()` of an `Option`.
        self.graph.info_mut(selector).ty = Ty::Bool;
        let out = self.node(Op::If, vec![selector], Ty::Bool, span);
        self.graph.info_mut(out).depends_on = Default::default();
        if let Some(node) = self.nodes.last_mut() {
            node.blocks = arms
                .into_iter()
                .map(|(nodes, result)| Block { nodes, results: vec![result], ..Block::default() })
                .collect();
        }
        out
    }

    /// What a `match`, `if let` or `let else` looks at. A constant that may run once only gets a name.
    pub(super) fn matched<'p>(
        &mut self,
        expr: &Expr,
        patterns: impl IntoIterator<Item = &'p Pat> + Clone,
    ) -> Matched {
        self.refuse_parts_by_mut(expr, patterns.clone());
        let mentions = self.mentions(expr);
        // An enum holds nothing that is differentiated, also in a struct that does.
        let is_enum = is_place_like(expr) && patterns.clone().into_iter().any(names_a_variant);
        // What is carried member by member is taken apart so, also before something active reaches it.
        let is_apart = mentions.names.values().any(|value| self.is_apart(*value));
        if (mentions.active.is_some() || is_apart) && !(is_enum && only_reads(expr)) {
            let (value, passing) = self.passed(expr);
            let info = self.graph.info_mut(value);
            if info.ty == Ty::Unknown && patterns.into_iter().any(names_some) {
                info.ty = Ty::Option(Box::new(Ty::Unknown));
            }
            let is_lent = self.is_lent_as(value, passing);
            return Matched::Active { value, is_lent };
        }
        if mentions.pure && is_place_like(expr) {
            let names = mentions.names.into_iter().collect();
            return Matched::Constant(Rc::new((expr.to_token_stream(), names)));
        }
        let value = self.constant(expr);
        if self.graph.info(value).name.is_none() {
            self.graph.info_mut(value).name = Some("matched".to_owned());
        }
        Matched::Constant(Rc::new((quote!(__matched), vec![(MATCHED.to_owned(), value)])))
    }

    /// A `bool` for one pattern, the position of the first arm that fits for several.
    pub(super) fn select(
        &mut self,
        matched: &Matched,
        tests: &[(&Pat, Option<&Expr>)],
        span: Span,
    ) -> Value {
        if tests.iter().any(|(_, guard)| guard.is_some_and(|guard| self.must_read_guard(guard))) {
            return self.select_one_by_one(matched, tests, 0, span);
        }
        let (mut subject, mut names) = match matched {
            Matched::Constant(constant) => ((constant.0).clone(), constant.1.clone()),
            Matched::Active { value, .. } => {
                (quote!(__matched), vec![(MATCHED.to_owned(), *value)])
            }
        };
        // A float is compared by value, and anything else in place: what a guard reads is then behind a reference.
        let mut shows = false;
        if let Matched::Active { value, is_lent } = matched {
            if !is_copied(self.graph.ty(*value)) {
                // A slice's pattern fits no `Vec`.
                let is_list = matches!(self.graph.ty(*value), Ty::List(_));
                subject = match is_list && tests.iter().any(|(pattern, _)| is_of_slices(pattern)) {
                    true => quote!(&#subject[..]),
                    false => quote!(&#subject),
                };
                shows = !is_lent;
            }
        }
        let is_one = tests.len() == 1;
        let mut pure = true;
        let mut arms = TokenStream::new();
        for (position, (pattern, guard)) in tests.iter().enumerate() {
            let number = proc_macro2::Literal::usize_unsuffixed(position);
            let answer = if is_one { quote!(true) } else { number.to_token_stream() };
            match guard {
                Some(guard) => {
                    let own = names_of(pattern);
                    let mut mentions = self.mentions(*guard);
                    mentions.names.retain(|name, _| !own.contains(name));
                    mentions.lent.retain(|name, _| !own.contains(name));
                    mentions.numbers.retain(|name| !own.contains(name));
                    if shows {
                        mentions.lent.extend(own.into_iter().map(behind_a_reference));
                    }
                    let guard = rename_lent(guard.to_token_stream(), &mentions);
                    pure &= mentions.pure;
                    names.extend(mentions.names);
                    arms.extend(quote!(#pattern if #guard => #answer,));
                }
                None => {
                    let pattern = without_bindings(pattern);
                    arms.extend(quote!(#pattern => #answer,));
                }
            }
        }
        if is_one {
            arms.extend(quote!(_ => false,));
        }
        let names = names.into_iter().collect();
        let mentions = Mentions { pure, ..Mentions::of(names) };
        let ty = if is_one { Ty::Bool } else { Ty::Integer };
        let tokens = match tests {
            [(pattern, None)] => {
                let pattern = without_bindings(pattern);
                quote!(matches!(#subject, #pattern))
            }
            _ => quote!(match #subject { #arms }),
        };
        self.verbatim(tokens, mentions, ty, span)
    }

    /// Binds the names of a pattern that is known to fit.
    pub(super) fn bind_matched(&mut self, pattern: &Pat, matched: &Matched) {
        match matched {
            Matched::Active { value, is_lent } => {
                let was_in_test = std::mem::replace(&mut self.in_test, true);
                let value = self.out_of_option(*value, pattern.span());
                self.bind_parts(pattern, value, *is_lent);
                self.in_test = was_in_test;
            }
            Matched::Constant(constant) => {
                let found = names_of(pattern);
                if found.is_empty() {
                    return;
                }
                let (names, mut args): (Vec<String>, Vec<Value>) =
                    constant.1.iter().cloned().unzip();
                for value in &mut args {
                    *value = self.out_of_option(*value, pattern.span());
                }
                let subject = &constant.0;
                let tokens = quote!(#subject else { unreachable!() });
                // It is taken apart again where that is needed, so that nothing borrowed is kept.
                let mut verbatim = Verbatim::new(tokens, names, true);
                verbatim.pattern = Some(Tokens(pattern.to_token_stream()));
                let outs = self.bound_constants(&found, Ty::Unknown, false);
                self.nodes.push(Node {
                    outs,
                    op: Op::Verbatim(verbatim),
                    args,
                    blocks: vec![],
                    origin: Origin::from(pattern.span()),
                });
            }
        }
    }
}

/// A name of the user's value, where ours is a reference to it.
fn behind_a_reference(name: String) -> (String, TokenStream) {
    let ident = quote::format_ident!("{}", crate::graph::text_of(&name));
    (name, quote!((*#ident)))
}

/// True for a condition with a `let` in it.
pub(super) fn has_let(cond: &Expr) -> bool {
    match cond {
        Expr::Let(_) => true,
        Expr::Paren(inner) => has_let(&inner.expr),
        Expr::Binary(binary) => has_let(&binary.left) || has_let(&binary.right),
        _ => false,
    }
}

/// True for `Some(a)`, which tells that an `Option` is matched.
fn names_some(pattern: &Pat) -> bool {
    match pattern {
        Pat::TupleStruct(parts) => parts.path.is_ident("Some"),
        Pat::Paren(inner) => names_some(&inner.pat),
        Pat::Reference(inner) => names_some(&inner.pat),
        Pat::Guard(guarded) => names_some(&guarded.pat),
        _ => false,
    }
}

/// True for `Kind::Linear` and `Kind::Leaky(slope)`: a variant behind the name of its enum.
fn names_a_variant(pattern: &Pat) -> bool {
    let path = match pattern {
        Pat::Path(path) => &path.path,
        Pat::TupleStruct(parts) => &parts.path,
        Pat::Struct(fields) => &fields.path,
        Pat::Paren(inner) => return names_a_variant(&inner.pat),
        Pat::Reference(inner) => return names_a_variant(&inner.pat),
        Pat::Ident(ident) => {
            return ident.subpat.as_ref().is_some_and(|(_, inner)| names_a_variant(inner))
        }
        Pat::Or(cases) => return cases.cases.iter().any(names_a_variant),
        Pat::Guard(guarded) => return names_a_variant(&guarded.pat),
        _ => return false,
    };
    let owner = path.segments.iter().rev().nth(1).map(|owner| owner.ident.to_string());
    owner.is_some_and(|owner| starts_upper(&owner) && owner != "Option")
}

/// An expression that may be written again, and that shows a place rather than makes a value.
fn is_place_like(expr: &Expr) -> bool {
    match expr {
        Expr::Path(_) | Expr::Lit(_) => true,
        Expr::Field(field) => is_place_like(&field.base),
        Expr::Index(index) => is_place_like(&index.expr),
        Expr::Paren(inner) => is_place_like(&inner.expr),
        Expr::Reference(inner) => is_place_like(&inner.expr),
        Expr::Unary(inner) => is_place_like(&inner.expr),
        Expr::Tuple(parts) => parts.elems.iter().all(is_place_like),
        Expr::MethodCall(call) => {
            call.args.is_empty()
                && matches!(
                    call.method.to_string().as_str(),
                    "as_ref" | "as_deref" | "as_str" | "first" | "last"
                )
                && is_place_like(&call.receiver)
        }
        Expr::Binary(_) => true,
        _ => false,
    }
}

fn is_copied(ty: &Ty) -> bool {
    match ty {
        Ty::Float(_) | Ty::Integer | Ty::Bool => true,
        Ty::Tuple(parts) => parts.iter().all(is_copied),
        _ => false,
    }
}

/// The same test without names, so that nothing is moved or warned of.
fn without_bindings(pattern: &Pat) -> TokenStream {
    match pattern {
        Pat::Ident(ident) => match &ident.subpat {
            Some((_, inner)) => without_bindings(inner),
            None if is_constant_name(ident) => ident.to_token_stream(),
            None => quote!(_),
        },
        Pat::Paren(inner) => without_bindings(&inner.pat),
        Pat::Type(typed) => without_bindings(&typed.pat),
        Pat::Reference(inner) => without_bindings(&inner.pat),
        Pat::Or(cases) => {
            let cases = cases.cases.iter().map(without_bindings);
            quote!(#(#cases)|*)
        }
        Pat::Tuple(tuple) => {
            let parts = tuple.elems.iter().map(without_bindings);
            quote!((#(#parts,)*))
        }
        Pat::TupleStruct(tuple) => {
            let path = &tuple.path;
            let parts = tuple.elems.iter().map(without_bindings);
            quote!(#path(#(#parts),*))
        }
        Pat::Struct(fields) => {
            let path = &fields.path;
            let parts = fields.fields.iter().map(|field| {
                let (member, inner) = (&field.member, without_bindings(&field.pat));
                quote!(#member: #inner,)
            });
            quote!(#path { #(#parts)* .. })
        }
        Pat::Slice(list) => {
            let parts = list.elems.iter().map(without_bindings);
            quote!([#(#parts),*])
        }
        other => other.to_token_stream(),
    }
}

/// True for the pattern of a slice, also behind a reference or as one of several.
fn is_of_slices(pattern: &Pat) -> bool {
    match pattern {
        Pat::Slice(_) => true,
        Pat::Paren(inner) => is_of_slices(&inner.pat),
        Pat::Reference(inner) => is_of_slices(&inner.pat),
        Pat::Ident(name) => name.subpat.as_ref().is_some_and(|(_, inner)| is_of_slices(inner)),
        Pat::Or(either) => either.cases.iter().any(is_of_slices),
        _ => false,
    }
}
