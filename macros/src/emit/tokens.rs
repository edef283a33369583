//! The user's tokens with other names in them.

use std::collections::HashMap;

use proc_macro2::{Group, Span, TokenStream, TokenTree};

use crate::graph::key;

/// Replaces identifiers that name locals; a field or method of the same name stays.
pub(super) fn rename(tokens: TokenStream, names: &HashMap<String, TokenStream>) -> TokenStream {
    if names.is_empty() {
        return tokens;
    }
    let mut renamed = TokenStream::new();
    let mut previous: [Option<char>; 2] = [None, None];
    for tree in tokens {
        let follows_dot = previous[1] == Some('.') && previous[0] != Some('.');
        let follows_path = previous == [Some(':'), Some(':')];
        previous = [previous[1], None];
        match tree {
            TokenTree::Ident(ident) => match names.get(&key(&ident)) {
                Some(name) if !follows_dot && !follows_path => renamed.extend(name.clone()),
                _ => renamed.extend([TokenTree::Ident(ident)]),
            },
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), rename(group.stream(), names));
                inner.set_span(group.span());
                renamed.extend([TokenTree::Group(inner)]);
            }
            TokenTree::Punct(punct) => {
                previous[1] = Some(punct.as_char());
                renamed.extend([TokenTree::Punct(punct)]);
            }
            literal => renamed.extend([literal]),
        }
    }
    renamed
}

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
