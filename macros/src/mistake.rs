//! The user's mistakes, collected and reported together.

use proc_macro2::{Span, TokenStream};

/// Mistakes found so far, each at its own span.
#[derive(Default)]
pub(crate) struct Mistakes {
    found: Vec<(Span, String)>,
}

impl Mistakes {
    /// Notes a mistake: what is wrong, then what to do instead.
    pub(crate) fn add(&mut self, span: Span, message: impl Into<String>) {
        self.found.push((span, message.into()));
    }

    /// Notes a mistake that syn found.
    pub(crate) fn add_syn(&mut self, error: &syn::Error) {
        for error in error.clone() {
            self.add(error.span(), error.to_string());
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// One `compile_error!` for each.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.found
            .into_iter()
            .map(|(span, message)| syn::Error::new(span, message).to_compile_error())
            .collect()
    }

    /// The messages alone, for tests.
    #[cfg(test)]
    pub(crate) fn messages(&self) -> Vec<&str> {
        self.found.iter().map(|(_, message)| message.as_str()).collect()
    }
}
