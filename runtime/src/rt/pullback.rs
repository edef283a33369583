//! The type of a public pullback.

/// `impl $trait`, written by a crate of edition 2024.
///
/// What an `impl Trait` return type captures is decided by the edition of the crate whose token `impl`
/// is. A public pullback borrows the function's arguments, so it must capture their lifetimes, as
/// edition 2024 does, whatever the edition of the user's crate. (The hidden pullbacks of calls own
/// what they need and must not capture them: their `impl` is written by the macros crate, which is of
/// edition 2021.)
#[doc(hidden)]
#[macro_export]
macro_rules! __pullback {
    ($($bound:tt)*) => { impl $($bound)* };
}

#[doc(inline)]
pub use crate::__pullback as pullback;
