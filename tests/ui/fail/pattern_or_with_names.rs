//! A name bound by two patterns.
use chainrule::differentiable;

#[differentiable]
fn loss(x: (f64, f64)) -> f64 {
    let ((y, 0.0) | (y, _)) = x;
    y
}

fn main() {}
