//! `..` before a part whose position the macro cannot count.
use chainrule::differentiable;

#[differentiable]
fn loss(x: &[f64; 4]) -> f64 {
    let [first, .., last] = x;
    first * last
}

fn main() {}
