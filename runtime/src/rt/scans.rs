//! Cumulative sums and products, and products of all elements but one.

use ndarray::{Array, ArrayViewMut1, Axis, Dimension, RemoveAxis, Zip};

use super::reductions::check_axis;
use crate::Float;
use crate::kernels::{Nd, Operand};

/// Cumulative sums along `axis`.
///
/// # Panics
/// If there is no such axis.
#[track_caller]
pub fn cumsum<T, D, X>(x: X, axis: Axis) -> Array<T, D>
where
    T: Float,
    D: Dimension,
    X: Operand<T, Rank = Nd<D>>,
{
    let mut sums = x.operand_owned();
    check_axis("cumsum", sums.shape(), axis);
    sums.accumulate_axis_inplace(axis, |&before, sum| *sum += before);
    sums
}

/// Cumulative sums along `axis` from its end: the cotangent of [`cumsum`].
///
/// # Panics
/// If there is no such axis.
#[track_caller]
pub fn cumsum_reversed<T, D, X>(x: X, axis: Axis) -> Array<T, D>
where
    T: Float,
    D: Dimension,
    X: Operand<T, Rank = Nd<D>>,
{
    let mut sums = x.operand_owned();
    check_axis("cumsum_reversed", sums.shape(), axis);
    sums.invert_axis(axis);
    sums.accumulate_axis_inplace(axis, |&before, sum| *sum += before);
    sums.invert_axis(axis);
    sums
}

/// Cumulative products along `axis`.
///
/// # Panics
/// If there is no such axis.
#[track_caller]
pub fn cumprod<T, D, X>(x: X, axis: Axis) -> Array<T, D>
where
    T: Float,
    D: Dimension,
    X: Operand<T, Rank = Nd<D>>,
{
    let mut products = x.operand_owned();
    check_axis("cumprod", products.shape(), axis);
    products.accumulate_axis_inplace(axis, |&before, product| *product *= before);
    products
}

/// The cotangent of [`cumprod`], right where there are zeros, in time linear in the length.
///
/// With `p_i` the product before element `i`, `dx_i = p_i s_i`, where `s_i = dy_i + x_{i+1} s_{i+1}`
/// sums, over all later results, their cotangent times the elements between.
///
/// # Panics
/// If the shapes differ or there is no such axis.
#[track_caller]
pub fn cumprod_pull<T, D, X, Y>(x: X, dy: Y, axis: Axis) -> Array<T, D>
where
    T: Float,
    D: RemoveAxis,
    X: Operand<T, Rank = Nd<D>>,
    Y: Operand<T, Rank = Nd<D>>,
{
    let x = x.operand_view();
    let mut dx = dy.operand_owned();
    check_axis("cumprod", x.shape(), axis);
    assert!(
        x.shape() == dx.shape(),
        "cumprod: cotangent of shape {:?} for {:?}",
        dx.shape(),
        x.shape()
    );
    Zip::from(dx.lanes_mut(axis)).and(x.lanes(axis)).for_each(|mut dx, x| {
        let len = x.len();
        for i in (1..len).rev() {
            let later = x[i] * dx[i];
            dx[i - 1] += later;
        }
        let mut before = T::one();
        for i in 0..len {
            dx[i] *= before;
            before *= x[i];
        }
    });
    dx
}

/// The sequences `s_i = a_i s_{i-1} + b_i` along `axis`, from 0: what the tangent of a scan is made of.
///
/// # Panics
/// If the shapes differ or there is no such axis.
#[track_caller]
pub fn recurrence<T, D, A, B>(a: A, b: B, axis: Axis) -> Array<T, D>
where
    T: Float,
    D: RemoveAxis,
    A: Operand<T, Rank = Nd<D>>,
    B: Operand<T, Rank = Nd<D>>,
{
    let a = a.operand_view();
    let mut sums = b.operand_owned();
    check_axis("recurrence", a.shape(), axis);
    assert!(
        a.shape() == sums.shape(),
        "recurrence: shapes {:?} and {:?} differ",
        a.shape(),
        sums.shape()
    );
    Zip::from(sums.lanes_mut(axis)).and(a.lanes(axis)).for_each(|mut sums, a| {
        for i in 1..a.len() {
            let before = a[i] * sums[i - 1];
            sums[i] += before;
        }
    });
    sums
}

/// Each element one place further along `axis`, and 0 at the first.
///
/// # Panics
/// If there is no such axis.
#[track_caller]
pub fn shifted<T, D, X>(x: X, axis: Axis) -> Array<T, D>
where
    T: Float,
    D: Dimension,
    X: Operand<T, Rank = Nd<D>>,
{
    shifted_from(x, axis, T::zero())
}

/// Each element one place further along `axis`, and 1 at the first: products, without the element itself.
///
/// # Panics
/// If there is no such axis.
#[track_caller]
pub fn shifted_one<T, D, X>(x: X, axis: Axis) -> Array<T, D>
where
    T: Float,
    D: Dimension,
    X: Operand<T, Rank = Nd<D>>,
{
    shifted_from(x, axis, T::one())
}

#[track_caller]
fn shifted_from<T, D, X>(x: X, axis: Axis, first: T) -> Array<T, D>
where
    T: Float,
    D: Dimension,
    X: Operand<T, Rank = Nd<D>>,
{
    let mut shifted = x.operand_owned();
    check_axis("shifted", shifted.shape(), axis);
    for mut lane in shifted.lanes_mut(axis) {
        let mut before = first;
        lane.iter_mut().for_each(|element| std::mem::swap(element, &mut before));
    }
    shifted
}

/// Each element one place back along `axis`, and 0 at the last.
///
/// # Panics
/// If there is no such axis.
#[track_caller]
pub fn shifted_back<T, D, X>(x: X, axis: Axis) -> Array<T, D>
where
    T: Float,
    D: Dimension,
    X: Operand<T, Rank = Nd<D>>,
{
    let mut shifted = x.operand_owned();
    check_axis("shifted_back", shifted.shape(), axis);
    for mut lane in shifted.lanes_mut(axis) {
        let mut after = T::zero();
        lane.iter_mut().rev().for_each(|element| std::mem::swap(element, &mut after));
    }
    shifted
}

/// At every element, the product of all others: the derivative of the product, right where there are
/// zeros.
pub fn product_others<T, D, X>(x: X) -> Array<T, D>
where
    T: Float,
    D: Dimension,
    X: Operand<T, Rank = Nd<D>>,
{
    let x = x.operand_view();
    let mut others: Vec<T> = x.iter().copied().collect();
    others_in_place(ArrayViewMut1::from(&mut others));
    Array::from_shape_vec(x.raw_dim(), others).expect("as many products as elements")
}

/// At every element, the product of all others of its lane along `axis`.
///
/// # Panics
/// If there is no such axis.
#[track_caller]
pub fn product_others_axis<T, D, X>(x: X, axis: Axis) -> Array<T, D>
where
    T: Float,
    D: Dimension,
    X: Operand<T, Rank = Nd<D>>,
{
    let mut others = x.operand_owned();
    check_axis("product_axis", others.shape(), axis);
    others.lanes_mut(axis).into_iter().for_each(others_in_place);
    others
}

/// Products of those before times products of those behind.
fn others_in_place<T: Float>(mut lane: ArrayViewMut1<'_, T>) {
    let elements = lane.to_vec();
    let mut before = T::one();
    for (product, &x) in lane.iter_mut().zip(&elements) {
        *product = before;
        before *= x;
    }
    let mut behind = T::one();
    for (product, &x) in lane.iter_mut().zip(&elements).rev() {
        *product *= behind;
        behind *= x;
    }
}
