//! Second order: Hessian-vector products beside known mathematics, differences of gradients, symmetry.
#![forbid(unsafe_code)]
#![deny(warnings)]
#![allow(clippy::all)]

use chainrule::ndarray::{Array1, Array2, array};
use chainrule::prelude::*;

#[differentiable(second_order)]
fn cubic(x: f64, y: f64) -> f64 {
    x * x * x * y.sin()
}

#[test]
fn scalars() {
    let (x, y) = (1.5_f64, 0.4_f64);
    let (gradients, product) = cubic::grad_and_hvp(x, y, (1.0, 0.0));
    assert_eq!(gradients, cubic::grad(x, y));
    let expected = (6.0 * x * y.sin(), 3.0 * x * x * y.cos());
    assert!((product.0 - expected.0).abs() < 1e-13 && (product.1 - expected.1).abs() < 1e-13);
    let product = cubic::hvp(x, y, (0.0, 2.0));
    assert!((product.0 - 6.0 * x * x * y.cos()).abs() < 1e-13);
    assert!((product.1 + 2.0 * x * x * x * y.sin()).abs() < 1e-13);
    assert_eq!(cubic::jvp(x, y, (1.0, 0.0)).1, cubic::grad(x, y).0);
}

#[differentiable(second_order)]
fn power(x: f64, n: usize) -> f64 {
    let mut y = 1.0;
    for i in 0..n {
        if i % 2 == 0 {
            y *= x;
        } else {
            y = x * y * 2.0;
        }
    }
    y
}

#[test]
fn loops_and_branches() {
    assert_eq!(power::hvp(3.0, 4, 1.0), 4.0 * 12.0 * 9.0);
    assert_eq!(power::hvp(3.0, 0, 1.0), 0.0);
}

#[differentiable(second_order)]
fn layer(w: &Array2<f64>, b: &Array1<f64>, x: &Array1<f64>) -> Array1<f64> {
    (w.dot(x) + b).tanh()
}

#[differentiable(second_order, constant(x))]
fn network(w: &Array2<f64>, b: &Array1<f64>, x: &Array1<f64>, steps: usize) -> f64 {
    let mut h = x.clone();
    for _ in 0..steps {
        h = layer(w, b, &h);
    }
    h.dot(&h)
}

#[test]
fn calls_in_loops() {
    let w = array![[0.1, -0.4], [0.7, 0.3]];
    let b = array![0.2, -0.1];
    let x = array![1.0, 2.0];
    let (dw, db) = (array![[1.0, 0.5], [-0.3, 0.2]], array![0.4, -2.0]);
    let h = 1e-5;
    let up = network::grad(&(&w + &(&dw * h)), &(&b + &(&db * h)), &x, 3);
    let down = network::grad(&(&w - &(&dw * h)), &(&b - &(&db * h)), &x, 3);
    let (hw, hb) = network::hvp(&w, &b, &x, 3, (&dw, &db));
    assert!(((up.0 - down.0) / (2.0 * h) - &hw).iter().all(|d: &f64| d.abs() < 1e-8));
    assert!(((up.1 - down.1) / (2.0 * h) - &hb).iter().all(|d: &f64| d.abs() < 1e-8));
    // Symmetric: <H u, v> = <u, H v>.
    let (uw, ub) = (array![[0.3, 0.1], [1.3, -0.2]], array![-0.4, 1.0]);
    let (gw, gb) = network::hvp(&w, &b, &x, 3, (&uw, &ub));
    let one = (&hw * &uw).sum() + (&hb * &ub).sum();
    let other = (&gw * &dw).sum() + (&gb * &db).sum();
    assert!((one - other).abs() < 1e-12, "{one} {other}");
}

#[differentiable(second_order)]
fn generic<T: Float, F: Fn(usize) -> T, const N: usize>(x: [T; N], k: T, weight: F) -> T
where
    F: Send,
{
    let mut sum = k * k;
    for i in 0..N {
        sum = sum + x[i] * x[i] * k * weight(i);
    }
    sum.sqrt()
}

#[test]
fn generics_and_what_has_no_copy() {
    let x = [1.0, 2.0];
    let h = 1e-5;
    // Moved into the function, without being `Clone`.
    let text = String::from("two");
    let weight = move |i: usize| if i == 0 { 1.0 } else { text.len() as f64 };
    let grad = |x: [f64; 2], k: f64| generic::grad(x, k, &weight);
    let (up, down) = (grad([1.0 + h, 2.0], 3.0 + h), grad([1.0 - h, 2.0], 3.0 - h));
    let (hx, hk) = generic::hvp(x, 3.0, &weight, (&[1.0, 0.0], 1.0));
    for i in 0..2 {
        assert!((hx[i] - (up.0[i] - down.0[i]) / (2.0 * h)).abs() < 1e-8);
    }
    assert!((hk - (up.1 - down.1) / (2.0 * h)).abs() < 1e-8);
    assert_eq!(generic::jvp(x, 3.0, weight, (&[0.0, 0.0], 0.0)).1, 0.0);
}

