//! The user's mistakes, collected and reported together.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;

/// Where a mistake is: from the first token to the last.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    first: Span,
    last: Span,
}

impl From<Span> for Place {
    fn from(span: Span) -> Place {
        Place { first: span, last: span }
    }
}

impl<T: ToTokens> From<&T> for Place {
    fn from(syntax: &T) -> Place {
        let mut spans = syntax.to_token_stream().into_iter().map(|token| token.span());
        let first = spans.next().unwrap_or_else(Span::call_site);
        Place { first, last: spans.last().unwrap_or(first) }
    }
}

/// Mistakes found so far, each at its own place.
#[derive(Default)]
pub(crate) struct Mistakes {
    found: Vec<(Place, String)>,
    /// Where the first is of which rustc says enough.
    left_to_rustc: Option<Span>,
}

impl Mistakes {
    /// Notes a mistake: what is wrong, then what to do instead.
    pub(crate) fn add(&mut self, place: impl Into<Place>, message: impl Into<String>) {
        self.found.push((place.into(), message.into()));
    }

    /// Notes a mistake of types in the user's own function, which rustc reports there.
    pub(crate) fn leave_to_rustc(&mut self, span: Span) {
        self.left_to_rustc.get_or_insert(span);
    }

    /// Where it is that rustc alone has something to say: if it has not, the mistake is ours.
    pub(crate) fn unread(&self) -> Option<Span> {
        self.left_to_rustc.filter(|_| self.found.is_empty())
    }

    /// Notes a mistake that syn found.
    pub(crate) fn add_syn(&mut self, error: &syn::Error) {
        for error in error.clone() {
            self.add(error.span(), error.to_string());
        }
    }

    /// How many there are so far.
    pub(crate) fn count(&self) -> usize {
        self.found.len()
    }

    /// Forgets those after the first `count`, which came from a reading that is taken back.
    pub(crate) fn truncate(&mut self, count: usize) {
        self.found.truncate(count);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty() && self.left_to_rustc.is_none()
    }

    /// One `compile_error!` for each.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.found
            .into_iter()
            .map(|(place, message)| {
                // syn underlines from the first of these tokens to the last.
                let ends = [Ident::new("from", place.first), Ident::new("to", place.last)];
                let tokens: TokenStream = ends.iter().map(ToTokens::to_token_stream).collect();
                syn::Error::new_spanned(tokens, message).to_compile_error()
            })
            .collect()
    }
}
