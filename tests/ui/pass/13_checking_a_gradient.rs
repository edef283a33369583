//! Finite differences say whether a gradient is right, and where it is not.
use chainrule::check::check_gradients;
use chainrule::differentiable;
use chainrule::ndarray::{Array1, array};

#[differentiable]
fn rosenbrock(x: &Array1<f64>) -> f64 {
    let (a, b) = (x[0], x[1]);
    (1.0 - a).powi(2) + 100.0 * (b - a * a).powi(2)
}

fn main() {
    let x = array![-1.2, 1.0];
    check_gradients(rosenbrock, |x| rosenbrock::grad(x), &x).expect("the gradient is right");

    let wrong = check_gradients(rosenbrock, |x| rosenbrock::grad(x) * array![1.0, 2.0], &x);
    let message = wrong.expect_err("the second element is not").to_string();
    assert!(message.contains("[1]"), "{message}");
}
