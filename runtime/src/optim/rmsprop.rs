//! RMSProp.

use ndarray::{ArrayViewD, ArrayViewMutD};

use super::{Memory, coefficient, decay, epsilon, optimizer, positive};
use crate::Float;
use crate::differentiable::VisitWith;

/// RMSProp (Tieleman and Hinton, "Lecture 6.5: rmsprop", COURSERA: Neural Networks for Machine
/// Learning, 2012), in the form of PyTorch's `torch.optim.RMSprop`.
///
/// Per element with gradient `g`: `g = g + weight_decay x`, `v = alpha v + (1 - alpha) g^2`,
/// `x = x - rate g / (sqrt(v) + eps)`; with momentum `b = momentum b + g / (sqrt(v) + eps)`,
/// `x = x - rate b`.
///
/// ```
/// use chainrule::optim::{Optimizer, RmsProp};
/// let mut x = 1.0_f64;
/// RmsProp::new(0.01).alpha(0.75).step(&mut x, &-4.0);
/// assert!((x - 1.02).abs() < 1e-9);
/// ```
#[derive(Clone, Debug)]
pub struct RmsProp {
    rate: f64,
    alpha: f64,
    eps: f64,
    momentum: f64,
    weight_decay: f64,
    memory: Memory,
}

impl RmsProp {
    /// With this learning rate (0.01 is usual), alpha 0.99, eps 1e-8, without momentum or decay.
    ///
    /// # Panics
    /// If the rate is not positive and finite.
    #[track_caller]
    pub fn new(rate: f64) -> Self {
        let (rate, memory) = (positive(rate), Memory::new());
        Self { rate, alpha: 0.99, eps: 1e-8, momentum: 0.0, weight_decay: 0.0, memory }
    }

    /// How much of the mean square is kept from step to step.
    ///
    /// # Panics
    /// If it is not at least 0 and below 1.
    #[track_caller]
    #[must_use]
    pub fn alpha(mut self, alpha: f64) -> Self {
        self.alpha = decay("alpha", alpha);
        self
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

    /// Keeps this part of the velocity from step to step.
    ///
    /// # Panics
    /// If it is not at least 0 and below 1.
    #[track_caller]
    #[must_use]
    pub fn momentum(mut self, momentum: f64) -> Self {
        self.momentum = decay("the momentum", momentum);
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

optimizer!(RmsProp);

impl VisitWith for RmsProp {
    fn leaf<T: Float>(
        &mut self,
        name: &str,
        value: ArrayViewMutD<'_, T>,
        gradient: ArrayViewD<'_, T>,
    ) {
        let of = T::from_f64_lossy;
        let (rate, momentum, decay) = (of(self.rate), of(self.momentum), of(self.weight_decay));
        let (alpha, take, eps) = (of(self.alpha), of(1.0 - self.alpha), of(self.eps));
        let scaled = move |x: T, g: T, v: &mut T| {
            let g = g + decay * x;
            *v = alpha * *v + take * g * g;
            g / (v.sqrt() + eps)
        };
        if self.momentum == 0.0 {
            self.memory.update(name, value, gradient, ["square_avg"], |x, g, [v]| {
                *x -= rate * scaled(*x, g, v);
            });
        } else {
            let names = ["square_avg", "momentum_buffer"];
            self.memory.update(name, value, gradient, names, |x, g, [v, b]| {
                *b = momentum * *b + scaled(*x, g, v);
                *x -= rate * *b;
            });
        }
    }
}
