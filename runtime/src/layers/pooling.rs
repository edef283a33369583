//! Pooling: one number for what a window sees.

use chainrule::ndarray::{Array4, Axis};
use chainrule::prelude::*;

use super::windows;

/// The largest element under each position of a window, in images `[images, channels, height, width]`:
/// `[images, channels, down, across]`, where `down` and `across` are as in [`windows`]. The padding is never the
/// largest. Elements that tie share what flows back equally.
///
/// ```
/// use chainrule::layers::max_pool2d;
/// use chainrule::ndarray::array;
/// let image = array![[[[1.0, 2.0, 5.0, 0.0], [4.0, 3.0, 0.0, 0.0]]]];
/// assert_eq!(max_pool2d(&image, (2, 2), (2, 2), (0, 0)), array![[[[4.0, 5.0]]]]);
/// ```
///
/// # Panics
/// If the window is empty or larger than a padded image, or a stride is 0.
#[differentiable]
#[track_caller]
pub fn max_pool2d<T: Float>(
    images: &Array4<T>,
    window: (usize, usize),
    stride: (usize, usize),
    padding: (usize, usize),
) -> Array4<T> {
    let seen = windows(images, window, stride, padding, T::neg_infinity());
    let (height, width, channels, count, down, across) = seen.dim();
    let shape = (height * width, channels, count, down, across);
    let largest = seen.into_shape_with_order(shape).unwrap().amax_axis(Axis(0));
    largest.permuted_axes([1, 0, 2, 3])
}

/// The mean of what is under each position of a window, padding included as zeros: see [`max_pool2d`].
///
/// ```
/// use chainrule::layers::mean_pool2d;
/// use chainrule::ndarray::array;
/// let image = array![[[[1.0, 2.0, 5.0, 0.0], [4.0, 3.0, 0.0, 0.0]]]];
/// assert_eq!(mean_pool2d(&image, (2, 2), (2, 2), (0, 0)), array![[[[2.5, 1.25]]]]);
/// ```
///
/// # Panics
/// If the window is empty or larger than a padded image, or a stride is 0.
#[differentiable]
#[track_caller]
pub fn mean_pool2d<T: Float>(
    images: &Array4<T>,
    window: (usize, usize),
    stride: (usize, usize),
    padding: (usize, usize),
) -> Array4<T> {
    let seen = windows(images, window, stride, padding, T::zero());
    let (height, width, channels, count, down, across) = seen.dim();
    let shape = (height * width, channels, count, down, across);
    let mean = seen.into_shape_with_order(shape).unwrap().mean_axis(Axis(0)).unwrap();
    mean.permuted_axes([1, 0, 2, 3])
}
