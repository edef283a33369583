//! Places inside accumulators: what `x[i] = ..` and views are in the backward pass.

use ndarray::{ArrayBase, ArrayView, ArrayViewMut, DataMut, Dimension, NdIndex};

use crate::Float;
use crate::differentiable::{ArrayAcc, Contribution, Lazy, Nothing, VecAcc};
use crate::kernels::{Nd, Operand, Rank, Scalar};

/// An accumulator with accumulators of elements at indices `I`.
pub trait At<I> {
    /// The accumulator of one element.
    type Element: ?Sized;
    /// The accumulator at `index`.
    fn element_at(&mut self, index: I) -> &mut Self::Element;
}

/// The accumulator of the element at `index`.
///
/// # Panics
/// If `index` is outside an array or `Vec`. (A [`VecAcc`] grows.)
#[inline]
#[track_caller]
pub fn at<A: At<I> + ?Sized, I>(acc: &mut A, index: I) -> &mut A::Element {
    acc.element_at(index)
}

/// Adds `value` to the accumulator of the element at `index`.
///
/// # Panics
/// As [`at`] and [`add`](super::add).
#[inline]
#[track_caller]
pub fn add_element<A, I, V>(acc: &mut A, index: I, value: V)
where
    A: At<I> + ?Sized,
    V: Contribution<A::Element>,
{
    value.add_to(acc.element_at(index));
}

impl<A: Default> At<usize> for VecAcc<A> {
    type Element = A;
    #[inline]
    fn element_at(&mut self, index: usize) -> &mut A {
        self.at(index)
    }
}

impl<A> At<usize> for Vec<A> {
    type Element = A;
    #[inline]
    #[track_caller]
    fn element_at(&mut self, index: usize) -> &mut A {
        &mut self[index]
    }
}

impl<A> At<usize> for [A] {
    type Element = A;
    #[inline]
    #[track_caller]
    fn element_at(&mut self, index: usize) -> &mut A {
        &mut self[index]
    }
}

impl<A, const N: usize> At<usize> for [A; N] {
    type Element = A;
    #[inline]
    #[track_caller]
    fn element_at(&mut self, index: usize) -> &mut A {
        &mut self[index]
    }
}

impl<A, const N: usize> At<usize> for ArrayAcc<A, N> {
    type Element = A;
    #[inline]
    #[track_caller]
    fn element_at(&mut self, index: usize) -> &mut A {
        &mut self.0[index]
    }
}

impl<T, S: DataMut<Elem = T>, D: Dimension, I: NdIndex<D>> At<I> for ArrayBase<S, D> {
    type Element = T;
    #[inline]
    #[track_caller]
    fn element_at(&mut self, index: I) -> &mut T {
        &mut self[index]
    }
}

/// Makes the array dense first: its shape must be known.
impl<T: Float, D: Dimension, I: NdIndex<D>> At<I> for Lazy<T, D> {
    type Element = T;
    #[inline]
    #[track_caller]
    fn element_at(&mut self, index: I) -> &mut T {
        &mut self.dense()[index]
    }
}

/// The elements of a constant are constants.
impl<A: Default> At<std::ops::Range<usize>> for VecAcc<A> {
    type Element = [A];
    #[inline]
    fn element_at(&mut self, range: std::ops::Range<usize>) -> &mut [A] {
        if range.end > range.start {
            self.at(range.end - 1);
        }
        &mut self.as_mut_slice()[range]
    }
}

impl<A, const N: usize> At<std::ops::Range<usize>> for ArrayAcc<A, N> {
    type Element = [A];
    #[inline]
    #[track_caller]
    fn element_at(&mut self, range: std::ops::Range<usize>) -> &mut [A] {
        &mut self.0[range]
    }
}

impl<A> At<std::ops::Range<usize>> for Vec<A> {
    type Element = [A];
    #[inline]
    #[track_caller]
    fn element_at(&mut self, range: std::ops::Range<usize>) -> &mut [A] {
        &mut self[range]
    }
}

impl<A, const N: usize> At<std::ops::Range<usize>> for [A; N] {
    type Element = [A];
    #[inline]
    #[track_caller]
    fn element_at(&mut self, range: std::ops::Range<usize>) -> &mut [A] {
        &mut self[range]
    }
}

