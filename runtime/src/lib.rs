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
//! * [`operations`] lists every operation that has a derivative, [`language`] every form of syntax.
//! * [`prelude`] has all that a file with differentiable functions uses; [`ext`] adds to arrays and
//!   floats what ndarray lacks: softmax, activations, norms, losses.
//! * [`check`] compares gradients with finite differences.
//! * Features add optimisers and a training loop (`train`, `ctrlc`, `parallel`), files of parameters
//!   (`safetensors`), data from files (`data`) and pictures (`plot`, `png`); `find-nonfinite` names the
//!   operation that gave the first NaN.
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

// The layers are written as a user would write them, and so is what the macro makes of them.
#[cfg(feature = "train")]
extern crate self as chainrule;

pub mod check;
#[cfg(feature = "data")]
pub mod data;
pub mod differentiable;
pub mod ext;
#[cfg(feature = "safetensors")]
pub mod files;
mod float;
#[cfg(all(feature = "train", feature = "ctrlc", feature = "plot"))]
#[doc = include_str!("../../docs/training.md")]
pub mod guide {}
#[cfg(feature = "train")]
pub mod init;
mod kernels;
#[doc = include_str!("../../docs/language.md")]
pub mod language {}
#[cfg(feature = "train")]
pub mod layers;
pub mod memory;
#[cfg(feature = "find-nonfinite")]
pub mod nonfinite;
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
/// | `f::jvp(a, b, tangents)` | `(y, dy)`, with the option `forward` |
/// | `f::jacobian(a, b)` | a row for every float of `y`, a column for every float of the active arguments, likewise |
/// | `f::hvp(a, b, direction)` | the Hessian's product with a direction, with the option `second_order` |
/// | `f::grad_and_hvp(a, b, direction)` | `(gradients, product)` of one sweep, likewise |
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
/// | `forward` | forward mode too: `jvp` and `jacobian` |
/// | `second_order` | second derivatives too: `hvp` and `grad_and_hvp`; implies `forward` |
/// | `checkpoint` | a caller keeps the arguments alone, and the function is computed again in its pullback |
/// | `vjp = path`, `jvp = path` | a rule of your own, in the place of what follows from the body |
///
/// # Checkpoints
///
/// A loop keeps for its backward pass what the derivatives name, turn by turn. `#[checkpoint]` on it keeps the
/// states at the beginnings of segments alone, and computes the turns of a segment again when the backward pass
/// comes to it: of `n` turns about `2 sqrt(n)` states live at once, or `n / k + k` with
/// `#[checkpoint(every = k)]`, for one more run of the loop. Results are the same to the last bit. What
/// gives something else each time (a random number) cannot stand in such a loop. (T. Chen et al., Training Deep
/// Nets with Sublinear Memory Cost, 2016.)
///
/// ```
/// # use chainrule::differentiable;
/// #[differentiable]
/// fn swing(mut angle: f64, length: f64) -> f64 {
///     let mut speed = 0.0;
///     #[checkpoint]
///     for _ in 0..10_000 {
///         speed -= 0.001 * 9.81 / length * angle.sin();
///         angle += 0.001 * speed;
///     }
///     angle
/// }
/// let (_, (by_angle, by_length)) = swing::value_and_grad(0.5, 2.0);
/// assert!(by_angle.is_finite() && by_length != 0.0);
/// ```
///
/// # Forward mode and second order
///
/// Tangents and directions are a tuple in the order of the active arguments, or the bare value where there
/// is one: floats by value, all else by reference. They have the types of the gradients.
///
/// ```
/// # use chainrule::differentiable;
/// # use chainrule::ndarray::{Array1, array};
/// #[differentiable(second_order)]
/// fn energy(x: &Array1<f64>, k: f64) -> f64 {
///     (x * x * x).sum() * k
/// }
///
/// let (x, dx) = (array![1.0, 2.0], array![1.0, 0.0]);
/// assert_eq!(energy::jvp(&x, 2.0, (&dx, 0.0)), (18.0, 6.0));
/// assert_eq!(energy::hvp(&x, 2.0, (&dx, 0.0)), (array![12.0, 0.0], 3.0));
///
/// /// A derivative inside a differentiable function.
/// #[differentiable]
/// fn work(x: &Array1<f64>) -> f64 {
///     let (force, _) = energy::grad(x, 2.0);
///     force.dot(x)
/// }
///
/// assert_eq!(work::grad(&x), array![18.0, 72.0]);
/// ```
///
/// A function that is called must have the same option.
///
/// `jacobian` has a row for each float of the result and a column for each float of the arguments. Where it is
/// wider than tall, it is found by reverse mode, a row at a time, by one pullback called for each; else by forward mode,
/// a column at a time. Its sines and exponentials are not computed for each column: in forward mode what is linear in
/// the tangents stands apart from them, and is all that runs. Only a function that is called runs again with each. (How
/// tall the matrix is is known when the function has run; where it turns out to be wide, the function runs once more.)
///
/// ```
/// # use chainrule::differentiable;
/// # use chainrule::ndarray::{Array1, array};
/// #[differentiable(forward)]
/// fn powers(x: f64, y: f64) -> Array1<f64> {
///     array![x, x * y, y * y]
/// }
///
/// assert_eq!(powers::jacobian(2.0, 3.0), array![[1.0, 0.0], [3.0, 2.0], [0.0, 6.0]]);
/// ```
///
/// The body of a differentiable function may call `g::grad`, `g::value_and_grad` and `g::jvp`, whichever mode the
/// function itself is differentiated in: forward over forward, forward over reverse, reverse over forward and reverse
/// over reverse. `g` needs `second_order`; the function that calls its derivative has first derivatives alone.
///
/// # Rules of your own
///
/// `vjp = rule` names a function that takes `f`'s arguments and returns `(value, pullback)`, where the pullback
/// takes a cotangent to the gradients; `jvp = rule` one that takes the tangents after the arguments and
/// returns `(value, tangent)`. The body may then be any Rust. Where an argument is borrowed, a rule runs
/// again in the backward pass of a function that calls `f`. A gradient of another shape than its argument's is
/// a panic that names the rule.
///
/// A numerically better formula:
///
/// ```
/// # use chainrule::differentiable;
/// /// `ln(1 + exp(x))`: for large `x` its derivative would be `inf / inf`.
/// #[differentiable(vjp = rule)]
/// fn log1pexp(x: f64) -> f64 {
///     if x > 30.0 { x } else { x.exp().ln_1p() }
/// }
///
/// fn rule(x: f64) -> (f64, impl Fn(f64) -> f64) {
///     (log1pexp(x), move |dy| dy / (1.0 + (-x).exp()))
/// }
///
/// assert_eq!(log1pexp::grad(800.0), 1.0);
/// ```
///
/// A black box, such as a nonlinear solve, by the implicit function theorem: where `g(y, a) = 0`,
/// `dy/da = -(dg/da) / (dg/dy)`.
///
/// ```
/// # use chainrule::differentiable;
/// /// The root of `y + exp(y) = a`, by Newton's method.
/// #[differentiable(vjp = implicit)]
/// fn root(a: f64) -> f64 {
///     let mut y = 0.0_f64;
///     while (y + y.exp() - a).abs() > 1e-14 * a.abs().max(1.0) {
///         y -= (y + y.exp() - a) / (1.0 + y.exp());
///     }
///     y
/// }
///
/// fn implicit(a: f64) -> (f64, impl Fn(f64) -> f64) {
///     let y = root(a);
///     (y, move |dy| dy / (1.0 + y.exp()))
/// }
///
/// assert_eq!(root::value_and_grad(1.0), (0.0, 0.5));
/// ```
///
/// Clipping what flows back:
///
/// ```
/// # use chainrule::differentiable;
/// # use chainrule::ndarray::{Array1, array};
/// #[differentiable(vjp = clip)]
/// fn clipped(x: &Array1<f64>) -> Array1<f64> {
///     x.clone()
/// }
///
/// fn clip(x: &Array1<f64>) -> (Array1<f64>, impl Fn(Array1<f64>) -> Array1<f64>) {
///     (x.clone(), |dy| dy.mapv(|dy| dy.clamp(-1.0, 1.0)))
/// }
///
/// let x = array![1.0, 2.0];
/// let (_, pullback) = clipped::vjp(&x);
/// assert_eq!(pullback(array![0.5, 70.0]), array![0.5, 1.0]);
/// ```
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

/// The Hessian of a scalar function at `x`: a row and a column for every float of `x`, in order, from its
/// products with the unit vectors.
///
/// ```
/// use chainrule::ndarray::{Array1, array};
/// use chainrule::{differentiable, hessian};
///
/// #[differentiable(second_order)]
/// fn f(x: &Array1<f64>, k: f64) -> f64 {
///     (x * x).sum() * k
/// }
///
/// let (x, k) = (array![1.0, 2.0], 3.0);
/// let of_x_and_k = hessian(|(dx, dk)| f::hvp(&x, k, (dx, *dk)), &(x.clone(), k));
/// assert_eq!(of_x_and_k, array![[6.0, 0.0, 2.0], [0.0, 6.0, 4.0], [2.0, 4.0, 0.0]]);
/// ```
pub fn hessian<X: Differentiable>(
    hvp: impl FnMut(&X::Gradient) -> X::Gradient,
    x: &X,
) -> ndarray::Array2<f64> {
    let zero = x.zero_gradient();
    let columns = rt::floats(&zero);
    rt::rows(zero, columns, hvp)
}

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
