//! Every argument is left out.
use chainrule::differentiable;

#[differentiable(constant(x, y))]
fn product(x: f64, y: f64) -> f64 {
    x * y
}

fn main() {
    product(4.0, 2.0);
}
