//! Softmax and its logarithms along an axis, with the largest element taken off first.

use ndarray::{Array, ArrayView, Axis, RemoveAxis};

use super::extrema::{amax_axis, keep_axis};
use super::reductions::check_axis;
use crate::Float;
use crate::kernels::{
    Nd, Operand, Order, Rank, Row, exponentials, map1_math, map2, map2_math, map3,
};

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
    if let Some(rows) = rows("softmax", &x, axis) {
        let mut y = rows.to_vec();
        exponentials(&mut y, x.len_of(axis), |Row { powers, sum, .. }| {
            powers.iter_mut().for_each(|power| *power /= sum);
        });
        return Nd::<D>::from_elements(y, x.shape(), Order::C);
    }
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
    if let Some(rows) = rows("log_softmax", &x, axis) {
        let (columns, mut y) = (x.len_of(axis), rows.to_vec());
        exponentials(&mut y, columns, |Row { index, powers, shift, sum }| {
            let log = sum.ln();
            // In this order: the shift is exact where it matters, the logarithm is small.
            for (y, x) in powers.iter_mut().zip(&rows[index * columns..]) {
                *y = (*x - shift) - log;
            }
        });
        return Nd::<D>::from_elements(y, x.shape(), Order::C);
    }
    let Some(shift) = shift("log_softmax", &x, axis) else { return x.to_owned() };
    let logs = log_sums(&x, &shift, axis);
    map3(
        &x,
        keep_axis::<T, D>(shift.view(), axis),
        keep_axis::<T, D>(logs.view(), axis),
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
    if let Some(rows) = rows("logsumexp", &x, axis) {
        let mut logs = Vec::with_capacity(x.len() / x.len_of(axis));
        exponentials(&mut rows.to_vec(), x.len_of(axis), |Row { shift, sum, .. }| {
            logs.push(sum.ln() + shift);
        });
        let shape = &x.shape()[..axis.index()];
        return Nd::<D::Smaller>::from_elements(logs, shape, Order::C);
    }
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

/// The elements in order, if lanes along `axis` are rows that follow one another and are not empty.
#[track_caller]
fn rows<'a, T: Float, D: RemoveAxis>(
    name: &str,
    x: &'a ArrayView<'_, T, D>,
    axis: Axis,
) -> Option<&'a [T]> {
    check_axis(name, x.shape(), axis);
    x.as_slice().filter(|_| axis.index() + 1 == x.ndim() && x.len_of(axis) > 0)
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

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    /// Rows and columns take different ways to the same numbers.
    #[test]
    fn rows_are_as_columns_are() {
        for (rows, columns) in [(1, 1), (7, 10), (200, 3), (2, 1300)] {
            let mut x = Array2::from_shape_fn((rows, columns), |(row, column)| {
                ((row * columns + column) * 7919 % 1001) as f64 / 50.0 - 10.0
            });
            x[[rows - 1, 0]] = f64::NEG_INFINITY;
            x[[rows / 2, columns / 2]] = 800.0;
            let close = |a: &Array2<f64>, b: Array2<f64>| {
                a.iter().zip(&b).all(|(a, b)| (a - b).abs() <= 1e-13 * (1.0 + b.abs()) || a == b)
            };
            let columns = x.t();
            let by_columns: Array2<f64> = softmax(columns, Axis(0));
            assert!(close(&softmax(&x, Axis(1)), by_columns.reversed_axes()));
            let by_columns: Array2<f64> = log_softmax(columns, Axis(0));
            assert!(close(&log_softmax(&x, Axis(1)), by_columns.reversed_axes()));
            let by_columns = logsumexp(columns, Axis(0)).insert_axis(Axis(1));
            assert!(close(&logsumexp(&x, Axis(1)).insert_axis(Axis(1)), by_columns));
        }
    }

    #[test]
    fn what_is_not_finite_is_as_ever() {
        let x = ndarray::array![[f64::INFINITY, 0.0], [f64::NAN, 0.0], [1.0, f64::NEG_INFINITY]];
        let y: Array2<f64> = softmax(&x, Axis(1));
        assert!(y[[0, 0]].is_nan() && y[[0, 1]] == 0.0);
        assert!(y.row(1).iter().all(|y| y.is_nan()));
        assert_eq!(y.row(2).to_vec(), [1.0, 0.0]);
    }
}
