//! Loops are to come.
use chainrule::differentiable;

#[differentiable]
fn total(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for v in x {
        sum += v * v;
    }
    sum
}

fn main() {
    total::grad(&[1.0]);
}
