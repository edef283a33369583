//! Programs that were once refused by rustc, or wrong: a local that takes over an argument's name, a
//! local inside `s![..]`, one argument handed to two callees, a view by value, a literal as receiver.
#![deny(warnings)]
#![allow(clippy::all)]

use chainrule::check::check_gradients as check;
use chainrule::ndarray::*;
use chainrule::prelude::*;
#[differentiable]
fn of_a_view(x: ArrayView1<f64>) -> f64 {
    (&x * &x).sum()
}
#[differentiable]
fn up_to_a_local(x: &Array1<f64>) -> f64 {
    let n = x.len();
    let y = x * x;
    y.slice(s![..n - 1]).sum()
}
#[differentiable]
fn sign_of_a_literal(x: f64) -> f64 {
    x.copysign(-2.0) * x
}
#[differentiable]
fn shadowed_parameter(v: &Array1<f64>) -> f64 {
    let v = v + v;
    let v = &v * &v;
    v.sum()
}
#[differentiable]
fn weighted(w: &Array1<f64>, k: f64) -> f64 {
    (w * k).sum()
}
#[differentiable]
fn squared(w: &Array1<f64>) -> f64 {
    (w * w).sum()
}
#[differentiable]
fn one_argument_into_two_callees(w: &Array1<f64>, k: f64) -> f64 {
    weighted(w, k) * squared(w)
}
#[differentiable]
fn integer_beside_an_index(x: &Array1<f64>, k: usize) -> f64 {
    x[k] * k as f64 + element(x, 1)
}
#[differentiable]
fn element(x: &Array1<f64>, i: usize) -> f64 {
    x[i] * x[i]
}
#[test]
fn once_refused_or_wrong() {
    let a1 = array![0.5, -0.3, 1.0];
    assert_eq!(of_a_view::grad(a1.view()), &a1 * 2.0);
    check(|v| up_to_a_local(v), |v| up_to_a_local::vjp(v).1(1.0), &a1).unwrap();
    check(|v| sign_of_a_literal(*v), |v| sign_of_a_literal::vjp(*v).1(1.0), &0.5).unwrap();
    check(|v| shadowed_parameter(v), |v| shadowed_parameter::vjp(v).1(1.0), &a1).unwrap();
    check(|v| shadowed_parameter(v), |v| shadowed_parameter::grad(v), &a1).unwrap();
    check(
        |(v, k)| one_argument_into_two_callees(v, *k),
        |(v, k)| one_argument_into_two_callees::vjp(v, *k).1(1.0),
        &(a1.clone(), 0.7),
    )
    .unwrap();
    check(|v| integer_beside_an_index(v, 2), |v| integer_beside_an_index::vjp(v, 2).1(1.0), &a1)
        .unwrap();
}
#[differentiable]
fn shadowed_often(k: f64, v: &Array1<f64>, w: &Array1<f64>) -> f64 {
    let v = v * k;
    let w = &v * &v + w;
    let k = w.sum();
    let v = (&w * k).sin();
    (v * w).sum() + k
}
#[test]
fn names_taken_over_again_and_again() {
    let a1 = array![0.5, -0.3, 1.0];
    check(
        |(k, v, w)| shadowed_often(*k, v, w),
        |(k, v, w)| shadowed_often::vjp(*k, v, w).1(1.0),
        &(0.7, a1.clone(), &a1 * 0.3),
    )
    .unwrap();
    check(
        |(k, v, w)| shadowed_often(*k, v, w),
        |(k, v, w)| shadowed_often::grad(*k, v, w),
        &(0.7, a1.clone(), &a1 * 0.3),
    )
    .unwrap();
}
