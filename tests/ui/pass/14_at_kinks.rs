//! What a derivative is where there is none.
use chainrule::ndarray::{Array1, array};
use chainrule::prelude::*;

#[differentiable]
fn corners(x: f64, y: f64) -> f64 {
    x.abs() + x.max(0.0) + x.max(y)
}

#[differentiable]
fn length(x: &Array1<f64>) -> f64 {
    x.norm() + x.amax()
}

fn main() {
    // `abs` has 0 at 0; a tie with a literal gives 0; two tied values share equally.
    assert_eq!(corners::grad(0.0, 0.0), (0.5, 0.5));
    // The norm has 0 at 0; tied elements share equally.
    assert_eq!(length::grad(&array![0.0, 0.0]), array![0.5, 0.5]);
}
