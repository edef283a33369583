//! An `async` function has no value to differentiate when it is called.
use chainrule::differentiable;

#[differentiable]
async fn square(x: f64) -> f64 {
    x * x
}

fn main() {}
