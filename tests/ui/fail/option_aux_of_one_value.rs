//! `aux` on functions that return no pair.
use chainrule::differentiable;
use chainrule::ndarray::Array1;

#[differentiable(aux)]
fn loss(x: f64) -> f64 {
    x * x
}

#[differentiable(aux)]
fn three(x: f64) -> (f64, f64, usize) {
    (x * x, x, 1)
}

#[differentiable(aux, second_order)]
fn doubled(x: &Array1<f64>) -> Array1<f64> {
    2.0 * x
}

fn main() {
    loss::grad(1.0);
}
