//! Derivatives in a direction, and second derivatives.

use super::directions::{Claim, flat, in_directions, inner};
use super::leaves::{leaves, set_all};
use super::report::{Mismatch, Report};
use crate::differentiable::Differentiable;

/// Checks a function's tangent against central differences in random directions: `jvp(x, dx)` gives the
/// derivative of `f` at `x` in the direction `dx`.
///
/// ```
/// use chainrule::check::check_tangent;
/// use chainrule::ndarray::{Array1, array};
/// let f = |x: &Array1<f64>| x * x;
/// check_tangent(f, |x, dx| 2.0 * x * dx, &array![1.0, 2.0, 3.0]).unwrap();
/// check_tangent(f, |x, dx| x * dx, &array![1.0, 2.0, 3.0]).unwrap_err();
/// ```
///
/// With a differentiable function `f`: `check_tangent(|x| f(&x.0, x.1), |x, (da, db)| f::jvp(&x.0, x.1, (da,
/// *db)).1, &(a, b))`.
///
/// # Errors
/// If the two differ, weighted at random, in one of four directions, or are not finite.
pub fn check_tangent<X, Y>(
    f: impl Fn(&X) -> Y,
    jvp: impl Fn(&X, &X::Gradient) -> Y::Gradient,
    x: &X,
) -> Result<Report, Mismatch>
where
    X: Differentiable + Clone,
    Y: Differentiable,
{
    in_directions(&f, x, &f(x), |random| {
        let mut dx = x.zero_gradient();
        set_all(&mut dx, |_, _| random.next());
        let tangent = flat(leaves(&jvp(x, &dx)));
        let weights: Vec<f64> = tangent.iter().map(|_| random.next()).collect();
        let derivative = inner(&tangent, &weights);
        Claim { dx: flat(leaves(&dx)), weights, derivative }
    })
}

/// Checks a Hessian's product with a direction: against differences of the gradient in that direction, and,
/// since a Hessian is symmetric, as the gradient's pullback.
///
/// ```
/// use chainrule::check::check_hessian;
/// use chainrule::differentiable;
/// use chainrule::ndarray::{Array1, array};
///
/// #[differentiable(second_order)]
/// fn f(x: &Array1<f64>) -> f64 {
///     (x * x * x).sum()
/// }
///
/// check_hessian(|x| f::grad(x), |x, d| f::hvp(x, d), &array![1.0, -2.0]).unwrap();
/// ```
///
/// # Errors
/// If the two differ in one of eight directions, or are not finite.
pub fn check_hessian<X>(
    gradient: impl Fn(&X) -> X::Gradient,
    hvp: impl Fn(&X, &X::Gradient) -> X::Gradient,
    x: &X,
) -> Result<Report, Mismatch>
where
    X: Differentiable + Clone,
{
    check_tangent(&gradient, &hvp, x)?;
    super::check_adjoint(gradient, |x, dy| hvp(x, &dy), x)
}
