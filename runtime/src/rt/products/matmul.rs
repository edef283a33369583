//! Products of matrices in the last two axes, one for each index of the leading axes.

use ndarray::{Array, ArrayView, ArrayViewD, ArrayViewMutD, Axis, Dimension, Ix2};

use super::count::one_product;
use super::{check, do_not_fit};
use crate::Float;
use crate::kernels::{Nd, Operand};

/// `a b` for every index of the leading axes: `[.., m, k]` times `[.., k, n]` is `[.., m, n]`.
///
/// # Panics
/// If the rank is under 2, the leading axes differ, or the lengths to be summed over do.
#[track_caller]
pub fn matmul<T, D, A, B>(a: A, b: B) -> Array<T, D>
where
    T: Float,
    D: Dimension,
    A: Operand<T, Rank = Nd<D>>,
    B: Operand<T, Rank = Nd<D>>,
{
    product("matmul", a.operand_view(), b.operand_view())
}

/// `dy b^T` for every index of the leading axes: the cotangent of `a` in `matmul(a, b)`.
///
/// # Panics
/// As [`matmul`].
#[track_caller]
pub fn matmul_nt<T, D, Y, B>(dy: Y, b: B) -> Array<T, D>
where
    T: Float,
    D: Dimension,
    Y: Operand<T, Rank = Nd<D>>,
    B: Operand<T, Rank = Nd<D>>,
{
    product("gradient of matmul", dy.operand_view(), transposed(b.operand_view()))
}

/// `a^T dy` for every index of the leading axes: the cotangent of `b` in `matmul(a, b)`.
///
/// # Panics
/// As [`matmul`].
#[track_caller]
pub fn matmul_tn<T, D, A, Y>(a: A, dy: Y) -> Array<T, D>
where
    T: Float,
    D: Dimension,
    A: Operand<T, Rank = Nd<D>>,
    Y: Operand<T, Rank = Nd<D>>,
{
    product("gradient of matmul", transposed(a.operand_view()), dy.operand_view())
}

fn transposed<T, D: Dimension>(mut x: ArrayView<'_, T, D>) -> ArrayView<'_, T, D> {
    if let rank @ 2.. = x.ndim() {
        x.swap_axes(rank - 2, rank - 1);
    }
    x
}

#[track_caller]
fn product<T: Float, D: Dimension>(
    name: &str,
    a: ArrayView<'_, T, D>,
    b: ArrayView<'_, T, D>,
) -> Array<T, D> {
    let (rank_a, rank_b) = (a.ndim(), b.ndim());
    if rank_a != rank_b || rank_a < 2 {
        panic!(
            "{name}: shapes {:?} and {:?}: arrays of one rank, at least 2, are expected",
            a.shape(),
            b.shape()
        );
    }
    let (lead, inner) = (rank_a - 2, rank_a - 1);
    for axis in 0..lead {
        if a.shape()[axis] != b.shape()[axis] {
            do_not_fit(name, a.shape(), b.shape(), (a.shape()[axis], b.shape()[axis]));
        }
    }
    check(name, a.shape(), b.shape(), (a.shape()[inner], b.shape()[lead]));
    one_product();
    let mut shape = a.raw_dim();
    shape[inner] = b.shape()[inner];
    let mut out = Array::zeros(shape);
    each(a.into_dyn(), b.into_dyn(), out.view_mut().into_dyn());
    out
}

/// The products of all matrices; the shapes fit.
fn each<T: Float>(a: ArrayViewD<'_, T>, b: ArrayViewD<'_, T>, mut out: ArrayViewMutD<'_, T>) {
    if a.ndim() > 2 {
        for index in 0..a.len_of(Axis(0)) {
            let (a, b) = (a.index_axis(Axis(0), index), b.index_axis(Axis(0), index));
            each(a, b, out.index_axis_mut(Axis(0), index));
        }
        return;
    }
    let matrix = "the last two axes remain";
    let a = a.into_dimensionality::<Ix2>().expect(matrix);
    let b = b.into_dimensionality::<Ix2>().expect(matrix);
    T::multiply(a, b, out.into_dimensionality::<Ix2>().expect(matrix), false);
}
