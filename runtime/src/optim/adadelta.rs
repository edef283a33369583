//! Adadelta.

use ndarray::{ArrayViewD, ArrayViewMutD};

use super::{Memory, coefficient, decay, epsilon, optimizer, positive};
use crate::Float;
use crate::differentiable::VisitWith;

/// Adadelta (Zeiler, "ADADELTA: An Adaptive Learning Rate Method", 2012, algorithm 1, with PyTorch's
/// learning rate in front of the step).
///
/// Per element with gradient `g`: `g = g + weight_decay x`, `v = rho v + (1 - rho) g^2`,
/// `d = sqrt(u + eps) / sqrt(v + eps) g`, `u = rho u + (1 - rho) d^2`, `x = x - rate d`.
///
/// ```
/// use chainrule::optim::{Adadelta, Optimizer};
/// let mut x = 1.0_f64;
/// Adadelta::new(1.0).eps(1e-4).step(&mut x, &10.0);
/// assert!((x - (1.0 - (1e-4_f64 / (10.0 + 1e-4)).sqrt() * 10.0)).abs() < 1e-12);
/// ```
#[derive(Clone, Debug)]
pub struct Adadelta {
    rate: f64,
    rho: f64,
    eps: f64,
    weight_decay: f64,
    memory: Memory,
}

impl Adadelta {
    /// With this learning rate (1 is the paper's), rho 0.9, eps 1e-6 and no decay.
    ///
    /// # Panics
    /// If the rate is not positive and finite.
    #[track_caller]
    pub fn new(rate: f64) -> Self {
        Self { rate: positive(rate), rho: 0.9, eps: 1e-6, weight_decay: 0.0, memory: Memory::new() }
    }

    /// How much of both mean squares is kept from step to step.
    ///
    /// # Panics
    /// If it is not at least 0 and below 1.
    #[track_caller]
    #[must_use]
    pub fn rho(mut self, rho: f64) -> Self {
        self.rho = decay("rho", rho);
        self
    }

    /// What starts the steps, and keeps the denominator from zero.
    ///
    /// # Panics
    /// If it is not positive and finite.
    #[track_caller]
    #[must_use]
    pub fn eps(mut self, eps: f64) -> Self {
        self.eps = epsilon(eps);
        self
    }

    /// Adds `decay x` to the gradient.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    #[must_use]
    pub fn weight_decay(mut self, decay: f64) -> Self {
        self.weight_decay = coefficient("the weight decay", decay);
        self
    }
}

optimizer!(Adadelta);

impl VisitWith for Adadelta {
    fn leaf<T: Float>(
        &mut self,
        name: &str,
        value: ArrayViewMutD<'_, T>,
        gradient: ArrayViewD<'_, T>,
    ) {
        let of = T::from_f64_lossy;
        let (rate, eps, decay) = (of(self.rate), of(self.eps), of(self.weight_decay));
        let (rho, take) = (of(self.rho), of(1.0 - self.rho));
        self.memory.update(name, value, gradient, ["square_avg", "acc_delta"], |x, g, [v, u]| {
            let g = g + decay * *x;
            *v = rho * *v + take * g * g;
            let delta = (*u + eps).sqrt() / (*v + eps).sqrt() * g;
            *u = rho * *u + take * delta * delta;
            *x -= rate * delta;
        });
    }
}
