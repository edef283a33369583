//! Backward passes by hand over ndarray, operation by operation: what one writes before thinking of speed.
//!
//! In `f32` it is a side of the table; in `f64` it is the reference that every side's loss and gradient are
//! compared with.

mod chain;
mod dense;
mod recurrent;
mod scalar;

use ndarray::{Array2, Axis};

use peers_common::inputs::Inputs;
use peers_common::number::Number;
use peers_common::side::Prepared;

/// The workloads in single precision, but those that are in double precision everywhere.
pub fn prepare(workload: &str, inputs: &Inputs) -> Option<Prepared> {
    match workload {
        "regression" | "rosenbrock" | "loop" => in_precision::<f64>(workload, inputs),
        _ => in_precision::<f32>(workload, inputs),
    }
}

/// The workloads in double precision.
pub fn reference(workload: &str, inputs: &Inputs) -> Option<Prepared> {
    in_precision::<f64>(workload, inputs)
}

fn in_precision<A: Number>(workload: &str, inputs: &Inputs) -> Option<Prepared> {
    Some(match workload {
        "xor" => dense::prepare_xor::<A>(inputs),
        "mlp128_b32" => dense::prepare_mlp::<A>(inputs, "mlp128", &[784, 128, 10], 32),
        "mlp128_b512" => dense::prepare_mlp::<A>(inputs, "mlp128", &[784, 128, 10], 512),
        "mlp256_b512" => dense::prepare_mlp::<A>(inputs, "mlp256", &[784, 256, 256, 10], 512),
        "rnn" => recurrent::prepare_rnn::<A>(inputs),
        "lstm" => recurrent::prepare_lstm::<A>(inputs),
        "regression" => dense::prepare_regression::<A>(inputs),
        "chain" => chain::prepare::<A>(inputs),
        "rosenbrock" => scalar::prepare_rosenbrock::<A>(inputs),
        "loop" => scalar::prepare_loop::<A>(inputs),
        _ => return None,
    })
}

fn sigmoid<A: Number>(x: A) -> A {
    A::one() / (A::one() + (-x).exp())
}

/// The mean cross entropy of rows of logits, and its gradient.
fn cross_entropy<A: Number>(logits: &Array2<A>, labels: &[usize]) -> (A, Array2<A>) {
    let rows = A::of(labels.len() as f64);
    let largest = logits.fold_axis(Axis(1), A::neg_infinity(), |a, b| a.max(*b));
    let exponentials = (logits - &largest.insert_axis(Axis(1))).mapv(A::exp);
    let sums = exponentials.sum_axis(Axis(1)).insert_axis(Axis(1));
    let mut p = exponentials / sums;
    let mut loss = A::zero();
    for (i, label) in labels.iter().enumerate() {
        loss -= p[[i, *label]].ln();
        p[[i, *label]] -= A::one();
    }
    (loss / rows, p / rows)
}
