//! Which arguments are differentiated.
use chainrule::differentiable;
use chainrule::ndarray::{Array1, array};

/// Integers, booleans and texts are constants by their types.
#[differentiable]
fn power(x: f64, n: i32, negate: bool, label: &str) -> f64 {
    assert!(!label.is_empty());
    x.powi(n) * if negate { -1.0 } else { 1.0 }
}

/// Only what is named; in the order of the signature.
#[differentiable(wrt(b, a))]
fn chosen(a: f64, x: &Array1<f64>, b: f64) -> f64 {
    a * x.sum() + b
}

/// All but what is named.
#[differentiable(constant(x))]
fn left_out(a: f64, x: &Array1<f64>, b: f64) -> f64 {
    a * x.sum() + b
}

fn main() {
    // One active argument: the bare gradient, in no tuple.
    assert_eq!(power::grad(2.0, 3, true, "cube"), -12.0);

    let x = array![1.0, 2.0];
    assert_eq!(chosen::grad(5.0, &x, 6.0), (3.0, 1.0));
    assert_eq!(left_out::grad(5.0, &x, 6.0), (3.0, 1.0));
}
