//! What the user's expressions are by their form, where it tells more than the macro knows of their types.

use proc_macro2::TokenStream;
use syn::Expr;

/// True for an expression that by its form is no reference: `None`, `Axis(1)`, `0..n`.
pub(super) fn is_owned(tokens: &TokenStream) -> bool {
    let is_capitalised = |path: &syn::Path| {
        path.segments.last().is_some_and(|last| {
            let name = last.ident.to_string();
            name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase)
        })
    };
    match syn::parse2::<Expr>(tokens.clone()) {
        Ok(Expr::Path(path)) => is_capitalised(&path.path),
        Ok(Expr::Call(call)) => {
            matches!(&*call.func, Expr::Path(path) if is_capitalised(&path.path))
        }
        Ok(
            Expr::Struct(_) | Expr::Range(_) | Expr::Closure(_) | Expr::Tuple(_) | Expr::Array(_),
        ) => true,
        _ => false,
    }
}

/// True for an expression whose value may be new: one that a call or a macro makes, or that is made of others.
pub(super) fn is_made(tokens: &TokenStream) -> bool {
    let Ok(made) = syn::parse2::<Expr>(tokens.clone()) else { return false };
    match made {
        Expr::Paren(inner) => is_made(&quote::ToTokens::to_token_stream(&inner.expr)),
        Expr::Unary(of) => !matches!(of.op, syn::UnOp::Deref(_)),
        made => {
            let is_call = matches!(made, Expr::Call(_) | Expr::MethodCall(_) | Expr::Macro(_));
            let is_of_others = matches!(
                made,
                Expr::Struct(_)
                    | Expr::Tuple(_)
                    | Expr::Array(_)
                    | Expr::Repeat(_)
                    | Expr::Binary(_)
            );
            let is_block = matches!(made, Expr::Block(_) | Expr::If(_) | Expr::Match(_));
            is_call || is_of_others || is_block
        }
    }
}
