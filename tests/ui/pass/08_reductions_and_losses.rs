//! Sums over axes, softmax, norms, and the losses that networks are trained with.
use chainrule::ndarray::{Array2, Axis, array};
use chainrule::prelude::*;

#[differentiable]
fn standardised(x: &Array2<f64>) -> Array2<f64> {
    let mean = x.mean_axis(Axis(0)).unwrap();
    let deviation = x.std_axis(Axis(0), 0.0);
    (x - &mean) / &deviation
}

/// `labels` holds the class of each row.
#[differentiable(wrt(logits))]
fn loss(logits: &Array2<f64>, labels: &[usize]) -> f64 {
    logits.cross_entropy(labels)
}

#[differentiable]
fn spelled_out(logits: &Array2<f64>) -> f64 {
    let p = logits.softmax(Axis(1));
    -(p[[0, 1]].ln() + p[[1, 0]].ln()) / 2.0
}

fn main() {
    let logits = array![[0.0, 1.0, 2.0], [3.0, -1.0, 0.5]];
    let (value, gradient) = loss::value_and_grad(&logits, &[1, 0]);
    let (same, expected) = spelled_out::value_and_grad(&logits);
    assert!((value - same).abs() < 1e-14);
    assert!((gradient - expected).iter().all(|difference| difference.abs() < 1e-14));

    // A shift of a whole column does not change what is standardised.
    let (_, pullback) = standardised::vjp(&logits);
    let gradient = pullback(array![[1.0, -2.0, 0.5], [0.3, 0.0, 1.0]]);
    assert!(gradient.sum_axis(Axis(0)).iter().all(|sum| sum.abs() < 1e-12));
}
