//! What a window sees as it slides over images: the one step that convolution and pooling share.

use chainrule::ndarray::{Array4, Array6, Slice, s};
use chainrule::prelude::*;

/// Everything that a window of `(height, width)` sees as it slides over images
/// `[images, channels, height, width]`: element `[i, j, c, n, y, x]` is what stands at `(i, j)` of the window
/// when it is at `(y, x)` of channel `c` of image `n`.
///
/// The window moves by `stride` at a time, over images with `padding` more rows above and below and columns on
/// both sides, which are full of `fill`. So there are `(height + 2 padding - window) / stride + 1` positions
/// along the height, rounded down, and likewise along the width.
///
/// With the first three axes as one and the last three as another this is the matrix of which a convolution is
/// one product, often called im2col (Chellapilla, Puri and Simard, "High performance convolutional
/// neural networks for document processing", 2006).
///
/// ```
/// use chainrule::layers::windows;
/// use chainrule::ndarray::{Array4, array, s};
///
/// let image = array![[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]];
/// let seen = windows(&image, (2, 2), (1, 1), (0, 0), 0.0);
/// assert_eq!(seen.dim(), (2, 2, 1, 1, 1, 2));
/// // What lies at the window's upper left corner, then at its lower right one.
/// assert_eq!(seen.slice(s![0, 0, 0, 0, 0, ..]), array![1.0, 2.0]);
/// assert_eq!(seen.slice(s![1, 1, 0, 0, 0, ..]), array![5.0, 6.0]);
/// ```
///
/// # Panics
/// If the window is larger than a padded image, or a stride is 0.
#[differentiable(wrt(images))]
#[track_caller]
pub fn windows<T: Float>(
    images: &Array4<T>,
    window: (usize, usize),
    stride: (usize, usize),
    padding: (usize, usize),
    fill: T,
) -> Array6<T> {
    let (count, channels, height, width) = images.dim();
    let (bottom, right) = (height + 2 * padding.0, width + 2 * padding.1);
    assert!(
        window.0 <= bottom && window.1 <= right && stride.0 > 0 && stride.1 > 0,
        "windows of {window:?} with stride {stride:?} do not fit images of shape {:?} with padding {padding:?}",
        images.shape()
    );
    // The channels first, as in the result: so what a window sees is copied once.
    let mut padded = Array4::from_elem((channels, count, bottom, right), fill);
    let (top, left) = padding;
    let inside = s![.., .., top..top + height, left..left + width];
    padded.slice_mut(inside).assign(&images.view().permuted_axes([1, 0, 2, 3]));

    let (down, across) = ((bottom - window.0) / stride.0 + 1, (right - window.1) / stride.1 + 1);
    let mut seen = Array6::zeros((window.0, window.1, channels, count, down, across));
    for i in 0..window.0 {
        for j in 0..window.1 {
            let rows = Slice::from(i..i + (down - 1) * stride.0 + 1).step_by(stride.0 as isize);
            let columns =
                Slice::from(j..j + (across - 1) * stride.1 + 1).step_by(stride.1 as isize);
            let part = padded.slice(s![.., .., rows, columns]);
            seen.slice_mut(s![i, j, .., .., .., ..]).assign(&part);
        }
    }
    seen
}
