//! Forward mode was asked for, and is to come.
use chainrule::differentiable;

#[differentiable(forward)]
fn square(x: f64) -> f64 {
    x * x
}

fn main() {
    square::grad(3.0);
    square::jvp(3.0, 1.0);
}