impl<A> At<std::ops::Range<usize>> for [A] {
    type Element = [A];
    #[inline]
    #[track_caller]
    fn element_at(&mut self, range: std::ops::Range<usize>) -> &mut [A] {
        &mut self[range]
    }
}

impl<I> At<I> for Nothing {
    type Element = Nothing;
    #[inline(always)]
    fn element_at(&mut self, _: I) -> &mut Nothing {
        self
    }
}

impl<A: At<I> + ?Sized, I> At<I> for &mut A {
    type Element = A::Element;
    #[inline]
    #[track_caller]
    fn element_at(&mut self, index: I) -> &mut A::Element {
        (**self).element_at(index)
    }
}

/// Adds `value` to the part of an accumulator that `place` shows: an array of the same shape, or a
/// float to every element.
///
/// # Panics
/// If the shapes differ.
#[inline]
#[track_caller]
pub fn add_into<T, D, V>(mut place: ArrayViewMut<'_, T, D>, value: V)
where
    T: Float,
    D: Dimension,
    V: Operand<T, Rank: AddInto<D>>,
{
    V::Rank::add_into(&mut place, value.operand_view());
    value.operand_end();
}

/// A rank that can be added into an array of dimension `D`.
pub trait AddInto<D: Dimension>: Rank {
    /// Adds `value` to `place`.
    fn add_into<T: Float>(place: &mut ArrayViewMut<'_, T, D>, value: Self::View<'_, T>);
}

impl<D: Dimension> AddInto<D> for Scalar {
    #[inline]
    fn add_into<T: Float>(place: &mut ArrayViewMut<'_, T, D>, value: T) {
        place.mapv_inplace(|x| x + value);
    }
}

impl<D: Dimension> AddInto<D> for Nd<D> {
    #[inline]
    #[track_caller]
    fn add_into<T: Float>(place: &mut ArrayViewMut<'_, T, D>, value: ArrayView<'_, T, D>) {
        crate::differentiable::add_arrays(place, &value);
    }
}

/// `place.assign(&value)`, where a float fills.
///
/// # Panics
/// If an array does not broadcast to the shape of the place.
#[inline]
#[track_caller]
pub fn write_into<T, D, V>(mut place: ArrayViewMut<'_, T, D>, value: V)
where
    T: Float,
    D: Dimension,
    V: Operand<T, Rank: WriteInto<D>>,
{
    V::Rank::write_into(&mut place, value.operand_view());
}

/// The ranks of what can be written into an array of rank `D`.
pub trait WriteInto<D: Dimension>: Rank {
    /// Writes `value` to every place that it broadcasts to.
    fn write_into<T: Float>(place: &mut ArrayViewMut<'_, T, D>, value: Self::View<'_, T>);
}

impl<D: Dimension> WriteInto<D> for Scalar {
    #[inline]
    fn write_into<T: Float>(place: &mut ArrayViewMut<'_, T, D>, value: T) {
        place.fill(value);
    }
}

impl<D: Dimension, E: Dimension> WriteInto<D> for Nd<E> {
    #[inline]
    #[track_caller]
    fn write_into<T: Float>(place: &mut ArrayViewMut<'_, T, D>, value: ArrayView<'_, T, E>) {
        place.assign(&value);
    }
}

/// Takes a part of a cotangent out: what stands there, which is left zero.
#[inline]
pub fn take_view<T: Float, D: Dimension>(
    mut place: ArrayViewMut<'_, T, D>,
) -> ndarray::Array<T, D> {
    let taken = place.to_owned();
    place.fill(T::zero());
    taken
}

/// The array that an accumulator stands for, to be changed in part.
#[inline]
#[track_caller]
pub fn dense_mut<A: DenseMut>(acc: &mut A) -> &mut A::Array {
    acc.dense_mut()
}

/// An accumulator or gradient of an array.
pub trait DenseMut {
    /// The array.
    type Array;
    /// The array itself, made of zeros where nothing has arrived.
    fn dense_mut(&mut self) -> &mut Self::Array;
}

impl<T: Float, D: Dimension> DenseMut for Lazy<T, D> {
    type Array = ndarray::Array<T, D>;
    #[track_caller]
    fn dense_mut(&mut self) -> &mut Self::Array {
        self.dense()
    }
}

impl<T: Float, D: Dimension> DenseMut for ndarray::Array<T, D> {
    type Array = Self;
    fn dense_mut(&mut self) -> &mut Self {
        self
    }
}
