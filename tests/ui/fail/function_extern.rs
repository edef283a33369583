//! A function with a foreign calling convention.
use chainrule::differentiable;

#[differentiable]
extern "C" fn square(x: f64) -> f64 {
    x * x
}

fn main() {
    square::grad(3.0);
}
