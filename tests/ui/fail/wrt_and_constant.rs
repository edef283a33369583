//! One argument in both lists.
use chainrule::differentiable;

#[differentiable(wrt(x), constant(x))]
fn product(x: f64, y: f64) -> f64 {
    x * y
}

fn main() {}
