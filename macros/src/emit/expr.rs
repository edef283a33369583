//! Values and nodes as expressions.

use std::collections::HashMap;

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned, ToTokens};

use super::elements::with_types;
use super::text::{suffixed, Strength, Text};
use super::tokens::{located, rename_pattern};
use super::writer::Writer;
use crate::graph::{key, Elem, Node, Op, Ty, Value, Verbatim};
use crate::lower::rename;
use crate::ops::{Kind, Row};

impl<'a> Writer<'a> {
    /// The value, as an expression that names it or, where it is inlined, computes it.
    pub(super) fn text(&self, value: Value) -> Text {
        if let Some(access) = self.access.get(&value) {
            return Text::atom(access.clone());
        }
        if let Some(text) = self.written.get(&value) {
            return text.clone();
        }
        if let Some(name) = self.names.get(value) {
            let mut name = name.clone();
            if let Some(here) = self.here.get() {
                name.set_span(name.span().located_at(here));
            }
            return Text::atom(name.to_token_stream());
        }
        match self.definition(value) {
            Some(node) => self.node_expr(node),
            // Only after a mistake, when nothing is emitted.
            None => Text::atom(quote!(())),
        }
    }

    /// A float by value.
    pub(super) fn float(&self, value: Value) -> Text {
        let text = self.text(value);
        let is_lent = self.graph.info(value).is_reference && !self.access.contains(&value);
        if is_lent && !self.is_inlined(value) {
            let tokens = text.tokens;
            return Text { tokens: quote!(*#tokens), strength: Strength::Unary };
        }
        text
    }

    /// An operand for a function of the runtime: a float by value, all else by reference.
    pub(super) fn operand(&self, value: Value) -> TokenStream {
        if self.is_float(value) {
            return self.float(value).tokens;
        }
        let text = self.text(value);
        if self.is_reference(value) {
            return text.tokens;
        }
        let text = text.at_least(Strength::Unary);
        quote!(&#text)
    }

    /// A reference to the value, also to what was found to be a float after its cotangent was taken for any type's.
    pub(super) fn lent(&self, value: Value) -> TokenStream {
        if self.is_float(value) {
            let float = self.float(value).at_least(Strength::Unary);
            return quote!(&#float);
        }
        self.operand(value)
    }

    /// True if the expression for the value is a reference already.
    fn is_reference(&self, value: Value) -> bool {
        self.graph.info(value).is_reference
            && self.names.get(value).is_some()
            && !self.access.contains(&value)
    }

    /// A constant operand, such as an axis, as the user wrote it.
    pub(super) fn constant_operand(&self, value: Value) -> TokenStream {
        match self.is_position(value) {
            true => self.as_it_was(value).tokens,
            false => self.text(value).tokens,
        }
    }

    /// The value itself, moved where nothing needs it any more and cloned where something does.
    pub(super) fn moved(&self, value: Value) -> TokenStream {
        if self.is_float(value) {
            return self.float(value).tokens;
        }
        if matches!(self.graph.ty(value), Ty::Integer | Ty::Bool)
            && !self.graph.info(value).is_reference
        {
            return self.text(value).tokens;
        }
        let is_place = self.definition(value).is_some_and(|node| node.is_place());
        let is_inline = self.names.get(value).is_none() && !self.access.contains(&value);
        if is_inline && !is_place {
            return self.text(value).tokens;
        }
        let is_view = self.is_lent_view(value)
            || matches!(self.definition(value).map(|node| &node.op), Some(Op::Row(row)) if row.is_view());
        let text = self.text(value).at_least(Strength::Atom);
        if !is_place && !is_view && !self.is_reference(value) {
            if self.dies_here(value) {
                self.shared.borrow_mut().moved.insert(value);
                return text;
            }
            if let (Some(guard), Some(name), true) =
                (self.guards.get(&value), self.names.get(value), self.dies_anyhow(value))
            {
                let activity = self.rt("Activity");
                // A variable that is assigned to again is left with something in it.
                return match self.pinned.contains(&value) {
                    true => {
                        let take = self.rt("take");
                        quote!(#take(<#guard as #activity>::kept_mut(&mut #name)))
                    }
                    false => quote!(<#guard as #activity>::take(#name)),
                };
            }
        }
        match self.graph.ty(value) {
            Ty::Array(..) | Ty::Numeric(_) | Ty::List(_)
                if is_view || self.graph.info(value).is_reference =>
            {
                quote!(#text.to_owned())
            }
            Ty::Array(..) | Ty::Numeric(_) if self.is_made_here(value) => {
                let copied = self.rt("copied");
                quote!(#copied(&#text))
            }
            // Its type may not be known before what it stands beside is.
            _ if self.is_zero_gradient(value) => {
                let is_lent = self.is_reference(value) && !self.is_unknown_constant(value);
                let lent = if is_lent { text } else { quote!(&#text) };
                quote!(::core::clone::Clone::clone(#lent))
            }
            Ty::Struct(_) if !self.is_reference(value) => self.copy_of(&text),
            _ => quote!(#text.clone()),
        }
    }

    fn is_zero_gradient(&self, value: Value) -> bool {
        let node = self.definition(self.survey.origin(value));
        node.is_some_and(|node| matches!(&node.op, Op::Row(row) if row.name == "ZeroGradient"))
    }

    /// What a node computes.
    pub(super) fn node_expr(&self, node: &Node) -> Text {
        let outer = self.here.replace(node.origin.0);
        let text = self.node_expr_here(node);
        self.here.set(outer);
        self.watched(node, text)
    }

    fn node_expr_here(&self, node: &Node) -> Text {
        let span = node.span();
        match &node.op {
            Op::Literal(text) => self.literal_of(text, node.out()),
            Op::Verbatim(verbatim) => self.constant(verbatim, node),
            Op::Row(row) => self.row(row, node),
            Op::Field(member_name) => {
                let base = self.text(node.args[0]).at_least(Strength::Atom);
                let member = member(member_name);
                Text::atom(quote_spanned!(span=> #base.#member))
            }
            Op::FieldTangent(name) => {
                let base = self.text(node.args[0]).at_least(Strength::Atom);
                let field = self.text(node.args[1]).at_least(Strength::Unary);
                let member = member(name);
                if self.signature.for_reading {
                    return Text::loose(quote_spanned!(span=> &#base.#member));
                }
                let krate = &self.signature.krate;
                let asked =
                    quote_spanned!(span=> #krate::__field_tangent!(&#field, &#base.#member));
                Text { tokens: quote!(&*#asked), strength: Strength::Unary }
            }
            Op::Construct(construct) => self.construct(construct, &node.args),
            Op::Join { stack } => {
                let function = self.rt(if *stack { "stack" } else { "concatenate" });
                let axis = self.constant_operand(node.args[0]);
                let parts =
                    node.args[1..].iter().map(|part| self.text(*part).at_least(Strength::Atom));
                Text::atom(quote_spanned!(span=> #function(#axis, &[#(#parts.view()),*])))
            }
            Op::Call(callee) => self.call(callee, node),
            Op::Pullback(callee) => self.pullback(callee, node),
            Op::Jvp(callee) => self.jvp_call(callee, node),
            Op::Map => self.map(node),
            Op::Pull { likes } => self.pull(*likes, node),
            Op::If => self.branch(node),
            Op::Inner => {
                let base = self.text(node.args[0]).at_least(Strength::Atom);
                let is_copied = self.is_float(node.out());
                Text::atom(match is_copied {
                    true => quote_spanned!(span=> #base.unwrap()),
                    false => quote_spanned!(span=> #base.clone().unwrap()),
                })
            }
            Op::Joined => self.joined(node),
            Op::Undefined => Text::atom(quote_spanned!(span=> unreachable!())),
            Op::Accumulator => {
                if *self.graph.ty(node.args[0]) == Ty::Accumulator
                    || self.shapes.contains(&node.args[0])
                {
                    // The shape was kept as an empty accumulator.
                    let shape = self.text(node.args[0]).at_least(Strength::Atom);
                    return Text::atom(quote_spanned!(span=> #shape.clone()));
                }
                let accumulator = self.rt("accumulator");
                let like = self.lent(node.args[0]);
                if self.graph.body.params.contains(&node.args[0]) {
                    let place = self.signature.place_of_gradient();
                    return Text::atom(located(quote!(#accumulator(#like)), place));
                }
                Text::atom(quote_spanned!(span=> #accumulator(#like)))
            }
            Op::Dense => {
                let dense = self.rt("dense");
                let (like, accumulator) = (self.lent(node.args[0]), self.moved(node.args[1]));
                Text::atom(quote_spanned!(span=> #dense(#like, #accumulator)))
            }
            Op::CotangentPart(part) => self.cotangent_part(part, node),
            // Loops, and what is written as a statement.
            _ => Text::atom(quote!(())),
        }
    }

    /// A literal of a formula has the type of what it stands beside, which the macro may not know.
    fn literal_of(&self, text: &str, value: Value) -> Text {
        let info = self.graph.info(value);
        let is_known = matches!(info.ty.elem(), Elem::F32 | Elem::F64);
        if info.name.is_none() && !is_known {
            self.element_literal(text)
        } else {
            Self::literal(text)
        }
    }

    pub(super) fn literal(text: &str) -> Text {
        let tokens: TokenStream = text.parse().unwrap_or_default();
        if text.starts_with('-') {
            return Text { tokens, strength: Strength::Unary };
        }
        Text::atom(tokens)
    }

    fn row(&self, row: &'static Row, node: &Node) -> Text {
        let span = node.span();
        match row.kind {
            Kind::Elementwise => self.scalar_row(row, node),
            Kind::View => self.view(row, node),
            Kind::Whole if row.name == "ToOwned" => {
                let part = self.text(node.args[0]).at_least(Strength::Atom);
                Text::atom(quote_spanned!(span=> #part.to_owned()))
            }
            Kind::Query | Kind::Whole => self.whole_row(row, node),
        }
    }

    /// A function of the runtime on whole arrays.
    fn whole_row(&self, row: &'static Row, node: &Node) -> Text {
        let span = node.span();
        if self.is_float(node.out()) {
            // On floats these are plain arithmetic.
            match row.name {
                "Zeros" => return self.constant_float("0.0", node.out()),
                "One" if self.anchor.is_none() => {
                    let (seed, like) =
                        (self.rt("seed"), self.text(node.args[0]).at_least(Strength::Unary));
                    return Text::atom(quote!(#seed(&#like)));
                }
                "One" => return self.constant_float("1.0", node.out()),
                "FloatOf" => {
                    let n = self.text(node.args[0]).at_least(Strength::Unary);
                    return match self.graph.ty(node.out()).elem() {
                        Elem::F32 => Text::loose(quote!(#n as f32)),
                        Elem::F64 => Text::loose(quote!(#n as f64)),
                        _ => self.lit_of(quote!(#n as f64)),
                    };
                }
                _ => {}
            }
        }
        if let Some(sum) = self.sum_with_product(row, node) {
            return sum;
        }
        let function = self.rt(row.call);
        // Nothing beside it tells the type of a literal.
        let floats = (0..node.args.len()).filter(|at| !row.is_constant_operand(*at));
        let is_alone = floats.count() == 1;
        let operands: Vec<TokenStream> = node
            .args
            .iter()
            .enumerate()
            .map(|(position, arg)| {
                if row.is_constant_operand(position) {
                    self.constant_operand(*arg)
                } else if let Some(literal) =
                    self.typed_literal(*arg, node.out()).filter(|_| is_alone)
                {
                    literal.tokens
                } else if matches!(row.operands[position], "ddof" | "dy_")
                    && !self.graph.ty(*arg).is_numeric()
                {
                    self.float(*arg).tokens
                } else if row.name == "Plus" {
                    self.moved(*arg)
                } else if row.is_dot() {
                    self.factor(node, position)
                } else if matches!(row.name, "SumTo" | "Zeros" | "SwapAxes" | "InvertAxis") {
                    self.moved_or_shown(*arg)
                } else {
                    self.operand(*arg)
                }
            })
            .collect();
        Text::atom(quote_spanned!(span=> #function(#(#operands),*)))
    }

    fn constant_float(&self, text: &str, value: Value) -> Text {
        let number: TokenStream = text.parse().unwrap_or_default();
        if self.graph.ty(value).elem().is_concrete() {
            return Text::atom(number);
        }
        self.lit_of(number)
    }

    /// A number in the type that literals have here.
    fn lit_of(&self, number: TokenStream) -> Text {
        match &self.anchor {
            Some(anchor) => Text::atom(anchor.number(&self.rt("lit"), number)),
            None => Text::loose(number),
        }
    }

    /// An operation on floats: an operator, a method of the float, or a function of the runtime.
    pub(super) fn scalar_row(&self, row: &'static Row, node: &Node) -> Text {
        let span = node.span();
        let operand = |position: usize| {
            if row.is_constant_operand(position) {
                self.text(node.args[position])
            } else {
                self.float(node.args[position])
            }
        };
        match (row.symbol, node.args.len()) {
            (Some(symbol), 2) => return Text::binary(&operand(0), symbol, &operand(1)),
            (Some(_), 1) => return Text::negative(&operand(0)),
            _ => {}
        }
        let args: Vec<TokenStream> =
            (1..node.args.len()).map(|position| operand(position).tokens).collect();
        let first = operand(0);
        match row.name {
            "AsF32" | "AsF64" => {
                let target = format_ident!("{}", &row.call["as_".len()..]);
                let operand = first.at_least(Strength::Unary);
                return Text::loose(quote_spanned!(span=> #operand as #target));
            }
            _ => {}
        }
        let receiver = self.typed_literal(node.args[0], node.out());
        if let Some(text) = self.elementary(row, node, receiver.as_ref().unwrap_or(&first)) {
            return text;
        }
        if row.value().is_some() || row.name == "CastLike" {
            // A function that the runtime makes of the row's formula.
            let function = self.rt(row.call);
            let first = first.tokens;
            return Text::atom(quote_spanned!(span=> #function(#first #(, #args)*)));
        }
        let method = format_ident!("{}", row.call, span = span);
        let receiver = receiver.unwrap_or(first).at_least(Strength::Atom);
        Text::atom(quote!(#receiver.#method(#(#args),*)))
    }

    /// A bare literal says its type where a method is called on it.
    pub(super) fn typed_literal(&self, value: Value, like: Value) -> Option<Text> {
        if self.names.get(value).is_some() {
            return None;
        }
        let elem = self.graph.ty(value).elem().join(self.graph.ty(like).elem());
        suffixed(self.definition(value)?, elem)
    }

    /// A literal whose type is known, with its suffix.
    pub(super) fn suffixed_literal(&self, node: &Node) -> Option<Text> {
        match (&node.op, node.outs.as_slice()) {
            (Op::Literal(_), [out]) => suffixed(node, self.graph.ty(*out).elem()),
            _ => None,
        }
    }

    /// The user's tokens, with our names where they differ.
    pub(super) fn verbatim(&self, verbatim: &Verbatim, args: &[Value]) -> Text {
        let names = self.renames(verbatim, args);
        Text::of_user(rename(self.asking(verbatim, args), &names))
    }

    /// The same of a constant, of whose type more may be known than its tokens say.
    pub(super) fn constant(&self, verbatim: &Verbatim, node: &Node) -> Text {
        let text = self.verbatim(verbatim, &node.args);
        match node.outs.as_slice() {
            [out] => Text { tokens: with_types(text.tokens, self.graph.ty(*out)), ..text },
            _ => text,
        }
    }

    fn renames(&self, verbatim: &Verbatim, args: &[Value]) -> HashMap<String, TokenStream> {
        let mut names = HashMap::new();
        let is_of_a_macro =
            crate::graph::is_of_a_macro(self.signature.source.item.sig.fn_token.span);
        for (name, value) in verbatim.mentions(args) {
            if verbatim.may_move(name) {
                self.shared.borrow_mut().moved.insert(value);
            }
            let text = self.typed_literal(value, value).unwrap_or_else(|| self.as_it_was(value));
            // The same letters may be another name, where a macro of the user's is around, and in the
            // adjoint, whose names are ours.
            let is_ours = self.in_adjoint || self.computes_again;
            if is_of_a_macro || is_ours || text.tokens.to_string() != name {
                names.insert(name.to_owned(), text.at_least(Strength::Atom));
            }
        }
        let krate = &self.signature.krate;
        names.insert("__chainrule".to_owned(), quote!(#krate));
        names.extend(OF_THE_RUNTIME.iter().map(|name| (format!("__{name}"), self.rt(name))));
        names
    }

    /// A statement of the user's, run once.
    pub(super) fn effect(&self, verbatim: &Verbatim, args: &[Value]) -> TokenStream {
        let renames = self.renames(verbatim, args);
        let captured = crate::graph::captured_names(&verbatim.tokens.0);
        // A name inside a format string cannot be replaced, so it is bound to the value.
        let bound: Vec<TokenStream> = captured
            .iter()
            .filter_map(|ident| {
                let value = renames.get(&key(ident))?;
                Some(quote!(let #ident = &#value;))
            })
            .collect();
        let tokens = rename(self.asking(verbatim, args), &renames);
        if bound.is_empty() {
            tokens
        } else {
            quote!({ #(#bound)* #tokens })
        }
    }

    /// `let pattern = value;` of a constant.
    pub(super) fn bound_pattern(
        &mut self,
        node: &'a Node,
        verbatim: &Verbatim,
        value: Text,
    ) -> TokenStream {
        let Some(pattern) = &verbatim.pattern else { return TokenStream::new() };
        let mut names = HashMap::new();
        for out in &node.outs {
            let users = self.graph.info(*out).name.clone().unwrap_or_default();
            // The pattern itself says whether it is mutable.
            self.declare(*out);
            let name = self.name(*out, node);
            names.insert(users, name.to_token_stream());
        }
        let pattern = rename_pattern(pattern.0.clone(), &names);
        let value = value.tokens;
        if value.is_empty() {
            return quote!(let #pattern;);
        }
        quote!(let #pattern = #value;)
    }
}

/// The functions of the runtime that constants of ours call, behind `__`.
const OF_THE_RUNTIME: [&str; 8] = [
    "positions",
    "nth",
    "indices",
    "room_to_stack",
    "room_to_concatenate",
    "asked",
    "order_by",
    "kept_by",
];

/// A field's name or a tuple's position.
pub(super) fn member(name: &str) -> TokenStream {
    name.parse().unwrap_or_default()
}
