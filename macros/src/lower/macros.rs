//! Macro calls that mention active values.

use proc_macro2::Span;
use syn::punctuated::Punctuated;
use syn::{Expr, Macro, Token};

use super::jumps::Jumps;
use super::rename::rename_lent;
use super::Lowering;
use crate::graph::{Construct, Elem, Form, Node, Op, Origin, Ty, Value, Verbatim};
use crate::language;
use crate::ops;

impl Lowering<'_> {
    /// A macro whose value is used.
    pub(super) fn macro_value(&mut self, mac: &Macro, span: Span) -> Value {
        let name = mac.path.segments.last().map_or(String::new(), |last| last.ident.to_string());
        let elements = || mac.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated);
        match name.as_str() {
            "vec" => match elements() {
                Ok(elements) => {
                    let parts = elements.iter().map(|elem| self.part(elem)).collect();
                    self.list(Form::Vec, parts, span)
                }
                Err(_) => {
                    let inside = &mac.tokens;
                    match syn::parse2::<syn::ExprRepeat>(quote::quote!([#inside])) {
                        Ok(repeat) => self.repeated(&repeat.expr, &repeat.len, true, span),
                        Err(_) => self.left_to_rustc(span),
                    }
                }
            },
            "array" => match elements() {
                Ok(elements) => self.array_literal(elements.iter().collect(), span),
                Err(_) => self.left_to_rustc(span),
            },
            "concatenate" | "stack" => match elements() {
                Ok(elements) if elements.len() > 1 => {
                    self.join(name == "stack", &elements[0], elements.iter().skip(1), span)
                }
                _ => self.left_to_rustc(span),
            },
            "dbg" => match elements() {
                Ok(elements) if !elements.iter().all(|element| self.may_be_read_twice(element)) => {
                    self.shown_values(&mac.path, &elements, span)
                }
                Ok(elements) => {
                    self.effect(quote::quote!(#mac;), span);
                    match elements.len() {
                        1 => self.expr(&elements[0]),
                        _ => {
                            let parts = elements.iter().map(|part| self.part(part)).collect();
                            self.tuple(parts, span)
                        }
                    }
                }
                Err(_) => self.left_to_rustc(span),
            },
            _ => self.mistake(span, language::MACRO.of(name + "!")),
        }
    }

    fn may_be_read_twice(&self, expr: &Expr) -> bool {
        self.mentions(expr).pure && self.carried(expr).is_empty()
    }

    /// `dbg!(a, b)` of what does more than look: it runs once, and its values are shown.
    fn shown_values(
        &mut self,
        path: &syn::Path,
        elements: &Punctuated<Expr, Token![,]>,
        span: Span,
    ) -> Value {
        let parts: Vec<_> = elements.iter().map(|part| self.part(part)).collect();
        let names = (0..parts.len()).map(|at| format!("shown{at}"));
        let (names, args): (Vec<String>, Vec<Value>) =
            names.zip(&parts).map(|(name, (value, _))| (name, *value)).unzip();
        let shown = names.iter().map(|name| quote::format_ident!("{name}"));
        let tokens = quote::quote!(#path!(#(&#shown),*););
        self.nodes.push(super::stmt::effect(tokens, names, args, span));
        match parts.as_slice() {
            [(value, _)] => *value,
            _ => self.tuple(parts, span),
        }
    }

    /// `array![[a, b], [c, d]]`: rows of equal length, as deep as they are nested.
    pub(super) fn array_literal(&mut self, mut elements: Vec<&Expr>, span: Span) -> Value {
        let mut lengths = vec![elements.len()];
        while let Some(Expr::Array(first)) = elements.first() {
            let length = first.elems.len();
            let mut inner = Vec::new();
            for row in &elements {
                match row {
                    Expr::Array(row) if row.elems.len() == length => inner.extend(&row.elems),
                    // Rows of one length alone make an array.
                    _ => return self.left_to_rustc(span),
                }
            }
            lengths.push(length);
            elements = inner;
        }
        let parts: Vec<Value> = elements.into_iter().map(|element| self.expr(element)).collect();
        self.learn_types(ops::row("Add"), &parts[..2.min(parts.len())]);
        let elem =
            parts.iter().fold(Elem::Literal, |elem, part| elem.join(self.graph.ty(*part).elem()));
        for part in &parts {
            // An element is a float, whatever else the macro sees of it.
            self.graph.info_mut(*part).ty = Ty::Float(elem);
        }
        let members = (0..parts.len()).map(|position| position.to_string()).collect();
        let ty = Ty::Array(elem, Some(lengths.len()));
        let construct = Construct { path: None, form: Form::NdArray(lengths), members, rest: None };
        self.node(Op::Construct(construct), parts, ty, span)
    }

    /// A macro of these runs once as it stands, so that nothing in it may jump or write what the graph knows.
    pub(super) fn effect_macro(
        &mut self,
        mac: &Macro,
        tokens: proc_macro2::TokenStream,
        span: Span,
    ) {
        let operands = mac.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated);
        for operand in operands.into_iter().flatten() {
            // `name = value` of a format string.
            let operand = match operand {
                Expr::Assign(named) => *named.right,
                operand => operand,
            };
            if Jumps::of_expr(&operand).any() || !self.carried(&operand).is_empty() {
                self.mistake(&operand, language::WRITES_WITHIN);
                return;
            }
        }
        self.effect(tokens, span);
    }

    /// A statement that runs once for its effect and may mention anything.
    fn effect(&mut self, tokens: proc_macro2::TokenStream, span: Span) {
        let mut mentions = self.mentions(&tokens);
        self.look_at_places(&mut mentions, span);
        let tokens = rename_lent(tokens, &mentions);
        let (names, args) = mentions.names.into_iter().unzip();
        let op = Op::Effect(Verbatim::new(tokens, names, false));
        self.nodes.push(Node {
            outs: vec![],
            op,
            args,
            blocks: vec![],
            origin: Origin::from(span),
        });
    }
}

/// The macros that print, check or stop: they run once, and nothing flows through them.
pub(super) fn is_effect_macro(mac: &Macro) -> bool {
    mac.path.segments.last().is_some_and(|last| {
        matches!(
            last.ident.to_string().as_str(),
            "print"
                | "println"
                | "eprint"
                | "eprintln"
                | "assert"
                | "assert_eq"
                | "assert_ne"
                | "debug_assert"
                | "debug_assert_eq"
                | "debug_assert_ne"
                | "panic"
                | "unreachable"
                | "todo"
                | "unimplemented"
        )
    })
}
