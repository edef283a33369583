//! Adam.

use ndarray::{ArrayViewD, ArrayViewMutD};

use super::state::State;
use super::{Optimizer, decay, positive};
use crate::differentiable::{LeafPath, VisitWith};
use crate::{Differentiable, Float};

/// Adam with bias correction (Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015,
/// algorithm 1).
///
/// Per element with gradient `g`, in step `t` = 1, 2, ..:
/// `m = beta1 m + (1 - beta1) g`, `v = beta2 v + (1 - beta2) g^2`,
/// `x = x - rate (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)`.
///
/// ```
/// use chainrule::optim::{Adam, Optimizer};
/// // The first step has the length of the learning rate, whatever the gradient's scale.
/// let mut x = 1.0_f64;
/// Adam::new(0.1).step(&mut x, &1e6);
/// assert!((x - 0.9).abs() < 1e-9);
/// ```
#[derive(Clone, Debug)]
pub struct Adam {
    rate: f64,
    betas: (f64, f64),
    eps: f64,
    steps: i32,
    moments: State<2>,
}

impl Adam {
    /// Adam with this learning rate (0.001 is usual), betas (0.9, 0.999) and eps 1e-8.
    ///
    /// # Panics
    /// If the rate is not positive and finite.
    #[track_caller]
    pub fn new(rate: f64) -> Self {
        let rate = positive(rate);
        Self { rate, betas: (0.9, 0.999), eps: 1e-8, steps: 0, moments: State::new() }
    }

    /// How much of the first and second moments is kept from step to step.
    ///
    /// # Panics
    /// If either is not at least 0 and below 1.
    #[track_caller]
    #[must_use]
    pub fn betas(mut self, beta1: f64, beta2: f64) -> Self {
        self.betas = (decay("beta1", beta1), decay("beta2", beta2));
        self
    }

    /// What keeps the denominator from zero.
    ///
    /// # Panics
    /// If it is not positive and finite.
    #[track_caller]
    #[must_use]
    pub fn eps(mut self, eps: f64) -> Self {
        assert!(eps > 0.0 && eps.is_finite(), "eps is positive and finite, not {eps}");
        self.eps = eps;
        self
    }

    /// The learning rate.
    pub fn learning_rate(&self) -> f64 {
        self.rate
    }

    /// Changes the learning rate; the moments are kept.
    ///
    /// # Panics
    /// If the rate is not positive and finite.
    #[track_caller]
    pub fn set_learning_rate(&mut self, rate: f64) {
        self.rate = positive(rate);
    }
}

impl<P: Differentiable + ?Sized> Optimizer<P> for Adam {
    fn step(&mut self, params: &mut P, grads: &P::Gradient) {
        // Long before it saturates, both corrections are 1.
        self.steps = self.steps.saturating_add(1);
        params.visit_with(grads, &mut LeafPath::new(), self);
    }
}

impl VisitWith for Adam {
    fn leaf<T: Float>(
        &mut self,
        name: &str,
        value: ArrayViewMutD<'_, T>,
        gradient: ArrayViewD<'_, T>,
    ) {
        let of = T::from_f64_lossy;
        let (beta1, beta2) = self.betas;
        let correct = |beta: f64| 1.0 / (1.0 - beta.powi(self.steps));
        let (rate, eps) = (of(self.rate * correct(beta1)), of(self.eps));
        let second = of(correct(beta2));
        let (keep1, take1, keep2, take2) = (of(beta1), of(1.0 - beta1), of(beta2), of(1.0 - beta2));
        self.moments.update(name, value, gradient, |x, g, [m, v]| {
            *m = keep1 * *m + take1 * g;
            *v = keep2 * *v + take2 * g * g;
            *x -= rate * *m / ((*v * second).sqrt() + eps);
        });
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array1, array};

    use super::*;

    /// Algorithm 1 of the paper, line by line, for one number.
    fn published(mut x: f64, gradients: &[f64], rate: f64, betas: (f64, f64), eps: f64) -> f64 {
        let (mut m, mut v) = (0.0, 0.0);
        for (t, g) in (1..).zip(gradients) {
            m = betas.0 * m + (1.0 - betas.0) * g;
            v = betas.1 * v + (1.0 - betas.1) * g * g;
            let m_hat = m / (1.0 - betas.0.powi(t));
            let v_hat = v / (1.0 - betas.1.powi(t));
            x -= rate * m_hat / (v_hat.sqrt() + eps);
        }
        x
    }

    #[test]
    fn a_step_follows_the_paper() {
        let gradients = [0.3, -2.0, 1e-6, 0.0, 50.0];
        let mut optimizer = Adam::new(0.01).betas(0.8, 0.95).eps(1e-4);
        let (mut x, mut y) = (array![1.0, 2.0], array![1.0_f32]);
        for gradient in gradients {
            let grads = (array![gradient, -gradient], Array1::from_elem(1, gradient as f32));
            let mut params = (x, y);
            optimizer.step(&mut params, &grads);
            (x, y) = params;
        }
        let by_hand = published(1.0, &gradients, 0.01, (0.8, 0.95), 1e-4);
        assert!((x[0] - by_hand).abs() < 1e-14, "{} against {by_hand}", x[0]);
        assert!((x[0] - 1.0 + (x[1] - 2.0)).abs() < 1e-14, "odd in the gradient");
        assert!((f64::from(y[0]) - by_hand).abs() < 1e-6);
    }

    #[test]
    fn a_zero_gradient_moves_nothing() {
        let mut x = 1.5_f32;
        Adam::new(0.1).step(&mut x, &0.0);
        assert_eq!(x, 1.5);
    }

    #[test]
    #[should_panic(expected = "beta2 lies in 0..1, and is 1")]
    fn betas_are_checked() {
        let _ = Adam::new(0.1).betas(0.9, 1.0);
    }
}
