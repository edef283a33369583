//! The user's own mistake is rustc's, at its place.
use chainrule::differentiable;

#[differentiable]
fn loss(x: f64) -> f64 {
    x * 2
}

fn main() {
    loss::grad(1.0);
}
