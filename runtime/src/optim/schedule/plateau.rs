//! A rate that falls when the loss no longer does.

use super::{Moment, Schedule, falling};

/// The rate is multiplied by a factor whenever the loss has not improved for some epochs: PyTorch's
/// `ReduceLROnPlateau`.
///
/// ```
/// use chainrule::optim::schedule::{Moment, ReduceOnPlateau, Schedule};
/// let mut schedule = ReduceOnPlateau::new(0.5, 2);
/// let at = Moment { step: 0, steps_per_epoch: 1, epochs: 1 };
/// let factors = [1.0, 0.9, 0.9, 0.9, 0.9, 0.8].map(|loss| {
///     schedule.observe(loss);
///     schedule.factor(at)
/// });
/// assert_eq!(factors, [1.0, 1.0, 1.0, 1.0, 0.5, 0.5]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ReduceOnPlateau {
    factor: f64,
    patience: usize,
    threshold: f64,
    floor: f64,
    best: f64,
    bad_epochs: usize,
    now: f64,
}

impl ReduceOnPlateau {
    /// Multiplies the rate by `factor` when more than `patience` epochs brought no improvement.
    ///
    /// # Panics
    /// If `factor` is not above 0 and at most 1.
    #[track_caller]
    pub fn new(factor: f64, patience: usize) -> Self {
        Self {
            factor: falling(factor),
            patience,
            threshold: 1e-4,
            floor: 0.0,
            best: f64::INFINITY,
            bad_epochs: 0,
            now: 1.0,
        }
    }

    /// What counts as an improvement: a fall by more than this part of the best loss. 1e-4 if not
    /// told.
    ///
    /// # Panics
    /// If it is not at least 0 and below 1.
    #[track_caller]
    #[must_use]
    pub fn threshold(mut self, part: f64) -> Self {
        assert!((0.0..1.0).contains(&part), "the threshold lies in 0..1, and is {part}");
        self.threshold = part;
        self
    }

    /// The rate does not fall below this part of the first one.
    ///
    /// # Panics
    /// If it is not at least 0 and at most 1.
    #[track_caller]
    #[must_use]
    pub fn floor(mut self, floor: f64) -> Self {
        assert!((0.0..=1.0).contains(&floor), "the floor lies in 0..=1, and is {floor}");
        self.floor = floor;
        self
    }
}

impl Schedule for ReduceOnPlateau {
    fn factor(&self, _: Moment) -> f64 {
        self.now
    }

    fn observe(&mut self, loss: f64) {
        let is_first = self.best == f64::INFINITY;
        if is_first || loss < self.best - self.threshold * self.best.abs() {
            // What is no number is never the best.
            self.best = if loss.is_nan() { self.best } else { loss };
            self.bad_epochs = 0;
        } else {
            self.bad_epochs += 1;
        }
        if self.bad_epochs > self.patience {
            self.now = (self.now * self.factor).max(self.floor);
            self.bad_epochs = 0;
        }
    }
}
