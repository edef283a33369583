//! A function that came as an argument.
use chainrule::differentiable;

#[differentiable]
fn loss(x: f64, activation: fn(f64) -> f64) -> f64 {
    activation(x)
}

fn main() {}
