//! What a pullback is handed again of a constant argument whose type the macro does not know: a
//! reference or a view itself, and `()` for what was given away.

use ndarray::ArrayView;

/// Asks an argument whether it was lent, through [`__again`](crate::__again).
#[derive(Debug)]
pub struct Passed<'a, X>(pub &'a X);

/// An argument that was lent.
pub trait Lent {
    /// What is handed again.
    type Again;
    /// The argument again.
    fn again(&self) -> Self::Again;
}

impl<'x, X: ?Sized> Lent for Passed<'_, &'x X> {
    type Again = &'x X;
    fn again(&self) -> &'x X {
        self.0
    }
}

impl<'x, T, D: Clone> Lent for Passed<'_, ArrayView<'x, T, D>>
where
    ArrayView<'x, T, D>: Clone,
{
    type Again = ArrayView<'x, T, D>;
    fn again(&self) -> ArrayView<'x, T, D> {
        self.0.clone()
    }
}

/// An argument of any other type. A method of `Passed` itself is found before this one, which needs
/// one more reference.
pub trait NotLent {
    /// Nothing is handed again.
    fn again(&self) {}
}

impl<X> NotLent for &Passed<'_, X> {}

/// The argument itself if it is a reference or a view, else `()`.
///
/// ```
/// let text: &str = chainrule::__again!("four");
/// let () = chainrule::__again!(String::from("four"));
/// # let _ = text;
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! __again {
    ($argument:expr) => {{
        use $crate::rt::{Lent as _, NotLent as _};
        (&$crate::rt::Passed(&$argument)).again()
    }};
}
