//! Kernels and branches: blocks of scalar code.

use std::cell::Cell;
use std::rc::Rc;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned, ToTokens};

use super::anchor::Anchor;
use super::names::Whose;
use super::survey::is_trivial;
use super::text::{suffixed, Text};
use super::writer::Writer;
use crate::graph::collections::{HashMap, HashSet};
use crate::graph::{Block, Node, Op, Ty, Value};
use crate::ops::Row;

/// The rows with a body of vector code in the runtime's `Math`, whose method has the row's name.
const ELEMENTARY: [&str; 13] = [
    "Exp", "Exp2", "ExpM1", "Ln", "Log2", "Log10", "Ln1p", "Tanh", "Sin", "Cos", "Sigmoid", "Silu",
    "Softplus",
];

/// Formulas of at most this many operations are inlined without being told to.
const INLINED: usize = 8;

/// The pieces of a kernel's call.
struct Kernel {
    operands: Vec<TokenStream>,
    closure: TokenStream,
    /// What the function's name ends in.
    suffix: &'static str,
}

impl<'a> Writer<'a> {
    /// `map2(&z, &b, |z, b| ..)`, or `map2_math(&z, &b, |math, z, b| ..)` where an elementary
    /// function is among the operations.
    pub(super) fn map(&self, node: &Node) -> Text {
        let Kernel { operands, closure, suffix } = self.kernel(node, &node.args, false);
        let function = self.kernel_function(node, &format!("map{}{suffix}", operands.len()));
        Text::atom(quote_spanned!(node.span()=> #function(#(#operands),*, #closure)))
    }

    /// `pull2((&w, &b), &x, &dy, |x, dy| (.., ..))`, or `map_to2(&w, &x, &dy, |x, dy| ..)` for one.
    pub(super) fn pull(&self, likes: usize, node: &Node) -> Text {
        let (likes, args) = node.args.split_at(likes);
        let is_single = likes.len() == 1;
        let Kernel { operands, closure, suffix } = self.kernel(node, args, !is_single);
        let likes: Vec<TokenStream> = likes.iter().map(|like| self.moved_or_shown(*like)).collect();
        let count = operands.len();
        let span = node.span();
        Text::atom(if is_single {
            let function = self.kernel_function(node, &format!("map_to{count}{suffix}"));
            quote_spanned!(span=> #function(#(#likes),*, #(#operands),*, #closure))
        } else {
            let function = self.kernel_function(node, &format!("pull{count}{suffix}"));
            quote_spanned!(span=> #function((#(#likes),*,), #(#operands),*, #closure))
        })
    }

    /// `map1`, or `alone::map1` where threads may not be able to share what the formula uses.
    fn kernel_function(&self, node: &Node, name: &str) -> TokenStream {
        let captured = node.blocks[0].captured();
        let floats = node.args.iter().filter(|arg| self.is_float(**arg));
        match captured.iter().chain(floats).all(|value| self.is_shared(*value)) {
            true => self.rt(name),
            false => self.rt_alone(name),
        }
    }

    /// True for a value that threads can share where a formula uses it: a number in a variable, a literal, or such a
    /// field of an active argument, which is a struct or a reference to one.
    fn is_shared(&self, value: Value) -> bool {
        let is_number = matches!(self.graph.ty(value), Ty::Float(_) | Ty::Integer | Ty::Bool);
        if self.names.get(value).is_some() {
            return is_number && !self.access.contains(&value);
        }
        let params = &self.graph.body.params;
        self.definition(value).is_some_and(|node| match &node.op {
            Op::Literal(_) => true,
            Op::Field(_) => {
                let base = node.args[0];
                is_number && params.contains(&base) && self.graph.is_active(base)
            }
            _ => false,
        })
    }

    /// `joined((&a, &b))`: the shape that they broadcast to.
    pub(super) fn joined(&self, node: &Node) -> Text {
        let function = self.rt("joined");
        let likes = node.args.iter().map(|arg| self.operand(*arg));
        Text::atom(quote_spanned!(node.span()=> #function((#(#likes),*,))))
    }

    /// By value where it is ours to give, by reference where it is still needed.
    pub(super) fn moved_or_shown(&self, value: Value) -> TokenStream {
        // An expression of the user's that is written where it is used may show a part of something lent.
        let may_be_place = self.definition(value).is_some_and(|node| {
            node.is_place() || matches!(node.op, Op::Verbatim(_)) && self.names.get(value).is_none()
        });
        // In a kernel's formula nothing is known of what is needed when.
        let is_dead =
            self.math.is_none() && self.dies_here(value) && !self.graph.info(value).is_reference;
        match self.is_float(value) || is_dead && !may_be_place {
            true => self.moved(value),
            false => self.operand(value),
        }
    }

    /// The operands that are no floats, and the closure over their elements; floats are captured.
    fn kernel(&self, node: &Node, args: &[Value], as_tuple: bool) -> Kernel {
        let block = &node.blocks[0];
        let mut inner = self.inside(block, args);
        let uses_math = Rc::new(Cell::new(false));
        inner.math = Some(Rc::clone(&uses_math));
        for (result, out) in block.results.iter().zip(&node.outs).rev() {
            inner.hints.insert(*result, self.wish(node, *out));
        }
        let mut operands = Vec::new();
        let mut params: Vec<Ident> = Vec::new();
        for (param, arg) in block.params.iter().zip(args) {
            if self.is_float(*arg) {
                inner
                    .access
                    .insert(*param, self.float(*arg).at_least(super::text::Strength::Unary));
                continue;
            }
            // What dies here is the kernel's: it keeps the memory for the arrays to come.
            operands.push(self.moved_or_shown(*arg));
            let name = self.kernel_name(*param, *arg);
            params.push(inner.names.bind(*param, &name, Whose::Users, |_| true));
        }
        let is_concrete = args.iter().any(|arg| {
            matches!(self.graph.ty(*arg).elem(), crate::graph::Elem::F32 | crate::graph::Elem::F64)
        });
        inner.anchor = match params.first() {
            Some(first) if !is_concrete => Some(Anchor::Value(first.to_token_stream())),
            _ => None,
        };
        let body = inner.block(block, as_tuple);
        // On a closure that is an argument, stable Rust takes the attribute: with it the formula
        // becomes part of the kernel's loop however long it is. A short one does so anyhow.
        let is_long = uses_math.get() || block.nodes.len() > INLINED;
        let inline = is_long.then(|| quote!(#[inline(always)]));
        let (math, suffix) = match uses_math.get() {
            true => (Some(math()), "_math"),
            false => (None, ""),
        };
        let params = math.iter().chain(&params);
        let closure = quote!(#inline |#(#params),*| #body);
        Kernel { operands, closure, suffix }
    }

    /// `math.exp(x)` in a kernel, for a function that has a body of vector code.
    pub(super) fn elementary(&self, row: &Row, node: &Node, operand: &Text) -> Option<Text> {
        let uses_math = self.math.as_ref().filter(|_| ELEMENTARY.contains(&row.name))?;
        uses_math.set(true);
        let (math, function) = (math(), format_ident!("{}", row.call, span = node.span()));
        let operand = &operand.tokens;
        Some(Text::atom(quote!(#math.#function(#operand))))
    }

    /// What an element is called inside: like the array outside.
    fn kernel_name(&self, param: Value, arg: Value) -> String {
        if let Some(name) = &self.graph.info(param).name {
            return name.clone();
        }
        if let Some(name) = self.names.get(arg) {
            return name.to_string();
        }
        match (&self.graph.info(arg).name, self.definition(arg)) {
            (Some(name), _) => name.clone(),
            (None, Some(node)) => self.wish(node, arg),
            (None, None) => "x".to_owned(),
        }
    }

    /// A writer for a block inside: names of outer values that the block uses stay in force.
    fn inside(&self, block: &Block, captured: &[Value]) -> Writer<'a> {
        let mut free = HashSet::default();
        // What is written where it is used names what it is computed from.
        let mut keep =
            |value| self.survey.needed(self.graph, value, &mut |needed| _ = free.insert(needed));
        captured.iter().copied().filter(|value| self.is_float(*value)).for_each(&mut keep);
        block.each_use(&mut keep);
        let mut inner = self.clone();
        inner.names = self.names.inside(free);
        inner
    }

    /// `expr` or `{ let a = ..; expr }`.
    fn block(&mut self, block: &Block, as_tuple: bool) -> TokenStream {
        let (statements, results) = self.block_parts(block);
        let result = match results.as_slice() {
            [one] if !as_tuple => one.tokens.clone(),
            [one] => {
                let one = &one.tokens;
                quote!((#one,))
            }
            many => {
                let many = many.iter().map(|text| &text.tokens);
                quote!((#(#many),*))
            }
        };
        if statements.is_empty() {
            result
        } else {
            quote!({ #(#statements)* #result })
        }
    }

    /// The statements of a block of floats, and its results.
    fn block_parts(&mut self, block: &Block) -> (Vec<TokenStream>, Vec<Text>) {
        let mut uses: HashMap<Value, usize> = HashMap::default();
        block.each_use(&mut |value| *uses.entry(value).or_default() += 1);
        let mut direct: HashMap<Value, usize> = HashMap::default();
        for node in &block.nodes {
            node.args.iter().for_each(|arg| *direct.entry(*arg).or_default() += 1);
        }
        block.results.iter().for_each(|result| *direct.entry(*result).or_default() += 1);
        let mut statements = Vec::new();
        for node in &block.nodes {
            let Some(out) = node.outs.first().copied() else {
                // What nothing uses any more, and what runs for all that.
                let text = self.node_expr(node).tokens;
                statements.push(quote!(#text;));
                continue;
            };
            let is_single = uses.get(&out) == Some(&1) && direct.get(&out) == Some(&1);
            let is_inlined = match &node.op {
                Op::Literal(_) => true,
                Op::Verbatim(verbatim) if verbatim.pure && is_trivial(&verbatim.tokens.0) => true,
                Op::Call(_) | Op::Pullback(_) | Op::Jvp(_) => false,
                _ => is_single && node.outs.len() == 1 && node.is_pure(),
            };
            let text = match &node.op {
                // On a bare literal no method is called.
                Op::Literal(_) if is_receiver(block, out) && self.anchor.is_none() => {
                    let elem = self.graph.ty(out).elem();
                    suffixed(node, elem).unwrap_or_else(|| self.node_expr(node))
                }
                Op::Literal(text) => self.element_literal(text),
                _ => self.node_expr(node),
            };
            if is_inlined {
                self.written.insert(out, text);
                continue;
            }
            let names: Vec<Ident> = node
                .outs
                .iter()
                .map(|out| {
                    let name = self.wish(node, *out);
                    let is_users = self.graph.info(*out).name.is_some();
                    let whose = if is_users { Whose::Users } else { Whose::Ours };
                    self.names.bind(*out, &name, whose, |_| true)
                })
                .collect();
            let value = text.tokens;
            let names = names.iter().zip(&node.outs).map(|(name, out)| {
                let mutable = is_taken_apart(block, *out).then(|| quote!(mut));
                quote!(#mutable #name)
            });
            statements.push(match names.collect::<Vec<_>>().as_slice() {
                [one] if matches!(node.op, Op::Pullback(_)) => quote!(let (#one,) = #value;),
                [one] => quote!(let #one = #value;),
                many => quote!(let (#(#many),*) = #value;),
            });
        }
        let results = block.results.iter().map(|result| self.text(*result)).collect();
        (statements, results)
    }

    /// `if c { a } else { b }` on floats.
    pub(super) fn branch(&self, node: &Node) -> Text {
        let condition = self.text(node.args[0]).tokens;
        let arms: Vec<TokenStream> = node
            .blocks
            .iter()
            .map(|arm| {
                let mut inner = self.inside(arm, &[]);
                let (statements, results) = inner.block_parts(arm);
                let results = results.iter().map(|text| &text.tokens);
                if node.outs.len() == 1 {
                    quote!({ #(#statements)* #(#results)* })
                } else {
                    quote!({ #(#statements)* (#(#results),*) })
                }
            })
            .collect();
        let (then, otherwise) = (&arms[0], &arms[1]);
        Text::loose(quote!(if #condition #then else #otherwise))
    }

    /// A literal among elements: of their type, which a bare one takes where the macro knows it.
    pub(super) fn element_literal(&self, text: &str) -> Text {
        let number: TokenStream = text.parse().unwrap_or_default();
        match &self.anchor {
            Some(anchor) => Text::atom(anchor.number(&self.rt("lit"), number)),
            None => Self::literal(text),
        }
    }
}

/// True for what an argument of several parts received, which are taken out of it.
fn is_taken_apart(block: &Block, value: Value) -> bool {
    let takes =
        |node: &Node| matches!(node.op, Op::CotangentPart(_)) && node.args.first() == Some(&value);
    block.nodes.iter().any(takes)
}

/// True if a method is called on the value.
pub(super) fn is_receiver(block: &Block, value: Value) -> bool {
    block.nodes.iter().any(|node| {
        let is_method = matches!(node.op, Op::Row(row) if row.symbol.is_none());
        is_method && node.args.first() == Some(&value)
            || node.blocks.iter().any(|inner| is_receiver(inner, value))
    })
}

/// The kernel's elementary functions: a name that no variable of the user's can be.
fn math() -> Ident {
    Ident::new("math", Span::mixed_site())
}
