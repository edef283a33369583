//! Names: shadowing, blocks, patterns, late initialisation, assignment.
#![forbid(unsafe_code)]
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

use chainrule::ndarray::{Array1, array};
use chainrule::prelude::*;
use chainrule_tests::at;

#[differentiable]
fn shadowed(x: f64) -> f64 {
    let y = x * 2.0;
    let x = y * y;
    let y = {
        let x = x + y;
        let y = x * x;
        y.sin()
    };
    let x = x * y;
    x + y
}

#[test]
fn shadowing_and_blocks() {
    at!(shadowed: 0.7, -1.3);
}

#[differentiable]
fn late(x: f64) -> f64 {
    let y;
    let z: f64;
    y = x * x;
    z = y.sin();
    y * z
}

#[test]
#[allow(clippy::needless_late_init)]
fn late_initialisation() {
    at!(late: 0.7, -1.3);
}

#[differentiable]
fn tuples(x: f64) -> f64 {
    let (a, (b, _)) = (x * x, (x.sin(), x));
    let pair = (a * b, (a + b, 2.0));
    let (c, (d, e)) = pair;
    let (f, g): (f64, f64) = (pair.1.0, pair.0);
    c * d * e + f * g
}

#[test]
fn tuples_taken_apart() {
    at!(tuples: 0.7, -1.3);
}

#[differentiable]
fn reassigned(x: f64) -> f64 {
    let mut y = x;
    y *= x;
    y += 1.0;
    y -= x / 2.0;
    y /= x;
    let before = y;
    y = y * y + x;
    before * y
}

#[test]
fn a_reassigned_float() {
    at!(reassigned: 0.7, -1.3);
}

#[differentiable]
fn from_literal(x: f64) -> f64 {
    let mut s = 0.0;
    s += x * x;
    s *= 2.0;
    let mut k = 1.0;
    k += 1.0;
    let t = 1.0;
    (s * k + t).sqrt() * x
}

#[test]
fn a_float_literal_initialises() {
    at!(from_literal: 0.7, -1.3);
}

#[differentiable]
fn typed(x: f64) -> f64 {
    let y: f64 = x * 2.0;
    let z: &f64 = &y;
    let k: f64 = 3.0;
    let n: i32 = 2;
    let (a, b): (f64, f64) = (y * k, *z);
    a * b.powi(n)
}

#[test]
fn lets_with_types() {
    at!(typed: 0.7, -1.3);
}

#[differentiable]
fn by_ref(x: f64) -> f64 {
    let y = x * x;
    let ref z = y;
    let whole @ (a, _) = (x, 2.0);
    z * a + whole.0
}

#[test]
#[allow(clippy::toplevel_ref_arg)]
fn bindings_by_ref_and_at() {
    at!(by_ref: 0.7, -1.3);
}

#[differentiable]
fn parameter_shadowed(k: f64, v: &Array1<f64>) -> f64 {
    let v = v + v;
    k + v.sum()
}

#[test]
fn an_array_parameter_shadowed() {
    assert_eq!(parameter_shadowed::grad(1.0, &array![1.0, 2.0]), (1.0, array![2.0, 2.0]));
}

#[differentiable]
fn with_rest(x: f64) -> f64 {
    let (a, .., b) = (x, x * x, x.sin());
    let [c, .., d] = [x, 2.0, x * 3.0];
    a * b + c * d
}

#[test]
fn rests_in_patterns() {
    at!(with_rest: 0.7, -1.3);
}

#[differentiable]
fn swapped(x: f64) -> f64 {
    let (mut a, mut b) = (x, x * x);
    (a, b) = (b, a + b);
    a * a * b
}

#[test]
fn tuple_assignment() {
    at!(swapped: 0.7, -1.3);
}
