//! A method of an `Option` that is no operation.
use chainrule::differentiable;

#[differentiable]
fn loss(x: Option<f64>) -> f64 {
    x.filter(|x| *x > 0.0).unwrap_or(1.0)
}

fn main() {}
