//! A list of names without its parentheses.
use chainrule::differentiable;

#[differentiable(wrt = x)]
fn square(x: f64) -> f64 {
    x * x
}

fn main() {
    square::grad(3.0);
}
