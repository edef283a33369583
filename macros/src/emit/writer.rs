//! Nodes to statements, in order, with a name for every value.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};

use super::names::Names;
use super::signature::Signature;
use super::text::Text;
use crate::graph::{Arguments, Graph, Node, Op, Value};

/// Writes one generated function body.
#[derive(Clone)]
pub(super) struct Writer<'a> {
    pub(super) graph: &'a Graph,
    pub(super) signature: &'a Signature<'a>,
    pub(super) names: Names,
    /// The node that defines each value outside of blocks.
    pub(super) definitions: HashMap<Value, &'a Node>,
    /// Values that are written where they are used, not bound by a `let`.
    pub(super) inlined: HashSet<Value>,
    /// Values that are changed in place.
    pub(super) mutated: HashSet<Value>,
    /// The positions of the statements that use each value.
    uses: HashMap<Value, Vec<usize>>,
    pub(super) position: usize,
    /// Values that are not ours to move: borrowed, or owned by a pullback that may run again.
    pub(super) captured: HashSet<Value>,
    /// How to reach a value that is kept only where a marker says so.
    pub(super) access: HashMap<Value, TokenStream>,
    /// The texts of values inside a block that are written where they are used.
    pub(super) written: HashMap<Value, Text>,
    /// Names for values inside a block, after what they become outside.
    pub(super) hints: HashMap<Value, String>,
    /// The markers of the parameters, in the hidden function.
    pub(super) markers: Option<Vec<Ident>>,
    /// Where in the user's source the node being written stands: an identifier lies where it is used.
    pub(super) here: Cell<Option<Span>>,
    /// A float whose type a bare literal takes, where the macro does not know it.
    pub(super) anchor: Option<Anchor>,
}

/// What a literal takes its type from.
#[derive(Clone)]
pub(super) enum Anchor {
    /// A float variable.
    Value(TokenStream),
    /// The function's only type parameter that is a float.
    Type(TokenStream),
}

