//! An iterator over active values that is used up in a way that is not read.
use chainrule::differentiable;

#[differentiable]
fn loss(x: &[f64]) -> f64 {
    x.iter().copied().nth(1).unwrap()
}

fn main() {}
