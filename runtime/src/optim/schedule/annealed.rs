//! Rates that change from step to step, over the whole training.

use std::f64::consts::PI;

use super::{Moment, Schedule};

/// From `start` to `end` along half a cosine, as `part` goes from 0 to 1.
fn anneal(start: f64, end: f64, part: f64) -> f64 {
    end + 0.5 * (start - end) * (1.0 + (PI * part).cos())
}

/// The rate falls along half a cosine, after a linear warm-up if asked for (Loshchilov and Hutter,
/// "SGDR: Stochastic Gradient Descent with Warm Restarts", 2017, equation 5, without restarts).
///
/// With `w` steps of warm-up out of `n`, step `t` = 0, 1, .. has the factor `(t + 1) / (w + 1)` while
/// `t < w`, then `floor + (1 - floor) (1 + cos(pi (t - w) / (n - w))) / 2`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cosine {
    warm_up: usize,
    floor: f64,
}

impl Cosine {
    /// From the full rate down to 0.
    pub fn new() -> Self {
        Self::default()
    }

    /// Rises linearly to the full rate for so many steps first.
    #[must_use]
    pub fn warm_up(mut self, steps: usize) -> Self {
        self.warm_up = steps;
        self
    }

    /// Ends at this part of the full rate.
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

impl Schedule for Cosine {
    fn factor(&self, at: Moment) -> f64 {
        if at.step < self.warm_up {
            return (at.step + 1) as f64 / (self.warm_up + 1) as f64;
        }
        let (step, steps) = (at.step - self.warm_up, at.steps().saturating_sub(self.warm_up));
        let part = (step as f64 / steps.max(1) as f64).min(1.0);
        anneal(1.0, self.floor, part)
    }
}

/// The rate rises from a 25th to the full rate over the first 30 % of all steps, then falls to almost
/// nothing, both along half a cosine (Smith and Topin, "Super-Convergence: Very Fast Training of
/// Neural Networks Using Large Learning Rates", 2018, in the form of PyTorch's `OneCycleLR`).
///
/// The optimiser's rate is the highest one, PyTorch's `max_lr`.
#[derive(Clone, Copy, Debug)]
pub struct OneCycle {
    rise: f64,
    start: f64,
    end: f64,
}

impl Default for OneCycle {
    fn default() -> Self {
        Self { rise: 0.3, start: 1.0 / 25.0, end: 1.0 / 25.0 / 1e4 }
    }
}

impl OneCycle {
    /// Rises over 30 % of the steps, from a 25th of the rate; ends at a 250,000th.
    pub fn new() -> Self {
        Self::default()
    }

    /// Rises over this part of all steps.
    ///
    /// # Panics
    /// If it is not at least 0 and at most 1.
    #[track_caller]
    #[must_use]
    pub fn rise(mut self, part: f64) -> Self {
        assert!((0.0..=1.0).contains(&part), "the rise lies in 0..=1, and is {part}");
        self.rise = part;
        self
    }

    /// Starts and ends at these parts of the full rate.
    ///
    /// # Panics
    /// If either is not at least 0 and at most 1.
    #[track_caller]
    #[must_use]
    pub fn ends(mut self, start: f64, end: f64) -> Self {
        for part in [start, end] {
            assert!((0.0..=1.0).contains(&part), "the ends lie in 0..=1, and one is {part}");
        }
        (self.start, self.end) = (start, end);
        self
    }
}

impl Schedule for OneCycle {
    fn factor(&self, at: Moment) -> f64 {
        let (step, steps) = (at.step as f64, at.steps() as f64);
        // The step with the full rate, and the last one.
        let (peak, last) = (self.rise * steps - 1.0, steps - 1.0);
        if step <= peak {
            anneal(self.start, 1.0, if peak > 0.0 { step / peak } else { 1.0 })
        } else {
            let part = if last > peak { (step - peak) / (last - peak) } else { 1.0 };
            anneal(1.0, self.end, part.min(1.0))
        }
    }
}
