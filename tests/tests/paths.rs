//! Operations by path: of floats, of type parameters, of arrays, of traits; and what only looks like one.
#![forbid(unsafe_code)]
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

use std::ops::{Add, Mul, Neg, Sub};

use chainrule::check::check_gradients as check;
use chainrule::ndarray::{Array1, Array2, ArrayRef, ArrayRef1, array};
use chainrule::prelude::*;
use chainrule_tests::at;

#[differentiable]
fn sine_and_cosine(x: f64) -> f64 {
    let (sin, cos) = f64::sin_cos(x);
    sin * cos * cos
}

#[differentiable]
fn operators(x: f64) -> f64 {
    let square = Mul::mul(x, x);
    Add::add(square, std::ops::Sub::sub(3.0, Neg::neg(x))) * f64::clone(&x)
}

#[differentiable]
fn differences(x: f64) -> f64 {
    Sub::sub(x * x, x) + Iterator::sum::<f64>([x, x * x].iter())
}

#[test]
fn of_floats_and_traits() {
    at!(sine_and_cosine: 0.7, -1.3);
    at!(operators: 0.7, -1.3);
    at!(differences: 0.7, -1.3);
}

#[differentiable(second_order)]
fn of_a_parameter<S: Float>(x: S) -> S {
    S::sin(x) * S::max(x, S::zero()) + S::powi(x, 3)
}

#[differentiable]
fn of_a_bounded_parameter<Real>(x: &Array1<Real>) -> Real
where
    Real: Float,
{
    x.mapv(Real::tanh).sum() + Real::exp(x[0]) + <Real>::ln(x[1])
}

#[derive(Differentiable)]
struct Scale<F: Float> {
    by: F,
}

impl<F: Float> Scale<F> {
    #[differentiable]
    fn grown(&self, x: F) -> F {
        F::exp(self.by * x)
    }
}

#[test]
fn of_type_parameters() {
    check(|x| of_a_parameter(*x), |x| of_a_parameter::grad(*x), &0.7).unwrap();
    check(|x| of_a_parameter(*x), |x| of_a_parameter::grad(*x), &0.7_f32).unwrap();
    // (x sin x + x^3)''
    let second = 2.0 * 0.7_f64.cos() - 0.7 * 0.7_f64.sin() + 6.0 * 0.7;
    assert!((of_a_parameter::hvp(0.7_f64, 1.0) - second).abs() < 1e-12);
    let x = array![0.7, 1.3];
    check(|x| of_a_bounded_parameter(x), |x| of_a_bounded_parameter::grad(x), &x).unwrap();
    let (scale, by_x) = Scale { by: 0.5 }.grown_grad(2.0);
    assert_eq!((scale.by, by_x), (2.0 * 1.0_f64.exp(), 0.5 * 1.0_f64.exp()));
}

#[differentiable]
fn of_arrays(x: &Array2<f64>) -> f64 {
    let y = ArrayRef::sin(x) * ArrayRef::mapv(x, |v| v * v);
    let first = ArrayRef::row(&y, 0);
    ArrayRef::sum(&y) * ArrayRef1::mean(&first).unwrap()
}

/// The path says what a literal is.
#[differentiable(second_order)]
fn longest(x: &Array2<f64>) -> f64 {
    let mut least = 9.0;
    for v in x {
        least = f64::min(least, *v);
    }
    x.rows().into_iter().map(|row| row.dot(&row)).fold(0.0, f64::max) * least
}

#[test]
fn of_what_arrays_are_made_of() {
    let x = array![[0.5, 0.2, -0.3], [0.1, 0.9, 0.4]];
    check(|x| longest(x), |x| longest::grad(x), &x).unwrap();
    check(|x| of_arrays(x), |x| of_arrays::grad(x), &x).unwrap();
}

/// A type of the user's, called as arrays are.
struct ArrayModel;

impl ArrayModel {
    #[differentiable(associated)]
    fn norm(x: &Array1<f64>) -> f64 {
        3.0 * x.sum()
    }
}

/// One called like a trait of the prelude.
struct Losses;

impl Losses {
    #[differentiable(associated)]
    fn mse(a: &Array1<f64>, b: &Array1<f64>) -> f64 {
        (a * b).sum()
    }
}

#[differentiable]
fn of_a_model(x: &Array1<f64>) -> f64 {
    ArrayModel::norm(x)
}

#[differentiable]
fn of_losses(x: &Array1<f64>) -> f64 {
    Losses::mse(x, x)
}

#[test]
fn of_a_type_called_like_arrays() {
    let x = array![1.0, 2.0];
    assert_eq!(of_a_model::value_and_grad(&x), (of_a_model(&x), array![3.0, 3.0]));
    assert_eq!(of_losses::value_and_grad(&x), (5.0, array![2.0, 4.0]));
}
