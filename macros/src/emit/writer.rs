//! Nodes to statements, in order, with a name for every value.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};

use super::anchor::Anchor;
use super::call::Again;
use super::layers::Layers;
use super::liveness::{Live, Liveness};
use super::names::Names;
use super::reused::{Path, Reused};
use super::signature::Signature;
use super::survey::Survey;
use super::text::Text;
use super::tokens::written_at;
use crate::graph::collections::{HashMap, HashSet};
use crate::graph::{Arguments, Graph, Node, Op, Value};

/// Writes one generated function body.
#[derive(Clone)]
pub(super) struct Writer<'a> {
    pub(super) graph: &'a Graph,
    pub(super) signature: &'a Signature<'a>,
    pub(super) names: Names,
    pub(super) survey: Rc<Survey<'a>>,
    pub(super) liveness: Rc<Liveness>,
    /// What is needed after what is being written.
    pub(super) after: Live,
    /// How often each value is used by what is being written.
    pub(super) here_uses: Rc<HashMap<Value, usize>>,
    /// True in the adjoint, where markers decide what runs.
    pub(super) in_adjoint: bool,
    /// True where the adjoint computes the primal again.
    pub(super) computes_again: bool,
    /// Values that are not ours to move: borrowed, or owned by a pullback that may run again.
    pub(super) captured: Layers<Value>,
    /// Values whose variables must keep their names: a loop or branch around assigns to them.
    pub(super) pinned: Layers<Value>,
    /// How to read a value that is kept only where a marker says so.
    pub(super) access: Layers<Value, TokenStream>,
    /// How to write it.
    pub(super) places: Layers<Value, TokenStream>,
    /// The markers of those that stand in a variable of their own.
    pub(super) guards: Layers<Value, TokenStream>,
    /// Values of which only the shape was kept, as an empty accumulator.
    pub(super) shapes: Layers<Value>,
    /// The texts of values inside a block that are written where they are used.
    pub(super) written: Layers<Value, Text>,
    /// Names for values inside a block, after what they become outside.
    pub(super) hints: Layers<Value, String>,
    /// The markers of the parameters, in the hidden function.
    pub(super) markers: Option<Vec<Ident>>,
    /// Where in the user's source the node being written stands: an identifier lies where it is used.
    pub(super) here: Cell<Option<Span>>,
    /// In a kernel's formula: whether it uses an elementary function so far.
    pub(super) math: Option<Rc<Cell<bool>>>,
    /// A float whose type a bare literal takes, where the macro does not know it.
    pub(super) anchor: Option<Anchor>,
    /// Factors that were made ready before a loop, by the value and the fields that lead to them.
    pub(super) reused: HashMap<Path, Reused<'a>>,
    /// The declaration of each value's variable.
    pub(super) declarations: Layers<Value, usize>,
    /// What all blocks of the function share.
    pub(super) shared: Rc<RefCell<Shared>>,
}

/// What is found out while a function is written.
#[derive(Default)]
pub(super) struct Shared {
    /// How many variables were declared.
    pub(super) declared: usize,
    /// The declarations of variables that are assigned to or written in place.
    pub(super) mutable: HashSet<usize>,
    /// What each value was called.
    pub(super) called: HashMap<Value, String>,
    /// What was moved out of its variable, or changed there into a later version.
    pub(super) moved: HashSet<Value>,
    /// What each pullback is handed again.
    pub(super) again: HashMap<Value, Vec<Again>>,
}

/// Functions of the runtime that fail by no fault of an operation's: where a type does not fit, its own place is to
/// be named, once.
const BOOKKEEPING: [&str; 4] = ["accumulator", "add", "dense", "finish"];

