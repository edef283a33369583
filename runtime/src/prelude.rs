//! What a file with differentiable functions uses: `use chainrule::prelude::*;`.
//!
//! ```
//! use chainrule::ndarray::{Axis, array};
//! use chainrule::prelude::*;
//! let logits = array![[0.0, 0.0], [2.0, 2.0]];
//! assert_eq!(logits.softmax(Axis(1)), array![[0.5, 0.5], [0.5, 0.5]]);
//! ```

pub use crate::ext::{ArrayExt, CrossEntropy, Elementwise, Losses};
pub use crate::{Differentiable, Float, differentiable, stop_gradient};
