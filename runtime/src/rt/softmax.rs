//! Softmax and its logarithms along an axis, with the largest element taken off first.

use ndarray::{Array, ArrayView, Axis, RemoveAxis};

use super::extrema::{amax_axis, keep_axis};
use super::reductions::check_axis;
use crate::Float;
use crate::kernels::{Nd, Operand, map1_math, map2, map2_math, map3};

/// `exp(x) / sum(exp(x))` along `axis`.
///
/// # Panics
/// If there is no such axis.
#[track_caller]
pub fn softmax<T, D, X>(x: X, axis: Axis) -> Array<T, D>
where
    T: Float,
    D: RemoveAxis,
    X: Operand<T, Rank = Nd<D>>,
{
    let x = x.operand_view();
    let Some(shift) = shift("softmax", &x, axis) else { return x.to_owned() };
    let powers = powers(&x, &shift, axis);
    let sums = powers.sum_axis(axis);
    map2(&powers, keep_axis::<T, D>(sums.view(), axis), |power, sum| power / sum)
}

/// `x - log(sum(exp(x)))` along `axis`.
///
/// # Panics
/// If there is no such axis.
#[track_caller]
pub fn log_softmax<T, D, X>(x: X, axis: Axis) -> Array<T, D>
where
    T: Float,
    D: RemoveAxis,
    X: Operand<T, Rank = Nd<D>>,
{
    let x = x.operand_view();
    let Some(shift) = shift("log_softmax", &x, axis) else { return x.to_owned() };
    let logs = log_sums(&x, &shift, axis);
    map3(
        &x,
        keep_axis::<T, D>(shift.view(), axis),
        keep_axis::<T, D>(logs.view(), axis),
        // In this order: the shift is exact where it matters, the logarithm is small.
        |x, shift, log| (x - shift) - log,
    )
}

/// `log(sum(exp(x)))` along `axis`, which is removed; minus infinity where the axis has length 0.
///
/// # Panics
/// If there is no such axis.
#[track_caller]
pub fn logsumexp<T, D, X>(x: X, axis: Axis) -> Array<T, D::Smaller>
where
    T: Float,
    D: RemoveAxis,
    X: Operand<T, Rank = Nd<D>>,
{
    let x = x.operand_view();
    match shift("logsumexp", &x, axis) {
        Some(shift) => log_sums(&x, &shift, axis) + shift,
        None => x.sum_axis(axis) + T::neg_infinity(),
    }
}

/// `log(sum(exp(x - shift)))` along `axis`.
fn log_sums<T: Float, D: RemoveAxis>(
    x: &ArrayView<'_, T, D>,
    shift: &Array<T, D::Smaller>,
    axis: Axis,
) -> Array<T, D::Smaller> {
    let sums = powers(x, shift, axis).sum_axis(axis);
    map1_math(
        sums,
        #[inline(always)]
        |math, sum| math.ln(sum),
    )
}

/// `exp(x - shift)`, the shift broadcast along `axis`.
fn powers<T: Float, D: RemoveAxis>(
    x: &ArrayView<'_, T, D>,
    shift: &Array<T, D::Smaller>,
    axis: Axis,
) -> Array<T, D> {
    map2_math(
        x,
        keep_axis::<T, D>(shift.view(), axis),
        #[inline(always)]
        |math, x, shift| math.exp(x - shift),
    )
}

/// The largest element of each lane, 0 where that is not finite (so that infinities do not cancel to
/// NaN); nothing if the lanes are empty.
#[track_caller]
fn shift<T: Float, D: RemoveAxis>(
    name: &str,
    x: &ArrayView<'_, T, D>,
    axis: Axis,
) -> Option<Array<T, D::Smaller>> {
    check_axis(name, x.shape(), axis);
    (x.len_of(axis) > 0)
        .then(|| amax_axis(x, axis).mapv_into(|max| if max.is_finite() { max } else { T::zero() }))
}
