//! An iterator over active values that is used up in a way that is not read.
use chainrule::differentiable;

#[differentiable]
fn loss(x: &[f64]) -> f64 {
    x.iter().try_fold(0.0, |sum, t| (*t > 0.0).then_some(sum + t)).unwrap()
}

fn main() {}
