//! A cast to a type that the macro does not see.
use chainrule::differentiable;

type Real = f64;

#[differentiable]
fn loss(x: f32) -> f64 {
    x as Real
}

fn main() {}
