//! Syntax that syn does not know.
use chainrule::differentiable;

#[differentiable]
fn loss(x: f64) -> f64 {
    become f64::sin(x)
}

fn main() {}