impl Anchor {
    pub(super) fn number(&self, lit: &TokenStream, number: TokenStream) -> TokenStream {
        match self {
            Anchor::Value(value) => quote!(#lit(#value, #number)),
            Anchor::Type(ty) => quote!(#ty::from_f64_lossy(#number)),
        }
    }
}

impl<'a> Writer<'a> {
    pub(super) fn new(graph: &'a Graph, signature: &'a Signature<'a>) -> Writer<'a> {
        let item = &signature.source.item;
        let mut writer = Writer {
            graph,
            signature,
            names: Names::new(quote!(#item)),
            definitions: HashMap::new(),
            inlined: HashSet::new(),
            mutated: HashSet::new(),
            uses: HashMap::new(),
            position: 0,
            captured: HashSet::new(),
            access: HashMap::new(),
            written: HashMap::new(),
            hints: HashMap::new(),
            markers: None,
            here: Cell::new(None),
            anchor: None,
        };
        writer.survey();
        writer.anchor = signature.float_parameter().map(|name| Anchor::Type(quote!(#name)));
        for (param, value) in signature.source.params.iter().zip(&graph.body.params) {
            writer.names.declare(*value, param.name.clone());
            if graph.ty(*value).is_float() && !graph.ty(*value).elem().is_concrete() {
                let name = &param.name;
                writer.anchor.get_or_insert(Anchor::Value(quote!(#name)));
            }
        }
        writer
    }

    /// Finds out what is used where.
    fn survey(&mut self) {
        let graph = self.graph;
        let end = graph.body.nodes.len();
        for node in &graph.body.nodes {
            for out in &node.outs {
                self.definitions.insert(*out, node);
            }
            if matches!(node.op, Op::AddField(_) | Op::AddAll | Op::AddView(_)) {
                self.mutated.insert(node.args[0]);
                self.mutated.insert(node.out());
            }
            if matches!(node.op, Op::CotangentPart(_)) {
                self.mutated.insert(node.args[0]);
            }
        }
        let uses = graph.uses();
        let mut direct: HashMap<Value, usize> = HashMap::new();
        let start = graph.sweep.as_ref().map_or(end, |sweep| sweep.start);
        let mut crosses: HashSet<Value> = HashSet::new();
        let mut defined_at: HashMap<Value, usize> = HashMap::new();
        for (position, node) in graph.body.nodes.iter().enumerate() {
            for arg in &node.args {
                *direct.entry(*arg).or_default() += 1;
                if defined_at
                    .get(arg)
                    .is_some_and(|defined| (*defined < start) != (position < start))
                {
                    crosses.insert(*arg);
                }
            }
            for out in &node.outs {
                defined_at.insert(*out, position);
            }
        }
        // What a kernel captures is computed before it, not for every element.
        let kernels: HashSet<Value> = graph
            .body
            .nodes
            .iter()
            .filter(|node| matches!(node.op, Op::Map | Op::Pull { .. }))
            .flat_map(|node| node.args.iter().copied())
            .collect();
        // What is added into a member needs no name beside it.
        let accumulated: HashSet<Value> = graph
            .body
            .nodes
            .iter()
            .filter(|node| matches!(node.op, Op::AddField(_) | Op::AddAll))
            .map(|node| node.args[1])
            .collect();
        // rustc infers a call inside `add(at(..), ..)` wrongly, so that stands before it.
        let elements: HashSet<Value> = graph
            .body
            .nodes
            .iter()
            .filter(|node| matches!(node.op, Op::AddView(row) if row.name == "Get"))
            .map(|node| node.args[1])
            .collect();
        // What a view or a field shows must live as long as the view.
        let shown: HashSet<Value> = graph
            .body
            .nodes
            .iter()
            .filter(|node| node.is_place())
            .map(|node| node.args[0])
            .collect();
        for node in &graph.body.nodes {
            let Some(out) = node.outs.first().copied() else { continue };
            let is_single =
                uses[out.0] == 1 && direct.get(&out) == Some(&1) && !crosses.contains(&out);
            let is_named = graph.info(out).name.is_some();
            let is_inlined = match &node.op {
                Op::Field(_) => true,
                Op::Row(row) if row.is_element() && !self.is_float(out) => true,
                Op::Row(row) if row.is_view() && !self.is_float(out) => {
                    uses[out.0] <= 1 || !is_named
                }
                Op::Literal(_) => !is_named,
                Op::Verbatim(verbatim) => {
                    verbatim.pattern.is_none()
                        && verbatim.pure
                        && !is_named
                        && (is_single || is_trivial(&verbatim.tokens.0))
                }
                Op::Effect(_)
                | Op::Call(_)
                | Op::Pullback(_)
                | Op::Accumulator
                | Op::AddField(_)
                | Op::AddAll
                | Op::CotangentPart(_)
                | Op::AddView(_) => false,
                _ if self.is_float(out) && kernels.contains(&out) => false,
                _ if shown.contains(&out) || elements.contains(&out) => false,
                _ if accumulated.contains(&out) && is_single && node.outs.len() == 1 => true,
                _ => node.outs.len() == 1 && is_single && !is_named && !self.mutated.contains(&out),
            };
            if is_inlined {
                self.inlined.insert(out);
            }
        }
        self.note_uses();
    }

    /// An inlined node is evaluated in the statements that use it, so its arguments are used there;
    /// what a named view shows is used where the view is.
    fn note_uses(&mut self) {
        let nodes = &self.graph.body.nodes;
        for result in &self.graph.body.results {
            self.uses.entry(*result).or_default().push(nodes.len());
        }
        for (position, node) in nodes.iter().enumerate().rev() {
            let is_inlined = node.outs.first().is_some_and(|out| self.inlined.contains(out));
            let at = match node.outs.first() {
                Some(out) if is_inlined => self.uses.get(out).cloned().unwrap_or_default(),
                Some(out) if node.is_place() || self.graph.info(*out).is_reference => {
                    let uses = self.uses.get(out).into_iter().flatten();
                    uses.chain([&position]).copied().collect()
                }
                _ => vec![position],
            };
            node.each_use(&mut |value| self.uses.entry(value).or_default().extend(&at));
        }
    }

    /// The position of the last statement that uses the value.
    pub(super) fn last_use(&self, value: Value) -> Option<usize> {
        self.uses.get(&value).and_then(|uses| uses.iter().max()).copied()
    }

    pub(super) fn is_float(&self, value: Value) -> bool {
        self.graph.ty(value).is_float()
    }

    /// The runtime's function of this name.
    pub(super) fn rt(&self, name: &str) -> TokenStream {
        let krate = &self.signature.krate;
        let name = format_ident!("{name}");
        quote!(#krate::rt::#name)
    }

    /// True if nothing after the statement being written needs the value.
    pub(super) fn dies_here(&self, value: Value) -> bool {
        !self.captured.contains(&value)
            && !self.access.contains_key(&value)
            && self.uses.get(&value).is_none_or(|uses| {
                // Once here and never after: twice in one statement is once too often.
                uses.iter().all(|at| *at <= self.position)
                    && uses.iter().filter(|at| **at == self.position).count() <= 1
            })
    }

    /// Statements for the nodes in this range of positions.
    pub(super) fn statements(&mut self, range: std::ops::Range<usize>) -> Vec<TokenStream> {
        let nodes = &self.graph.body.nodes;
        let mut statements = Vec::new();
        for position in range {
            self.position = position;
            if let Some(statement) = self.statement(&nodes[position]) {
                statements.push(statement);
            }
        }
        statements
    }

    fn statement(&mut self, node: &'a Node) -> Option<TokenStream> {
        if node.outs.iter().any(|out| self.inlined.contains(out)) {
            return None;
        }
        let span = match node.op {
            Op::Call(_) | Op::Pullback(_) => super::call::call_span(node),
            _ => node.span(),
        };
        self.here.set(node.origin.0);
        match &node.op {
            Op::Effect(verbatim) => Some(self.effect(verbatim, &node.args)),
            Op::Verbatim(verbatim) if verbatim.pattern.is_some() => {
                let value = self.verbatim(verbatim, &node.args);
                Some(self.bound_pattern(node, verbatim, value))
            }
            Op::AddField(_) | Op::AddAll | Op::AddView(_) => Some(self.addition(node)),
            _ => {
                let guard = self.guard(node);
                let value = self.node_expr(node).tokens;
                let value = match &guard {
                    Some(guard) => {
                        let activity = self.rt("Activity");
                        quote!(<#guard as #activity>::compute(|| #value))
                    }
                    None => value,
                };
                Some(self.bind(node, value, guard, span))
            }
        }
    }

    /// `let name = value;` or `let (a, b) = value;`.
    fn bind(
        &mut self,
        node: &Node,
        value: TokenStream,
        guard: Option<TokenStream>,
        span: Span,
    ) -> TokenStream {
        let is_used = |writer: &Self, out: &Value| writer.uses.contains_key(out);
        let is_tuple = matches!(node.op, Op::Pullback(_));
        if let ([out], false) = (node.outs.as_slice(), is_tuple) {
            let is_used = is_used(self, out);
            let name = self.name(*out, node);
            let mutable = self.mutated.contains(out).then(|| quote!(mut));
            if let Some(guard) = guard {
                self.keep(*out, &guard, &name, TokenStream::new());
            }
            return if is_used {
                quote_spanned!(span=> let #mutable #name = #value;)
            } else {
                quote_spanned!(span=> let _ = #value;)
            };
        }
        if let Some(guard) = guard {
            let whole = self.fresh("given");
            for (position, out) in node.outs.iter().enumerate() {
                let position = proc_macro2::Literal::usize_unsuffixed(position);
                self.keep(*out, &guard, &whole, quote!(.#position));
            }
            let mutable =
                node.outs.iter().any(|out| self.mutated.contains(out)).then(|| quote!(mut));
            return quote_spanned!(span=> let #mutable #whole = #value;);
        }
        let names: Vec<TokenStream> = node
            .outs
            .iter()
            .map(|out| {
                if !is_used(self, out) {
                    return quote!(_);
                }
                let mutable = self.mutated.contains(out).then(|| quote!(mut));
                let name = self.name(*out, node);
                quote!(#mutable #name)
            })
            .collect();
        match names.as_slice() {
            [one] => quote_spanned!(span=> let (#one,) = #value;),
            many => quote_spanned!(span=> let (#(#many),*) = #value;),
        }
    }

    /// Lets `value` be reached through what a marker kept.
    pub(super) fn keep(
        &mut self,
        value: Value,
        guard: &TokenStream,
        name: &Ident,
        member: TokenStream,
    ) {
        let activity = self.rt("Activity");
        let access = match self.mutated.contains(&value) {
            true => quote!((*<#guard as #activity>::kept_mut(&mut #name)) #member),
            false => quote!((*<#guard as #activity>::kept(&#name)) #member),
        };
        self.access.insert(value, access);
    }

    /// An identifier of ours that stands for no value.
    pub(super) fn fresh(&mut self, wish: &str) -> Ident {
        self.names.bind(Value(usize::MAX), wish, false, |_| true)
    }

    /// What a value is called that the user gave no name: after its operation, or `d` and what it is
    /// the cotangent of.
    pub(super) fn wish(&self, node: &Node, value: Value) -> String {
        let info = self.graph.info(value);
        if let Some(name) = self.hints.get(&value).or(info.name.as_ref()) {
            return name.clone();
        }
        if let Some((of, defined)) =
            info.shape_of.and_then(|of| Some((of, self.definitions.get(&of)?)))
        {
            let of_adjoint = self.graph.info(of).shape_of.is_some();
            if !of_adjoint {
                return crate::differentiate::cotangent_name(&self.wish(defined, of));
            }
        }
        match &node.op {
            Op::Row(row) => row.call.trim_end_matches("_const").to_owned(),
            Op::Call(callee) if node.outs.get(1) == Some(&value) => {
                format!("{}_pullback", callee_name(callee))
            }
            Op::Call(callee) => callee_name(callee),
            Op::Verbatim(_) => "constant".to_owned(),
            Op::Map => match node.blocks[0].nodes.last().map(|last| &last.op) {
                Some(Op::Row(row)) => row.call.to_owned(),
                _ => "mapped".to_owned(),
            },
            Op::Construct(_) => "whole".to_owned(),
            _ => "part".to_owned(),
        }
    }

    /// The identifier of a value that is being defined.
    pub(super) fn name(&mut self, value: Value, node: &Node) -> Ident {
        self.name_beside(value, node, self.position)
    }

    /// The same for a value that is defined before what the statements from `first` on use.
    pub(super) fn name_beside(&mut self, value: Value, node: &Node, first: usize) -> Ident {
        let in_primal = self.graph.sweep.as_ref().is_none_or(|sweep| self.position < sweep.start);
        let users = self.graph.info(value).name.clone();
        let is_users = users.is_some() && in_primal;
        let wish = users.unwrap_or_else(|| self.wish(node, value));
        let mut names = std::mem::take(&mut self.names);
        let ident = names.bind(value, &wish, is_users, |holder| {
            self.captured.contains(&holder)
                || self.last_use(holder).is_some_and(|last| last > first)
                || holder == Value(usize::MAX)
        });
        self.names = names;
        ident
    }

    /// The marker under which a node of the adjoint is needed, if not under all.
    pub(super) fn guard(&self, node: &Node) -> Option<TokenStream> {
        let sweep = self.graph.sweep.as_ref()?;
        if self.markers.is_none() || self.position < sweep.start {
            return None;
        }
        let mut needed = Arguments::default();
        for out in &node.outs {
            needed.join(&self.graph.info(*out).depends_on);
        }
        self.guard_of(&needed)
    }

    /// The marker of these arguments; none where it is that of all active ones.
    pub(super) fn guard_of(&self, needed: &Arguments) -> Option<TokenStream> {
        let markers = self.markers.as_ref()?;
        let active: Vec<usize> =
            self.signature.source.active().map(|(position, _)| position).collect();
        if needed.is_empty() || active.iter().all(|position| needed.0.contains(position)) {
            return None;
        }
        let or = self.rt("Or");
        let mut positions = needed.0.iter();
        let first = &markers[*positions.next()?];
        Some(positions.fold(quote!(#first), |so_far, position| {
            let next = &markers[*position];
            quote!(#or<#so_far, #next>)
        }))
    }
}

/// Tokens so short that they are written again rather than given a name.
pub(super) fn is_trivial(tokens: &TokenStream) -> bool {
    let text = tokens.to_string();
    let is_path =
        text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | ':' | ' ' | '.' | '&' | '-'));
    let is_constructor =
        text.starts_with(char::is_uppercase) || text.starts_with("s !") || text.starts_with("s!");
    is_path || is_constructor
}

fn callee_name(callee: &crate::graph::Callee) -> String {
    use crate::graph::Target;
    match &callee.target {
        Target::Function(path) => {
            path.to_string().rsplit("::").next().unwrap_or("call").trim().to_owned()
        }
        Target::Associated { name, .. } | Target::Method(name) => name.clone(),
    }
}
