//! What a rule of the user's own gives, looked at.

use ndarray::ArrayViewD;

use crate::Float;
use crate::differentiable::{Differentiable, LeafPath, Visit};

/// The shapes of a value's leaves, in order.
pub fn shapes<X: Differentiable + ?Sized>(value: &X) -> Vec<Vec<usize>> {
    struct Shapes(Vec<Vec<usize>>);
    impl Visit for Shapes {
        fn leaf<T: Float>(&mut self, _: &str, value: ArrayViewD<'_, T>) {
            self.0.push(value.shape().to_vec());
        }
    }
    let mut shapes = Shapes(Vec::new());
    value.visit(&mut LeafPath::new(), &mut shapes);
    shapes.0
}

/// Compares the shapes of what a rule gave with those that it should have.
///
/// # Panics
/// If they differ.
#[track_caller]
pub fn check_rule<G: Differentiable>(rule: &str, what: &str, expected: &[Vec<usize>], given: &G) {
    let found = shapes(given);
    match (expected, found.as_slice()) {
        _ if expected == found => {}
        ([expected], [found]) => {
            panic!("rule `{rule}`: {what} has shape {found:?}, and should have {expected:?}")
        }
        _ => panic!("rule `{rule}`: {what} has shapes {found:?}, and should have {expected:?}"),
    }
}
