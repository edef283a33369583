//! A function that calls a derivative has no second derivatives, and the callee must have them.
use chainrule::differentiable;

#[differentiable(second_order)]
fn square(x: f64) -> f64 {
    x * x
}

#[differentiable(second_order)]
fn slope(x: f64) -> f64 {
    square::grad(x)
}

#[differentiable]
fn cube(x: f64) -> f64 {
    x * x * x
}

#[differentiable]
fn steep(x: f64) -> f64 {
    cube::grad(x)
}

fn main() {
    slope::grad(3.0);
    steep::grad(3.0);
}
