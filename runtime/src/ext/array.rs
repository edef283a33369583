//! Methods of arrays.

use ndarray::{Array, ArrayRef, Axis, Dimension, RemoveAxis};

use crate::kernels::{Nd, Operand};
use crate::{Float, rt};

/// Methods of float arrays that ndarray does not have.
pub trait ArrayExt<T: Float, D: Dimension> {
    /// `exp(x) / sum(exp(x))` along `axis`, of the same shape; large elements do not overflow.
    ///
    /// ```
    /// # use chainrule::{ext::ArrayExt, ndarray::{Axis, array}};
    /// assert_eq!(array![[1000.0, 1000.0]].softmax(Axis(1)), array![[0.5, 0.5]]);
    /// ```
    ///
    /// # Panics
    /// If there is no such axis.
    fn softmax(&self, axis: Axis) -> Array<T, D>
    where
        D: RemoveAxis;

    /// The logarithm of [`softmax`](Self::softmax), exact where that would round to 0.
    ///
    /// ```
    /// # use chainrule::{ext::ArrayExt, ndarray::{Axis, array}};
    /// assert_eq!(array![[1000.0, 0.0]].log_softmax(Axis(1)), array![[0.0, -1000.0]]);
    /// ```
    ///
    /// # Panics
    /// If there is no such axis.
    fn log_softmax(&self, axis: Axis) -> Array<T, D>
    where
        D: RemoveAxis;

    /// `log(sum(exp(x)))` along `axis`, which is removed; minus infinity where it has length 0.
    ///
    /// ```
    /// # use chainrule::{ext::ArrayExt, ndarray::{Axis, array}};
    /// let sums = array![[1000.0, 1000.0]].logsumexp(Axis(1));
    /// assert_eq!(sums, array![1000.0 + 2.0_f64.ln()]);
    /// ```
    ///
    /// # Panics
    /// If there is no such axis.
    fn logsumexp(&self, axis: Axis) -> Array<T, D::Smaller>
    where
        D: RemoveAxis;

    /// The largest element; NaN if there is one. Its gradient is shared equally among those that tie.
    ///
    /// ```
    /// # use chainrule::{ext::ArrayExt, ndarray::array};
    /// assert_eq!(array![[1.0, 3.0], [2.0, 0.0]].amax(), 3.0);
    /// ```
    ///
    /// # Panics
    /// If there are no elements.
    fn amax(&self) -> T;

    /// The smallest element; NaN if there is one. Its gradient is shared equally among those that tie.
    ///
    /// ```
    /// # use chainrule::{ext::ArrayExt, ndarray::array};
    /// assert_eq!(array![[1.0, 3.0], [2.0, 0.0]].amin(), 0.0);
    /// ```
    ///
    /// # Panics
    /// If there are no elements.
    fn amin(&self) -> T;

    /// The largest elements along `axis`, which is removed.
    ///
    /// ```
    /// # use chainrule::{ext::ArrayExt, ndarray::{Axis, array}};
    /// assert_eq!(array![[1.0, 3.0], [2.0, 0.0]].amax_axis(Axis(0)), array![2.0, 3.0]);
    /// ```
    ///
    /// # Panics
    /// If there is no such axis, or it has length 0.
    fn amax_axis(&self, axis: Axis) -> Array<T, D::Smaller>
    where
        D: RemoveAxis;

    /// The smallest elements along `axis`, which is removed.
    ///
    /// ```
    /// # use chainrule::{ext::ArrayExt, ndarray::{Axis, array}};
    /// assert_eq!(array![[1.0, 3.0], [2.0, 0.0]].amin_axis(Axis(1)), array![1.0, 0.0]);
    /// ```
    ///
    /// # Panics
    /// If there is no such axis, or it has length 0.
    fn amin_axis(&self, axis: Axis) -> Array<T, D::Smaller>
    where
        D: RemoveAxis;

    /// The 2-norm: the root of the sum of all squared elements, for any rank (the Frobenius norm of a
    /// matrix). Squares that would overflow or vanish are taken of scaled elements. Its derivative at
    /// zero is zero.
    ///
    /// ```
    /// # use chainrule::{ext::ArrayExt, ndarray::array};
    /// assert_eq!(array![3.0, 4.0].norm(), 5.0);
    /// assert!(array![3e200_f64, 4e200].norm().is_finite());
    /// ```
    fn norm(&self) -> T;

    /// Cumulative sums along `axis`, of the same shape.
    ///
    /// ```
    /// # use chainrule::{ext::ArrayExt, ndarray::{Axis, array}};
    /// assert_eq!(array![1.0, 2.0, 3.0].cumsum(Axis(0)), array![1.0, 3.0, 6.0]);
    /// ```
    ///
    /// # Panics
    /// If there is no such axis.
    fn cumsum(&self, axis: Axis) -> Array<T, D>;

    /// Products of the matrices in the last two axes, for each index of the leading axes: `[.., m, k]`
    /// times `[.., k, n]` is `[.., m, n]`.
    ///
    /// ```
    /// # use chainrule::{ext::ArrayExt, ndarray::Array3};
    /// let (a, b) = (Array3::<f32>::ones((5, 2, 3)), Array3::ones((5, 3, 4)));
    /// assert_eq!(a.matmul(&b), Array3::from_elem((5, 2, 4), 3.0));
    /// ```
    ///
    /// # Panics
    /// If the rank is under 2, the leading axes differ, or the lengths to be summed over do.
    fn matmul<B: Operand<T, Rank = Nd<D>>>(&self, other: B) -> Array<T, D>;
}

impl<T: Float, D: Dimension> ArrayExt<T, D> for ArrayRef<T, D> {
    #[track_caller]
    fn softmax(&self, axis: Axis) -> Array<T, D>
    where
        D: RemoveAxis,
    {
        rt::softmax(self, axis)
    }
    #[track_caller]
    fn log_softmax(&self, axis: Axis) -> Array<T, D>
    where
        D: RemoveAxis,
    {
        rt::log_softmax(self, axis)
    }
    #[track_caller]
    fn logsumexp(&self, axis: Axis) -> Array<T, D::Smaller>
    where
        D: RemoveAxis,
    {
        rt::logsumexp(self, axis)
    }
    #[track_caller]
    fn amax(&self) -> T {
        rt::amax(self)
    }
    #[track_caller]
    fn amin(&self) -> T {
        rt::amin(self)
    }
    #[track_caller]
    fn amax_axis(&self, axis: Axis) -> Array<T, D::Smaller>
    where
        D: RemoveAxis,
    {
        rt::amax_axis(self, axis)
    }
    #[track_caller]
    fn amin_axis(&self, axis: Axis) -> Array<T, D::Smaller>
    where
        D: RemoveAxis,
    {
        rt::amin_axis(self, axis)
    }
    fn norm(&self) -> T {
        rt::norm(self)
    }
    #[track_caller]
    fn cumsum(&self, axis: Axis) -> Array<T, D> {
        rt::cumsum(self, axis)
    }
    #[track_caller]
    fn matmul<B: Operand<T, Rank = Nd<D>>>(&self, other: B) -> Array<T, D> {
        rt::matmul(self, other)
    }
}
