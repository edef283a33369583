//! Forward mode has to be asked for.
use chainrule::differentiable;

#[differentiable]
fn square(x: f64) -> f64 {
    x * x
}

fn main() {
    square::jvp(3.0, 1.0);
}
