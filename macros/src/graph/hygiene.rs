//! Which variable an identifier names.
//!
//! Two identifiers of one text are different variables if a `macro_rules!` wrote one of them. Stable
//! Rust lets a macro see that only in how a span prints (`#0 bytes(3..4)`), so that is what is read;
//! a test holds it.

use proc_macro2::{Ident, Span};

/// The text of an identifier, with a mark after `'` where a macro wrote it.
pub(crate) fn key(ident: &Ident) -> String {
    key_at(&ident.to_string(), ident.span())
}

/// The same for a name that stands inside a literal.
pub(crate) fn key_at(name: &str, span: Span) -> String {
    match context(span) {
        Some(context) => format!("{name}'{context}"),
        None => name.to_owned(),
    }
}

/// True if a macro of the user's wrote the token: beside it the same letters may be two names.
pub(crate) fn is_of_a_macro(span: Span) -> bool {
    number(span).is_some_and(|number| number != "0")
}

/// A key without its mark.
pub(crate) fn text_of(key: &str) -> &str {
    key.split('\'').next().unwrap_or(key)
}

/// The number of the macro call that wrote the token; none for the user's own source and for what
/// this compiler writes itself.
fn context(span: Span) -> Option<String> {
    let number = number(span)?;
    (number != "0" && Some(&number) != self::number(Span::call_site()).as_ref()).then_some(number)
}

fn number(span: Span) -> Option<String> {
    let shown = format!("{span:?}");
    Some(shown.strip_prefix('#')?.split(' ').next()?.to_owned())
}