#[differentiable(second_order, aux)]
fn with_aux(x: f64, y: &Array1<f64>) -> (f64, String) {
    (x * x * y.sum(), "aux".to_owned())
}

#[test]
fn aux_is_left_out() {
    let y = array![1.0, 2.0];
    let (gradients, product) = with_aux::grad_and_hvp(3.0, &y, (1.0, &array![0.0, 0.0]));
    assert_eq!(gradients, (18.0, array![9.0, 9.0]));
    assert_eq!(product, (6.0, array![6.0, 6.0]));
}

/// A struct's constant fields, early returns, writes and recursion, in second order.
#[derive(Differentiable, Clone, Debug)]
struct Well {
    depth: f64,
    centre: Array1<f64>,
    #[differentiable(constant)]
    scale: f64,
    steps: usize,
}

impl Well {
    #[differentiable(second_order)]
    fn energy(&self, x: &Array1<f64>) -> f64 {
        let r = x - &self.centre;
        -self.depth * (-(&r * &r).sum() * self.scale).exp()
    }

    #[differentiable(second_order)]
    fn relaxed(self, x: Array1<f64>) -> f64 {
        let mut x = x;
        for i in 0..stop_gradient(self.steps) {
            x[i % 2] -= 0.1 * self.depth * x[(i + 1) % 2];
            if x[0] > 50.0 {
                return x[0];
            }
        }
        self.energy(&x) + self.nested(x[0], self.steps) / self.steps as f64
    }

    #[differentiable(second_order)]
    fn nested(&self, x: f64, n: usize) -> f64 {
        if n == 0 { x * x } else { self.nested(x * self.depth, n - 1) + x }
    }
}

#[test]
fn methods_and_structs() {
    let well = Well { depth: 0.7, centre: array![0.1, 0.2], scale: 0.5, steps: 3 };
    let at = (well, array![0.4, -0.3]);
    chainrule_tests::check(chainrule::check::check_hessian(
        |(well, x)| well.clone().relaxed_grad(x.clone()),
        |(well, x), (dw, dx)| well.clone().relaxed_hvp(x.clone(), (dw, dx)),
        &at,
    ));
    let h = chainrule::hessian(|(dw, dx)| at.0.energy_hvp(&at.1, (dw, dx)), &at);
    assert!((&h - &h.t()).iter().all(|d| d.abs() < 1e-14));
}

/// Rows whose second derivatives are made of other rows; `Axis` is not in scope here.
#[differentiable(second_order)]
fn classified(w: &Array2<f64>, x: &Array2<f64>, labels: &[usize]) -> f64 {
    x.dot(w).cross_entropy(labels) + w.product()
}

#[test]
fn formulas_bring_their_own_names() {
    let at = (array![[0.1, -0.4, 0.3], [0.7, 0.3, -0.2]], array![[1.0, 2.0], [-0.5, 0.3]]);
    chainrule_tests::check(chainrule::check::check_hessian(
        |(w, x)| classified::grad(w, x, &[2, 0]),
        |(w, x), (dw, dx)| classified::hvp(w, x, &[2, 0], (dw, dx)),
        &at,
    ));
}

/// A kernel that gives the shape to which a float is expanded stands before what is expanded.
#[differentiable(second_order)]
fn reconstructed(w: &Array2<f64>, x: &Array2<f64>) -> f64 {
    let seen = x.dot(w).sigmoid();
    -(x * &seen.ln() + (1.0 - x) * (1.0 - &seen).ln()).sum()
}

#[test]
fn expanded_floats_wait_for_their_shape() {
    let at = (array![[0.1, -0.4], [0.7, 0.3]], array![[0.4, 0.3], [0.6, 0.2]]);
    chainrule_tests::check(chainrule::check::check_hessian(
        |(w, x)| reconstructed::grad(w, x),
        |(w, x), (dw, dx)| reconstructed::hvp(w, x, (dw, dx)),
        &at,
    ));
}

/// The value of the outer loop is not asked for, what the inner one saves is.
#[differentiable(second_order)]
fn starts_anew(x: f64, list: &[f64]) -> f64 {
    list.iter().enumerate().fold(x.ln(), |_, (i, _)| {
        list.windows(2).map(|pair| pair[i % 2] * pair[1].tanh()).sum::<f64>()
    })
}

#[test]
fn a_loop_is_run_for_what_is_saved_within() {
    let at = (0.7, vec![0.4, -0.3, 0.6]);
    chainrule_tests::check(chainrule::check::check_hessian(
        |(x, list)| starts_anew::grad(*x, list),
        |(x, list), (dx, dlist)| starts_anew::hvp(*x, list, (*dx, dlist)),
        &at,
    ));
}
