//! `..` before a part whose position the macro cannot count.
use chainrule::differentiable;

#[differentiable]
fn parts(x: f64) -> (f64, f64, f64) {
    (x, x * x, x.sin())
}

#[differentiable]
fn loss(x: f64) -> f64 {
    let (first, .., last) = parts(x);
    first * last
}

fn main() {}
