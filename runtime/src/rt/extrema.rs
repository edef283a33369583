//! Largest and smallest elements, and how a cotangent is shared among those that tie.

use ndarray::{Array, ArrayView, Axis, Dimension, RemoveAxis};

use super::reductions::check_axis;
use crate::Float;
use crate::kernels::{Nd, Operand, Scalar, map2};

/// The larger; NaN if either is, as in ndarray-stats, NumPy and JAX (unlike `f64::max`).
#[inline]
fn larger<T: Float>(a: T, b: T) -> T {
    if a > b || a.is_nan() { a } else { b }
}

#[inline]
fn smaller<T: Float>(a: T, b: T) -> T {
    if a < b || a.is_nan() { a } else { b }
}

/// The largest element; NaN if there is one.
///
/// # Panics
/// If there are no elements.
#[track_caller]
pub fn amax<T: Float, D: Dimension, X: Operand<T, Rank = Nd<D>>>(x: X) -> T {
    fold("amax", x.operand_view(), larger)
}

/// The smallest element; NaN if there is one.
///
/// # Panics
/// If there are no elements.
#[track_caller]
pub fn amin<T: Float, D: Dimension, X: Operand<T, Rank = Nd<D>>>(x: X) -> T {
    fold("amin", x.operand_view(), smaller)
}

/// The largest elements along an axis.
///
/// # Panics
/// If there is no such axis, or it has length 0.
#[track_caller]
pub fn amax_axis<T, D, X>(x: X, axis: Axis) -> Array<T, D::Smaller>
where
    T: Float,
    D: RemoveAxis,
    X: Operand<T, Rank = Nd<D>>,
{
    fold_axis("amax_axis", x.operand_view(), axis, larger)
}

/// The smallest elements along an axis.
///
/// # Panics
/// If there is no such axis, or it has length 0.
#[track_caller]
pub fn amin_axis<T, D, X>(x: X, axis: Axis) -> Array<T, D::Smaller>
where
    T: Float,
    D: RemoveAxis,
    X: Operand<T, Rank = Nd<D>>,
{
    fold_axis("amin_axis", x.operand_view(), axis, smaller)
}

#[cold]
#[track_caller]
fn no_extremum(name: &str, shape: &[usize]) -> ! {
    panic!(
        "{name}: an array of shape {shape:?} has none, since there are no elements to choose from"
    )
}

#[track_caller]
fn fold<T: Float, D: Dimension>(name: &str, x: ArrayView<'_, T, D>, choose: fn(T, T) -> T) -> T {
    match x.iter().copied().reduce(choose) {
        Some(extremum) => extremum,
        None => no_extremum(name, x.shape()),
    }
}

#[track_caller]
fn fold_axis<T: Float, D: RemoveAxis>(
    name: &str,
    x: ArrayView<'_, T, D>,
    axis: Axis,
    choose: impl Fn(T, T) -> T,
) -> Array<T, D::Smaller> {
    check_axis(name, x.shape(), axis);
    if x.len_of(axis) == 0 {
        no_extremum(name, x.shape());
    }
    if x.stride_of(axis) == 1 {
        return x.map_axis(axis, |lane| {
            lane.iter().skip(1).fold(lane[0], |extremum, &x| choose(extremum, x))
        });
    }
    let mut extrema = x.index_axis(axis, 0).to_owned();
    for slice in x.axis_iter(axis).skip(1) {
        extrema.zip_mut_with(&slice, |extremum, &x| *extremum = choose(*extremum, x));
    }
    extrema
}

/// Whether `x` is the extremum `y`; a NaN extremum comes from each NaN.
#[inline]
fn is_extremum<T: Float>(x: T, y: T) -> T {
    if x == y || (x.is_nan() && y.is_nan()) { T::one() } else { T::zero() }
}

/// The derivative of an extremum `y` of `x`: `1 / k` at each of the `k` elements that equal it, else 0.
pub fn share_of_max<T, D, X, Y>(x: X, y: Y) -> Array<T, D>
where
    T: Float,
    D: Dimension,
    X: Operand<T, Rank = Nd<D>>,
    Y: Operand<T, Rank = Scalar>,
{
    let (x, y) = (x.operand_view(), y.operand_view());
    let mut share = x.mapv(|x| is_extremum(x, y));
    let ties = share.sum();
    share.mapv_inplace(|tie| tie / ties);
    share
}

/// The derivative of extrema `y` of `x` along `axis`: `1 / k` at each of the `k` elements of a lane
/// that equal its extremum, else 0.
///
/// # Panics
/// If `y` does not have the shape of `x` without `axis`.
#[track_caller]
pub fn share_of_max_axis<T, D, X, Y>(x: X, y: Y, axis: Axis) -> Array<T, D>
where
    T: Float,
    D: RemoveAxis,
    X: Operand<T, Rank = Nd<D>>,
    Y: Operand<T, Rank = Nd<D::Smaller>>,
{
    let y = keep_axis::<T, D>(y.operand_view(), axis);
    let ties = map2(x.operand_view(), &y, is_extremum);
    let count = ties.sum_axis(axis);
    map2(&ties, keep_axis::<T, D>(count.view(), axis), |tie, count| tie / count)
}

/// An array reduced along `axis`, with that axis back at length 1 and so of the rank it had.
pub(super) fn keep_axis<T: Float, D: RemoveAxis>(
    reduced: ArrayView<'_, T, D::Smaller>,
    axis: Axis,
) -> ArrayView<'_, T, D> {
    reduced.insert_axis(axis).into_dimensionality().expect("one axis less and one more")
}
