//! The user's own mistake is rustc's, once and at its place.
use chainrule::differentiable;
use chainrule::ndarray::Array1;

#[differentiable]
fn loss(x: &Array1<f64>) -> f64 {
    x * 2.0
}

fn main() {}
