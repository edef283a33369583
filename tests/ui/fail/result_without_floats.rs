//! Results, or parts of one, that hold no floats.

use chainrule::differentiable;

#[differentiable]
fn loss_and_count(x: &[f64]) -> (f64, usize) {
    (x[0] * x[0], x.len())
}

#[differentiable]
fn places(x: &[f64]) -> Vec<usize> {
    vec![x.len()]
}

#[differentiable(aux)]
fn count_and_loss(x: &[f64]) -> (usize, f64) {
    (x.len(), x[0])
}

#[differentiable]
fn best(x: &[f64]) -> Option<(f64, usize)> {
    Some((x[0], 0))
}

fn main() {
    // No second error here.
    loss_and_count::grad(&[1.0]);
    places(&[1.0]);
    count_and_loss::value_and_grad(&[1.0]);
    best::vjp(&[1.0]);
}
