//! The elements of constant arrays, `array![0.5, 0.25]`, where what stands beside them tells their type: rustc
//! would not find it through the runtime's traits.

use proc_macro2::TokenStream;
use quote::{quote, ToTokens};
use syn::{Expr, Lit, LitFloat, Stmt, UnOp};

use crate::graph::{Elem, Ty};

/// The user's tokens for a constant of this type, with the type's suffix at the bare literals that are elements
/// in them.
pub(super) fn with_types(tokens: TokenStream, ty: &Ty) -> TokenStream {
    let elem = match ty {
        Ty::Float(elem) | Ty::Array(elem, _) => *elem,
        Ty::List(element) => element.elem(),
        _ => return tokens,
    };
    let suffix = match elem {
        Elem::F32 => "f32",
        Elem::F64 => "f64",
        Elem::Unknown | Elem::Literal => return tokens,
    };
    let Ok(mut expr) = syn::parse2::<Expr>(tokens.clone()) else { return tokens };
    if is_of_literals(&expr) {
        first(&mut expr, suffix);
        return expr.to_token_stream();
    }
    match whole(&mut expr, suffix) {
        true => expr.to_token_stream(),
        false => tokens,
    }
}

/// True for arithmetic on bare literals alone.
fn is_of_literals(expr: &Expr) -> bool {
    match expr {
        Expr::Paren(inner) => is_of_literals(&inner.expr),
        Expr::Unary(inner) => is_of_literals(&inner.expr),
        Expr::Binary(binary) => is_of_literals(&binary.left) && is_of_literals(&binary.right),
        Expr::Block(block) => match block.block.stmts.as_slice() {
            [Stmt::Expr(value, None)] => block.label.is_none() && is_of_literals(value),
            _ => false,
        },
        Expr::Lit(literal) => {
            matches!(&literal.lit, Lit::Float(float) if float.suffix().is_empty())
        }
        _ => false,
    }
}

/// Its first literal gives the others their type.
fn first(expr: &mut Expr, suffix: &str) {
    match expr {
        Expr::Paren(inner) => first(&mut inner.expr, suffix),
        Expr::Unary(inner) => first(&mut inner.expr, suffix),
        Expr::Binary(binary) => first(&mut binary.left, suffix),
        Expr::Block(block) => {
            if let [Stmt::Expr(value, None)] = block.block.stmts.as_mut_slice() {
                first(value, suffix);
            }
        }
        other => drop(element(other, suffix)),
    }
}

/// Looks for arrays in what is computed of them; true if a literal was changed.
fn whole(expr: &mut Expr, suffix: &str) -> bool {
    match expr {
        Expr::Paren(inner) => whole(&mut inner.expr, suffix),
        Expr::Group(inner) => whole(&mut inner.expr, suffix),
        Expr::Reference(inner) => whole(&mut inner.expr, suffix),
        Expr::Unary(inner) => whole(&mut inner.expr, suffix),
        Expr::Binary(binary) => {
            let left = whole(&mut binary.left, suffix);
            whole(&mut binary.right, suffix) || left
        }
        Expr::MethodCall(call) => {
            let mut changed = whole(&mut call.receiver, suffix);
            if call.method == "dot" {
                call.args.iter_mut().for_each(|arg| changed |= whole(arg, suffix));
            }
            changed
        }
        Expr::Macro(mac) if ["array", "vec"].iter().any(|name| is_named(&mac.mac.path, name)) => {
            let inside = &mac.mac.tokens;
            let Ok(mut list) = syn::parse2::<Expr>(quote!([#inside])) else { return false };
            let changed = element(&mut list, suffix);
            mac.mac.tokens = match list {
                Expr::Array(list) => list.elems.to_token_stream(),
                Expr::Repeat(syn::ExprRepeat { expr, len, .. }) => quote!(#expr; #len),
                _ => return false,
            };
            changed
        }
        Expr::Array(_) | Expr::Repeat(_) => element(expr, suffix),
        Expr::Call(call) => {
            let Expr::Path(path) = &mut *call.func else { return false };
            match path.path.segments.last().map(|last| last.ident.to_string()).as_deref() {
                Some("from_elem") => {
                    call.args.iter_mut().nth(1).is_some_and(|part| element(part, suffix))
                }
                Some("zeros" | "ones" | "eye" | "from_diag_elem") => owner(&mut path.path, suffix),
                _ => false,
            }
        }
        _ => false,
    }
}

/// `Array2::<f64>::zeros` for `Array2::zeros`.
fn owner(path: &mut syn::Path, suffix: &str) -> bool {
    let Some(owner) = path.segments.iter_mut().rev().nth(1) else { return false };
    let name = owner.ident.to_string();
    let is_alias = name.strip_prefix("Array").is_some_and(|rank| {
        rank == "D" || rank.len() == 1 && rank.starts_with(|c: char| c.is_ascii_digit())
    });
    let is_bare = is_alias && owner.arguments.is_none();
    if is_bare {
        let elem = syn::Ident::new(suffix, owner.ident.span());
        owner.arguments = syn::PathArguments::AngleBracketed(syn::parse_quote!(::<#elem>));
    }
    is_bare
}

/// An element, or a row of them.
fn element(expr: &mut Expr, suffix: &str) -> bool {
    match expr {
        Expr::Binary(_) if is_of_literals(expr) => {
            first(expr, suffix);
            true
        }
        Expr::Paren(inner) => element(&mut inner.expr, suffix),
        Expr::Unary(inner) if matches!(inner.op, UnOp::Neg(_)) => element(&mut inner.expr, suffix),
        Expr::Array(row) => {
            let mut changed = false;
            row.elems.iter_mut().for_each(|part| changed |= element(part, suffix));
            changed
        }
        Expr::Repeat(repeat) => element(&mut repeat.expr, suffix),
        Expr::Lit(literal) => match &literal.lit {
            Lit::Float(float) if float.suffix().is_empty() => {
                let typed = format!("{}_{suffix}", float.base10_digits());
                literal.lit = Lit::Float(LitFloat::new(&typed, float.span()));
                true
            }
            _ => false,
        },
        _ => false,
    }
}

fn is_named(path: &syn::Path, name: &str) -> bool {
    path.segments.last().is_some_and(|last| last.ident == name)
}
