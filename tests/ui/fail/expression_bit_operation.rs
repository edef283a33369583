//! An operator that floats do not have.
use chainrule::differentiable;

#[differentiable]
fn loss(x: f64) -> f64 {
    x << 2
}

fn main() {}
