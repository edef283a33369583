//! The cotangents of `dot`'s operands, from the trilinear form `<dy, dot(a, b)>`.

use ndarray::{Array1, Array2, ArrayD, ArrayView1, ArrayView2, ArrayViewD, Axis, Ix1, Ix2, IxDyn};

use super::check;
use super::count::one_product;
use super::onto;

use crate::Float;
use crate::kernels::{Nd, Operand, Rank, Scalar, map2};

/// The cotangent of `a` in `dot(a, b)`: `dy b^T`.
///
/// # Panics
/// If the shapes do not fit.
#[inline]
#[track_caller]
pub fn dot_nt<T, Y, B>(dy: Y, b: B) -> <<Y::Rank as DotNt<B::Rank>>::Output as Rank>::Of<T>
where
    T: Float,
    Y: Operand<T, Rank: DotNt<B::Rank>>,
    B: Operand<T>,
{
    one_product();
    let dy_view = dy.operand_view();
    let rows = Y::Rank::as_matrix(&dy_view).map_or(0, |dy| dy.nrows());
    let product = Y::Rank::dot_nt(dy_view, b.operand_beside(rows));
    dy.operand_end();
    b.operand_end();
    product
}

/// The cotangent of `b` in `dot(a, b)`: `a^T dy`.
///
/// # Panics
/// If the shapes do not fit.
#[inline]
#[track_caller]
pub fn dot_tn<T, A, Y>(a: A, dy: Y) -> <<A::Rank as DotTn<Y::Rank>>::Output as Rank>::Of<T>
where
    T: Float,
    A: Operand<T, Rank: DotTn<Y::Rank>>,
    Y: Operand<T>,
{
    one_product();
    let product = A::Rank::dot_tn(a.operand_view(), dy.operand_view());
    a.operand_end();
    dy.operand_end();
    product
}

/// The rank of a cotangent `dy` of a product whose right operand has rank `B`.
pub trait DotNt<B: Rank>: Rank {
    /// The left operand's rank.
    type Output: Rank;
    /// `dy b^T`.
    fn dot_nt<T: Float>(dy: Self::View<'_, T>, b: B::View<'_, T>) -> <Self::Output as Rank>::Of<T>;
    /// Adds it to `sum`; or leaves that and says no, where that saves nothing.
    fn dot_nt_onto<T: Float>(
        _sum: &mut <Self::Output as Rank>::Of<T>,
        _dy: &Self::View<'_, T>,
        _b: &B::View<'_, T>,
    ) -> bool {
        false
    }
}

/// The rank of the left operand of a product whose cotangent has rank `Y`.
pub trait DotTn<Y: Rank>: Rank {
    /// The right operand's rank.
    type Output: Rank;
    /// `a^T dy`.
    fn dot_tn<T: Float>(a: Self::View<'_, T>, dy: Y::View<'_, T>) -> <Self::Output as Rank>::Of<T>;
    /// Adds it to `sum`; or leaves that and says no, where that saves nothing.
    fn dot_tn_onto<T: Float>(
        _sum: &mut <Self::Output as Rank>::Of<T>,
        _a: &Self::View<'_, T>,
        _dy: &Y::View<'_, T>,
    ) -> bool {
        false
    }
}

/// `column row`, a matrix.
pub(super) fn outer<T: Float>(column: ArrayView1<'_, T>, row: ArrayView1<'_, T>) -> Array2<T> {
    map2(column.insert_axis(Axis(1)), row, |x, y| x * y)
}

impl DotNt<Nd<Ix1>> for Scalar {
    type Output = Nd<Ix1>;
    fn dot_nt<T: Float>(dy: T, b: ArrayView1<'_, T>) -> Array1<T> {
        map2(dy, b, |dy, b| dy * b)
    }
}

impl DotNt<Nd<Ix2>> for Nd<Ix1> {
    type Output = Nd<Ix1>;
    #[track_caller]
    fn dot_nt<T: Float>(dy: ArrayView1<'_, T>, b: ArrayView2<'_, T>) -> Array1<T> {
        check("gradient of dot", dy.shape(), b.shape(), (dy.len(), b.ncols()));
        b.dot(&dy)
    }
}

