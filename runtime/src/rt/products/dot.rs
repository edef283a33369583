//! `dot` in all pairs of ranks that ndarray has.

use ndarray::{Array1, Array2, ArrayD, ArrayView1, ArrayView2, ArrayViewD, Ix1, Ix2, IxDyn};

use super::check;
use super::count::one_product;
use super::onto;

use crate::Float;
use crate::kernels::{Nd, Operand, Rank, Scalar};

/// `a.dot(b)`: the inner product of vectors, or the product of matrices and vectors.
///
/// # Panics
/// If the lengths to be summed over differ.
#[inline]
#[track_caller]
pub fn dot<T, A, B>(a: A, b: B) -> <<A::Rank as Dot<B::Rank>>::Output as Rank>::Of<T>
where
    T: Float,
    A: Operand<T, Rank: Dot<B::Rank>>,
    B: Operand<T>,
{
    one_product();
    let product = A::Rank::dot(a.operand_view(), b.operand_view());
    a.operand_end();
    b.operand_end();
    product
}

/// A rank that has a `dot` with rank `B`.
#[diagnostic::on_unimplemented(
    message = "`dot` is not defined for arrays of these ranks",
    label = "no product of `{Self}` and `{B}`"
)]
pub trait Dot<B: Rank>: Rank {
    /// The rank of the product.
    type Output: Rank;
    /// The product.
    fn dot<T: Float>(a: Self::View<'_, T>, b: B::View<'_, T>) -> <Self::Output as Rank>::Of<T>;
    /// Adds the product to `sum`; or leaves it and says no, where that saves nothing.
    fn dot_onto<T: Float>(
        _sum: &mut <Self::Output as Rank>::Of<T>,
        _a: &Self::View<'_, T>,
        _b: &B::View<'_, T>,
    ) -> bool {
        false
    }
}

impl Dot<Nd<Ix1>> for Nd<Ix1> {
    type Output = Scalar;
    #[track_caller]
    fn dot<T: Float>(a: ArrayView1<'_, T>, b: ArrayView1<'_, T>) -> T {
        check("dot", a.shape(), b.shape(), (a.len(), b.len()));
        a.dot(&b)
    }
}

impl Dot<Nd<Ix2>> for Nd<Ix1> {
    type Output = Nd<Ix1>;
    #[track_caller]
    fn dot<T: Float>(a: ArrayView1<'_, T>, b: ArrayView2<'_, T>) -> Array1<T> {
        check("dot", a.shape(), b.shape(), (a.len(), b.nrows()));
        a.dot(&b)
    }
}

impl Dot<Nd<Ix1>> for Nd<Ix2> {
    type Output = Nd<Ix1>;
    #[track_caller]
    fn dot<T: Float>(a: ArrayView2<'_, T>, b: ArrayView1<'_, T>) -> Array1<T> {
        check("dot", a.shape(), b.shape(), (a.ncols(), b.len()));
        a.dot(&b)
    }
}

impl Dot<Nd<Ix2>> for Nd<Ix2> {
    type Output = Nd<Ix2>;
    #[track_caller]
    fn dot<T: Float>(a: ArrayView2<'_, T>, b: ArrayView2<'_, T>) -> Array2<T> {
        check("dot", a.shape(), b.shape(), (a.ncols(), b.nrows()));
        T::matrix_product(a, b)
    }
    fn dot_onto<T: Float>(
        sum: &mut Array2<T>,
        a: &ArrayView2<'_, T>,
        b: &ArrayView2<'_, T>,
    ) -> bool {
        onto::matrices(sum, a.view(), b.view())
    }
}

impl Dot<Nd<IxDyn>> for Nd<IxDyn> {
    type Output = Nd<IxDyn>;
    #[track_caller]
    fn dot<T: Float>(a: ArrayViewD<'_, T>, b: ArrayViewD<'_, T>) -> ArrayD<T> {
        super::dynamic::dot(a, b)
    }
}
