//! Sums, means and their like, of all elements or along an axis, as ndarray computes them.

use ndarray::{Array, Axis, Dimension, RemoveAxis};

use crate::Float;
use crate::kernels::{Like, Nd, Operand, map_to1, map_to2};

#[cold]
#[track_caller]
fn empty(name: &str, shape: &[usize]) -> ! {
    panic!("{name}: an array of shape {shape:?} has none, since it has no elements")
}

/// # Panics
/// If `x` has no such axis.
#[inline]
#[track_caller]
pub(super) fn check_axis(name: &str, shape: &[usize], axis: Axis) {
    assert!(
        axis.index() < shape.len(),
        "{name}: there is no axis {} in shape {shape:?}",
        axis.index()
    );
}

macro_rules! of_all {
    ($($(#[$doc:meta])* $name:ident($x:ident $(, $parameter:ident)*) $value:expr;)*) => {$(
        $(#[$doc])*
        #[track_caller]
        pub fn $name<T: Float, D: Dimension, X: Operand<T, Rank = Nd<D>>>(
            x: X,
            $($parameter: T,)*
        ) -> T {
            let $x = x.operand_view();
            $value
        }
    )*};
}
of_all! {
    /// The sum of all elements.
    sum(x) x.sum();
    /// The arithmetic mean of all elements.
    ///
    /// # Panics
    /// If there are none.
    mean(x) x.mean().unwrap_or_else(|| empty("mean", x.shape()));
    /// The product of all elements.
    product(x) x.product();
    /// The variance with `ddof` delta degrees of freedom.
    ///
    /// # Panics
    /// If `ddof` is negative or greater than the number of elements.
    var(x, ddof) x.var(ddof);
    /// The standard deviation with `ddof` delta degrees of freedom.
    ///
    /// # Panics
    /// As [`var`].
    std(x, ddof) x.std(ddof);
}

/// The number of elements of which a mean is taken, as a float.
///
/// # Panics
/// If there are none.
#[inline]
#[track_caller]
pub fn count_of_mean<T: Float, X: Like<T>>(x: X) -> T {
    let shape = x.like_shape();
    match shape.iter().product::<usize>() {
        0 => empty("mean", shape),
        count => T::from_f64_lossy(count as f64),
    }
}

macro_rules! along_axis {
    ($($(#[$doc:meta])* $name:ident($x:ident, $axis:ident $(, $parameter:ident)*) $value:expr;)*) => {$(
        $(#[$doc])*
        ///
        /// # Panics
        /// If there is no such axis.
        #[track_caller]
        pub fn $name<T: Float, D: RemoveAxis, X: Operand<T, Rank = Nd<D>>>(
            x: X,
            $axis: Axis,
            $($parameter: T,)*
        ) -> Array<T, D::Smaller> {
            let $x = x.operand_view();
            check_axis(stringify!($name), $x.shape(), $axis);
            $value
        }
    )*};
}
along_axis! {
    /// Sums along an axis.
    sum_axis(x, axis) x.sum_axis(axis);
    /// Means along an axis. It panics, too, if the axis has length 0.
    mean_axis(x, axis) x.mean_axis(axis).unwrap_or_else(|| empty("mean_axis", x.shape()));
    /// Products along an axis.
    product_axis(x, axis) x.product_axis(axis);
    /// Variances along an axis, with `ddof` delta degrees of freedom.
    var_axis(x, axis, ddof) x.var_axis(axis, ddof);
    /// Standard deviations along an axis, with `ddof` delta degrees of freedom.
    std_axis(x, axis, ddof) x.std_axis(axis, ddof);
}

/// The 2-norm of all elements, the root of the sum of their squares.
///
/// Where the squares would overflow or vanish, they are taken of the elements divided by a
/// power of two near the largest.
pub fn norm<T: Float, D: Dimension, X: Operand<T, Rank = Nd<D>>>(x: X) -> T {
    let x = x.operand_view();
    let squares = map_to1(T::zero(), &x, |x| x * x);
    // Below this, squares may have lost digits to underflow.
    let safe = T::min_positive_value() / T::epsilon();
    if squares.is_nan() || (squares.is_finite() && squares >= safe) {
        return squares.sqrt();
    }
    let largest = x.iter().fold(T::zero(), |largest, x| largest.max(x.abs()));
    if largest == T::zero() || largest.is_infinite() {
        return largest;
    }
    // A power of two, so that dividing by it does not round.
    let scale = (largest.log2().floor() - T::one()).exp2().max(T::min_positive_value());
    map_to2(T::zero(), &x, scale, |x, scale| (x / scale).powi(2)).sqrt() * scale
}
