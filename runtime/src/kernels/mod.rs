//! Kernels over operands whose types generated code does not know: floats and arrays of every rank
//! and ownership.

mod dispatch;
mod domain;
mod elementwise;
mod few;
mod flat;
mod join;
mod like;
mod likes;
mod math;
mod operand;
mod parts;
mod product;
mod rank;
mod results;
mod room;
mod rows;
mod sink;
mod small;
mod sweep;
mod threads;

#[cfg(feature = "train")]
pub(crate) use dispatch::run as on_this_processor;
pub use elementwise::*;
pub use join::JoinAll;
pub use like::{JoinedShape, Like, Total};
pub use likes::Likes;
pub use math::{Elementary, Math};
pub use operand::Operand;
pub use product::Multiply;
pub use rank::{Join, Joined, Nd, Order, Rank, Scalar, Source};
pub use results::{Outputs, Results};
pub(crate) use rows::{Row, exponentials};
