//! Tangents between functions: of a constant argument none is passed, and of a part that is shown
//! elsewhere a view.

use std::borrow::Cow;

use ndarray::{Array, ArrayRef, ArrayView, Dimension};

use super::No;
use crate::Float;
use crate::differentiable::{Differentiable, Nothing};

/// What is passed as the tangent of an argument whose gradient is `G`.
#[diagnostic::on_unimplemented(
    message = "a tangent of type `{Self}` does not fit an argument whose gradient is `{G}`",
    label = "the types of these values do not fit"
)]
pub trait Tangent<G: Clone> {
    /// The tangent, if there is one.
    fn given(&self) -> Option<Cow<'_, G>>;
    /// The tangent; what `zero` gives where there is none.
    #[inline]
    fn tangent(&self, zero: impl FnOnce() -> G) -> Cow<'_, G> {
        self.given().unwrap_or_else(|| Cow::Owned(zero()))
    }
}

impl<G: Clone> Tangent<G> for &G {
    #[inline]
    fn given(&self) -> Option<Cow<'_, G>> {
        Some(Cow::Borrowed(self))
    }
}

/// A part of a tangent that may be there.
impl<G: Clone> Tangent<G> for Option<&G> {
    #[inline]
    fn given(&self) -> Option<Cow<'_, G>> {
        self.map(Cow::Borrowed)
    }
}

/// What a map of tangents was given.
impl<G: Clone> Tangent<G> for Option<Cow<'_, G>> {
    #[inline]
    fn given(&self) -> Option<Cow<'_, G>> {
        self.as_deref().map(Cow::Borrowed)
    }
}

/// The argument is constant here.
impl<G: Clone> Tangent<G> for No {
    #[inline]
    fn given(&self) -> Option<Cow<'_, G>> {
        None
    }
}

/// A float goes by value.
impl<T: Float> Tangent<T> for T {
    #[inline]
    fn given(&self) -> Option<Cow<'_, T>> {
        Some(Cow::Owned(*self))
    }
}

/// A part of a list.
impl<E: Clone> Tangent<Vec<E>> for &[E] {
    fn given(&self) -> Option<Cow<'_, Vec<E>>> {
        Some(Cow::Owned(self.to_vec()))
    }
}

impl<T: Float, D: Dimension> Tangent<Array<T, D>> for ArrayView<'_, T, D> {
    fn given(&self) -> Option<Cow<'_, Array<T, D>>> {
        Some(Cow::Owned(self.to_owned()))
    }
}

impl<T: Float, D: Dimension> Tangent<Array<T, D>> for &ArrayView<'_, T, D> {
    fn given(&self) -> Option<Cow<'_, Array<T, D>>> {
        Some(Cow::Owned((*self).to_owned()))
    }
}

impl<T: Float, D: Dimension> Tangent<Array<T, D>> for &ArrayRef<T, D> {
    fn given(&self) -> Option<Cow<'_, Array<T, D>>> {
        Some(Cow::Owned((*self).to_owned()))
    }
}

/// A constant field of a tuple struct.
impl Tangent<Nothing> for &() {
    fn given(&self) -> Option<Cow<'_, Nothing>> {
        None
    }
}

/// A part of the tangents that `jvp` is called with inside of a differentiable function: owned, or lent as in a
/// call from outside.
pub trait GivenTangent<G> {
    /// The tangent itself.
    fn owned(self) -> G;
}

impl<G> GivenTangent<G> for G {
    #[inline]
    fn owned(self) -> G {
        self
    }
}

impl<G: Clone> GivenTangent<G> for &G {
    #[inline]
    fn owned(self) -> G {
        self.clone()
    }
}

/// The tangents of several arguments, in a tuple.
#[diagnostic::on_unimplemented(
    message = "tangents of the types `{Self}` do not fit arguments whose gradients are `{G}`",
    label = "the types of these values do not fit"
)]
pub trait GivenTangents<G> {
    /// The tangents themselves.
    fn owned(self) -> G;
}

