//! A function that has no name.
use chainrule::differentiable;

#[differentiable]
fn loss(x: f64) -> f64 {
    [f64::sin, f64::cos][0](x)
}

fn main() {}
