//! The marker of a struct's field: a field that holds no floats is constant, though the struct is active.
//!
//! The macro does not know the field's type. A derived struct says of each field that it is
//! [`Differentiable`], or that it is a constant: so what is not is a constant.

use super::{Activity, No};
use crate::differentiable::Differentiable;

/// A field and its struct's marker, asked through [`__marker`](crate::__marker).
#[derive(Debug)]
pub struct Marking<'a, X: ?Sized, M>(pub &'a X, pub M);

/// A field that holds floats: as active as its struct.
pub trait AsItsStruct<M> {
    /// The struct's marker.
    fn marker(&self) -> M;
}

impl<X: Differentiable + ?Sized, M: Activity> AsItsStruct<M> for Marking<'_, X, M> {
    fn marker(&self) -> M {
        self.1
    }
}

/// Any other field. A method of `Marking` itself is found before this one, which needs one more
/// reference.
pub trait AsAConstant {
    /// The marker of a constant.
    fn marker(&self) -> No {
        No
    }
}

impl<X: ?Sized, M> AsAConstant for &Marking<'_, X, M> {}

/// The marker of a field of a struct whose marker is given.
///
/// ```
/// use chainrule::rt::{No, Yes};
/// let Yes = chainrule::__marker!(&1.5_f64, Yes);
/// let No = chainrule::__marker!(&3_usize, Yes);
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! __marker {
    ($field:expr, $marker:expr) => {{
        use $crate::rt::{AsAConstant as _, AsItsStruct as _};
        (&$crate::rt::Marking($field, $marker)).marker()
    }};
}
