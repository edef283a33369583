//! A macro that stands for a pattern.
use chainrule::differentiable;

macro_rules! pair {
    ($a:ident, $b:ident) => {
        ($a, $b)
    };
}

#[differentiable]
fn loss(x: (f64, f64)) -> f64 {
    let pair!(a, b) = x;
    a * b
}

fn main() {}
