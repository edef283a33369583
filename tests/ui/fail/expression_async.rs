//! An `async` block, in a function that is none.
use chainrule::differentiable;

#[differentiable]
fn loss(x: f64) -> f64 {
    let later = async { x * x };
    drop(later);
    x
}

fn main() {
    loss(1.0);
}
