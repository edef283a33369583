//! An `unsafe` block that reads an active value.
use chainrule::differentiable;

#[differentiable]
fn loss(x: &[f64]) -> f64 {
    let first = unsafe { *x.get_unchecked(0) };
    first * 2.0
}

fn main() {
    loss(&[1.0]);
}
