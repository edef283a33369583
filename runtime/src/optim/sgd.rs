//! Gradient descent.

use ndarray::{ArrayViewD, ArrayViewMutD};

use super::state::State;
use super::{Optimizer, decay, positive};
use crate::differentiable::{LeafPath, VisitWith};
use crate::{Differentiable, Float};

/// Stochastic gradient descent, with momentum if asked for.
///
/// Per element with gradient `g`: `v = momentum v + g`, `x = x - rate v`, where `v` is zero before
/// the first step (Polyak 1964, in the form that PyTorch uses).
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
    velocity: State<1>,
}

impl Sgd {
    /// Plain gradient descent with this learning rate.
    ///
    /// # Panics
    /// If the rate is not positive and finite.
    #[track_caller]
    pub fn new(rate: f64) -> Self {
        Self { rate: positive(rate), momentum: 0.0, velocity: State::new() }
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

    /// The learning rate.
    pub fn learning_rate(&self) -> f64 {
        self.rate
    }

    /// Changes the learning rate; the velocity is kept.
    ///
    /// # Panics
    /// If the rate is not positive and finite.
    #[track_caller]
    pub fn set_learning_rate(&mut self, rate: f64) {
        self.rate = positive(rate);
    }
}

impl<P: Differentiable + ?Sized> Optimizer<P> for Sgd {
    fn step(&mut self, params: &mut P, grads: &P::Gradient) {
        params.visit_with(grads, &mut LeafPath::new(), self);
    }
}

impl VisitWith for Sgd {
    fn leaf<T: Float>(
        &mut self,
        name: &str,
        mut value: ArrayViewMutD<'_, T>,
        gradient: ArrayViewD<'_, T>,
    ) {
        let (rate, momentum) = (T::from_f64_lossy(self.rate), T::from_f64_lossy(self.momentum));
        if self.momentum == 0.0 {
            value.scaled_add(-rate, &gradient);
        } else {
            self.velocity.update(name, value, gradient, |value, gradient, [velocity]| {
                *velocity = momentum * *velocity + gradient;
                *value -= rate * *velocity;
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn a_step_follows_the_rule() {
        let mut params = (array![1.0, -2.0], 3.0_f32);
        let grads = (array![0.5, 1.0], -2.0);
        Sgd::new(0.25).step(&mut params, &grads);
        assert_eq!(params, (array![0.875, -2.25], 3.5));
    }

    #[test]
    fn momentum_follows_the_rule() {
        // v: 1, 0.5 + 2 = 2.5, 1.25 - 1 = 0.25; x falls by 0.5 v each time.
        let (mut x, mut optimizer) = (10.0_f64, Sgd::new(0.5).momentum(0.5));
        let mut path = Vec::new();
        for gradient in [1.0, 2.0, -1.0] {
            optimizer.step(&mut x, &gradient);
            path.push(x);
        }
        assert_eq!(path, [9.5, 8.25, 8.125]);
    }

    #[test]
    #[should_panic(expected = "a learning rate is positive and finite, not NaN")]
    fn a_rate_is_a_number() {
        Sgd::new(f64::NAN);
    }
}