impl<'a> Writer<'a> {
    pub(super) fn new(graph: &'a Graph, signature: &'a Signature<'a>) -> Writer<'a> {
        // A function's own name stands for nothing in its body, but where it calls itself.
        let item = &signature.source.item;
        let (generics, inputs, body) = (&item.sig.generics, &item.sig.inputs, &item.block);
        let survey = Survey::of(graph);
        let liveness = Liveness::of(graph, &survey);
        let mut writer = Writer {
            graph,
            signature,
            names: Names::new(quote!(#generics #inputs #body)),
            survey: Rc::new(survey),
            liveness: Rc::new(liveness),
            after: Live::default(),
            here_uses: Rc::default(),
            in_adjoint: false,
            computes_again: false,
            captured: Layers::default(),
            pinned: Layers::default(),
            access: Layers::default(),
            places: Layers::default(),
            guards: Layers::default(),
            shapes: Layers::default(),
            written: Layers::default(),
            hints: Layers::default(),
            markers: None,
            here: Cell::new(None),
            math: None,
            anchor: None,
            reused: HashMap::default(),
            declarations: Layers::default(),
            shared: Rc::default(),
        };
        writer.anchor = Anchor::of_type(signature);
        for (param, value) in signature.source.params.iter().zip(&graph.body.params) {
            writer.names.declare(*value, param.name.clone());
            if graph.ty(*value).is_float() && !graph.ty(*value).elem().is_concrete() {
                let name = &param.name;
                writer.anchor.get_or_insert(Anchor::Value(quote!(#name)));
            }
        }
        writer
    }

    /// The node that defines a value.
    pub(super) fn definition(&self, value: Value) -> Option<&'a Node> {
        self.survey.definitions.get(&value).copied()
    }

    pub(super) fn is_inlined(&self, value: Value) -> bool {
        self.survey.inlined.contains(&value)
    }

    pub(super) fn is_mutated(&self, value: Value) -> bool {
        self.survey.mutated.contains(&value)
    }

    pub(super) fn is_float(&self, value: Value) -> bool {
        self.graph.ty(value).is_float()
    }

    /// The runtime's function of this name, called where the user wrote the operation: a panic then names
    /// that line.
    pub(super) fn rt(&self, name: &str) -> TokenStream {
        let krate = &self.signature.krate;
        self.named_at(quote!(#krate::rt), name)
    }

    /// The same function with a formula that may use what threads cannot share.
    pub(super) fn rt_alone(&self, name: &str) -> TokenStream {
        let krate = &self.signature.krate;
        self.named_at(quote!(#krate::rt::alone), name)
    }

    fn named_at(&self, module: TokenStream, name: &str) -> TokenStream {
        let name = format_ident!("{name}");
        let path = quote!(#module::#name);
        match self.here.get().filter(|_| !BOOKKEEPING.contains(&name.to_string().as_str())) {
            Some(here) => written_at(path, here),
            None => path,
        }
    }

    /// Gets ready to write something that uses these values, after which `after` is needed.
    pub(super) fn come_to<'v>(&mut self, uses: impl IntoIterator<Item = &'v Value>, after: Live) {
        let mut here = HashMap::default();
        for value in uses {
            self.survey.needed(self.graph, *value, &mut |needed| {
                *here.entry(needed).or_default() += 1;
            });
        }
        self.here_uses = Rc::new(here);
        self.after = after;
    }

    fn come_to_node(&mut self, node: &Node) {
        let mut uses = node.args.clone();
        for block in &node.blocks {
            uses.extend(block.captured());
        }
        self.come_to(&uses, self.liveness.after(node));
    }

    /// True if nothing after what is being written needs the value.
    pub(super) fn dies_here(&self, value: Value) -> bool {
        !self.access.contains(&value) && self.dies_anyhow(value)
    }

    /// The same, also for what is kept behind a marker.
    pub(super) fn dies_anyhow(&self, value: Value) -> bool {
        // Once here and never after: twice in one statement is once too often.
        !self.captured.contains(&value)
            && !self.after.contains(&value)
            && self.here_uses.get(&value).is_none_or(|uses| *uses <= 1)
    }

    /// True if the second part of the graph is what is linear in tangents.
    pub(super) fn is_linear(&self) -> bool {
        self.graph.sweep.as_ref().is_some_and(|sweep| sweep.is_linear)
    }

    /// True for a variable of ours that may be written in place from here on.
    pub(super) fn is_free_variable(&self, value: Value) -> bool {
        let is_shown =
            self.definition(value).is_some_and(|node| node.is_place() && !self.is_float(value));
        self.names.holds(value)
            && self.declarations.contains(&value)
            && !self.captured.contains(&value)
            && !self.after.contains(&value)
            && !self.graph.info(value).is_reference
            && !is_shown
    }

    /// Statements for a block whose first nodes, so many, are the primal's and the others the adjoint's.
    pub(super) fn statements_of_both(
        &mut self,
        nodes: &'a [Node],
        primal: usize,
    ) -> Vec<TokenStream> {
        let (primal, adjoint) = nodes.split_at(primal.min(nodes.len()));
        let in_adjoint = std::mem::replace(&mut self.in_adjoint, false);
        let computes_again = std::mem::replace(&mut self.computes_again, true);
        let mut statements = self.statements(primal);
        self.computes_again = computes_again;
        self.in_adjoint = in_adjoint;
        statements.extend(self.statements(adjoint));
        statements
    }

    /// The statement of a node, and what gives memory back behind it; nothing for what is written where it is used.
    pub(super) fn whole_statement(&mut self, node: &'a Node) -> Option<TokenStream> {
        let statement = self.statement(node)?;
        let recycled = self.recycled(node);
        Some(quote!(#statement #(#recycled)*))
    }

    fn statement(&mut self, node: &'a Node) -> Option<TokenStream> {
        if node.outs.iter().any(|out| self.is_inlined(*out)) {
            return None;
        }
        let span = match node.op {
            Op::Call(_) | Op::Pullback(_) | Op::Jvp(_) => super::call::call_span(node),
            _ => node.span(),
        };
        self.here.set(node.origin.0);
        self.come_to_node(node);
        match &node.op {
            Op::Effect(verbatim) => Some(self.effect(verbatim, &node.args)),
            Op::Verbatim(verbatim) if verbatim.pattern.is_some() => {
                let value = self.constant(verbatim, node);
                Some(self.bound_pattern(node, verbatim, value))
            }
            Op::AddField(_) | Op::AddAll | Op::AddView(_) => Some(self.addition(node)),
            Op::Update(steps, action) => Some(self.update(steps, *action, node)),
            Op::TakePart(steps, action) => Some(self.take_part(steps, *action, node)),
            Op::If | Op::Unbranch => Some(self.branch_statement(node)),
            Op::Loop(turns) => Some(self.loop_statement(turns, node)),
            Op::Unloop(unloop) => Some(self.unloop_statement(unloop, node)),
            _ => {
                if let Some(sum) = self.sum_in_place(node) {
                    return Some(sum);
                }
                let guard = self.guard(node);
                let value = match self.suffixed_literal(node) {
                    // A literal that has a name has the type that the user gave it.
                    Some(literal) => literal.tokens,
                    None => self.node_expr(node).tokens,
                };
                let is_lent = node.is_place()
                    && self.graph.info(node.out()).is_reference
                    && !matches!(node.op, Op::FieldTangent(_));
                let value = if is_lent { quote!(&#value) } else { value };
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
        let is_used = |writer: &Self, out: &Value| writer.after.contains(out);
        let is_tuple = matches!(&node.op, Op::Pullback(callee) if !callee.is_linear);
        if let ([out], false) = (node.outs.as_slice(), is_tuple) {
            if !is_used(self, out) {
                return quote_spanned!(span=> let _ = #value;);
            }
            let name = self.name(*out, node);
            let mutable = self.declare(*out);
            let ty = if guard.is_none() { self.annotation(*out) } else { None };
            if let Some(guard) = guard {
                self.keep(*out, &guard, &name, TokenStream::new());
            }
            return quote_spanned!(span=> let #mutable #name #ty = #value;);
        }
        if let Some(guard) = guard {
            let whole = self.fresh("given");
            for (position, out) in node.outs.iter().enumerate() {
                let position = proc_macro2::Literal::usize_unsuffixed(position);
                self.keep(*out, &guard, &whole, quote!(.#position));
            }
            let mutable = node.outs.iter().any(|out| self.is_mutated(*out)).then(|| quote!(mut));
            return quote_spanned!(span=> let #mutable #whole = #value;);
        }
        let names: Vec<TokenStream> = node
            .outs
            .iter()
            .map(|out| {
                if !is_used(self, out) {
                    return quote!(_);
                }
                let mutable = self.declare(*out);
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
        if member.is_empty() {
            self.guards.insert(value, guard.clone());
        }
        self.access.insert(value, quote!((*<#guard as #activity>::kept(&#name)) #member));
        self.places.insert(value, quote!((*<#guard as #activity>::kept_mut(&mut #name)) #member));
    }

    /// The marker under which a node of the adjoint is needed, if not under all.
    pub(super) fn guard(&self, node: &Node) -> Option<TokenStream> {
        if self.markers.is_none() || !self.in_adjoint {
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

/// What stands for `mut` until it is known whether it is needed.
pub(super) const MUT: &str = "__mut";

/// Writes `mut` where a variable turned out to be written, and nothing where not.
pub(super) fn settle(tokens: TokenStream, shared: &Shared) -> TokenStream {
    use proc_macro2::{Group, TokenTree};
    let mut settled = TokenStream::new();
    let mut follows_reference = false;
    let mut tokens = tokens.into_iter();
    while let Some(token) = tokens.next() {
        let is_reference = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '&');
        match token {
            TokenTree::Ident(ident) => match declaration(&ident) {
                Some(number) if shared.mutable.contains(&number) => {
                    let name = tokens.next();
                    // `&mut x` would be another pattern.
                    settled.extend(match follows_reference {
                        true => quote!((mut #name)),
                        false => quote!(mut #name),
                    });
                }
                Some(_) => {}
                None => settled.extend([TokenTree::Ident(ident)]),
            },
            TokenTree::Group(group) => {
                let mut inside = Group::new(group.delimiter(), settle(group.stream(), shared));
                inside.set_span(group.span());
                settled.extend([TokenTree::Group(inside)]);
            }
            other => settled.extend([other]),
        }
        follows_reference = is_reference;
    }
    settled
}

/// The number of the declaration that the marker stands for.
fn declaration(marker: &Ident) -> Option<usize> {
    marker.to_string().strip_prefix(MUT)?.parse().ok()
}
