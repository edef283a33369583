//! Random directions, the same in every run, and what is claimed of a function in them.

use super::difference::{Precision, Sample, compare};
use super::leaves::{Leaf, leaves, set_all};
use super::report::{Element, Mismatch, Report, conclude};
use crate::differentiable::Differentiable;

/// Random directions that are tried.
pub(super) const DIRECTIONS: usize = 4;

/// The inner product, and the size of its terms, which may cancel. NaN where the numbers of elements
/// differ, so that it is never taken for agreement.
pub(super) fn inner(a: &[f64], b: &[f64]) -> (f64, f64) {
    if a.len() != b.len() {
        return (f64::NAN, f64::NAN);
    }
    let terms = || a.iter().zip(b).map(|(a, b)| a * b);
    (terms().sum(), terms().map(f64::abs).sum())
}

/// Numbers between -1 and 1, the same in every run (Steele, Lea and Flood, SplitMix64).
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new() -> Self {
        Random(0x9e37_79b9_7f4a_7c15)
    }

    pub(super) fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }
}

/// What is said of a function in one direction.
pub(super) struct Claim {
    /// The direction.
    pub(super) dx: Vec<f64>,
    /// How much each number of the result counts.
    pub(super) weights: Vec<f64>,
    /// The derivative of the weighted result, and the size of the terms that it is the sum of.
    pub(super) derivative: (f64, f64),
}

/// Compares what is claimed of `f`, which is `value` at `x`, with central differences in each of the directions.
pub(super) fn in_directions<X, Y>(
    f: impl Fn(&X) -> Y,
    x: &X,
    value: &Y,
    claim: impl Fn(&mut Random) -> Claim,
) -> Result<Report, Mismatch>
where
    X: Differentiable + Clone,
    Y: Differentiable,
{
    let epsilon = epsilon_of(&leaves(x)).max(epsilon_of(&leaves(value)));
    let precision = Precision::new(epsilon, None);
    let mut random = Random::new();
    let mut compared = Vec::new();
    for direction in 0..DIRECTIONS {
        let Claim { dx, weights, derivative: (claimed, terms) } = claim(&mut random);
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

/// All numbers, in order.
pub(super) fn flat(leaves: Vec<Leaf>) -> Vec<f64> {
    leaves.into_iter().flat_map(|leaf| leaf.elements).collect()
}

fn epsilon_of(leaves: &[Leaf]) -> f64 {
    leaves.iter().map(|leaf| leaf.epsilon).fold(f64::EPSILON, f64::max)
}