impl DotNt<Nd<Ix1>> for Nd<Ix1> {
    type Output = Nd<Ix2>;
    fn dot_nt<T: Float>(dy: ArrayView1<'_, T>, b: ArrayView1<'_, T>) -> Array2<T> {
        outer(dy, b)
    }
    fn dot_nt_onto<T: Float>(
        sum: &mut Array2<T>,
        dy: &ArrayView1<'_, T>,
        b: &ArrayView1<'_, T>,
    ) -> bool {
        onto::outer(sum, dy.view(), b.view())
    }
}

impl DotNt<Nd<Ix2>> for Nd<Ix2> {
    type Output = Nd<Ix2>;
    #[track_caller]
    fn dot_nt<T: Float>(dy: ArrayView2<'_, T>, b: ArrayView2<'_, T>) -> Array2<T> {
        check("gradient of dot", dy.shape(), b.shape(), (dy.ncols(), b.ncols()));
        T::matrix_product(dy, b.reversed_axes())
    }
    fn dot_nt_onto<T: Float>(
        sum: &mut Array2<T>,
        dy: &ArrayView2<'_, T>,
        b: &ArrayView2<'_, T>,
    ) -> bool {
        onto::matrices(sum, dy.view(), b.t())
    }
}

impl DotNt<Nd<IxDyn>> for Nd<IxDyn> {
    type Output = Nd<IxDyn>;
    #[track_caller]
    fn dot_nt<T: Float>(dy: ArrayViewD<'_, T>, b: ArrayViewD<'_, T>) -> ArrayD<T> {
        super::dynamic::dot_nt(dy, b)
    }
}

impl DotTn<Scalar> for Nd<Ix1> {
    type Output = Nd<Ix1>;
    fn dot_tn<T: Float>(a: ArrayView1<'_, T>, dy: T) -> Array1<T> {
        map2(a, dy, |a, dy| dy * a)
    }
}

impl DotTn<Nd<Ix1>> for Nd<Ix1> {
    type Output = Nd<Ix2>;
    fn dot_tn<T: Float>(a: ArrayView1<'_, T>, dy: ArrayView1<'_, T>) -> Array2<T> {
        outer(a, dy)
    }
    fn dot_tn_onto<T: Float>(
        sum: &mut Array2<T>,
        a: &ArrayView1<'_, T>,
        dy: &ArrayView1<'_, T>,
    ) -> bool {
        onto::outer(sum, a.view(), dy.view())
    }
}

impl DotTn<Nd<Ix1>> for Nd<Ix2> {
    type Output = Nd<Ix1>;
    #[track_caller]
    fn dot_tn<T: Float>(a: ArrayView2<'_, T>, dy: ArrayView1<'_, T>) -> Array1<T> {
        check("gradient of dot", a.shape(), dy.shape(), (a.nrows(), dy.len()));
        dy.dot(&a)
    }
}

impl DotTn<Nd<Ix2>> for Nd<Ix2> {
    type Output = Nd<Ix2>;
    #[track_caller]
    fn dot_tn<T: Float>(a: ArrayView2<'_, T>, dy: ArrayView2<'_, T>) -> Array2<T> {
        check("gradient of dot", a.shape(), dy.shape(), (a.nrows(), dy.nrows()));
        T::matrix_product(a.reversed_axes(), dy)
    }
    fn dot_tn_onto<T: Float>(
        sum: &mut Array2<T>,
        a: &ArrayView2<'_, T>,
        dy: &ArrayView2<'_, T>,
    ) -> bool {
        onto::matrices(sum, a.t(), dy.view())
    }
}

impl DotTn<Nd<IxDyn>> for Nd<IxDyn> {
    type Output = Nd<IxDyn>;
    #[track_caller]
    fn dot_tn<T: Float>(a: ArrayViewD<'_, T>, dy: ArrayViewD<'_, T>) -> ArrayD<T> {
        super::dynamic::dot_tn(a, dy)
    }
}
