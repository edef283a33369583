//! Rules of one's own: a better formula, a black box, clipping; on functions, methods and generics.
#![forbid(unsafe_code)]
#![deny(warnings)]
#![allow(clippy::all)]

use chainrule::ndarray::{Array1, Array2, array};
use chainrule::prelude::*;

/// `ln(1 + exp(x))` as it is written in a book; for large `x` its derivative would be `inf / inf`.
#[differentiable(vjp = log1pexp_rule, jvp = log1pexp_tangent)]
fn log1pexp(x: f64) -> f64 {
    if x > 30.0 { x } else { x.exp().ln_1p() }
}

fn log1pexp_rule(x: f64) -> (f64, impl Fn(f64) -> f64) {
    (log1pexp(x), move |dy| dy / (1.0 + (-x).exp()))
}

fn log1pexp_tangent(x: f64, dx: f64) -> (f64, f64) {
    (log1pexp(x), dx / (1.0 + (-x).exp()))
}

#[differentiable(forward)]
fn sum_of(x: f64, n: usize) -> f64 {
    let mut sum = 0.0;
    for i in 0..n {
        sum += log1pexp(x * i as f64) * x;
    }
    sum
}

#[test]
fn a_better_formula() {
    assert_eq!(log1pexp::value_and_grad(800.0), (800.0, 1.0));
    assert_eq!(log1pexp::grad(0.0), 0.5);
    let (y, pullback) = log1pexp::vjp(0.0);
    assert_eq!((y, pullback(2.0), pullback(-4.0)), (2.0_f64.ln(), 1.0, -2.0));
    assert_eq!(log1pexp::jvp(0.0, 2.0).1, 1.0);
    assert_eq!(log1pexp::jacobian(0.0), array![[0.5]]);
    let (y, dy) = sum_of::value_and_grad(0.5, 4);
    assert_eq!(y, sum_of(0.5, 4));
    let expected: f64 = (0..4)
        .map(|i| {
            let z = 0.5 * i as f64;
            z.exp().ln_1p() + z / (1.0 + (-z).exp())
        })
        .sum();
    assert!((dy - expected).abs() < 1e-14);
    assert!((sum_of::jvp(0.5, 4, 1.0).1 - expected).abs() < 1e-14);
}

/// A linear solve by Gaussian elimination: a black box to the compiler.
#[differentiable(vjp = solve_rule)]
fn solve(a: &Array2<f64>, b: &Array1<f64>) -> Array1<f64> {
    let (mut a, mut x, n) = (a.clone(), b.clone(), b.len());
    for i in 0..n {
        for j in i + 1..n {
            let factor = a[[j, i]] / a[[i, i]];
            for k in i..n {
                let above = a[[i, k]];
                a[[j, k]] -= factor * above;
            }
            x[j] -= factor * x[i];
        }
    }
    for i in (0..n).rev() {
        for j in i + 1..n {
            x[i] -= a[[i, j]] * x[j];
        }
        x[i] /= a[[i, i]];
    }
    x
}

/// By the implicit function theorem: `A^T db = dx`, `dA = -db x^T`.
fn solve_rule<'a>(
    a: &'a Array2<f64>,
    b: &'a Array1<f64>,
) -> (Array1<f64>, impl Fn(Array1<f64>) -> (Array2<f64>, Array1<f64>) + 'a) {
    let x = solve(a, b);
    (x.clone(), move |dx| {
        let db = solve(&a.t().to_owned(), &dx);
        let da = Array2::from_shape_fn(a.dim(), |(i, j)| -db[i] * x[j]);
        (da, db)
    })
}

#[differentiable]
fn energy(a: &Array2<f64>, b: &Array1<f64>, steps: usize) -> f64 {
    let mut x = b * 1.0;
    for _ in 0..steps {
        x = solve(a, &x);
    }
    x.dot(&x)
}

#[test]
fn a_black_box() {
    let a = array![[2.0, 0.3], [-0.4, 1.5]];
    let b = array![1.0, -2.0];
    chainrule_tests::check(chainrule::check::check_adjoint(
        |(a, b)| solve(a, b),
        |(a, b), dy| solve::vjp(a, b).1(dy),
        &(a.clone(), b.clone()),
    ));
    chainrule_tests::check(chainrule::check::check_gradients(
        |(a, b)| energy(a, b, 2),
        |(a, b)| energy::grad(a, b, 2),
        &(a, b),
    ));
}

/// The identity, whose cotangent is clipped.
#[differentiable(vjp = clipped_rule, constant(most))]
fn clipped(x: Array1<f64>, most: f64) -> Array1<f64> {
    assert!(most > 0.0);
    x
}

