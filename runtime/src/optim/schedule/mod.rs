//! Learning rates that change from step to step.
//!
//! A schedule gives a factor on the learning rate that the optimiser starts with.
//! [`Trainer::schedule`](crate::train::Trainer::schedule) takes one; a loop of your own asks it before
//! each step:
//!
//! ```
//! use chainrule::optim::schedule::{Cosine, Moment, Schedule};
//! use chainrule::optim::{Optimizer, Sgd};
//!
//! let (mut x, mut optimizer, schedule) = (1.0, Sgd::new(0.1), Cosine::new().warm_up(2));
//! for step in 0..10 {
//!     let moment = Moment { step, steps_per_epoch: 1, epochs: 10 };
//!     optimizer.set_learning_rate(0.1 * schedule.factor(moment));
//!     optimizer.step(&mut x, &1.0);
//! }
//! ```
//!
//! [`from_fn`] makes a schedule of a closure.

mod annealed;
mod plateau;
mod stepped;

pub use annealed::{Cosine, OneCycle};
pub use plateau::ReduceOnPlateau;
pub use stepped::{Constant, Exponential, Step};

/// Where a training is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// How many steps were taken.
    pub step: usize,
    /// How many steps an epoch has.
    pub steps_per_epoch: usize,
    /// How many epochs the training has.
    pub epochs: usize,
}

impl Moment {
    /// How many epochs were finished.
    pub fn epoch(self) -> usize {
        self.step / self.steps_per_epoch.max(1)
    }

    /// How many steps the training has.
    pub fn steps(self) -> usize {
        self.steps_per_epoch * self.epochs
    }
}

/// A rule for the learning rate.
pub trait Schedule {
    /// The factor on the first learning rate that the next step takes.
    fn factor(&self, at: Moment) -> f64;

    /// Told after each epoch: the validation loss, or the training loss where nothing is validated.
    fn observe(&mut self, loss: f64) {
        let _ = loss;
    }
}

/// A schedule of your own.
///
/// ```
/// use chainrule::optim::schedule::{self, Moment, Schedule};
/// let schedule = schedule::from_fn(|at| 1.0 / (1.0 + at.epoch() as f64));
/// assert_eq!(schedule.factor(Moment { step: 10, steps_per_epoch: 10, epochs: 3 }), 0.5);
/// ```
pub fn from_fn<F: Fn(Moment) -> f64>(factor: F) -> FromFn<F> {
    FromFn(factor)
}

/// What [`from_fn`] gives.
#[derive(Clone, Copy, Debug)]
pub struct FromFn<F>(F);

impl<F: Fn(Moment) -> f64> Schedule for FromFn<F> {
    fn factor(&self, at: Moment) -> f64 {
        (self.0)(at)
    }
}

impl<S: Schedule + ?Sized> Schedule for Box<S> {
    fn factor(&self, at: Moment) -> f64 {
        (**self).factor(at)
    }
    fn observe(&mut self, loss: f64) {
        (**self).observe(loss);
    }
}

/// The factor by which a rate falls, checked.
#[track_caller]
fn falling(gamma: f64) -> f64 {
    assert!(gamma > 0.0 && gamma <= 1.0, "the factor is above 0 and at most 1, not {gamma}");
    gamma
}

#[cfg(test)]
mod tests;
