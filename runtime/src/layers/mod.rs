//! Layers of neural networks, as plain differentiable functions.
//!
//! Each is a few lines that could stand in your own program: read them, copy them, change them. Parameters are
//! arguments, so that a network's struct holds what it likes; nothing is hidden and nothing is kept
//! between calls. What a layer needs in training alone, a mask or running moments, is an argument too. They have
//! reverse mode; for `jvp` or `hvp` through a layer, copy it and write `#[differentiable(second_order)]` on it.
//!
//! Images are arrays of shape `[images, channels, height, width]`.
//!
//! ```
//! use chainrule::layers::{conv2d, max_pool2d};
//! use chainrule::ndarray::{Array1, Array2, Array4};
//! use chainrule::prelude::*;
//!
//! #[derive(Differentiable)]
//! struct Net {
//!     kernel: Array4<f32>,
//!     bias: Array1<f32>,
//!     w: Array2<f32>,
//! }
//!
//! #[differentiable(wrt(net))]
//! fn loss(net: &Net, images: &Array4<f32>, labels: &[usize]) -> f32 {
//!     let seen = conv2d(images, &net.kernel, &net.bias, (1, 1), (1, 1)).relu();
//!     let pooled = max_pool2d(&seen, (2, 2), (2, 2), (0, 0));
//!     let rows = pooled.into_shape_with_order((labels.len(), net.w.nrows())).unwrap();
//!     rows.dot(&net.w).cross_entropy(labels)
//! }
//!
//! let net = Net {
//!     kernel: Array4::from_elem((6, 1, 3, 3), 0.1),
//!     bias: Array1::zeros(6),
//!     w: Array2::zeros((6 * 4 * 4, 10)),
//! };
//! let (value, gradient) = loss::value_and_grad(&net, &Array4::ones((5, 1, 8, 8)), &[3; 5]);
//! assert!((value - 10.0_f32.ln()).abs() < 1e-6);
//! assert_eq!(gradient.kernel.dim(), (6, 1, 3, 3));
//! ```

mod batch_normalisation;
mod convolution;
mod dropping;
mod layer_normalisation;
mod pooling;
mod sliding;
mod table;
#[cfg(test)]
mod tests;

pub use batch_normalisation::{Moments, batch_norm, batch_norm_training};
pub use convolution::conv2d;
pub use dropping::{dropout, dropout_mask};
pub use layer_normalisation::layer_norm;
pub use pooling::{max_pool2d, mean_pool2d};
pub use sliding::windows;
pub use table::embedding;