fn clipped_rule(x: Array1<f64>, most: f64) -> (Array1<f64>, impl Fn(Array1<f64>) -> Array1<f64>) {
    (x, move |dy| dy.mapv(|dy| dy.clamp(-most, most)))
}

#[differentiable]
fn steep(x: &Array1<f64>) -> f64 {
    let y = clipped(x * 2.0, 1.0);
    (y * 100.0).sum()
}

#[test]
fn clipping() {
    assert_eq!(steep::grad(&array![1.0, 2.0]), array![2.0, 2.0]);
}

#[derive(Differentiable, Clone)]
struct Spring {
    stiffness: f64,
    rest: Array1<f64>,
    coils: usize,
}

impl Spring {
    #[differentiable(vjp = Self::force_rule, jvp = Spring::force_tangent)]
    fn force(&self, x: &Array1<f64>) -> Array1<f64> {
        (x - &self.rest) * -self.stiffness
    }

    fn force_rule(
        &self,
        x: &Array1<f64>,
    ) -> (Array1<f64>, impl Fn(Array1<f64>) -> (SpringGradient, Array1<f64>)) {
        let stretch = x - &self.rest;
        let k = self.stiffness;
        (&stretch * -k, move |dy| {
            let stiffness = -(&stretch * &dy).sum();
            (SpringGradient { stiffness, rest: &dy * k }, &dy * -k)
        })
    }

    fn force_tangent(
        &self,
        x: &Array1<f64>,
        (ds, dx): (&SpringGradient, &Array1<f64>),
    ) -> (Array1<f64>, Array1<f64>) {
        let dy = (x - &self.rest) * -ds.stiffness + (dx - &ds.rest) * -self.stiffness;
        (self.force(x), dy)
    }

    #[differentiable(forward)]
    fn work(&self, x: &Array1<f64>) -> f64 {
        self.force(x).dot(x)
    }
}

#[test]
fn a_method() {
    let spring = Spring { stiffness: 2.0, rest: array![1.0, 0.5], coils: 3 };
    let x = array![0.3, -0.7];
    chainrule_tests::check(chainrule::check::check_gradients(
        |(spring, x): &(Spring, Array1<f64>)| spring.work(x),
        |(spring, x)| spring.work_grad(x),
        &(spring.clone(), x.clone()),
    ));
    let (gs, gx) = spring.work_grad(&x);
    let (ds, dx) = (SpringGradient { stiffness: 0.3, rest: array![-1.0, 2.0] }, array![0.4, 0.9]);
    let (_, dy) = spring.work_jvp(&x, (&ds, &dx));
    let expected = gs.stiffness * ds.stiffness + gs.rest.dot(&ds.rest) + gx.dot(&dx);
    assert!((dy - expected).abs() < 1e-13, "{dy} {expected}");
    let _ = spring.coils;
}

/// A table, and between its entries a line: rustc could not tell from the search what the slope is.
#[differentiable(constant(table), vjp = looked_up_rule, jvp = looked_up_tangent)]
fn looked_up(table: &[(f64, f64)], x: f64) -> f64 {
    let (at, slope) = segment(table, x);
    table[at].1 + (x - table[at].0) * slope
}

fn segment(table: &[(f64, f64)], x: f64) -> (usize, f64) {
    let at = table.partition_point(|entry| entry.0 <= x).clamp(1, table.len() - 1) - 1;
    let ((a, fa), (b, fb)) = (table[at], table[at + 1]);
    (at, (fb - fa) / (b - a))
}

fn looked_up_rule(table: &[(f64, f64)], x: f64) -> (f64, impl Fn(f64) -> f64) {
    let slope = segment(table, x).1;
    (looked_up(table, x), move |dy| slope * dy)
}

fn looked_up_tangent(table: &[(f64, f64)], x: f64, dx: f64) -> (f64, f64) {
    (looked_up(table, x), segment(table, x).1 * dx)
}

/// The discrete Fourier transform of a power of two of numbers, real parts in the first column. Its adjoint is the
/// transform with the other sign, and its tangent is itself.
#[differentiable(vjp = fourier_rule, jvp = fourier_tangent)]
fn fourier(x: &Array2<f64>) -> Array2<f64> {
    transformed(x, -1.0)
}

fn transformed(x: &Array2<f64>, sign: f64) -> Array2<f64> {
    let n = x.nrows();
    if n == 1 {
        return x.clone();
    }
    let halves = [0, 1].map(|from| {
        let half = Array2::from_shape_fn((n / 2, 2), |(i, part)| x[[2 * i + from, part]]);
        transformed(&half, sign)
    });
    Array2::from_shape_fn((n, 2), |(i, part)| {
        let (sin, cos) = (sign * std::f64::consts::TAU * i as f64 / n as f64).sin_cos();
        let [even, odd] = [0, 1].map(|half| halves[half].row(i % (n / 2)));
        let turned = [cos * odd[0] - sin * odd[1], cos * odd[1] + sin * odd[0]];
        even[part] + turned[part]
    })
}

