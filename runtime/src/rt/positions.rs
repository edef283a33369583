//! Where the elements of a list or an array stand, in the order in which an iterator goes over them.

use ndarray::{ArrayBase, ArrayRef, Dimension, RawData};

/// What is gone over element by element.
pub trait Positions {
    /// What tells the index of each element.
    type All: Nth;
    /// The same for this value.
    fn positions(&self) -> Self::All;
}

/// Gives the index of an element.
pub trait Nth: Clone {
    /// What stands between the brackets.
    type Index;
    /// What `indexed_iter` gives.
    type Pattern;
    /// The index of the element that comes after `at` others.
    fn nth(&self, at: usize) -> Self::Index;
    /// The same as `indexed_iter` gives it.
    fn indices(&self, at: usize) -> Self::Pattern;
}

/// The positions of what `x` holds.
#[inline]
pub fn positions<X: Positions + ?Sized>(x: &X) -> X::All {
    x.positions()
}

/// The index of the element that comes after `at` others.
#[inline]
pub fn nth<P: Nth>(positions: &P, at: usize) -> P::Index {
    positions.nth(at)
}

/// The same as `indexed_iter` gives it: `i`, `(i, j)`, ..
#[inline]
pub fn indices<P: Nth>(positions: &P, at: usize) -> P::Pattern {
    positions.indices(at)
}

/// One after another.
#[derive(Clone, Copy, Debug)]
pub struct Linear;

impl Nth for Linear {
    type Index = usize;
    type Pattern = usize;
    #[inline]
    fn nth(&self, at: usize) -> usize {
        at
    }
    #[inline]
    fn indices(&self, at: usize) -> usize {
        at
    }
}

/// In an array of this shape, the last axis first.
#[derive(Clone, Copy, Debug)]
pub struct InOrder<D>(D);

impl<D: Dimension> Nth for InOrder<D> {
    type Index = D;
    type Pattern = D::Pattern;
    #[inline]
    fn nth(&self, mut at: usize) -> D {
        let mut index = self.0.clone();
        if let Some((first, others)) = index.slice_mut().split_first_mut() {
            for axis in others.iter_mut().rev() {
                let length = *axis;
                *axis = at % length;
                at /= length;
            }
            // Without a division, so that on one axis there is none.
            *first = at;
        }
        index
    }
    #[inline]
    fn indices(&self, at: usize) -> D::Pattern {
        self.nth(at).into_pattern()
    }
}

impl<S: RawData, D: Dimension> Positions for ArrayBase<S, D> {
    type All = InOrder<D>;
    #[inline]
    fn positions(&self) -> InOrder<D> {
        InOrder(self.raw_dim())
    }
}

impl<T, D: Dimension> Positions for ArrayRef<T, D> {
    type All = InOrder<D>;
    #[inline]
    fn positions(&self) -> InOrder<D> {
        InOrder(self.raw_dim())
    }
}

impl<T> Positions for [T] {
    type All = Linear;
    #[inline]
    fn positions(&self) -> Linear {
        Linear
    }
}

impl<T> Positions for Vec<T> {
    type All = Linear;
    #[inline]
    fn positions(&self) -> Linear {
        Linear
    }
}

impl<T, const N: usize> Positions for [T; N] {
    type All = Linear;
    #[inline]
    fn positions(&self) -> Linear {
        Linear
    }
}

impl<X: Positions + ?Sized> Positions for &X {
    type All = X::All;
    #[inline]
    fn positions(&self) -> X::All {
        (**self).positions()
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array3, Axis};

    use super::*;

    #[test]
    fn iterators_go_over_arrays_in_this_order() {
        let mut x = Array3::from_shape_fn((2, 3, 4), |(i, j, k)| 100 * i + 10 * j + k);
        x.swap_axes(0, 2);
        x.invert_axis(Axis(1));
        let all = positions(&x);
        for (at, (place, element)) in x.indexed_iter().enumerate() {
            assert_eq!((indices(&all, at), &x[nth(&all, at)]), (place, element));
        }
        assert_eq!(nth(&positions(&vec![1.0, 2.0]), 1), 1);
    }
}
