//! Convolution of images.

use chainrule::ndarray::{Array1, Array4, Axis};
use chainrule::prelude::*;

use super::windows;

/// The convolution of images `[images, channels, height, width]` with kernels `[kernels, channels, height, width]`,
/// plus a number for each kernel: `[images, kernels, down, across]`, where `down` and `across` are as in
/// [`windows`]. Images are padded with zeros. All axes are in PyTorch's order.
///
/// As in every library of neural networks it is the cross-correlation, which does not turn the kernel
/// around: LeCun and others, "Gradient-based learning applied to document recognition" (1998), section II.
///
/// ```
/// use chainrule::layers::conv2d;
/// use chainrule::ndarray::array;
///
/// let image = array![[[[1.0, 2.0, 4.0], [8.0, 16.0, 32.0]]]];
/// let differences = array![[[[-1.0, 1.0]]]];
/// let y = conv2d(&image, &differences, &array![0.5], (1, 1), (0, 0));
/// assert_eq!(y, array![[[[1.5, 2.5], [8.5, 16.5]]]]);
/// ```
///
/// # Panics
/// If images and kernels have not as many channels, there are not as many numbers as kernels, a kernel is
/// larger than a padded image, or a stride is 0.
#[differentiable]
#[track_caller]
pub fn conv2d<T: Float>(
    images: &Array4<T>,
    kernels: &Array4<T>,
    bias: &Array1<T>,
    stride: (usize, usize),
    padding: (usize, usize),
) -> Array4<T> {
    let (outputs, channels, height, width) = kernels.dim();
    assert!(
        images.dim().1 == channels && bias.len() == outputs,
        "conv2d: images {:?}, kernels {:?} and a bias {:?} do not fit",
        images.shape(),
        kernels.shape(),
        bias.shape()
    );
    let seen = windows(images, (height, width), stride, padding, T::zero());
    let (_, _, _, count, down, across) = seen.dim();
    let columns =
        seen.into_shape_with_order((height * width * channels, count * down * across)).unwrap();
    let rows = kernels.view().permuted_axes([0, 2, 3, 1]);
    let rows = rows.to_shape((outputs, height * width * channels)).unwrap();
    let y = rows.dot(&columns) + bias.view().insert_axis(Axis(1));
    y.into_shape_with_order((outputs, count, down, across)).unwrap().permuted_axes([1, 0, 2, 3])
}
