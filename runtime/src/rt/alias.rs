//! What a method falls back on whose receiver has a type that the macro takes for the user's own, and
//! that is an array or a float under another name: an error in our words.

/// A receiver whose type the macro knows. Nothing implements it.
#[diagnostic::on_unimplemented(
    message = "this is an operation on `{Self}`, whose type has another name in the signature",
    label = "the compiler of derivatives sees names, and took this one for a struct of yours",
    note = "write the type out in the signature, or say it here: `let m: &Array2<f64> = m;`"
)]
pub trait WrittenOut {}

chainrule_macros::__fallback_methods!();
