//! Closures over the elements of an array.
#![forbid(unsafe_code)]
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

use chainrule::check::{check_adjoint, check_gradients, check_gradients_within};
use chainrule::ndarray::{Array1, Array2, array};
use chainrule::prelude::*;
use chainrule_tests::{check, sampled};

#[differentiable]
fn mapped(x: &Array2<f64>) -> Array2<f64> {
    x.mapv(|v| v * v.sin()) + x.map(|v| v * 2.0) + x.mapv(f64::tanh) + x.map(|&v| v.exp())
}

#[test]
fn closures_over_elements() {
    check(check_adjoint(mapped, |x, dy| mapped::vjp(x).1(dy), &sampled([2, 3], 1)));
}

#[differentiable]
fn capturing(x: &Array2<f64>, k: f64, n: i32) -> Array2<f64> {
    let shift = k * k;
    let total = x.sum();
    x.mapv(|v| v.powi(n) * k + shift / (1.0 + v * v) + total * v)
}

#[test]
fn closures_that_capture() {
    check(check_adjoint(
        |(x, k)| capturing(x, *k, 3),
        |(x, k), dy| capturing::vjp(x, *k, 3).1(dy),
        &(sampled([2, 3], 1), 1.3),
    ));
}

#[differentiable]
fn branching(x: &Array2<f64>, slope: f64) -> Array2<f64> {
    x.mapv(|v| {
        let w = v * 2.0;
        if w > 1.0 {
            w.ln() * slope
        } else if v > 0.0 {
            v * v
        } else {
            slope * v
        }
    })
}

#[test]
fn closures_with_if() {
    let x = array![[0.7, -1.3, 0.2], [2.9, 0.3, -0.1]];
    check(check_adjoint(
        |(x, k)| branching(x, *k),
        |(x, k), dy| branching::vjp(x, *k).1(dy),
        &(x, 1.3),
    ));
    let (_, (dx, dslope)) = branching_sum::value_and_grad(&array![[0.0, -1.0]], 0.5);
    assert_eq!((dx, dslope), (array![[0.5, 0.5]], -1.0));
}

#[differentiable]
fn branching_sum(x: &Array2<f64>, slope: f64) -> f64 {
    branching(x, slope).sum()
}

#[differentiable]
fn guarded(x: &Array1<f64>) -> f64 {
    x.mapv(|v| if v > 0.0 { v.sqrt() * v.ln() } else { 0.0 }).sum()
}

#[test]
fn no_nan_comes_from_the_other_arm() {
    let (value, gradient) = guarded::value_and_grad(&array![1.0, 0.0, -1.0]);
    assert_eq!((value, gradient), (0.0, array![1.0, 0.0, 0.0]));
}

#[differentiable(wrt(x))]
fn conditional(x: &Array1<f64>, squared: bool, limit: f64) -> f64 {
    x.mapv(|v| if squared && v < limit { v * v } else { v }).sum()
}

#[test]
fn conditions_on_constants() {
    let x = array![1.0, 3.0];
    assert_eq!(conditional::grad(&x, true, 2.0), array![2.0, 1.0]);
    assert_eq!(conditional::grad(&x, false, 2.0), array![1.0, 1.0]);
}

#[differentiable]
fn bump(v: f64) -> f64 {
    (-v * v).exp()
}

#[differentiable]
fn scaled_bump(v: f64, k: f64) -> f64 {
    bump(v * k) * k
}

#[differentiable]
fn calling(x: &Array1<f64>, k: f64) -> f64 {
    (x.mapv(bump) + x.mapv(|v| scaled_bump(v, k))).sum()
}

#[test]
fn closures_that_call() {
    check(check_gradients(
        |(x, k)| calling(x, *k),
        |(x, k)| calling::grad(x, *k),
        &(array![0.3, -0.8], 1.3),
    ));
}

#[differentiable]
fn with_constant_closures(x: &Array1<f64>, labels: &[usize]) -> f64 {
    let weights: Array1<f64> = labels.iter().map(|&label| label as f64 + 1.0).collect();
    let total = weights.iter().fold(0.0, |a, b| a + b);
    let norm = |v: f64| v / total;
    (x * &weights.mapv(norm)).sum()
}

#[test]
fn closures_over_constants() {
    assert_eq!(with_constant_closures::grad(&array![1.0, 2.0], &[0, 2]), array![0.25, 0.75]);
}

#[differentiable]
fn to_constant(x: &Array1<f64>, k: f64) -> f64 {
    (x.mapv(|_| k) * x.mapv(|_| 2.0) + x.mapv(|v| if v > 0.0 { k } else { 1.0 })).sum()
}

#[test]
fn closures_that_ignore_the_element() {
    assert_eq!(
        to_constant::value_and_grad(&array![1.0, -2.0], 3.0),
        (16.0, (array![0.0, 0.0], 5.0))
    );
}

#[differentiable]
fn mapped_f32(x: &Array1<f32>) -> f32 {
    x.mapv(|v| if v > 0.0 { v * 0.5 } else { v.exp() - 1.0 }).sum()
}

#[test]
fn closures_in_single_precision() {
    check(check_gradients(mapped_f32, mapped_f32::grad, &array![0.7f32, -1.3]));
}

#[differentiable]
fn widened(x: &Array1<f32>) -> f64 {
    x.mapv(|v| v as f64).sum() + x.mapv(f64::from).sum()
}

#[test]
fn closures_that_cast() {
    let gradient: Array1<f32> = widened::grad(&array![0.7, -1.3]);
    assert_eq!(gradient, array![2.0, 2.0]);
}

#[differentiable]
fn casts_inside(x: &Array2<f32>, k: f64) -> f64 {
    let wide = x.mapv(|v| {
        let w = v as f64;
        w * w.sin() * k + (v * 2.0) as f64
    });
    let back = wide.mapv(|v| (v as f32).tanh());
    (wide * back.mapv(f64::from)).sum()
}

#[test]
fn casts_inside_closures() {
    let x = (sampled::<f32, _, _>([2, 3], 1), 0.7);
    let result = check_gradients_within(
        |(x, k)| casts_inside(x, *k),
        |(x, k)| casts_inside::grad(x, *k),
        &x,
        2e-2,
    );
    check(result);
}

#[differentiable]
fn unused_and_not_pure(x: &[f64], p: f64) -> f64 {
    let unused = array![p, x[0]].mapv(|e| {
        if x[1] + p < p {
            return p / (x[0].powi(2) + 1.0);
        }
        e * f64::from(-0.3).cos()
    }) + array![p, p];
    let _ = &unused;
    p * x[1]
}

#[test]
fn a_kernel_that_nothing_uses_is_kept_whole_or_dropped() {
    let (value, (dx, dp)) = unused_and_not_pure::value_and_grad(&[0.5, 2.0], 3.0);
    assert_eq!((value, dx.as_slice(), dp), (6.0, &[0.0, 3.0][..], 2.0));
}
