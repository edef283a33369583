//! A function with forward mode calls one without.
use chainrule::differentiable;

#[differentiable]
fn square(x: f64) -> f64 {
    x * x
}

#[differentiable(forward)]
fn fourth(x: f64) -> f64 {
    square(x * x)
}

fn main() {
    fourth::jvp(3.0, 1.0);
}
