//! Adam, and Adam with decoupled weight decay.

use ndarray::{ArrayViewD, ArrayViewMutD};

use super::{Memory, coefficient, decay, epsilon, optimizer, positive};
use crate::Float;
use crate::differentiable::VisitWith;

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
    weight_decay: f64,
    memory: Memory,
}

/// [`Adam`] with decoupled weight decay (Loshchilov and Hutter, "Decoupled Weight Decay
/// Regularization", 2019, algorithm 2, with the rate as the decay's schedule, as PyTorch has it).
///
/// Per element, before Adam's step: `x = x - rate weight_decay x`.
///
/// ```
/// use chainrule::optim::{AdamW, Optimizer};
/// let mut x = 2.0_f64;
/// AdamW::new(0.1).weight_decay(0.5).step(&mut x, &0.0);
/// assert_eq!(x, 1.9);
/// ```
#[derive(Clone, Debug)]
pub struct AdamW {
    rate: f64,
    betas: (f64, f64),
    eps: f64,
    weight_decay: f64,
    memory: Memory,
}

macro_rules! options {
    ($adam:ident, $decay:literal) => {
        impl $adam {
            #[doc = concat!("With this learning rate (0.001 is usual), betas (0.9, 0.999), eps 1e-8 and weight decay ", $decay, ".")]
            ///
            /// # Panics
            /// If the rate is not positive and finite.
            #[track_caller]
            pub fn new(rate: f64) -> Self {
                let (rate, betas, memory) = (positive(rate), (0.9, 0.999), Memory::new());
                Self { rate, betas, eps: 1e-8, weight_decay: $decay, memory }
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
                self.eps = epsilon(eps);
                self
            }
        }

        optimizer!($adam);
    };
}
options!(Adam, 0.0);
options!(AdamW, 0.01);

impl Adam {
    /// Adds `decay x` to the gradient, before the moments see it: what PyTorch's `Adam` does.
    /// [`AdamW`] keeps the two apart.
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

impl AdamW {
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

/// Adam's step for elements of type `T`, in the step that `memory` counts.
struct Step<T> {
    keep: (T, T),
    take: (T, T),
    rate: T,
    second: T,
    eps: T,
}

impl<T: Float> Step<T> {
    fn new(steps: u64, rate: f64, betas: (f64, f64), eps: f64) -> Self {
        let of = T::from_f64_lossy;
        // Long before the count saturates, both corrections are 1.
        let steps = i32::try_from(steps).unwrap_or(i32::MAX);
        let correct = |beta: f64| 1.0 / (1.0 - beta.powi(steps));
        Self {
            keep: (of(betas.0), of(betas.1)),
            take: (of(1.0 - betas.0), of(1.0 - betas.1)),
            rate: of(rate * correct(betas.0)),
            second: of(correct(betas.1)),
            eps: of(eps),
        }
    }

    fn take(&self, x: &mut T, g: T, [m, v]: [&mut T; 2]) {
        *m = self.keep.0 * *m + self.take.0 * g;
        *v = self.keep.1 * *v + self.take.1 * g * g;
        *x -= self.rate * *m / ((*v * self.second).sqrt() + self.eps);
    }
}

const MOMENTS: [&str; 2] = ["exp_avg", "exp_avg_sq"];

impl VisitWith for Adam {
    fn leaf<T: Float>(
        &mut self,
        name: &str,
        value: ArrayViewMutD<'_, T>,
        gradient: ArrayViewD<'_, T>,
    ) {
        let step = Step::<T>::new(self.memory.steps(), self.rate, self.betas, self.eps);
        let decay = T::from_f64_lossy(self.weight_decay);
        self.memory.update(name, value, gradient, MOMENTS, |x, g, moments| {
            step.take(x, g + decay * *x, moments);
        });
    }
}

impl VisitWith for AdamW {
    fn leaf<T: Float>(
        &mut self,
        name: &str,
        value: ArrayViewMutD<'_, T>,
        gradient: ArrayViewD<'_, T>,
    ) {
        let step = Step::<T>::new(self.memory.steps(), self.rate, self.betas, self.eps);
        let shrink = T::from_f64_lossy(1.0 - self.rate * self.weight_decay);
        self.memory.update(name, value, gradient, MOMENTS, |x, g, moments| {
            *x *= shrink;
            step.take(x, g, moments);
        });
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array1, array};

    use super::*;
    use crate::optim::Optimizer;

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
