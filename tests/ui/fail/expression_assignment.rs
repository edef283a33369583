//! An assignment where a value is wanted.
use chainrule::differentiable;

#[differentiable]
fn loss(x: f64) -> f64 {
    let mut y = 1.0;
    let nothing = (y = x * 2.0);
    drop(nothing);
    y
}

fn main() {}
