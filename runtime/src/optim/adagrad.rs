//! Adagrad.

use ndarray::{ArrayViewD, ArrayViewMutD};

use super::{Memory, coefficient, epsilon, optimizer, positive};
use crate::Float;
use crate::differentiable::VisitWith;

/// Adagrad (Duchi, Hazan and Singer, "Adaptive Subgradient Methods for Online Learning and Stochastic
/// Optimization", 2011, the diagonal form of section 1.1).
///
/// Per element with gradient `g`: `g = g + weight_decay x`, `s = s + g^2`,
/// `x = x - rate g / (sqrt(s) + eps)`.
///
/// ```
/// use chainrule::optim::{Adagrad, Optimizer};
/// let mut x = 1.0_f64;
/// let mut optimizer = Adagrad::new(0.5);
/// optimizer.step(&mut x, &3.0);
/// assert!((x - 0.5).abs() < 1e-9);
/// optimizer.step(&mut x, &4.0);
/// assert!((x - 0.1).abs() < 1e-9);
/// ```
#[derive(Clone, Debug)]
pub struct Adagrad {
    rate: f64,
    eps: f64,
    weight_decay: f64,
    memory: Memory,
}

impl Adagrad {
    /// With this learning rate (0.01 is usual), eps 1e-10 and no decay.
    ///
    /// # Panics
    /// If the rate is not positive and finite.
    #[track_caller]
    pub fn new(rate: f64) -> Self {
        Self { rate: positive(rate), eps: 1e-10, weight_decay: 0.0, memory: Memory::new() }
    }

    /// What keeps the denominator from zero.
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

optimizer!(Adagrad);

impl VisitWith for Adagrad {
    fn leaf<T: Float>(
        &mut self,
        name: &str,
        value: ArrayViewMutD<'_, T>,
        gradient: ArrayViewD<'_, T>,
    ) {
        let of = T::from_f64_lossy;
        let (rate, eps, decay) = (of(self.rate), of(self.eps), of(self.weight_decay));
        self.memory.update(name, value, gradient, ["sum"], |x, g, [s]| {
            let g = g + decay * *x;
            *s += g * g;
            *x -= rate * g / (s.sqrt() + eps);
        });
    }
}
