//! Forward mode takes tangents of the arguments to that of the result; second order takes a direction to the
//! Hessian's product with it. A function may also call another's derivatives.
use chainrule::hessian;
use chainrule::ndarray::{Array1, array};
use chainrule::prelude::*;

#[differentiable(second_order)]
fn energy(x: &Array1<f64>, k: f64) -> f64 {
    (x * x).sum() * k
}

/// One step down the energy, and what is left.
#[differentiable]
fn descended(x: &Array1<f64>, rate: f64) -> f64 {
    let (slope, _) = energy::grad(x, 0.5);
    energy(&(x - &slope * rate), 0.5)
}

fn main() {
    let (x, dx) = (array![1.0, 2.0], array![1.0, -1.0]);
    // Floats by value, all else by reference.
    let (y, dy) = energy::jvp(&x, 2.0, (&dx, 0.0));
    assert_eq!((y, dy), (10.0, -4.0));
    assert_eq!(energy::jacobian(&x, 2.0), array![[4.0, 8.0, 5.0]]);

    let (gradients, product) = energy::grad_and_hvp(&x, 2.0, (&dx, 1.0));
    assert_eq!(gradients, energy::grad(&x, 2.0));
    assert_eq!(product, (array![6.0, 0.0], -2.0));
    let of_x = hessian(|dx| energy::hvp(&x, 2.0, (dx, 0.0)).0, &x);
    assert_eq!(of_x, array![[4.0, 0.0], [0.0, 4.0]]);

    // 0.5 |x|^2 (1 - rate)^2.
    let (_, rate) = descended::grad(&x, 0.5);
    assert_eq!(rate, -2.5);
}
