//! A write to one of two variables.
use chainrule::differentiable;

#[differentiable]
fn loss(x: f64) -> f64 {
    let (mut a, mut b) = (x, x * x);
    *(if x > 0.0 { &mut a } else { &mut b }) += x;
    a * b
}

fn main() {}
