//! Layer normalisation.

use chainrule::ndarray::{Array1, Array2, Axis};
use chainrule::prelude::*;

/// Each row of `x: [rows, features]` shifted and scaled to mean 0 and variance 1, then times `gain` and plus
/// `bias`, a number for each feature: `gain (x - mean) / sqrt(variance + epsilon) + bias`, where the
/// variance is divided by the number of features (Ba, Kiros and Hinton, "Layer normalization", 2016,
/// equation 4). PyTorch's `epsilon` is 1e-5.
///
/// ```
/// use chainrule::layers::layer_norm;
/// use chainrule::ndarray::array;
/// let y = layer_norm(&array![[1.0, 3.0], [5.0, 5.0]], &array![2.0, 2.0], &array![0.0, 1.0], 1e-20);
/// assert_eq!(y, array![[-2.0, 3.0], [0.0, 1.0]]);
/// ```
///
/// # Panics
/// If `gain` or `bias` has not as many elements as a row.
#[differentiable(wrt(x, gain, bias))]
#[track_caller]
pub fn layer_norm<T: Float>(
    x: &Array2<T>,
    gain: &Array1<T>,
    bias: &Array1<T>,
    epsilon: T,
) -> Array2<T> {
    let features = x.ncols();
    assert!(
        gain.len() == features && bias.len() == features,
        "layer_norm: rows of {features} do not fit a gain {:?} and a bias {:?}",
        gain.shape(),
        bias.shape()
    );
    let mean = x.mean_axis(Axis(1)).unwrap().insert_axis(Axis(1));
    let variance = x.var_axis(Axis(1), T::zero()).insert_axis(Axis(1));
    (x - &mean) / (variance + epsilon).sqrt() * gain + bias
}
