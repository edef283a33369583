//! Gradients compared with numbers that mathematics gives.

use chainrule::ndarray::{Array, Dimension};

/// A value, a gradient, or what is expected of one, as a list of floats.
pub trait Numbers {
    /// The floats in order.
    fn numbers(&self) -> Vec<f64>;
}

impl Numbers for f64 {
    fn numbers(&self) -> Vec<f64> {
        vec![*self]
    }
}

impl<D: Dimension> Numbers for Array<f64, D> {
    fn numbers(&self) -> Vec<f64> {
        self.iter().copied().collect()
    }
}

impl<T: Numbers> Numbers for Vec<T> {
    fn numbers(&self) -> Vec<f64> {
        self.iter().flat_map(Numbers::numbers).collect()
    }
}

impl<T: Numbers, const N: usize> Numbers for [T; N] {
    fn numbers(&self) -> Vec<f64> {
        self.iter().flat_map(Numbers::numbers).collect()
    }
}

impl<T: Numbers> Numbers for Option<T> {
    fn numbers(&self) -> Vec<f64> {
        self.iter().flat_map(Numbers::numbers).collect()
    }
}

impl<A: Numbers, B: Numbers> Numbers for (A, B) {
    fn numbers(&self) -> Vec<f64> {
        [self.0.numbers(), self.1.numbers()].concat()
    }
}

impl<A: Numbers, B: Numbers, C: Numbers> Numbers for (A, B, C) {
    fn numbers(&self) -> Vec<f64> {
        [self.0.numbers(), self.1.numbers(), self.2.numbers()].concat()
    }
}

/// Panics unless the numbers are as many and agree but for rounding: to `1e-11` of their size.
#[track_caller]
pub fn agree(what: &str, found: &impl Numbers, expected: &impl Numbers, factor: f64) {
    let (found, expected) = (found.numbers(), expected.numbers());
    assert_eq!(found.len(), expected.len(), "{what}: {found:?} against {expected:?}");
    for (a, b) in found.iter().zip(&expected) {
        let b = b * factor;
        // Infinities are equal, and nothing is near a NaN.
        let near = *a == b || (a - b).abs() <= 1e-11 * b.abs().max(1.0);
        assert!(near, "{what}: {found:?}, expected {factor} * {expected:?}");
    }
}

/// `expect!(f(a, b) = value, d = gradients)`: checks the value and the gradients that mathematics gives,
/// through `value_and_grad`, `vjp`, and a pullback that is called twice.
///
/// The gradients may be any [`Numbers`] in the order of the arguments. The arguments are evaluated
/// several times.
#[macro_export]
macro_rules! expect {
    ($f:ident($($x:expr),+ $(,)?) = $value:expr, d = $gradient:expr) => {{
        let expected = $gradient;
        $crate::agree("f", &$f($($x),+), &$value, 1.0);
        let (y, gradients) = $f::value_and_grad($($x),+);
        $crate::agree("the value of value_and_grad", &y, &$value, 1.0);
        $crate::agree("value_and_grad", &gradients, &expected, 1.0);
        // In a `match` what the arguments borrow lives as long as the pullback.
        match $f::vjp($($x),+) {
            (y, pullback) => {
                $crate::agree("the value of vjp", &y, &$value, 1.0);
                $crate::agree("the pullback", &pullback(1.0), &expected, 1.0);
                $crate::agree("the pullback, called again", &pullback(-2.0), &expected, -2.0);
            }
        }
    }};
}
