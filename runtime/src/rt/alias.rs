//! Types that the macro takes for something else, since it sees names alone: errors in our words.
//!
//! One is an array or a float under another name, which it takes for a struct of the user's; the other a struct of
//! the user's in a field, with a method called like one of arrays.

use ndarray::{ArrayBase, ArrayRef, RawData};

/// A receiver whose type the macro knows. Nothing implements it.
#[diagnostic::on_unimplemented(
    message = "this is an operation on `{Self}`, whose type has another name in the signature",
    label = "the compiler of derivatives sees names, and took this one for a struct of yours",
    note = "write the type out in the signature, or say it here: `let m: &Array2<f64> = m;`"
)]
pub trait WrittenOut {}

chainrule_macros::__fallback_methods!();

/// An array, a float or a list, which `view`, `to_vec`, `cloned` and their like show as it is.
#[diagnostic::on_unimplemented(
    message = "this method would be taken for that of arrays, floats and lists, and `{Self}` is none of these",
    label = "the compiler of derivatives does not see the type of this field",
    note = "say it, and the method is yours: `let part: {Self} = whole.part;`"
)]
pub trait Shown {}

impl Shown for f32 {}
impl Shown for f64 {}
impl<S: RawData, D> Shown for ArrayBase<S, D> {}
impl<T, D> Shown for ArrayRef<T, D> {}
impl<T> Shown for [T] {}
impl<T, const N: usize> Shown for [T; N] {}
impl<T> Shown for Vec<T> {}
impl<T> Shown for Option<T> {}
impl<T: Shown + ?Sized> Shown for Box<T> {}
impl<T: Shown + ?Sized> Shown for &T {}
impl<T: Shown + ?Sized> Shown for &mut T {}

/// Asks for no more than that.
#[inline(always)]
pub fn shown<X: Shown + ?Sized>(_: &X) {}
