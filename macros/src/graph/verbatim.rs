//! The user's own tokens, which the graph carries and does not look into.

use std::fmt;

use proc_macro2::{Delimiter, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};

use super::{key, Value};

/// Tokens that compare by their text.
#[derive(Clone)]
pub(crate) struct Tokens(pub(crate) TokenStream);

impl PartialEq for Tokens {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}

impl fmt::Display for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A constant expression or statement as the user wrote it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Verbatim {
    pub(crate) tokens: Tokens,
    /// The names in the tokens that stand for the node's arguments, in their order.
    pub(crate) names: Vec<String>,
    /// `(rows, cols)` or `n: usize` of the `let` that it came from, if more than a name.
    pub(crate) pattern: Option<Tokens>,
    /// True if it is wholly in the language: evaluating it again gives the same.
    pub(crate) pure: bool,
}

impl Verbatim {
    /// An expression that mentions `names`.
    pub(crate) fn new(tokens: TokenStream, names: Vec<String>, pure: bool) -> Self {
        Verbatim { tokens: Tokens(tokens), names, pattern: None, pure }
    }

    /// `!operand`.
    pub(crate) fn not() -> Self {
        let operand = Ident::new("__operand0", Span::call_site());
        let not = Punct::new('!', Spacing::Alone);
        let tokens = [TokenTree::Punct(not), TokenTree::Ident(operand)].into_iter().collect();
        Self::new(tokens, vec!["__operand0".to_owned()], true)
    }

    /// True for what shows parts of something else, so that it cannot be kept by itself: `&e`, and the items of an
    /// iterator.
    pub(crate) fn shows(&self) -> bool {
        let is_collected = || {
            let mut start = self.tokens.0.clone().into_iter().take(12);
            start.any(|token| matches!(token, TokenTree::Ident(name) if name == "collect"))
        };
        self.is_lent() || is_collected()
    }

    /// True for `&e`, and for `::core::clone::Clone::clone(&items[at])`, our own way to an item: it costs
    /// next to nothing to take them again.
    pub(crate) fn is_lent(&self) -> bool {
        let mut tokens = self.tokens.0.clone().into_iter();
        match tokens.next() {
            Some(TokenTree::Punct(first)) if first.as_char() == '&' => true,
            Some(TokenTree::Punct(first)) if first.as_char() == ':' => {
                tokens.any(|token| matches!(token, TokenTree::Ident(name) if name == "Clone"))
            }
            _ => false,
        }
    }

    /// True for `__nth(&positions, at)`, an index that it costs next to nothing to compute again.
    pub(crate) fn is_nth(&self) -> bool {
        let first = self.tokens.0.clone().into_iter().next();
        matches!(first, Some(TokenTree::Ident(name)) if name == "__nth")
    }

    /// True if the value of a name may be moved, as far as the tokens show: it is neither lent, nor indexed, nor the
    /// receiver of a method that only looks at it.
    pub(crate) fn may_move(&self, name: &str) -> bool {
        may_move(&self.tokens.0, name)
    }

    /// The names with the values that they stand for.
    pub(crate) fn mentions<'a>(
        &'a self,
        args: &'a [Value],
    ) -> impl Iterator<Item = (&'a str, Value)> + 'a {
        self.names.iter().map(String::as_str).zip(args.iter().copied())
    }
}

fn may_move(tokens: &TokenStream, name: &str) -> bool {
    let is = |token: Option<&TokenTree>, symbol: char| matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == symbol);
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    tokens.iter().enumerate().any(|(position, token)| {
        let before = position.checked_sub(1).and_then(|at| tokens.get(at));
        let after = |steps: usize| tokens.get(position + steps);
        match token {
            TokenTree::Group(group) => may_move(&group.stream(), name),
            TokenTree::Ident(ident) if key(ident) == name => {
                let is_indexed = matches!(after(1), Some(TokenTree::Group(group))
                    if group.delimiter() == Delimiter::Bracket);
                let is_looked_at = is(after(1), '.')
                    && !matches!(after(2), Some(TokenTree::Ident(method))
                        if method.to_string().split('_').any(|word| word == "into"));
                !(is(before, '&') || is_indexed || is_looked_at)
            }
            _ => false,
        }
    })
}

/// Where in the user's source a node came from. Two graphs that differ only in it are equal.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Origin(pub(crate) Option<Span>);

impl PartialEq for Origin {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl From<Span> for Origin {
    fn from(span: Span) -> Self {
        Origin(Some(span))
    }
}

impl Origin {
    pub(crate) fn span(self) -> Span {
        self.0.unwrap_or_else(Span::mixed_site)
    }
}

/// The names that a format string captures: `x` and `y` in `"{x} and {y:.3}"`.
pub(crate) fn captured_by(literal: &Literal) -> Vec<String> {
    let text = literal.to_string();
    let mut names = Vec::new();
    let mut rest = text.as_str();
    while let Some(open) = rest.find('{') {
        rest = &rest[open + 1..];
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        if end > 0 && rest[end..].starts_with(['}', ':']) {
            names.push(rest[..end].to_owned());
        }
    }
    names
}

/// All names that format strings in `tokens` capture, with the hygiene of the string.
pub(crate) fn captured_names(tokens: &TokenStream) -> Vec<Ident> {
    let mut names = Vec::new();
    for token in tokens.clone() {
        match token {
            TokenTree::Group(group) => names.extend(captured_names(&group.stream())),
            TokenTree::Literal(literal) => names.extend(
                captured_by(&literal)
                    .into_iter()
                    .filter(|name| !name.starts_with(|c: char| c.is_ascii_digit()))
                    .map(|name| Ident::new(&name, literal.span())),
            ),
            _ => {}
        }
    }
    names
}
