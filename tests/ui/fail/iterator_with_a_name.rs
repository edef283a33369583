//! An iterator over active values that is bound to a name.
use chainrule::differentiable;

#[differentiable]
fn loss(x: &[f64]) -> f64 {
    let squares = x.iter().map(|v| v * v);
    squares.sum::<f64>()
}

fn main() {}
