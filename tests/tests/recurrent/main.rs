//! Recurrent networks as people write them: plain functions over parameter structs, in every form a
//! sequence comes in, with gradients checked by finite differences and against backward passes written
//! by hand.
// Not `forbid`: `s!` of ndarray is unsafe inside.
#![deny(warnings)]

mod elman;
mod gru;
mod lstm;
mod windows;

use chainrule::Differentiable;
use chainrule::check::{Report, check_gradients};
use chainrule::init;
use chainrule::ndarray::{Array, Array2, Array3, Dimension, IntoDimension};
use chainrule_tests::generator;

/// Time steps, rows of a batch, features of a step and hidden units of the sequences here.
const STEPS: usize = 4;
const BATCH: usize = 3;
const FEATURES: usize = 2;
const HIDDEN: usize = 3;

/// Random numbers in -1 to 1.
fn random<D: IntoDimension>(seed: u64, shape: D) -> Array<f64, D::Dim> {
    init::uniform(&mut generator(seed), shape, 1.0)
}

/// `[time, batch, features]`.
fn sequences() -> Array3<f64> {
    random(1, (STEPS, BATCH, FEATURES))
}

/// `[time, features]`.
fn sequence() -> Array2<f64> {
    random(2, (STEPS, FEATURES))
}

/// Panics unless the gradient of a loss agrees with finite differences, at as many elements as there
/// are.
#[track_caller]
fn holds<P: Differentiable + Clone>(
    loss: impl Fn(&P) -> f64,
    gradient: impl Fn(&P) -> P::Gradient,
    at: &P,
) {
    let Report { elements, .. } =
        check_gradients(loss, gradient, at).unwrap_or_else(|mismatch| panic!("{mismatch}"));
    assert!(elements > 0);
}

/// Panics unless two arrays agree but for rounding.
#[track_caller]
fn near<D: Dimension>(what: &str, a: &Array<f64, D>, b: &Array<f64, D>) {
    assert_eq!(a.shape(), b.shape(), "{what}");
    for (a, b) in a.iter().zip(b) {
        assert!((a - b).abs() <= 1e-12 * b.abs().max(1.0), "{what}: {a} and {b}");
    }
}
