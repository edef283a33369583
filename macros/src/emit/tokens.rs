//! The user's tokens with other names in them.

use std::collections::HashMap;

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};

use crate::graph::key;
use crate::lower::rename;

/// The same tokens, all of which lie at one place; what they name stays the same.
pub(super) fn located(tokens: TokenStream, place: Span) -> TokenStream {
    tokens
        .into_iter()
        .map(|tree| {
            let span = tree.span().located_at(place);
            let mut tree = match tree {
                TokenTree::Group(group) => {
                    let inner = located(group.stream(), place);
                    TokenTree::Group(Group::new(group.delimiter(), inner))
                }
                other => other,
            };
            tree.set_span(span);
            tree
        })
        .collect()
}

/// The same tokens as if the user had written them at that place: unlike those of a macro, they are what a
/// panic's location names.
pub(super) fn written_at(tokens: TokenStream, place: Span) -> TokenStream {
    let written = tokens.into_iter().map(|mut tree| {
        tree.set_span(place);
        tree
    });
    written.collect()
}

/// The same for a pattern, in whose braces stand the names of fields.
pub(super) fn rename_pattern(
    tokens: TokenStream,
    names: &HashMap<String, TokenStream>,
) -> TokenStream {
    renamed_pattern(tokens, names, false)
}

fn renamed_pattern(
    tokens: TokenStream,
    names: &HashMap<String, TokenStream>,
    in_braces: bool,
) -> TokenStream {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is = |position: Option<usize>, symbol: char| {
        position.and_then(|position| tokens.get(position)).is_some_and(
            |token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == symbol),
        )
    };
    let mut renamed = TokenStream::new();
    for (position, token) in tokens.iter().enumerate() {
        let is_first = position == 0 || is(position.checked_sub(1), ',');
        match token {
            TokenTree::Group(group) => {
                let in_braces = group.delimiter() == Delimiter::Brace;
                let inner = renamed_pattern(group.stream(), names, in_braces);
                let mut inner = Group::new(group.delimiter(), inner);
                inner.set_span(group.span());
                renamed.extend([TokenTree::Group(inner)]);
            }
            TokenTree::Ident(_) if in_braces && is_first && is(Some(position + 1), ':') => {
                renamed.extend([token.clone()]);
            }
            TokenTree::Ident(ident) if in_braces && is_first && names.contains_key(&key(ident)) => {
                // `{ by }` is `{ by: by }`.
                let other = rename(token.clone().into(), names);
                renamed.extend(quote::quote!(#ident: #other));
            }
            TokenTree::Ident(_) if is(position.checked_sub(1), ':') && !is_first => {
                let is_path = is(position.checked_sub(2), ':');
                renamed.extend(match is_path {
                    true => token.clone().into(),
                    false => rename(token.clone().into(), names),
                });
            }
            _ => renamed.extend(rename(token.clone().into(), names)),
        }
    }
    renamed
}
