//! Macro calls that mention active values.

use proc_macro2::Span;
use syn::punctuated::Punctuated;
use syn::{Expr, Macro, Token};

use super::Lowering;
use crate::graph::{Construct, Elem, Form, Node, Op, Origin, Ty, Value, Verbatim};
use crate::ops;

impl Lowering<'_> {
    /// A macro whose value is used.
    pub(super) fn macro_value(&mut self, mac: &Macro, span: Span) -> Value {
        let name = mac.path.segments.last().map_or(String::new(), |last| last.ident.to_string());
        let elements = || mac.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated);
        match name.as_str() {
            "vec" => match elements() {
                Ok(elements) => {
                    let parts = elements.iter().map(|elem| self.passed(elem)).collect();
                    self.list(Form::Vec, parts, span)
                }
                Err(_) => {
                    let inside = &mac.tokens;
                    match syn::parse2::<syn::ExprRepeat>(quote::quote!([#inside])) {
                        Ok(repeat) => self.repeated(&repeat.expr, &repeat.len, true, span),
                        Err(error) => self.mistake(span, error.to_string()),
                    }
                }
            },
            "array" => match elements() {
                Ok(elements) => self.array_literal(elements.iter().collect(), span),
                Err(_) => self.mistake(mac, "`array!` of active values lists its elements"),
            },
            "concatenate" | "stack" => match elements() {
                Ok(elements) if elements.len() > 1 => {
                    self.join(name == "stack", &elements[0], elements.iter().skip(1), span)
                }
                _ => self.mistake(span, format!("`{name}!` takes an axis and arrays")),
            },
            "dbg" => match elements() {
                Ok(elements) if elements.len() == 1 => {
                    self.effect(quote::quote!(#mac;), span);
                    self.expr(&elements[0])
                }
                _ => self.mistake(span, "`dbg!` of one expression is understood here"),
            },
            _ => self.mistake(
                span,
                format!(
                    "chainrule cannot look into `{name}!`: take the active value out of it, or wrap the \
                     call in `stop_gradient(..)` if nothing should flow through it"
                ),
            ),
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
                    other => {
                        return self.mistake(*other, format!("this row has not {length} elements"))
                    }
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

    /// A statement that runs once for its effect and may mention anything.
    pub(super) fn effect(&mut self, tokens: proc_macro2::TokenStream, span: Span) {
        let (names, args) = self.mentions(&tokens).names.into_iter().unzip();
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
