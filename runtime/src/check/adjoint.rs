//! Pullbacks of functions with any result, in random directions.

use super::directions::{Claim, flat, in_directions, inner};
use super::leaves::{leaves, set_all};
use super::report::{Mismatch, Report};
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
    let value = f(x);
    in_directions(f, x, &value, |random| {
        let mut dy = value.zero_gradient();
        set_all(&mut dy, |_, _| random.next());
        let weights = flat(leaves(&dy));
        let dx: Vec<f64> = flat(leaves(x)).iter().map(|_| random.next()).collect();
        let derivative = inner(&flat(leaves(&pullback(x, dy))), &dx);
        Claim { dx, weights, derivative }
    })
}
