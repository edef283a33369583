//! Gradients of scalar functions, element by element.

use super::difference::{Precision, Sample, compare};
use super::leaves::{leaves, set};
use super::report::{Element, Mismatch, Report, conclude};
use crate::Float;
use crate::differentiable::Differentiable;

/// Compares the gradient of a scalar function with central finite differences, at every element of
/// `x`.
///
/// Several arguments go into a tuple, whose gradients are a tuple as well; their leaves are then named
/// `0`, `1.w`, and so on. What has no gradient is left to the closures.
///
/// The function is evaluated up to 44 times for every element.
///
/// ```
/// use chainrule::check::check_gradients;
/// use chainrule::ndarray::array;
/// let x = (array![1.0, 2.0], 3.0);
/// let right = check_gradients(|(w, b)| w.sum() * b * b, |(w, b)| (w * 0.0 + b * b, w.sum() * 2.0 * b), &x);
/// assert_eq!(right.unwrap().elements, 3);
///
/// let wrong = check_gradients(|(w, b)| w.sum() * b * b, |(w, b)| (w * 0.0 + b * b, w.sum() * b), &x);
/// assert!(wrong.unwrap_err().to_string().contains("1: gradient 9.000000000e0, differences 1.8"));
/// ```
///
/// # Errors
/// If a derivative differs from what the best step gives by more than `100 epsilon^(2/3)` of its size
/// (4e-9 for `f64`, 2e-3 for `f32`) and the rounding of the values, if it is not finite, or if the
/// gradient's shape is not the value's.
pub fn check_gradients<X, Y>(
    f: impl Fn(&X) -> Y,
    gradient: impl Fn(&X) -> X::Gradient,
    x: &X,
) -> Result<Report, Mismatch>
where
    X: Differentiable + Clone,
    Y: Float,
{
    check(f, gradient, x, None)
}

/// [`check_gradients`] with a relative tolerance of one's own.
///
/// # Errors
/// As there.
pub fn check_gradients_within<X, Y>(
    f: impl Fn(&X) -> Y,
    gradient: impl Fn(&X) -> X::Gradient,
    x: &X,
    tolerance: f64,
) -> Result<Report, Mismatch>
where
    X: Differentiable + Clone,
    Y: Float,
{
    check(f, gradient, x, Some(tolerance))
}

fn check<X, Y>(
    f: impl Fn(&X) -> Y,
    gradient: impl Fn(&X) -> X::Gradient,
    x: &X,
    tolerance: Option<f64>,
) -> Result<Report, Mismatch>
where
    X: Differentiable + Clone,
    Y: Float,
{
    let (values, gradients) = (leaves(x), leaves(&gradient(x)));
    let shapes = |leaves: &[super::leaves::Leaf]| -> Vec<(String, Vec<usize>)> {
        leaves.iter().map(|leaf| (leaf.name.clone(), leaf.shape.clone())).collect()
    };
    if shapes(&values) != shapes(&gradients) {
        return Err(Mismatch::Shape { value: shapes(&values), gradient: shapes(&gradients) });
    }
    let mut moved = x.clone();
    let mut compared = Vec::new();
    for (index, (value, gradient)) in values.iter().zip(&gradients).enumerate() {
        let epsilon = value.epsilon.max(Y::epsilon().to_f64_lossless());
        let precision = Precision::new(epsilon, tolerance);
        for (element, (&at, &claimed)) in value.elements.iter().zip(&gradient.elements).enumerate()
        {
            let verdict = compare(claimed, claimed.abs(), at.abs(), precision, |step| {
                let at = set(&mut moved, index, element, at + step);
                let value = f(&moved).to_f64_lossless();
                Sample { value, size: value.abs(), at }
            });
            set(&mut moved, index, element, at);
            let name = value.element_name(element);
            let difference = verdict.difference;
            compared.push((Element { name, gradient: claimed, difference }, verdict.error));
        }
    }
    conclude(compared)
}
