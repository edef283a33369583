//! Lion.

use ndarray::{ArrayViewD, ArrayViewMutD};

use super::{Memory, coefficient, decay, optimizer, positive};
use crate::Float;
use crate::differentiable::VisitWith;

/// Lion, "evolved sign momentum" (Chen and others, "Symbolic Discovery of Optimization Algorithms",
/// 2023, algorithm 2).
///
/// Per element with gradient `g`: `c = beta1 m + (1 - beta1) g`,
/// `x = x - rate (sign(c) + weight_decay x)`, `m = beta2 m + (1 - beta2) g`, where `sign(0)` is 0.
///
/// Every element moves by the learning rate, so that it is three to ten times smaller than Adam's.
///
/// ```
/// use chainrule::ndarray::array;
/// use chainrule::optim::{Lion, Optimizer};
/// let mut x = array![1.0, 1.0, 1.0];
/// Lion::new(0.25).step(&mut x, &array![1e-9, 0.0, -7.0]);
/// assert_eq!(x, array![0.75, 1.0, 1.25]);
/// ```
#[derive(Clone, Debug)]
pub struct Lion {
    rate: f64,
    betas: (f64, f64),
    weight_decay: f64,
    memory: Memory,
}

impl Lion {
    /// With this learning rate (0.0001 is usual), betas (0.9, 0.99) and no decay.
    ///
    /// # Panics
    /// If the rate is not positive and finite.
    #[track_caller]
    pub fn new(rate: f64) -> Self {
        let (rate, memory) = (positive(rate), Memory::new());
        Self { rate, betas: (0.9, 0.99), weight_decay: 0.0, memory }
    }

    /// How much of the momentum counts in a step, and how much is kept from step to step.
    ///
    /// # Panics
    /// If either is not at least 0 and below 1.
    #[track_caller]
    #[must_use]
    pub fn betas(mut self, beta1: f64, beta2: f64) -> Self {
        self.betas = (decay("beta1", beta1), decay("beta2", beta2));
        self
    }

    /// Shrinks every parameter by the factor `1 - rate decay` in each step.
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

optimizer!(Lion);

impl VisitWith for Lion {
    fn leaf<T: Float>(
        &mut self,
        name: &str,
        value: ArrayViewMutD<'_, T>,
        gradient: ArrayViewD<'_, T>,
    ) {
        let of = T::from_f64_lossy;
        let (rate, (beta1, beta2)) = (of(self.rate), self.betas);
        let (mix, take_mix) = (of(beta1), of(1.0 - beta1));
        let (keep, take) = (of(beta2), of(1.0 - beta2));
        let shrink = of(1.0 - self.rate * self.weight_decay);
        self.memory.update(name, value, gradient, ["exp_avg"], |x, g, [m]| {
            let c = mix * *m + take_mix * g;
            // Rust's own `signum` of 0 is 1, which would move what has no gradient.
            let sign = if c == T::zero() { c } else { c.signum() };
            *x = *x * shrink - rate * sign;
            *m = keep * *m + take * g;
        });
    }
}
