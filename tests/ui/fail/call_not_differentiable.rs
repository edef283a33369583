//! A function that nobody wrote a derivative of.
use chainrule::differentiable;

fn helper(x: f64) -> f64 {
    x * x
}

#[differentiable]
fn doubled(x: f64) -> f64 {
    2.0 * helper(x)
}

fn main() {
    doubled::grad(3.0);
}
