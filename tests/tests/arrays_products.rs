//! Matrix products, in every pair of ranks.
#![forbid(unsafe_code)]
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

use chainrule::check::check_gradients;
use chainrule::ndarray::{Array1, Array2, Array3, Array4, ArrayD, IxDyn};
use chainrule::prelude::*;
use chainrule_tests::{adjoint, check, sampled};

#[differentiable]
fn vector_vector(a: &Array1<f64>, b: &Array1<f64>) -> f64 {
    a.dot(b) * a.dot(a)
}

#[test]
fn dot_of_vectors() {
    let x = (sampled([3], 1), sampled([3], 2));
    check(check_gradients(|(a, b)| vector_vector(a, b), |(a, b)| vector_vector::grad(a, b), &x));
}

#[differentiable]
fn matrix_vector(a: &Array2<f64>, b: &Array1<f64>) -> Array1<f64> {
    a.dot(b) + a.t().dot(b) + b.dot(a) + b.dot(&a.t())
}

#[test]
fn dot_of_matrices_and_vectors() {
    adjoint!(matrix_vector, sampled([3, 3], 1), sampled([3], 2));
}

#[differentiable]
fn of_expressions(a: &Array2<f64>, b: &Array2<f64>) -> Array2<f64> {
    (a + 1.0).dot(&(b * 2.0)).dot(&b.t().mapv(|v| v * v)) + &a.dot(&b.dot(&b.t()))
}

#[test]
fn dot_of_expressions() {
    adjoint!(of_expressions, sampled([2, 3], 1), sampled([3, 4], 2));
}

#[differentiable]
fn in_f32(a: &Array2<f32>, b: &Array2<f32>) -> f32 {
    a.dot(b).tanh().sum()
}

#[test]
fn dot_in_single_precision() {
    let x = (sampled::<f32, _, _>([2, 3], 1), sampled::<f32, _, _>([3, 4], 2));
    check(check_gradients(|(a, b)| in_f32(a, b), |(a, b)| in_f32::grad(a, b), &x));
}

#[differentiable]
fn of_empty(a: &Array2<f64>, b: &Array2<f64>) -> f64 {
    a.dot(b).sum() + b.t().dot(&a.t()).sum()
}

#[test]
fn dot_of_empty_matrices() {
    for (rows, inner, columns) in [(0, 3, 2), (2, 0, 3), (2, 3, 0), (0, 0, 0)] {
        let (a, b) = (Array2::zeros((rows, inner)), Array2::zeros((inner, columns)));
        let (value, (da, db)) = of_empty::value_and_grad(&a, &b);
        assert_eq!((value, da, db), (0.0, a, b));
    }
}

use chainrule::ndarray::linalg::Dot;

#[differentiable]
fn dynamic_dot(a: &ArrayD<f64>, b: &ArrayD<f64>) -> ArrayD<f64> {
    a.dot(b)
}

#[test]
fn dot_of_dynamic_rank() {
    let of = |shape: &[usize], seed| sampled::<f64, _, _>(IxDyn(shape), seed);
    adjoint!(dynamic_dot, of(&[2, 3], 1), of(&[3, 4], 2));
    adjoint!(dynamic_dot, of(&[2, 3], 1), of(&[3], 2));
    adjoint!(dynamic_dot, of(&[3], 1), of(&[3, 2], 2));
    adjoint!(dynamic_dot, of(&[3], 1), of(&[3], 2));
}

#[differentiable]
fn batched(a: &Array3<f64>, b: &Array3<f64>) -> Array3<f64> {
    a.matmul(b).tanh()
}

#[differentiable]
fn batched_twice(a: &Array4<f64>, b: &Array4<f64>) -> Array4<f64> {
    a.matmul(b)
}

#[test]
fn batched_products() {
    adjoint!(batched, sampled([2, 3, 4], 1), sampled([2, 4, 2], 2));
    adjoint!(batched_twice, sampled([2, 2, 3, 4], 1), sampled([2, 2, 4, 2], 2));
}

#[differentiable]
fn matrix_matrix(a: &Array2<f64>, b: &Array2<f64>) -> Array2<f64> {
    let c = a.dot(b).dot(&b.t());
    let d = b.t().dot(&a.t()).t().to_owned();
    let e = a.t().dot(a);
    c.dot(&e) * 0.1 + d.dot(&b.t())
}

#[test]
fn dot_of_matrices() {
    adjoint!(matrix_matrix, sampled([2, 3], 1), sampled([3, 4], 2));
}

/// A loss over samples: no turn of it waits for another.
#[differentiable(wrt(w, b))]
fn over_samples(w: &Array2<f64>, b: &Array1<f64>, x: &Array2<f64>, y: &[f64]) -> f64 {
    let mut loss = 0.0;
    for (i, x) in x.outer_iter().enumerate() {
        let error = (w.dot(&x) + b).tanh().sum() - y[i];
        loss += error * error;
    }
    loss / y.len() as f64
}

#[test]
fn products_are_added_up_turn_by_turn() {
    let (w, b) = (sampled([3, 4], 1), sampled([3], 2));
    let (x, y): (Array2<f64>, _) = (sampled([5, 4], 3), [0.5, -0.2, 0.1, 0.9, -1.0]);
    let loss = |(w, b): &(Array2<f64>, Array1<f64>)| over_samples(w, b, &x, &y);
    let gradient = |(w, b): &(Array2<f64>, Array1<f64>)| over_samples::grad(w, b, &x, &y);
    check_gradients(loss, gradient, &(w.clone(), b.clone())).unwrap();
    let of_pullback = over_samples::vjp(&w, &b, &x, &y).1(1.0);
    let (dw, db) = over_samples::grad(&w, &b, &x, &y);
    assert!((dw - of_pullback.0).abs().sum() + (db - of_pullback.1).abs().sum() < 1e-12);
}
