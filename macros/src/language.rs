//! Every form of syntax, with what `#[differentiable]` makes of it: read, or refused in words that say
//! what to do instead. `lower` takes its words from here, and docs/language.md is made of it.

mod expressions;
mod methods;
#[cfg(test)]
mod page;
mod patterns;
mod statements;

use syn::{Expr, Pat};

pub(crate) use expressions::{LET_IN_GUARD, MACRO, OPERATOR, REST_OF_A_VARIABLE};
pub(crate) use methods::*;
pub(crate) use patterns::{BY_REF_MUT, REST};
pub(crate) use statements::{
    ASYNC_FUNCTION, CONST_FUNCTION, EXTERN_FUNCTION, IMPL_TRAIT, ITEM, ITEM_LIKE_ANOTHER,
    LENT_RESULT, MAY_WRITE, NO_RESULT, UNSAFE_FUNCTION, WRITES_WITHIN,
};

/// A form of syntax: a variant of one of syn's enumerations.
pub(crate) struct Form {
    /// The variant, as `Expr::Array`.
    name: &'static str,
    /// How it is written.
    #[cfg_attr(not(test), allow(dead_code))]
    written: &'static str,
    /// What is made of it; nothing if it is always refused.
    read: &'static str,
    /// What of it is refused where an active value flows in.
    refused: &'static [Refusal],
}

/// Something that is not in the language.
#[derive(Clone, Copy)]
pub(crate) struct Refusal {
    what: &'static str,
    instead: &'static str,
    /// A file in tests/ui/fail that shows it.
    #[cfg_attr(not(test), allow(dead_code))]
    file: &'static str,
}

impl Refusal {
    const fn new(what: &'static str, instead: &'static str, file: &'static str) -> Refusal {
        Refusal { what, instead, file }
    }

    /// The same of what has a name, where the words begin with it.
    pub(crate) fn of(&self, name: impl std::fmt::Display) -> String {
        format!("`{name}` {}", String::from(*self))
    }

    /// What is wrong with what has this name, then something else to do.
    pub(crate) fn of_or(&self, name: impl std::fmt::Display, instead: &str) -> String {
        format!("`{name}` {}: {instead}", self.what)
    }
}

/// What is wrong, then what to do instead.
impl From<Refusal> for String {
    fn from(refusal: Refusal) -> String {
        format!("{}: {}", refusal.what, refusal.instead)
    }
}

impl Form {
    /// One that is no variant, and is told by how it is written.
    #[cfg(test)]
    const fn of(written: &'static str, read: &'static str, refused: &'static [Refusal]) -> Form {
        Form { name: "", written, read, refused }
    }

    const fn read(name: &'static str, written: &'static str, read: &'static str) -> Form {
        Form { name, written, read, refused: &[] }
    }

    const fn partly(
        name: &'static str,
        written: &'static str,
        read: &'static str,
        refused: &'static [Refusal],
    ) -> Form {
        Form { name, written, read, refused }
    }

    const fn refused(
        name: &'static str,
        written: &'static str,
        refused: &'static [Refusal],
    ) -> Form {
        Form { name, written, read: "", refused }
    }
}

/// What is said of syntax that syn does not know, or that came after this was written.
const UNKNOWN: Refusal = Refusal::new(
    "this expression is not in the language of `#[differentiable]`",
    "see its documentation",
    "",
);

/// Why an expression is not in the language, and what to do instead.
pub(crate) fn refusal(expr: &Expr) -> Refusal {
    let name = expressions::name(expr);
    let form = expressions::FORMS.iter().find(|form| form.name == name);
    form.and_then(|form| form.refused.first()).copied().unwrap_or(UNKNOWN)
}

/// True for an expression of a form that is always refused where an active value flows in.
pub(crate) fn is_refused(expr: &Expr) -> bool {
    let name = expressions::name(expr);
    expressions::FORMS.iter().any(|form| form.name == name && form.read.is_empty())
}

/// Why a pattern does not take an active value apart, and what to do instead.
pub(crate) fn pattern_refusal(pattern: &Pat) -> Refusal {
    let name = patterns::name(pattern);
    let form = patterns::FORMS.iter().find(|form| form.name == name);
    form.and_then(|form| form.refused.first()).copied().unwrap_or(patterns::UNKNOWN)
}
