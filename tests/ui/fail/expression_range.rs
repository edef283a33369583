//! A range between active values.
use chainrule::differentiable;

#[differentiable]
fn loss(x: f64) -> f64 {
    let range = x..2.0 * x;
    range.end - range.start
}

fn main() {}
