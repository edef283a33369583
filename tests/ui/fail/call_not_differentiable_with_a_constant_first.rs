//! A constant stands before what is active.
use chainrule::differentiable;

fn weighed(weight: f64, x: f64) -> f64 {
    weight * x
}

#[differentiable]
fn loss(x: f64) -> f64 {
    x + weighed(0.5, x)
}

fn main() {
    loss::grad(1.0);
}
