//! Optimisers: they take a step downhill from the gradients of all leaves of a model.
//!
//! ```
//! use chainrule::optim::{Optimizer, Sgd};
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
//!
//! | optimiser | remembers per element | usual learning rate |
//! |---|--:|---|
//! | [`Sgd`] | 0, with momentum 1 | 0.01 to 0.1 |
//! | [`Adam`], [`AdamW`] | 2 | 0.001 |
//! | [`RmsProp`] | 1, with momentum 2 | 0.01 |
//! | [`Adagrad`] | 1 | 0.01 |
//! | [`Adadelta`] | 2 | 1 |
//! | [`Lion`] | 1 | 0.0001 |
//!
//! `Lbfgs` (feature `lbfgs`) minimises a loss without noise.
//!
//! Defaults and the placing of `eps` are PyTorch's, and its numbers are a test. [`schedule`] changes
//! the rate from step to step; [`clip_norm`] and [`clip_value`] keep a gradient small.

mod adadelta;
mod adagrad;
mod adam;
mod clip;
#[cfg(feature = "lbfgs")]
mod lbfgs;
mod lion;
mod memory;
mod rmsprop;
pub mod schedule;
mod sgd;
#[cfg(test)]
mod tests;

pub use adadelta::Adadelta;
pub use adagrad::Adagrad;
pub use adam::{Adam, AdamW};
pub use clip::{clip_norm, clip_value, norm};
#[cfg(feature = "lbfgs")]
pub use lbfgs::{Lbfgs, Minimum};
pub use lion::Lion;
pub use memory::Memory;
pub(crate) use memory::{Buffers, Slots, file_name};
pub use rmsprop::RmsProp;
pub use sgd::Sgd;

use crate::Differentiable;

/// A rule that moves parameters against their gradients.
///
/// Whatever a rule remembers of a leaf (a velocity, moments) it keeps in its [`Memory`] under the
/// leaf's name, so one optimiser belongs to one model. Hyperparameters are `f64`; the arithmetic is
/// in the leaf's type.
pub trait Optimizer<P: Differentiable + ?Sized> {
    /// Changes `params` in place by one step.
    ///
    /// # Panics
    /// If a leaf has another number of elements than in the step before, or cannot be written (a
    /// view, a shared reference).
    fn step(&mut self, params: &mut P, grads: &P::Gradient);

    /// The learning rate of the next step.
    fn learning_rate(&self) -> f64;

    /// Changes the learning rate; what is remembered is kept.
    ///
    /// # Panics
    /// If the rate is negative or not finite.
    #[track_caller]
    fn set_learning_rate(&mut self, rate: f64);

    /// What the optimiser remembers.
    fn memory(&self) -> &Memory;

    /// Likewise, to be replaced by what was saved.
    fn memory_mut(&mut self) -> &mut Memory;
}

macro_rules! forward_to_inner {
    ($($pointer:ty)*) => {$(
        impl<P: Differentiable + ?Sized, O: Optimizer<P> + ?Sized> Optimizer<P> for $pointer {
            fn step(&mut self, params: &mut P, grads: &P::Gradient) {
                (**self).step(params, grads);
            }
            fn learning_rate(&self) -> f64 {
                (**self).learning_rate()
            }
            #[track_caller]
            fn set_learning_rate(&mut self, rate: f64) {
                (**self).set_learning_rate(rate);
            }
            fn memory(&self) -> &Memory {
                (**self).memory()
            }
            fn memory_mut(&mut self) -> &mut Memory {
                (**self).memory_mut()
            }
        }
    )*};
}
forward_to_inner! { &mut O Box<O> }

/// What is the same for every optimiser with fields `rate` and `memory` that is a `VisitWith`.
macro_rules! optimizer {
    ($optimizer:ident) => {
        impl $optimizer {
            /// The learning rate.
            pub fn learning_rate(&self) -> f64 {
                self.rate
            }

            /// Changes the learning rate; what is remembered is kept.
            ///
            /// # Panics
            /// If the rate is negative or not finite.
            #[track_caller]
            pub fn set_learning_rate(&mut self, rate: f64) {
                self.rate = crate::optim::learning_rate(rate);
            }

            /// What the optimiser remembers.
            pub fn memory(&self) -> &crate::optim::Memory {
                &self.memory
            }
        }

        impl<P: crate::Differentiable + ?Sized> crate::optim::Optimizer<P> for $optimizer {
            fn step(&mut self, params: &mut P, grads: &P::Gradient) {
                self.memory.count_step();
                params.visit_with(grads, &mut crate::differentiable::LeafPath::new(), self);
            }
            fn learning_rate(&self) -> f64 {
                self.rate
            }
            #[track_caller]
            fn set_learning_rate(&mut self, rate: f64) {
                self.rate = crate::optim::learning_rate(rate);
            }
            fn memory(&self) -> &crate::optim::Memory {
                &self.memory
            }
            fn memory_mut(&mut self) -> &mut crate::optim::Memory {
                &mut self.memory
            }
        }
    };
}
use optimizer;

/// The learning rate that a training starts with, checked.
#[track_caller]
fn positive(rate: f64) -> f64 {
    assert!(rate > 0.0 && rate.is_finite(), "a learning rate is positive and finite, not {rate}");
    rate
}

/// A learning rate on the way, checked: a schedule may end at 0.
#[track_caller]
fn learning_rate(rate: f64) -> f64 {
    assert!(
        rate >= 0.0 && rate.is_finite(),
        "a learning rate is at least 0 and finite, not {rate}"
    );
    rate
}

/// A factor by which something remembered decays each step, checked.
#[track_caller]
fn decay(name: &str, factor: f64) -> f64 {
    assert!((0.0..1.0).contains(&factor), "{name} lies in 0..1, and is {factor}");
    factor
}

/// What keeps a denominator from zero, checked.
#[track_caller]
fn epsilon(eps: f64) -> f64 {
    assert!(eps > 0.0 && eps.is_finite(), "eps is positive and finite, not {eps}");
    eps
}

/// A coefficient of decay, checked.
#[track_caller]
fn coefficient(name: &str, value: f64) -> f64 {
    assert!(value >= 0.0 && value.is_finite(), "{name} is at least 0 and finite, not {value}");
    value
}
