//! Generated code holds no `unsafe`, so it cannot call this one.
use chainrule::differentiable;

#[differentiable]
unsafe fn square(x: f64) -> f64 {
    x * x
}

fn main() {}
