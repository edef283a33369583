//! Patterns.

use syn::Pat;

use super::{Form, Refusal};

/// The variant of a pattern.
pub(super) fn name(pattern: &Pat) -> &'static str {
    match pattern {
        Pat::Const(_) => "Pat::Const",
        Pat::Guard(_) => "Pat::Guard",
        Pat::Ident(_) => "Pat::Ident",
        Pat::Lit(_) => "Pat::Lit",
        Pat::Macro(_) => "Pat::Macro",
        Pat::Or(_) => "Pat::Or",
        Pat::Paren(_) => "Pat::Paren",
        Pat::Path(_) => "Pat::Path",
        Pat::Range(_) => "Pat::Range",
        Pat::Reference(_) => "Pat::Reference",
        Pat::Rest(_) => "Pat::Rest",
        Pat::Slice(_) => "Pat::Slice",
        Pat::Struct(_) => "Pat::Struct",
        Pat::Tuple(_) => "Pat::Tuple",
        Pat::TupleStruct(_) => "Pat::TupleStruct",
        Pat::Type(_) => "Pat::Type",
        Pat::Wild(_) => "Pat::Wild",
        // Its other name is for what syn does not know either.
        _ => "Pat::Verbatim",
    }
}

/// What is said of patterns that syn does not know, or that came after this was written.
pub(super) const UNKNOWN: Refusal = Refusal::new(
    "this pattern on an active value is not supported",
    "bind the value to a name and use its fields",
    "",
);

/// Of `..` in the middle of parts that cannot be counted.
pub(crate) const REST: Refusal = Refusal::new(
    "how many parts `..` leaves out cannot be seen here",
    "name them with `_`",
    "pattern_rest",
);

/// Of `ref mut` where it may not match.
pub(crate) const BY_REF_MUT: Refusal = Refusal::new(
    "`ref mut` of a part of an active value is followed in a `let` alone",
    "take the part by value, and assign the whole anew",
    "pattern_by_ref_mut",
);

/// Every pattern.
pub(super) const FORMS: &[Form] = &[
    Form::read("Pat::Const", "`const { .. }`", "a test"),
    Form::partly(
        "Pat::Guard",
        "`P if c`",
        "an arm's guard",
        &[Refusal::new(
            "a guard within a pattern, which rustc refuses too, is not supported",
            "write it after the whole pattern",
            "",
        )],
    ),
    Form::partly(
        "Pat::Ident",
        "`x`, `mut x`, `ref x`, `ref mut x`, `x @ P`",
        "binds a value or a version of it, or lends a part",
        &[BY_REF_MUT],
    ),
    Form::read("Pat::Lit", "`1`, `\"a\"`", "a test"),
    Form::refused(
        "Pat::Macro",
        "`p!(..)`",
        &[Refusal::new(
            "chainrule cannot look into a macro that stands for a pattern",
            "write the pattern out",
            "pattern_macro",
        )],
    ),
    Form::partly(
        "Pat::Or",
        "`P \\| Q`",
        "a test; of constants also with names",
        &[Refusal::new(
            "a pattern with `|` that names parts of an active value is not supported",
            "write an arm for each",
            "pattern_or_with_names",
        )],
    ),
    Form::read("Pat::Paren", "`(P)`", "what it holds"),
    Form::read("Pat::Path", "`m::LIMIT`, `Kind::Plain`", "a test"),
    Form::read("Pat::Range", "`1..=3`", "a test"),
    Form::read("Pat::Reference", "`&P`", "what it points to"),
    Form::partly("Pat::Rest", "`..`", "parts that are not named", &[REST]),
    Form::read(
        "Pat::Slice",
        "`[a, b]`, `[a, .., z]`, `[a, rest @ ..]`",
        "elements, and what lies between",
    ),
    Form::read("Pat::Struct", "`Point { x, .. }`", "fields"),
    Form::read("Pat::Tuple", "`(a, b)`", "parts"),
    Form::read("Pat::TupleStruct", "`Some(a)`, `Pair(a, b)`", "parts; which variant, as a test"),
    Form::read("Pat::Type", "`x: T`", "a type that is known from then on"),
    Form::refused("Pat::Verbatim", "what syn does not know", &[UNKNOWN]),
    Form::read("Pat::Wild", "`_`", "nothing"),
];
