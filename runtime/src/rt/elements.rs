//! Arrays made of floats and lists, and arrays in another float type.

use ndarray::{Array, ArrayView1, Dimension, ShapeBuilder};

use crate::Float;
use crate::kernels::{Like, Nd, Operand, Order, Scalar};

/// An array of `x` alone.
///
/// # Panics
/// If the number of elements overflows.
#[track_caller]
pub fn from_elem<T, X, S>(x: X, shape: S) -> Array<T, S::Dim>
where
    T: Float,
    X: Operand<T, Rank = Scalar>,
    S: ShapeBuilder,
{
    Array::from_elem(shape, x.operand_view())
}

/// A list of floats as a vector.
pub fn aview1<T: Float>(list: &[T]) -> ArrayView1<'_, T> {
    ArrayView1::from(list)
}

/// The elements as `f32`, rounded to it.
pub fn to_f32<T, X, D>(x: X) -> Array<f32, D>
where
    T: Float,
    D: Dimension,
    X: Operand<T, Rank = Nd<D>>,
{
    x.operand_view().mapv(super::as_f32)
}

/// The elements as `f64`.
pub fn to_f64<T, X, D>(x: X) -> Array<f64, D>
where
    T: Float,
    D: Dimension,
    X: Operand<T, Rank = Nd<D>>,
{
    x.operand_view().mapv(super::as_f64)
}

/// The elements in the float type of `like`, rounded to it: the cotangent of a cast.
pub fn to_float_of<T, U, X, D, L>(x: X, like: L) -> L::Gradient
where
    T: Float,
    U: Float,
    D: Dimension,
    X: Operand<T, Rank = Nd<D>>,
    L: Like<U>,
{
    let cast = |x: &T| U::from_f64_lossy(x.to_f64_lossless());
    like.like_from(x.operand_view().iter().map(cast).collect(), Order::C)
}