fn fourier_rule(x: &Array2<f64>) -> (Array2<f64>, impl Fn(Array2<f64>) -> Array2<f64>) {
    (fourier(x), |dy| transformed(&dy, 1.0))
}

fn fourier_tangent(x: &Array2<f64>, dx: &Array2<f64>) -> (Array2<f64>, Array2<f64>) {
    (fourier(x), fourier(dx))
}

/// The power above a band, weighted by a table.
#[differentiable(forward, constant(table))]
fn power(signal: &Array2<f64>, table: &[(f64, f64)]) -> f64 {
    let spectrum = fourier(&signal.mapv(|v| v * v));
    let mut sum = 0.0;
    for i in 1..4 {
        sum += looked_up(table, spectrum[[i, 0]]) * spectrum[[i, 1]];
    }
    sum
}

#[test]
fn a_table_and_a_transform() {
    let table = [(-4.0, 1.0), (-1.0, 0.5), (0.5, 0.9), (3.0, -2.0), (9.0, 4.0)];
    let signal = Array2::from_shape_fn((8, 2), |(i, part)| (1.3 * (3 * i + part) as f64).sin());
    let (y, dx) = power::value_and_grad(&signal, &table);
    assert_eq!(y, power(&signal, &table));
    let f = |x: &Array2<f64>| power(x, &table);
    chainrule_tests::check(chainrule::check::check_gradients(
        f,
        |x| power::grad(x, &table),
        &signal,
    ));
    let tangent = |x: &Array2<f64>, d: &Array2<f64>| power::jvp(x, &table, d).1;
    chainrule_tests::check(chainrule::check::check_tangent(f, tangent, &signal));
    assert_eq!(dx.dim(), (8, 2));
}

/// Rules inside of what has a Jacobian by columns: they run again for each.
#[differentiable(forward)]
fn forces(spring: &Spring, x: f64) -> Array1<f64> {
    let mut all = Array1::zeros(6);
    for i in 0..3 {
        let force = spring.force(&array![x, log1pexp(x * i as f64)]);
        all[2 * i] = force[0];
        all[2 * i + 1] = force[1] * x;
    }
    all
}

#[test]
fn rules_in_a_jacobian_by_columns() {
    let spring = Spring { stiffness: 2.0, rest: array![1.0, 0.5], coils: 3 };
    let jacobian = forces::jacobian(&spring, 0.4);
    assert_eq!(jacobian.dim(), (6, 4));
    for row in 0..6 {
        let mut dy = Array1::zeros(6);
        dy[row] = 1.0;
        let (ds, dx) = forces::vjp(&spring, 0.4).1(dy);
        let expected = [ds.stiffness, ds.rest[0], ds.rest[1], dx];
        for (found, expected) in jacobian.row(row).iter().zip(expected) {
            assert!((found - expected).abs() < 1e-14, "{row}: {found} {expected}");
        }
    }
}

#[differentiable(vjp = cube_rule)]
fn cube<T: Float>(x: &Array1<T>) -> T {
    x.mapv(|x| x * x * x).sum()
}

fn cube_rule<T: Float>(x: &Array1<T>) -> (T, impl Fn(T) -> Array1<T>) {
    let gradient = x.mapv(|x| x * x * T::from_f64_lossy(3.0));
    (cube(x), move |dy| &gradient * dy)
}

#[differentiable]
fn cubes<T: Float>(x: &Array1<T>, k: T) -> T {
    cube(x) * k
}

#[test]
fn a_generic() {
    assert_eq!(cubes::grad(&array![1.0_f32, 2.0], 2.0), (array![6.0, 24.0], 9.0));
    assert_eq!(cube::value_and_grad(&array![1.0, 2.0]), (9.0, array![3.0, 12.0]));
}

#[differentiable(vjp = short_rule)]
fn short(x: &Array1<f64>) -> f64 {
    x.sum()
}

fn short_rule(x: &Array1<f64>) -> (f64, impl Fn(f64) -> Array1<f64>) {
    (x.sum(), |dy| array![dy])
}

#[test]
#[should_panic(
    expected = "rule `short_rule`: the gradient of `x` has shape [1], and should have [3]"
)]
fn a_wrong_shape() {
    short::grad(&array![1.0, 2.0, 3.0]);
}

#[differentiable]
fn calls_short(x: &Array1<f64>) -> f64 {
    short(x) * 2.0
}

#[test]
#[should_panic(
    expected = "rule `short_rule`: the gradient of `x` has shape [1], and should have [3]"
)]
fn a_wrong_shape_in_a_call() {
    calls_short::grad(&array![1.0, 2.0, 3.0]);
}
