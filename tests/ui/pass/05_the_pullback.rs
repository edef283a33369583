//! A result that is no float has no gradient, but a pullback: it takes a cotangent of the result
//! to the gradients of the arguments.
use chainrule::ndarray::{Array1, Array2, array};
use chainrule::prelude::*;

#[differentiable]
fn map(w: &Array2<f64>, x: &Array1<f64>) -> Array1<f64> {
    w.dot(x).tanh()
}

/// Several results have several cotangents.
#[differentiable]
fn polar(x: f64, y: f64) -> (f64, f64) {
    (x.hypot(y), y.atan2(x))
}

fn main() {
    let (w, x) = (array![[0.0, 0.0], [0.0, 0.0]], array![3.0, 4.0]);
    let (y, pullback) = map::vjp(&w, &x);
    assert_eq!(y, array![0.0, 0.0]);

    // A row of the Jacobian for each unit cotangent; it may be called again.
    let (dw, dx) = pullback(array![1.0, 0.0]);
    assert_eq!(dw, array![[3.0, 4.0], [0.0, 0.0]]);
    assert_eq!(dx, array![0.0, 0.0]);
    let (dw, _) = pullback(array![0.0, 2.0]);
    assert_eq!(dw, array![[0.0, 0.0], [6.0, 8.0]]);

    let ((radius, _), pullback) = polar::vjp(3.0, 4.0);
    assert_eq!(radius, 5.0);
    let (dx, dy) = pullback((1.0, 0.0));
    assert!((dx - 0.6).abs() < 1e-15 && (dy - 0.8).abs() < 1e-15);
}
