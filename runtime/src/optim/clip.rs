//! Keeping gradients small.

use ndarray::{ArrayViewD, ArrayViewMutD};

use crate::differentiable::{LeafPath, Visit, VisitMut};
use crate::{Differentiable, Float};

/// The 2-norm of all elements of all leaves together, summed in `f64`.
///
/// ```
/// use chainrule::{ndarray::array, optim};
/// assert_eq!(optim::norm(&(array![[2.0, 3.0], [6.0, 0.0]], 24.0_f32)), 25.0);
/// ```
///
/// How gradients vanish or explode over the steps of a recurrent network is told by the norm of the
/// gradient of every state. Add a `probe` of zeros to the states, one for each step: its gradients are
/// theirs, and `gradients.iter().map(optim::norm)` are the norms. The example `vanishing_gradients` draws
/// them.
pub fn norm<G: Differentiable + ?Sized>(leaves: &G) -> f64 {
    let mut squares = Squares(0.0);
    leaves.visit(&mut LeafPath::new(), &mut squares);
    squares.0.sqrt()
}

/// Scales a gradient so that the 2-norm of all its leaves together is at most `max` (Pascanu, Mikolov
/// and Bengio, "On the difficulty of training recurrent neural networks", 2013, algorithm 1).
/// Returns the norm that it had.
///
/// A norm that is infinite or no number leaves the gradient as it is: there is nothing to rescue, and
/// the norm returned tells.
///
/// ```
/// use chainrule::{ndarray::array, optim};
/// let mut gradient = (array![3.0, 0.0], 4.0_f32);
/// assert_eq!(optim::clip_norm(&mut gradient, 2.5), 5.0);
/// assert_eq!(gradient, (array![1.5, 0.0], 2.0));
/// assert_eq!(optim::clip_norm(&mut gradient, 100.0), 2.5);
/// assert_eq!(gradient, (array![1.5, 0.0], 2.0));
/// ```
///
/// # Panics
/// If `max` is not positive and finite.
#[track_caller]
pub fn clip_norm<G: Differentiable + ?Sized>(gradient: &mut G, max: f64) -> f64 {
    assert!(max > 0.0 && max.is_finite(), "clip_norm: {max} is not positive and finite");
    let norm = norm(gradient);
    if norm > max && norm.is_finite() {
        gradient.visit_mut(&mut LeafPath::new(), &mut Scale(max / norm));
    }
    norm
}

/// Moves every element of a gradient that is beyond `-limit..=limit` to its nearer end.
///
/// ```
/// use chainrule::{ndarray::array, optim};
/// let mut gradient = array![-3.0, 0.5, 2.0];
/// optim::clip_value(&mut gradient, 1.0);
/// assert_eq!(gradient, array![-1.0, 0.5, 1.0]);
/// ```
///
/// # Panics
/// If `limit` is not positive and finite.
#[track_caller]
pub fn clip_value<G: Differentiable + ?Sized>(gradient: &mut G, limit: f64) {
    assert!(limit > 0.0 && limit.is_finite(), "clip_value: {limit} is not positive and finite");
    gradient.visit_mut(&mut LeafPath::new(), &mut Clamp(limit));
}

struct Squares(f64);

impl Visit for Squares {
    fn leaf<T: Float>(&mut self, _: &str, value: ArrayViewD<'_, T>) {
        self.0 += value.fold(0.0, |sum, element| {
            let element = element.to_f64_lossless();
            sum + element * element
        });
    }
}

struct Scale(f64);

impl VisitMut for Scale {
    fn leaf<T: Float>(&mut self, _: &str, mut value: ArrayViewMutD<'_, T>) {
        let factor = T::from_f64_lossy(self.0);
        value.mapv_inplace(|element| element * factor);
    }
}

struct Clamp(f64);

impl VisitMut for Clamp {
    fn leaf<T: Float>(&mut self, _: &str, mut value: ArrayViewMutD<'_, T>) {
        let limit = T::from_f64_lossy(self.0);
        value.mapv_inplace(|element| {
            // Not by `min` and `max`, which would hide an element that is no number.
            if element > limit {
                limit
            } else if element < -limit {
                -limit
            } else {
                element
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn what_is_no_number_stays_so() {
        let mut gradient = array![f64::NAN, 5.0];
        assert!(clip_norm(&mut gradient, 1.0).is_nan());
        assert_eq!(gradient[1], 5.0);
        clip_value(&mut gradient, 1.0);
        assert!(gradient[0].is_nan() && gradient[1] == 1.0);

        let mut gradient = array![f64::INFINITY, 5.0];
        assert_eq!(clip_norm(&mut gradient, 1.0), f64::INFINITY);
        assert_eq!(gradient[1], 5.0);
    }
}