macro_rules! given_tangents {
    ($($T:ident $G:ident $at:tt),*) => {
        impl<$($G, $T: GivenTangent<$G>),*> GivenTangents<($($G,)*)> for ($($T,)*) {
            #[inline]
            fn owned(self) -> ($($G,)*) {
                ($(self.$at.owned(),)*)
            }
        }
    };
}
given_tangents!(A GA 0, B GB 1);
given_tangents!(A GA 0, B GB 1, C GC 2);
given_tangents!(A GA 0, B GB 1, C GC 2, D GD 3);
given_tangents!(A GA 0, B GB 1, C GC 2, D GD 3, E GE 4);
given_tangents!(A GA 0, B GB 1, C GC 2, D GD 3, E GE 4, F GF 5);
given_tangents!(A GA 0, B GB 1, C GC 2, D GD 3, E GE 4, F GF 5, H GH 6);
given_tangents!(A GA 0, B GB 1, C GC 2, D GD 3, E GE 4, F GF 5, H GH 6, I GI 7);

/// The tangents of a tuple, owned.
#[inline]
pub fn given_tangents<G, T: GivenTangents<G>>(given: T) -> G {
    given.owned()
}

/// A tangent that a pullback owns: it may be kept longer than what it was lent from.
#[inline]
pub fn owned_tangent<G: Clone, T: Tangent<G>>(tangent: T) -> Option<G> {
    tangent.given().map(Cow::into_owned)
}

/// What is passed beside an argument that the callee takes as a constant.
#[diagnostic::on_unimplemented(
    message = "an active value is passed for an argument that this function takes as a constant",
    label = "nothing would flow through one of the arguments of this call",
    note = "leave the argument out of the function's `constant(..)`, or name it in its `wrt(..)`; or wrap \
            the value in `stop_gradient(..)` here"
)]
pub trait NoTangent {}

impl NoTangent for No {}
/// A field that is constant, of a struct that has a tangent.
impl NoTangent for &Nothing {}
/// The same of a tuple struct.
impl NoTangent for &() {}

/// A field and the same member of its struct's tangent, asked through
/// [`__field_tangent`](crate::__field_tangent).
#[derive(Debug)]
pub struct TangentOfField<'a, X: ?Sized, G>(pub &'a X, pub &'a G);

/// A constant field that is made of floats: zeros.
pub trait MadeOfItsField<'a> {
    /// Its gradient.
    type Gradient: Clone + 'a;
    /// The tangent.
    fn tangent(&self) -> Cow<'a, Self::Gradient>;
}

impl<'a, X: Differentiable<Gradient: 'a> + ?Sized> MadeOfItsField<'a>
    for TangentOfField<'_, X, Nothing>
{
    type Gradient = X::Gradient;
    fn tangent(&self) -> Cow<'a, X::Gradient> {
        Cow::Owned(self.0.zero_gradient())
    }
}

/// Any other field: what the struct's tangent holds. A method of `TangentOfField` itself is found before
/// this one, which needs one more reference. It is lent as it is: nothing is dropped at the end of the block, so that the
/// struct's tangent may be written in between.
pub trait OfItsStruct<'a, G: Clone> {
    /// The tangent.
    fn tangent(&self) -> &'a G;
}

impl<'a, X: ?Sized, G: Clone> OfItsStruct<'a, G> for &TangentOfField<'a, X, G> {
    #[inline(always)]
    fn tangent(&self) -> &'a G {
        self.1
    }
}

/// The tangent of a field of a struct, whatever the field is.
///
/// ```
/// use chainrule::rt::Nothing;
/// assert_eq!(*chainrule::__field_tangent!(&1.5_f64, &2.0_f64), 2.0);
/// assert_eq!(*chainrule::__field_tangent!(&1.5_f64, &Nothing), 0.0);
/// let Nothing = *chainrule::__field_tangent!(&3_usize, &Nothing);
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! __field_tangent {
    ($field:expr, $tangent:expr) => {{
        use $crate::rt::{MadeOfItsField as _, OfItsStruct as _};
        (&$crate::rt::TangentOfField($field, $tangent)).tangent()
    }};
}
