//! Pullbacks of functions with any result, in random directions.

use super::difference::{Precision, Sample, compare};
use super::leaves::{leaves, set_all};
use super::report::{Element, Mismatch, Report, conclude};
use crate::differentiable::Differentiable;

/// Random directions that are tried.
const DIRECTIONS: usize = 4;

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
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
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

/// The inner product, and the size of its terms, which may cancel. NaN where the numbers of elements
/// differ, so that it is never taken for agreement.
fn inner(a: &[f64], b: &[f64]) -> (f64, f64) {
    if a.len() != b.len() {
        return (f64::NAN, f64::NAN);
    }
    let terms = || a.iter().zip(b).map(|(a, b)| a * b);
    (terms().sum(), terms().map(f64::abs).sum())
}

/// Numbers between -1 and 1, the same in every run (Steele, Lea and Flood, SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }
}
