//! Arguments: by value, by reference, views, patterns, constants, unused ones.
#![forbid(unsafe_code)]
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

use chainrule::check::{check_adjoint, check_gradients};
use chainrule::ndarray::{Array1, Array2, ArrayView1, Axis, array};
use chainrule::prelude::*;
use chainrule_tests::{check, sampled};

#[differentiable]
fn unused(_x: &Array2<f64>, y: f64, _pair: (f64, Array1<f64>), _list: &[f64]) -> f64 {
    y * y
}

#[test]
fn an_unused_argument_has_a_zero_gradient_of_its_shape() {
    let x = Array2::ones((2, 3));
    let (dx, dy, dpair, dlist) = unused::grad(&x, 3.0, (1.0, array![1.0, 2.0]), &[1.0, 2.0, 3.0]);
    assert_eq!((dx, dy), (Array2::zeros((2, 3)), 6.0));
    assert_eq!(dpair, (0.0, array![0.0, 0.0]));
    assert_eq!(dlist, vec![0.0; 3]);
}

#[differentiable]
fn product(a: &Array1<f64>, b: &Array1<f64>) -> f64 {
    (a * b.sin()).sum()
}

#[test]
fn the_same_array_twice() {
    let x = array![0.3, -1.2];
    let (da, db) = product::grad(&x, &x);
    assert_eq!(da, x.sin());
    assert!((&db - &(&x * x.cos())).iter().all(|d| d.abs() < 1e-15));
}

#[differentiable]
fn by_value(w: Array2<f64>, x: Array1<f64>) -> Array1<f64> {
    let y = w.dot(&x);
    y.tanh() + x.sum()
}

#[test]
fn arguments_by_value() {
    let (w, x) = (sampled([2, 3], 3), sampled([3], 4));
    check(check_adjoint(
        |(w, x)| by_value(w.clone(), x.clone()),
        |(w, x), dy| by_value::vjp(w.clone(), x.clone()).1(dy),
        &(w, x),
    ));
}

#[differentiable]
fn taken_apart((a, b): (f64, f64), &c: &f64, mut f: f64) -> f64 {
    f *= 2.0;
    a * b * c - f
}

#[test]
fn patterns_in_parameters() {
    let gradients = taken_apart::grad((2.0, 3.0), &5.0, 13.0);
    assert_eq!(gradients, ((15.0, 10.0), 6.0, -2.0));
}

#[differentiable]
fn of_two([d, e]: [f64; 2], &[f, _]: &[f64; 2]) -> f64 {
    d * e * f
}

#[test]
fn array_patterns_in_parameters() {
    assert_eq!(of_two::grad([2.0, 3.0], &[5.0, 1.0]), ([15.0, 10.0], [6.0, 0.0]));
}

#[derive(Differentiable, Clone, Debug)]
struct Point {
    x: f64,
    y: f64,
    id: usize,
}

#[differentiable]
fn of_point(Point { x, y: height, .. }: &Point, Wrapped(k): Wrapped) -> f64 {
    x * height * k
}

#[derive(Differentiable, Clone, Debug)]
struct Wrapped(f64);

#[test]
fn struct_patterns_in_parameters() {
    let p = Point { x: 2.0, y: 3.0, id: 7 };
    assert_eq!(p.id, 7);
    let (dp, dk) = of_point::grad(&p, Wrapped(5.0));
    assert_eq!((dp.x, dp.y, dk.0), (15.0, 10.0, 6.0));
}

#[differentiable]
fn of_references(x: &&f64, y: &(f64, &f64)) -> f64 {
    **x * y.0 * *y.1
}

#[test]
fn references_are_transparent() {
    assert_eq!(of_references::grad(&&2.0, &(3.0, &5.0)), (15.0, (10.0, 6.0)));
}

#[differentiable]
fn in_single_precision(x: &Array1<f32>, k: f32) -> f32 {
    (x * k).exp().sum()
}

#[test]
fn single_precision() {
    check(check_gradients(
        |(x, k)| in_single_precision(x, *k),
        |(x, k)| in_single_precision::grad(x, *k),
        &(sampled::<f32, _, _>([4], 5), 0.5),
    ));
}

#[differentiable(constant(x))]
fn with_constant_array(w: &Array2<f64>, x: &Array2<f64>, axis: Axis, scale: Option<usize>) -> f64 {
    x.dot(w).sum_axis(axis).sum() * scale.unwrap_or(1) as f64
}

#[test]
fn constants_by_name_and_by_word() {
    let (w, x) = (sampled([3, 2], 6), sampled([4, 3], 7));
    check(check_gradients(
        |w| with_constant_array(w, &x, Axis(0), Some(3)),
        |w| with_constant_array::grad(w, &x, Axis(0), Some(3)),
        &w,
    ));
}

#[differentiable]
fn scaled_views(x: ArrayView1<'_, f64>, y: ArrayView1<'_, f64>) -> Array1<f64> {
    &x * &y + x
}

#[test]
fn views_with_elided_lifetimes() {
    let (x, y) = (array![1.0, 2.0], array![3.0, 4.0]);
    let (_, pull) = scaled_views::vjp(x.view(), y.view());
    assert_eq!(pull(array![1.0, 1.0]), (array![4.0, 5.0], array![1.0, 2.0]));
}

