//! Batch normalisation, in training and in use.

use chainrule::ndarray::{Array1, Array2, Axis};
use chainrule::prelude::*;

/// Mean and variance of every feature, as they were on the whole in the batches of a training.
#[derive(Clone, Debug, PartialEq, Differentiable)]
pub struct Moments<T: Float> {
    /// Of every feature.
    pub mean: Array1<T>,
    /// Of every feature, divided by the number of rows minus 1.
    pub variance: Array1<T>,
}

impl<T: Float> Moments<T> {
    /// Before the first batch: means of 0 and variances of 1.
    #[must_use]
    pub fn new(features: usize) -> Self {
        Self { mean: Array1::zeros(features), variance: Array1::ones(features) }
    }
}

/// Each column of a batch `x: [rows, features]` shifted and scaled to mean 0 and variance 1, then times `gain` and
/// plus `bias`, a number for each feature; and the running moments after this batch:
/// `running + momentum (batch's - running)` (Ioffe and Szegedy, "Batch normalization", 2015, algorithm 1).
///
/// For images `[images, channels, height, width]` the features are the channels: permute the axes to
/// `[0, 2, 3, 1]`, and reshape to rows and back.
///
/// The variance that scales is divided by the number of rows, the one that runs by one less. PyTorch's
/// `momentum` is 0.1, its `epsilon` 1e-5.
///
/// Nothing is differentiated through the running moments. A loss hands them on as its extra result, and the next
/// step is given them:
///
/// ```
/// use chainrule::layers::{Moments, batch_norm_training};
/// use chainrule::ndarray::{Array1, Array2, array};
/// use chainrule::prelude::*;
///
/// #[derive(Differentiable)]
/// struct Net {
///     gain: Array1<f64>,
///     bias: Array1<f64>,
/// }
///
/// #[differentiable(aux, wrt(net))]
/// fn loss(net: &Net, running: &Moments<f64>, x: &Array2<f64>) -> (f64, Moments<f64>) {
///     let (y, running) = batch_norm_training(x, &net.gain, &net.bias, running, 0.1, 1e-5);
///     ((&y * &y * &y).sum(), running)
/// }
///
/// let net = Net { gain: array![1.0], bias: array![0.0] };
/// let mut running = Moments::new(1);
/// for _ in 0..200 {
///     let ((_, next), _gradient) = loss::value_and_grad(&net, &running, &array![[1.0], [3.0]]);
///     running = next;
/// }
/// assert!((running.mean[0] - 2.0).abs() < 1e-8 && (running.variance[0] - 2.0).abs() < 1e-8);
/// ```
///
/// # Panics
/// If there are fewer than two rows, or `gain`, `bias` or the moments have not as many elements as a row.
#[differentiable(wrt(x, gain, bias))]
#[track_caller]
pub fn batch_norm_training<T: Float>(
    x: &Array2<T>,
    gain: &Array1<T>,
    bias: &Array1<T>,
    running: &Moments<T>,
    momentum: T,
    epsilon: T,
) -> (Array2<T>, Moments<T>) {
    let (rows, features) = x.dim();
    assert!(rows > 1, "batch_norm_training: a batch of shape {:?} has no variance", x.shape());
    assert!(
        gain.len() == features && bias.len() == features && running.mean.len() == features,
        "batch_norm_training: rows of {features} do not fit a gain {:?}, a bias {:?} and moments {:?}",
        gain.shape(),
        bias.shape(),
        running.mean.shape()
    );
    let mean = x.mean_axis(Axis(0)).unwrap();
    let variance = x.var_axis(Axis(0), T::zero());
    let next = stop_gradient(Moments {
        mean: &running.mean * (T::one() - momentum) + &mean * momentum,
        variance: &running.variance * (T::one() - momentum)
            + x.var_axis(Axis(0), T::one()) * momentum,
    });
    ((x - &mean) / (variance + epsilon).sqrt() * gain + bias, next)
}

/// Batch normalisation in use: each column of `x: [rows, features]` shifted and scaled by the moments of the
/// training, then times `gain` and plus `bias`. See [`batch_norm_training`].
///
/// ```
/// use chainrule::layers::{Moments, batch_norm};
/// use chainrule::ndarray::array;
/// let running = Moments { mean: array![1.0], variance: array![4.0] };
/// let y = batch_norm(&array![[3.0], [1.0]], &array![10.0], &array![0.5], &running, 0.0);
/// assert_eq!(y, array![[10.5], [0.5]]);
/// ```
///
/// # Panics
/// If `gain`, `bias` or the moments do not broadcast to the rows.
#[differentiable(wrt(x, gain, bias))]
#[track_caller]
pub fn batch_norm<T: Float>(
    x: &Array2<T>,
    gain: &Array1<T>,
    bias: &Array1<T>,
    running: &Moments<T>,
    epsilon: T,
) -> Array2<T> {
    let deviation = (&running.variance + epsilon).sqrt();
    (x - &running.mean) / &deviation * gain + bias
}
