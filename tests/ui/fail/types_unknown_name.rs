//! The user's own mistake is rustc's, once and at its place.
use chainrule::differentiable;

#[differentiable]
fn loss(x: f64) -> f64 {
    x * scale
}

fn main() {
    loss::grad(1.0);
}
