//! Pullbacks of functions with any result, in random directions.

use super::difference::{Precision, Sample, compare};
use super::leaves::{leaves, set_all};
use super::report::{Element, Mismatch, Report, conclude};
use super::{DIRECTIONS, Random, inner};
use crate::differentiable::Differentiable;

/// Checks a pullback by the adjoint identity `<dy, J dx> = <J^T dy, dx>` in random directions, for a
/// function with any differentiable result. `J dx` is taken by central differences.
///
/// ```
/// use chainrule::check::check_adjoint;
/// use chainrule::ndarray::{Array1, array};
/// let f = |x: &Array1<f64>| x * x;
/// check_adjoint(f, |x, dy| 2.0 * x * dy, &array![1.0, 2.0, 3.0]).unwrap();
/// check_adjoint(f, |x, dy| x * dy, &array![1.0, 2.0, 3.0]).unwrap_err();
/// ```
///
/// With a differentiable function `f`: `check_adjoint(|x| f(&x.0, x.1), |x, dy| f::vjp(&x.0, x.1).1(dy),
/// &(a, b))`.
///
/// # Errors
/// If the two sides differ in one of four directions, or are not finite. The mismatch names the
/// direction: it cannot say which element is wrong.
pub fn check_adjoint<X, Y>(
    f: impl Fn(&X) -> Y,
    pullback: impl Fn(&X, Y::Gradient) -> X::Gradient,
    x: &X,
) -> Result<Report, Mismatch>
where
    X: Differentiable + Clone,
    Y: Differentiable,
{
    let flat = |leaves: Vec<super::leaves::Leaf>| -> Vec<f64> {
        leaves.into_iter().flat_map(|leaf| leaf.elements).collect()
    };
    let epsilon_of = |leaves: &[super::leaves::Leaf]| {
        leaves.iter().map(|leaf| leaf.epsilon).fold(f64::EPSILON, f64::max)
    };
    let value = f(x);
    let epsilon = epsilon_of(&leaves(x)).max(epsilon_of(&leaves(&value)));
    let precision = Precision::new(epsilon, None);
    let mut random = Random::new();
    let mut compared = Vec::new();
    for direction in 0..DIRECTIONS {
        let mut dy = value.zero_gradient();
        set_all(&mut dy, |_, _| random.next());
        let weights = flat(leaves(&dy));
        let at = flat(leaves(x));
        let dx: Vec<f64> = at.iter().map(|_| random.next()).collect();
        let (claimed, terms) = inner(&flat(leaves(&pullback(x, dy))), &dx);
        let verdict = compare(claimed, terms, 0.0, precision, |step| {
            let mut moved = x.clone();
            set_all(&mut moved, |index, at| at + step * dx[index]);
            let (value, size) = inner(&flat(leaves(&f(&moved))), &weights);
            Sample { value, size, at: step }
        });
        let (name, difference) = (format!("direction {direction}"), verdict.difference);
        compared.push((Element { name, gradient: claimed, difference }, verdict.error));
    }
    conclude(compared)
}
