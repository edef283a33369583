//! What ndarray lacks and differentiable programs want, as extension traits.
//!
//! They are for every array that ndarray can read: owned, views, shared. All come with the
//! [`prelude`](crate::prelude).

mod array;
mod elementwise;
mod losses;

pub use array::ArrayExt;
pub use elementwise::Elementwise;
pub use losses::{CrossEntropy, Losses};
