//! Losses, each the mean over what it is a loss of.

use ndarray::{ArrayRef, Dimension, Ix2};

use crate::kernels::{Like, Math, Nd, Operand, Rank, Row, Scalar, exponentials, map_to2_math};
use crate::rt::Labels;
use crate::{Float, rt};

/// Losses of predictions beside targets of the same shape: arrays of any rank, or floats.
pub trait Losses<T: Float> {
    /// The rank of the targets.
    #[doc(hidden)]
    type Targets: Rank;

    /// The mean of `max(z, 0) - z t + ln(1 + exp(-|z|))` over logits `z` and targets `t` in 0 to 1: the
    /// cross entropy of `t` and `sigmoid(z)`, which neither overflows nor loses digits.
    ///
    /// ```
    /// # use chainrule::{ext::Losses, ndarray::array};
    /// let loss = array![0.0, 1000.0].binary_cross_entropy_with_logits(&array![1.0, 1.0]);
    /// assert_eq!(loss, 2.0_f64.ln() / 2.0);
    /// assert_eq!((-1000.0).binary_cross_entropy_with_logits(1.0), 1000.0);
    /// ```
    ///
    /// # Panics
    /// If the shapes differ or there are no elements.
    fn binary_cross_entropy_with_logits<Y>(&self, targets: Y) -> T
    where
        Y: Operand<T, Rank = Self::Targets>;

    /// The mean squared difference.
    ///
    /// ```
    /// # use chainrule::{ext::Losses, ndarray::array};
    /// assert_eq!(array![1.0, 2.0].mse(&array![0.0, 5.0]), 5.0);
    /// ```
    ///
    /// # Panics
    /// If the shapes differ or there are no elements.
    fn mse<Y>(&self, targets: Y) -> T
    where
        Y: Operand<T, Rank = Self::Targets>;

    /// The mean of Huber's loss of the differences `r`: `r^2 / 2` where `|r| <= delta`, and `delta (|r| -
    /// delta / 2)` beyond (P. J. Huber, Robust Estimation of a Location Parameter, 1964).
    ///
    /// ```
    /// # use chainrule::{ext::Losses, ndarray::array};
    /// assert_eq!(array![1.0, 2.0].huber(&array![0.0, 5.0], 1.0), (0.5 + 2.5) / 2.0);
    /// ```
    ///
    /// # Panics
    /// If the shapes differ or there are no elements.
    fn huber<Y>(&self, targets: Y, delta: T) -> T
    where
        Y: Operand<T, Rank = Self::Targets>;
}

/// One element of [`Losses::binary_cross_entropy_with_logits`].
#[inline(always)]
fn binary_cross_entropy<T: Float>(math: &Math, z: T, t: T) -> T {
    // Written so that a NaN logit gives NaN, which `z.max(0)` would lose.
    let positive = if z < T::zero() { T::zero() } else { z };
    positive - z * t + math.ln_1p(math.exp(-z.abs()))
}

#[inline(always)]
fn huber<T: Float>(r: T, delta: T) -> T {
    let half = T::from_f64_lossy(0.5);
    let size = r.abs();
    if size <= delta { half * r * r } else { delta * (size - half * delta) }
}

/// The mean of `loss` over the elements of two operands of equal shape.
#[track_caller]
fn mean_of<T, X, Y>(name: &str, x: X, y: Y, loss: impl Fn(&Math, T, T) -> T + Sync) -> T
where
    T: Float,
    X: Operand<T> + Like<T>,
    Y: Operand<T>,
{
    let (shape, view) = (x.like_shape(), y.operand_view());
    let other = Y::Rank::source(&view).shape().to_vec();
    assert!(shape == other, "{name}: shapes {shape:?} and {other:?} differ");
    assert!(!shape.contains(&0), "{name}: an array of shape {shape:?} has no elements to average");
    let count: T = rt::count(&x);
    map_to2_math(T::zero(), &x, &y, loss) / count
}

macro_rules! losses {
    () => {
        #[track_caller]
        fn binary_cross_entropy_with_logits<Y>(&self, targets: Y) -> T
        where
            Y: Operand<T, Rank = Self::Targets>,
        {
            mean_of(
                "binary_cross_entropy_with_logits",
                self,
                targets,
                #[inline(always)]
                |math, z, t| binary_cross_entropy(math, z, t),
            )
        }
        #[track_caller]
        fn mse<Y>(&self, targets: Y) -> T
        where
            Y: Operand<T, Rank = Self::Targets>,
        {
            mean_of(
                "mse",
                self,
                targets,
                #[inline(always)]
                |_, x, y| (x - y) * (x - y),
            )
        }
        #[track_caller]
        fn huber<Y>(&self, targets: Y, delta: T) -> T
        where
            Y: Operand<T, Rank = Self::Targets>,
        {
            mean_of(
                "huber",
                self,
                targets,
                #[inline(always)]
                |_, x, y| huber(x - y, delta),
            )
        }
    };
}

impl<T: Float> Losses<T> for T {
    type Targets = Scalar;
    losses!();
}

impl<T: Float, D: Dimension> Losses<T> for ArrayRef<T, D> {
    type Targets = Nd<D>;
    losses!();
}

/// The loss of classifiers.
pub trait CrossEntropy<T: Float> {
    /// The mean over rows of `logsumexp(row) - row[label]`: the cross entropy of labels and the softmax of
    /// logits of shape `[rows, classes]`. `labels` is anything of `&[usize]`, `&Vec<usize>`, `&[usize; N]`
    /// and `&Array1<usize>`.
    ///
    /// ```
    /// # use chainrule::{ext::CrossEntropy, ndarray::array};
    /// let loss = array![[0.0, 0.0], [1000.0, 0.0]].cross_entropy(&[1, 0]);
    /// assert_eq!(loss, 2.0_f64.ln() / 2.0);
    /// ```
    ///
    /// # Panics
    /// If there are not as many labels as rows, a label is not under the number of classes, or there
    /// are no rows.
    fn cross_entropy<L: Labels + ?Sized>(&self, labels: &L) -> T;
}

impl<T: Float> CrossEntropy<T> for ArrayRef<T, Ix2> {
    #[track_caller]
    fn cross_entropy<L: Labels + ?Sized>(&self, labels: &L) -> T {
        let (rows, classes) = self.dim();
        rt::check_labels("cross_entropy", labels, [rows, classes]);
        assert!(rows > 0, "cross_entropy: an array of shape [0, {classes}] has no rows to average");
        let mut powers = self.as_standard_layout().into_owned();
        let elements = powers.as_slice_mut().expect("it was just laid out so");
        let mut total = T::zero();
        exponentials(elements, classes, |Row { index, shift, sum, .. }| {
            // Relative to the row's largest logit: so large ones do not cancel.
            total += sum.ln() - (self[[index, labels.label(index)]] - shift);
        });
        total / T::from_f64_lossy(rows as f64)
    }
}
