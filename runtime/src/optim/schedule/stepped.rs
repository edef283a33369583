//! Rates that change between epochs.

use super::{Moment, Schedule, falling};

/// The rate stays what it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Constant;

impl Schedule for Constant {
    fn factor(&self, _: Moment) -> f64 {
        1.0
    }
}

/// The rate is multiplied by a factor every so many epochs.
///
/// ```
/// use chainrule::optim::schedule::{Moment, Schedule, Step};
/// let schedule = Step::new(10, 0.5);
/// let at = |epoch: usize| schedule.factor(Moment { step: 7 * epoch, steps_per_epoch: 7, epochs: 30 });
/// assert_eq!([at(0), at(9), at(10), at(29)], [1.0, 1.0, 0.5, 0.25]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Step {
    epochs: usize,
    gamma: f64,
}

impl Step {
    /// Multiplies the rate by `gamma` every so many epochs.
    ///
    /// # Panics
    /// If `epochs` is 0, or `gamma` is not above 0 and at most 1.
    #[track_caller]
    pub fn new(epochs: usize, gamma: f64) -> Self {
        assert!(epochs > 0, "a step every 0 epochs");
        Self { epochs, gamma: falling(gamma) }
    }
}

impl Schedule for Step {
    fn factor(&self, at: Moment) -> f64 {
        self.gamma.powf((at.epoch() / self.epochs) as f64)
    }
}

/// The rate is multiplied by a factor after every epoch.
#[derive(Clone, Copy, Debug)]
pub struct Exponential {
    gamma: f64,
}

impl Exponential {
    /// Multiplies the rate by `gamma` after every epoch.
    ///
    /// # Panics
    /// If `gamma` is not above 0 and at most 1.
    #[track_caller]
    pub fn new(gamma: f64) -> Self {
        Self { gamma: falling(gamma) }
    }
}

impl Schedule for Exponential {
    fn factor(&self, at: Moment) -> f64 {
        self.gamma.powf(at.epoch() as f64)
    }
}
