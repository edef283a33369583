//! Types that the macro takes for something else, since it sees names alone: errors in our words.
//!
//! One is an array or a float under another name, which it takes for a struct of the user's; the other a struct of
//! the user's in a field, with a method called like one of arrays.

use ndarray::{ArrayBase, ArrayRef, Axis, Dim, RawData};

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

/// A type parameter that stands for a float, which is called by one letter.
#[diagnostic::on_unimplemented(
    message = "this function would be taken for an operation of a type parameter `{Self}: Float`, and `{Self}` is none",
    label = "the compiler of derivatives sees one letter",
    note = "give your type a longer name, and the function is yours"
)]
pub trait FloatType {}

impl<T: crate::Float> FloatType for T {}

/// Asks for no more than that.
#[inline(always)]
pub fn float_type<T: FloatType>() {}

/// What `len`, `shape` and their like answer of arrays and lists: it holds no floats.
#[diagnostic::on_unimplemented(
    message = "this method would be taken for that of arrays and lists, through which nothing flows, and it gives `{Self}`",
    label = "the compiler of derivatives does not see what type this is called on",
    note = "give the method another name, such as `length`, and it is yours"
)]
pub trait Answer {}

macro_rules! answers {
    ($($ty:ty)*) => { $(impl Answer for $ty {})* };
}
answers!(bool char str String usize u8 u16 u32 u64 u128 isize i8 i16 i32 i64 i128 Axis);
impl Answer for () {}
impl<I> Answer for Dim<I> {}
impl<T: Answer> Answer for [T] {}
impl<T: Answer, const N: usize> Answer for [T; N] {}
impl<T: Answer> Answer for Vec<T> {}
impl<T: Answer> Answer for Option<T> {}
impl<T: Answer + ?Sized> Answer for &T {}
impl<A: Answer, B: Answer> Answer for (A, B) {}
impl<A: Answer, B: Answer, C: Answer> Answer for (A, B, C) {}
impl<A: Answer, B: Answer, C: Answer, D: Answer> Answer for (A, B, C, D) {}
impl<A: Answer, B: Answer, C: Answer, D: Answer, E: Answer> Answer for (A, B, C, D, E) {}
impl<A: Answer, B: Answer, C: Answer, D: Answer, E: Answer, F: Answer> Answer
    for (A, B, C, D, E, F)
{
}

/// The answer.
#[inline(always)]
pub fn asked<X: Answer>(answer: X) -> X {
    answer
}

/// A list that can be cut off, as `truncate`, `pop` and `clear` do.
#[diagnostic::on_unimplemented(
    message = "`truncate`, `pop` and `clear` would be taken for those of `Vec`, and `{Self}` is none",
    label = "the compiler of derivatives sees names, and took this for a `Vec`",
    note = "let a `#[differentiable]` method give the new value, and assign that"
)]
pub trait CutOff {
    /// Leaves the first elements.
    fn cut_off(&mut self, length: usize);
}

impl<T> CutOff for Vec<T> {
    #[inline]
    fn cut_off(&mut self, length: usize) {
        self.truncate(length);
    }
}

impl<X: CutOff + ?Sized> CutOff for &mut X {
    #[inline]
    fn cut_off(&mut self, length: usize) {
        (**self).cut_off(length);
    }
}

impl<X: CutOff + ?Sized> CutOff for Box<X> {
    #[inline]
    fn cut_off(&mut self, length: usize) {
        (**self).cut_off(length);
    }
}

/// Leaves the first elements of a list.
#[inline(always)]
pub fn cut_off<X: CutOff + ?Sized>(list: &mut X, length: usize) {
    list.cut_off(length);
}
