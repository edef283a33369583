//! Branches are to come.
use chainrule::differentiable;

#[differentiable]
fn loss(x: f64) -> f64 {
    if x > 0.0 { x } else { 0.1 * x }
}

fn main() {
    loss::grad(1.0);
}
