//! Reverse-mode differentiation of plain Rust functions, at compile time, on stable Rust.
//!
//! Put [`differentiable`](macro@differentiable) on a function over floats and ndarray arrays and
//! its backward function is written beside it. The function itself stays what it was.
//!
//! ```
//! use chainrule::ndarray::{Array1, Array2, array};
//! use chainrule::prelude::*;
//!
//! #[derive(Differentiable)]
//! struct Layer {
//!     w: Array2<f64>,
//!     b: Array1<f64>,
//! }
//!
//! #[differentiable(wrt(layer))]
//! fn loss(layer: &Layer, x: &Array2<f64>, labels: &[usize]) -> f64 {
//!     let logits = x.dot(&layer.w) + &layer.b;
//!     logits.cross_entropy(labels)
//! }
//!
//! let layer = Layer { w: array![[0.0, 0.0]], b: array![0.0, 0.0] };
//! let (value, gradient) = loss::value_and_grad(&layer, &array![[1.0], [3.0]], &[0, 1]);
//! assert!((value - 2.0f64.ln()).abs() < 1e-15);
//! assert_eq!(gradient.w, array![[0.5, -0.5]]);
//! assert_eq!(gradient.b, array![0.0, 0.0]);
//! ```
//!
//! * [`differentiable`](macro@differentiable) says what is generated and which options there are,
//!   [`Differentiable`](trait@Differentiable) what has a gradient.
//! * [`operations`] lists every operation that has a derivative.
//! * [`prelude`] has all that a file with differentiable functions uses; [`ext`] adds to arrays and
//!   floats what ndarray lacks: softmax, activations, norms, losses.
//! * [`check`] compares gradients with finite differences.
//! * Features add optimisers and a training loop (`train`, `ctrlc`, `parallel`), files of parameters
//!   (`safetensors`), data from files (`data`) and pictures (`plot`, `png`).
//!
//! # Reading a derivative
//!
//! `CHAINRULE_DUMP=folder cargo build` writes a file for each function: the generated code, then the
//! graphs it was made from.
//!
//! # Debug builds
//!
//! Numerical code without any optimisation is slow. In the manifest of your workspace,
//!
//! ```toml
//! [profile.dev]
//! opt-level = 1
//! ```
//!
//! gives most of it back; the README has measurements.
#![forbid(unsafe_op_in_unsafe_fn)]

pub mod check;
#[cfg(feature = "data")]
pub mod data;
pub mod differentiable;
pub mod ext;
#[cfg(feature = "safetensors")]
pub mod files;
mod float;
#[cfg(feature = "train")]
pub mod init;
mod kernels;
pub mod memory;
#[cfg(feature = "train")]
pub mod optim;
#[doc = include_str!("../../docs/operations.md")]
pub mod operations {}
#[cfg(feature = "plot")]
pub mod plot;
pub mod prelude;
#[cfg(any(feature = "data", feature = "plot", feature = "safetensors"))]
mod replace;
#[doc(hidden)]
pub mod rt;
#[cfg(feature = "train")]
pub mod train;

/// Makes the gradient's type of a struct of floats: the fields that hold floats, under their names.
///
/// `Net` gets `NetGradient`, of the same visibility. Integers, texts and the like hold no floats;
/// `#[differentiable(constant)]` leaves a field out whose type does. Enums and unions have no
/// gradient.
///
/// ```
/// use chainrule::Differentiable;
/// use chainrule::ndarray::{Array1, array};
///
/// #[derive(Differentiable)]
/// struct Spring {
///     stiffness: Array1<f64>,
///     coils: usize,
///     #[differentiable(constant)]
///     length: f64,
/// }
///
/// let spring = Spring { stiffness: array![1.0, 2.0], coils: 7, length: 0.1 };
/// let zero: SpringGradient = spring.zero_gradient();
/// assert_eq!(zero.stiffness, array![0.0, 0.0]);
/// # let _ = (spring.coils, spring.length);
/// ```
///
/// On the struct, `#[differentiable(crate = path)]` names this crate where it is renamed.
pub use chainrule_macros::Differentiable;

/// Writes the derivatives of a plain function beside it.
///
/// For `#[differentiable] fn f(a: A, b: B) -> Y`:
///
/// | item | gives |
/// |---|---|
/// | `f(a, b)` | what was written, untouched |
/// | `f::vjp(a, b)` | `(y, pullback)`; `pullback(dy)` returns the gradients and may be called again |
/// | `f::grad(a, b)` | the gradients, where `Y` is a float |
/// | `f::value_and_grad(a, b)` | `(y, gradients)`, likewise |
/// | `f::value_and_grad_into(a, b, &mut gradients)` | `y`, and the gradients in the place given |
///
/// ```
/// use chainrule::differentiable;
///
/// #[differentiable]
/// fn power(x: f64, p: f64) -> f64 {
///     x.powf(p)
/// }
///
/// let (value, (dx, dp)) = power::value_and_grad(2.0, 3.0);
/// assert_eq!((value, dx), (8.0, 12.0));
/// assert!((dp - 8.0 * 2.0f64.ln()).abs() < 1e-14);
/// ```
///
/// Gradients are a tuple in the order of the active arguments, or the bare value where there is one;
/// see [`Differentiable`](trait@Differentiable) for their types. An argument is active unless its
/// type holds no floats. The pullback borrows what was passed by reference.
///
/// A method `m` has the siblings `m_vjp`, `m_grad` and so on.
///
/// ```
/// # use chainrule::differentiable;
/// # use chainrule::ndarray::{Array1, array};
/// #[differentiable]
/// fn scaled(x: &Array1<f64>, k: f64) -> Array1<f64> {
///     x * k
/// }
///
/// let x = array![1.0, 2.0];
/// let (_, pullback) = scaled::vjp(&x, 3.0);
/// assert_eq!(pullback(array![1.0, 0.0]), (array![3.0, 0.0], 1.0));
/// ```
///
/// # Options
///
/// | option | means |
/// |---|---|
/// | `wrt(a, b)` | these arguments alone are active; `self` may be one |
/// | `constant(a, b)` | these arguments are not active |
/// | `aux` | of `-> (Y, A)`, `Y` is differentiated and `A` passed on |
/// | `associated` | an associated function in whose signature `Self` does not stand |
/// | `recursive` | one of two functions that call each other |
/// | `crate = path` | where this crate is renamed |
///
/// `forward`, `second_order`, `checkpoint`, `vjp = path` and `jvp = path` are to come.
///
/// # What is understood
///
/// What touches an active value: `let`, arithmetic, method calls, reads and writes of elements, struct,
/// tuple and list construction, branches, loops, jumps, calls of other differentiable functions and of
/// itself, local closures, and closures over the elements of an array. Whatever else touches one is an
/// error at that expression. What touches none is passed on as it stands, whatever Rust it is.
///
/// ```
/// use chainrule::differentiable;
///
/// /// Newton's method for the root of `a`.
/// #[differentiable]
/// fn root(a: f64) -> f64 {
///     let mut x = a;
///     while (x * x - a).abs() > 1e-12 {
///         x = 0.5 * (x + a / x);
///     }
///     x
/// }
///
/// let (y, dy) = root::value_and_grad(2.0);
/// assert!((dy - 0.5 / y).abs() < 1e-9);
/// ```
pub use chainrule_macros::differentiable;

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
