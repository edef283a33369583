//! Only a float has a gradient; an array has a pullback.
use chainrule::differentiable;
use chainrule::ndarray::{Array1, array};

#[differentiable]
fn doubled(x: &Array1<f64>) -> Array1<f64> {
    2.0 * x
}

fn main() {
    let x = array![1.0, 2.0];
    let (_, pullback) = doubled::vjp(&x);
    pullback(array![1.0, 0.0]);
    doubled::grad(&x);
}
