//! A misspelt argument.
use chainrule::differentiable;

#[differentiable(wrt(weigths))]
fn product(weights: f64, x: f64) -> f64 {
    weights * x
}

fn main() {
    product::grad(2.0, 3.0);
}
