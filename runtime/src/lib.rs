//! Reverse-mode differentiation of plain Rust functions, at compile time, on stable Rust.
//!
//! Put [`differentiable`] on a function over floats and ndarray arrays and its backward function is
//! written beside it.
#![forbid(unsafe_op_in_unsafe_fn)]

pub mod check;
pub mod differentiable;
pub mod ext;
#[cfg(feature = "safetensors")]
pub mod files;
mod float;
mod kernels;
#[cfg(feature = "train")]
pub mod optim;
#[cfg(feature = "plot")]
pub mod plot;
pub mod prelude;
#[doc(hidden)]
pub mod rt;
#[cfg(feature = "train")]
pub mod train;

pub use chainrule_macros::{Differentiable, differentiable};
pub use differentiable::Differentiable;
pub use float::Float;
pub use ndarray;

/// Passes `value` on and makes it a constant: no derivative flows through it.
///
/// Inside a differentiable function the argument need not be in the language that the compiler
/// understands, since it is never differentiated.
///
/// ```
/// use chainrule::stop_gradient;
/// assert_eq!(stop_gradient(3.0), 3.0);
/// ```
pub fn stop_gradient<T>(value: T) -> T {
    value
}
