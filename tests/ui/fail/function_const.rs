//! Derivatives are computed at run time.
use chainrule::differentiable;

#[differentiable]
const fn square(x: f64) -> f64 {
    x * x
}

fn main() {
    square::grad(3.0);
}
