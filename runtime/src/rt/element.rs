//! What an element of a cotangent has received so far.

use ndarray::{Array, Dimension, NdIndex};

use crate::Float;
use crate::differentiable::{ArrayAcc, Lazy, Nothing, VecAcc};

/// An accumulator or gradient, asked for the float at an index `I`.
pub trait Arrived<I> {
    /// The float.
    type Element;
    /// What has arrived there.
    fn arrived_at(&self, index: I) -> Self::Element;
}

/// What the element at `index` has received so far: it stays there.
///
/// # Panics
/// If `index` is outside an array or `Vec`.
#[inline]
#[track_caller]
pub fn element<A: Arrived<I>, I>(acc: A, index: I) -> A::Element {
    acc.arrived_at(index)
}

/// Nothing yet where nothing was written.
impl<T: Copy + Default> Arrived<usize> for &VecAcc<T> {
    type Element = T;
    #[inline]
    fn arrived_at(&self, index: usize) -> T {
        self.as_slice().get(index).copied().unwrap_or_default()
    }
}

impl<T: Copy> Arrived<usize> for &Vec<T> {
    type Element = T;
    #[inline]
    #[track_caller]
    fn arrived_at(&self, index: usize) -> T {
        self[index]
    }
}

impl<T: Copy, const N: usize> Arrived<usize> for &[T; N] {
    type Element = T;
    #[inline]
    #[track_caller]
    fn arrived_at(&self, index: usize) -> T {
        self[index]
    }
}

impl<T: Copy, const N: usize> Arrived<usize> for &ArrayAcc<T, N> {
    type Element = T;
    #[inline]
    #[track_caller]
    fn arrived_at(&self, index: usize) -> T {
        self.0[index]
    }
}

impl<T: Float, D: Dimension, I: NdIndex<D>> Arrived<I> for &Array<T, D> {
    type Element = T;
    #[inline]
    #[track_caller]
    fn arrived_at(&self, index: I) -> T {
        self[index]
    }
}

impl<T: Float, D: Dimension, I: NdIndex<D>> Arrived<I> for &Lazy<T, D> {
    type Element = T;
    #[inline]
    #[track_caller]
    fn arrived_at(&self, index: I) -> T {
        self.arrived().map_or(T::zero(), |sum| sum[index])
    }
}

impl<I> Arrived<I> for &Nothing {
    type Element = Nothing;
    fn arrived_at(&self, _: I) -> Nothing {
        Nothing
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Ix1, array};

    use super::*;

    #[test]
    fn nothing_has_arrived_where_nothing_was_written() {
        let mut list = VecAcc::default();
        *list.at(1) = 2.0;
        assert_eq!([element(&list, 0), element(&list, 1), element(&list, 2)], [0.0, 2.0, 0.0]);
        assert_eq!(element(&Lazy::<f64, Ix1>::default(), 3), 0.0);
        assert_eq!(element(&crate::rt::into_acc(array![1.0, 2.0]), 1), 2.0);
        assert_eq!(element(&array![[1.0, 2.0]], [0, 1]), 2.0);
        assert_eq!(element(&ArrayAcc([3.0, 4.0]), 0), 3.0);
    }
}