#[differentiable(constant(calls))]
fn counted(x: f64, calls: &mut usize) -> f64 {
    *calls += 1;
    x * x
}

#[test]
fn mutable_constant_arguments() {
    let mut calls = 0;
    assert_eq!(counted::value_and_grad(3.0, &mut calls), (9.0, 6.0));
    assert_eq!(calls, 1);
    let (_, pull) = counted::vjp(4.0, &mut calls);
    assert_eq!((pull(1.0), pull(2.0)), (8.0, 16.0));
    drop(pull);
    assert_eq!(calls, 2);
}

#[differentiable]
fn of_a_view(x: ArrayView1<f64>) -> f64 {
    (&x * &x).sum()
}

#[test]
fn a_view_has_an_owned_gradient() {
    let x = array![[1.0, 2.0], [3.0, 4.0]];
    let gradient: Array1<f64> = of_a_view::grad(x.column(1));
    assert_eq!(gradient, array![4.0, 8.0]);
}

type Matrix = Array2<f64>;

#[differentiable]
fn of_an_alias(m: &Matrix, x: Matrix) -> f64 {
    let m: &Array2<f64> = m;
    let x: Array2<f64> = x;
    (m.dot(&x.t()) * 2.0).sum() + m.row(0).sum()
}

#[test]
fn a_type_by_another_name_is_said_once_more() {
    let x = (sampled([2, 3], 1), sampled([2, 3], 2));
    check(check_gradients(
        |(m, x)| of_an_alias(m, x.clone()),
        |(m, x)| of_an_alias::grad(m, x.clone()),
        &x,
    ));
}

#[derive(Differentiable, Clone, Debug)]
struct Heads {
    w: Array1<f64>,
    heads: usize,
    causal: bool,
}

impl Heads {
    /// What is a range's end is an integer; so is what the `let` says.
    #[differentiable]
    fn weigh(&self, x: f64) -> f64 {
        let heads: usize = self.heads;
        let causal: bool = self.causal;
        let width = self.w.len() / heads;
        let mut sum = 0.0;
        for head in 0..self.heads {
            for at in (head * width..(head + 1) * width).rev() {
                sum = sum * x.sin() + self.w[at] * (head as f64 + 1.0);
            }
        }
        for _ in 1..=self.heads - 1 {
            sum *= x;
        }
        sum /= (self.w.len() * self.heads) as f64 - (1 + 2 * self.heads) as f64;
        if causal { sum } else { -sum }
    }
}

#[differentiable]
fn changed_heads(w: &Array1<f64>, x: f64) -> f64 {
    let mut net = Heads { w: w.clone(), heads: 2, causal: true };
    let before = net.weigh(x);
    net.w[0] = x * net.w[1];
    net.heads = 3;
    let mut sum = before;
    for i in 0..net.heads {
        sum += net.w[i] * x;
        net.w[i] = sum;
    }
    sum * net.weigh(x)
}

#[test]
fn integers_of_active_structs() {
    let x = (Heads { w: sampled([6], 5), heads: 3, causal: false }, 0.7);
    check(check_gradients(|(h, x)| h.weigh(*x), |(h, x)| h.weigh_grad(*x), &x));
    let x = (sampled([6], 6), 0.8);
    check(check_gradients(|(w, x)| changed_heads(w, *x), |(w, x)| changed_heads::grad(w, *x), &x));
}

/// The items of a list of floats are floats, whatever takes them out.
#[differentiable(wrt(a, q))]
fn filtered(a: f64, q: f64, ys: &Array1<f64>, weights: &[f64]) -> f64 {
    let (mut mean, mut spread, mut likelihood) = (0.0, 1.0, 0.0);
    for (i, &y) in ys.iter().enumerate() {
        mean *= a;
        spread = a * a * spread + q;
        let innovation = y - mean;
        likelihood -= spread.ln() + innovation * innovation / spread + i as f64 * mean;
        mean += innovation / (1.0 + spread);
    }
    for w in weights.iter().copied() {
        likelihood += w * mean;
    }
    for &w in weights {
        likelihood *= 1.0 + 0.1 * w;
    }
    likelihood
}

#[test]
fn items_of_constant_lists() {
    let (ys, weights) = (sampled([5], 7), [0.3, -0.4]);
    check(check_gradients(
        |&(a, q)| filtered(a, q, &ys, &weights),
        |&(a, q)| filtered::grad(a, q, &ys, &weights),
        &(0.9, 0.3),
    ));
}

/// A `let` with the type of a truth, over lent numbers and fields.
#[differentiable]
fn truths(x: &Array1<f64>, y: f64) -> f64 {
    let mut sum = y;
    for e in x.iter() {
        let is_large: bool = *e > y;
        let both: bool = is_large && *e < 2.0 * y;
        sum += if both { *e * y } else { e.sin() };
    }
    let whole: bool = sum > x[0] + y;
    if whole { sum * sum } else { sum }
}

#[test]
fn truths_that_a_let_names() {
    let at = (array![0.3, 0.9, 1.6], 0.7);
    check(check_gradients(|(x, y)| truths(x, *y), |(x, y)| truths::grad(x, *y), &at));
}
