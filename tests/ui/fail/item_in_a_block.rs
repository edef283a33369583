//! An item in a block that is named like another one outside.
use chainrule::differentiable;

const SCALE: f64 = 3.0;

#[differentiable]
fn loss(x: f64) -> f64 {
    let inner = {
        const SCALE: f64 = 2.0;
        x * SCALE
    };
    inner * SCALE
}

fn main() {}
