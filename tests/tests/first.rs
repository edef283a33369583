//! The thin road: value and gradient of small functions.
#![forbid(unsafe_code)]
#![deny(warnings)]

use chainrule::ndarray::{Array1, Array2, Axis, array};
use chainrule::prelude::*;

#[differentiable]
fn square_sine(x: f64) -> f64 {
    let y = x * x;
    y.sin()
}

#[test]
fn a_float() {
    let (value, gradient) = square_sine::value_and_grad(1.5);
    assert_eq!(value, square_sine(1.5));
    assert!((gradient - 3.0 * 2.25f64.cos()).abs() < 1e-12);
    let (value, pullback) = square_sine::vjp(1.5);
    assert_eq!(value, square_sine(1.5));
    assert!((pullback(2.0) - 2.0 * gradient).abs() < 1e-12);
    assert_eq!(pullback(1.0), gradient);
}

#[derive(Differentiable, Clone)]
struct Net {
    w1: Array2<f64>,
    b1: Array1<f64>,
    w2: Array2<f64>,
}

#[differentiable(wrt(net))]
fn loss(net: &Net, x: &Array2<f64>, labels: &[usize]) -> f64 {
    let hidden = (x.dot(&net.w1) + &net.b1).tanh();
    let logits = hidden.dot(&net.w2);
    logits.cross_entropy(labels)
}

#[test]
fn a_net() {
    let net = Net { w1: Array2::eye(3) * 0.3, b1: array![0.1, 0.2, 0.3], w2: Array2::ones((3, 2)) };
    let x = array![[0.1, 0.2, 0.3], [0.5, -0.2, 0.3]];
    let g = loss::grad(&net, &x, &[0, 1]);
    assert_eq!(g.w1.shape(), &[3, 3]);
    let l0 = loss(&net, &x, &[0, 1]);
    let mut moved = net.clone();
    moved.w2[[1, 0]] += 1e-6;
    assert!(((loss(&moved, &x, &[0, 1]) - l0) / 1e-6 - g.w2[[1, 0]]).abs() < 1e-5);
    let mut moved = net.clone();
    moved.b1[1] += 1e-6;
    assert!(((loss(&moved, &x, &[0, 1]) - l0) / 1e-6 - g.b1[1]).abs() < 1e-5);
}

#[differentiable]
fn rows(x: &Array2<f64>, k: f64) -> Array1<f64> {
    x.sum_axis(Axis(1)) * k
}

#[differentiable]
fn called(x: &Array2<f64>) -> f64 {
    let r = rows(x, 2.0);
    rows(&(x * 2.0), r.sum()).sum()
}

#[test]
fn calls() {
    let x = array![[1.0, 2.0], [3.0, 4.0]];
    let (y, pull) = rows::vjp(&x, 3.0);
    assert_eq!(y, array![9.0, 21.0]);
    assert_eq!(pull(array![1.0, 2.0]), (array![[3.0, 3.0], [6.0, 6.0]], 17.0));
    let g = called::grad(&x);
    assert!((g[[0, 0]] - 80.0).abs() < 1e-9, "{g}");
}
