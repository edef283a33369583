//! Code that ends with a statement where a value is asked for.
use chainrule::differentiable;

#[differentiable]
fn loss(x: f64) -> f64 {
    let mut y = x;
    let _nothing = {
        y *= x;
    };
    y
}

fn main() {}
