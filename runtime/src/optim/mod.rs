//! Optimisers: they take a step downhill from the gradients of all leaves of a model.
//!
//! ```
//! use chainrule::optim::{Adam, Optimizer, Sgd};
//! use chainrule::ndarray::array;
//!
//! // The minimum of (x - 3)^2 summed over the elements, whose gradient is 2 (x - 3).
//! let mut x = array![0.0, 10.0];
//! let mut optimizer = Sgd::new(0.1).momentum(0.5);
//! for _ in 0..100 {
//!     let gradient = 2.0 * (&x - 3.0);
//!     optimizer.step(&mut x, &gradient);
//! }
//! assert!((x - 3.0).iter().all(|error: &f64| error.abs() < 1e-6));
//! ```

mod adam;
mod sgd;
mod state;

pub use adam::Adam;
pub use sgd::Sgd;

use crate::Differentiable;

/// A rule that moves parameters against their gradients.
///
/// Whatever a rule remembers of a leaf (a velocity, moments) it keeps under the leaf's name, so one
/// optimiser belongs to one model. Hyperparameters are `f64`; the arithmetic is in the leaf's type.
pub trait Optimizer<P: Differentiable + ?Sized> {
    /// Changes `params` in place by one step.
    ///
    /// # Panics
    /// If a leaf has another number of elements than in the step before, or cannot be written (a
    /// view, a shared reference).
    fn step(&mut self, params: &mut P, grads: &P::Gradient);
}

impl<P: Differentiable + ?Sized, O: Optimizer<P> + ?Sized> Optimizer<P> for &mut O {
    fn step(&mut self, params: &mut P, grads: &P::Gradient) {
        (**self).step(params, grads);
    }
}

impl<P: Differentiable + ?Sized, O: Optimizer<P> + ?Sized> Optimizer<P> for Box<O> {
    fn step(&mut self, params: &mut P, grads: &P::Gradient) {
        (**self).step(params, grads);
    }
}

/// A learning rate, checked.
#[track_caller]
fn positive(rate: f64) -> f64 {
    assert!(rate > 0.0 && rate.is_finite(), "a learning rate is positive and finite, not {rate}");
    rate
}

/// A factor by which something remembered decays each step, checked.
#[track_caller]
fn decay(name: &str, factor: f64) -> f64 {
    assert!((0.0..1.0).contains(&factor), "{name} lies in 0..1, and is {factor}");
    factor
}
