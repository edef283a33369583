//! Gradient descent.

use ndarray::{ArrayViewD, ArrayViewMutD};

use super::{Memory, coefficient, decay, optimizer, positive};
use crate::Float;
use crate::differentiable::VisitWith;

/// Stochastic gradient descent, with momentum and weight decay if asked for.
///
/// Per element with gradient `g`: `g = g + weight_decay x`; `v = momentum v + g`, where `v` is zero
/// before the first step; `x = x - rate v`, and with Nesterov's momentum
/// `x = x - rate (g + momentum v)`.
///
/// Sources: Polyak, "Some methods of speeding up the convergence of iteration methods", 1964;
/// Sutskever, Martens, Dahl and Hinton, "On the importance of initialization and momentum in deep
/// learning", 2013, for Nesterov's; both in the form of PyTorch's `torch.optim.SGD`, where the rate
/// stands outside of the velocity.
///
/// ```
/// use chainrule::optim::{Optimizer, Sgd};
/// let mut x = 1.0_f32;
/// Sgd::new(0.5).step(&mut x, &0.5);
/// assert_eq!(x, 0.75);
/// ```
#[derive(Clone, Debug)]
pub struct Sgd {
    rate: f64,
    momentum: f64,
    nesterov: bool,
    weight_decay: f64,
    memory: Memory,
}

impl Sgd {
    /// Plain gradient descent with this learning rate.
    ///
    /// # Panics
    /// If the rate is not positive and finite.
    #[track_caller]
    pub fn new(rate: f64) -> Self {
        let rate = positive(rate);
        Self { rate, momentum: 0.0, nesterov: false, weight_decay: 0.0, memory: Memory::new() }
    }

    /// Keeps this part of the velocity from step to step; 0.9 is usual.
    ///
    /// # Panics
    /// If it is not at least 0 and below 1.
    #[track_caller]
    #[must_use]
    pub fn momentum(mut self, momentum: f64) -> Self {
        self.momentum = decay("the momentum", momentum);
        self
    }

    /// Nesterov's momentum: the step looks one velocity ahead.
    ///
    /// # Panics
    /// If it is not above 0 and below 1.
    #[track_caller]
    #[must_use]
    pub fn nesterov(mut self, momentum: f64) -> Self {
        assert!(momentum > 0.0, "Nesterov's momentum is above 0, not {momentum}");
        self = self.momentum(momentum);
        self.nesterov = true;
        self
    }

    /// Adds `decay x` to the gradient: the gradient of `decay / 2 |x|^2`.
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

optimizer!(Sgd);

impl VisitWith for Sgd {
    fn leaf<T: Float>(
        &mut self,
        name: &str,
        value: ArrayViewMutD<'_, T>,
        gradient: ArrayViewD<'_, T>,
    ) {
        let of = T::from_f64_lossy;
        let (rate, momentum, decay) = (of(self.rate), of(self.momentum), of(self.weight_decay));
        let nesterov = self.nesterov;
        if self.momentum == 0.0 {
            self.memory.update(name, value, gradient, [], |x, g, []| *x -= rate * (g + decay * *x));
        } else {
            self.memory.update(name, value, gradient, ["momentum_buffer"], |x, g, [v]| {
                let g = g + decay * *x;
                *v = momentum * *v + g;
                *x -= rate * if nesterov { g + momentum * *v } else { *v };
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::optim::Optimizer;

    #[test]
    fn a_step_follows_the_rule() {
        let mut params = (array![1.0, -2.0], 3.0_f32);
        let grads = (array![0.5, 1.0], -2.0);
        Sgd::new(0.25).step(&mut params, &grads);
        assert_eq!(params, (array![0.875, -2.25], 3.5));
    }

    /// x after each of three steps with gradients 1, 2, -1.
    fn path(mut optimizer: Sgd) -> Vec<f64> {
        let mut x = 10.0_f64;
        let step = |gradient| {
            optimizer.step(&mut x, &gradient);
            x
        };
        [1.0, 2.0, -1.0].map(step).to_vec()
    }

    #[test]
    fn momentum_follows_the_rule() {
        // v: 1, 0.5 + 2 = 2.5, 1.25 - 1 = 0.25; x falls by 0.5 v each time.
        assert_eq!(path(Sgd::new(0.5).momentum(0.5)), [9.5, 8.25, 8.125]);
        // and with Nesterov's by 0.5 (g + 0.5 v): 1.5, 3.25, -0.875 halved.
        assert_eq!(path(Sgd::new(0.5).nesterov(0.5)), [9.25, 7.625, 8.0625]);
    }

    #[test]
    fn weights_decay() {
        // g: 1 + 0.5 10 = 6, 2 + 0.5 7 = 5.5, -1 + 0.5 4.25 = 1.125.
        assert_eq!(path(Sgd::new(0.5).weight_decay(0.5)), [7.0, 4.25, 3.6875]);
    }

    #[test]
    #[should_panic(expected = "a learning rate is positive and finite, not NaN")]
    fn a_rate_is_a_number() {
        Sgd::new(f64::NAN);
    }
}
