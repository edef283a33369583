//! An option that does not exist.
use chainrule::differentiable;

#[differentiable(reverse)]
fn square(x: f64) -> f64 {
    x * x
}

fn main() {
    square::grad(3.0);
}
