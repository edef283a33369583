//! Expressions with their binding strength, so that parentheses stand only where they must.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::quote;

use crate::graph::{Elem, Node, Op};

/// How strongly an expression binds; smaller binds stronger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    Atom,
    Unary,
    Product,
    Sum,
    Loose,
}

/// Tokens of an expression.
#[derive(Clone, Debug)]
pub(super) struct Text {
    pub(super) tokens: TokenStream,
    pub(super) strength: Strength,
}

impl Text {
    pub(super) fn atom(tokens: TokenStream) -> Text {
        Text { tokens, strength: Strength::Atom }
    }

    pub(super) fn loose(tokens: TokenStream) -> Text {
        Text { tokens, strength: Strength::Loose }
    }

    /// The user's own expression.
    pub(super) fn of_user(tokens: TokenStream) -> Text {
        use syn::Expr::*;
        let strength = match syn::parse2::<syn::Expr>(tokens.clone()) {
            // At the end of a block, `{ a } < b` would be a statement and something else.
            Ok(Binary(_) | Cast(_) | Field(_) | Index(_) | MethodCall(_))
                if begins_with_a_block(&tokens) =>
            {
                return Text::atom(quote!((#tokens)));
            }
            Ok(
                Array(_) | Call(_) | Field(_) | Index(_) | Lit(_) | Macro(_) | MethodCall(_)
                | Paren(_) | Path(_) | Tuple(_),
            ) => Strength::Atom,
            Ok(Reference(_) | Unary(_)) => Strength::Unary,
            _ => Strength::Loose,
        };
        Text { tokens, strength }
    }

    /// The tokens, in parentheses if they bind weaker than asked for.
    pub(super) fn at_least(&self, strength: Strength) -> TokenStream {
        let tokens = &self.tokens;
        if self.strength <= strength {
            tokens.clone()
        } else {
            quote!((#tokens))
        }
    }

    /// `a op b`.
    pub(super) fn binary(a: &Text, op: &str, b: &Text) -> Text {
        let (strength, stronger) = match op {
            "*" | "/" | "%" => (Strength::Product, Strength::Unary),
            _ => (Strength::Sum, Strength::Product),
        };
        let (a, b) = (a.at_least(strength), b.at_least(stronger));
        let op: TokenStream = op.parse().unwrap_or_default();
        Text { tokens: quote!(#a #op #b), strength }
    }

    /// `-a`.
    pub(super) fn negative(a: &Text) -> Text {
        let a = a.at_least(Strength::Unary);
        Text { tokens: quote!(-#a), strength: Strength::Unary }
    }
}

/// A literal with the suffix of its type.
pub(super) fn suffixed(node: &Node, elem: Elem) -> Option<Text> {
    let suffix = match elem {
        Elem::F32 => "f32",
        Elem::F64 => "f64",
        _ => return None,
    };
    let Op::Literal(text) = &node.op else { return None };
    let tokens = format!("{text}_{suffix}").parse().ok()?;
    let strength = if text.starts_with('-') { Strength::Unary } else { Strength::Atom };
    Some(Text { tokens, strength })
}

fn begins_with_a_block(tokens: &TokenStream) -> bool {
    match tokens.clone().into_iter().next() {
        Some(TokenTree::Group(group)) => group.delimiter() == Delimiter::Brace,
        Some(TokenTree::Ident(ident)) => {
            ["if", "match", "loop", "unsafe"].iter().any(|word| ident == word)
        }
        Some(TokenTree::Punct(punct)) => punct.as_char() == '\'',
        _ => false,
    }
}
