//! Forward mode: what it gives for the programs of a person, beside known mathematics.
#![forbid(unsafe_code)]
#![deny(warnings)]
#![allow(clippy::all)]

use std::cell::Cell;

use chainrule::ndarray::{Array1, Array2, ArrayView1, Axis, array};
use chainrule::prelude::*;
use chainrule_tests::{agree, expect, forward_agrees};

#[differentiable(forward)]
fn product(x: f64, y: f64) -> f64 {
    x.sin() * y
}

#[test]
fn floats_go_by_value() {
    let (y, dy) = product::jvp(0.5, 2.0, (1.0, 0.0));
    assert_eq!((y, dy), (0.5_f64.sin() * 2.0, 0.5_f64.cos() * 2.0));
    let (_, dy) = product::jvp(0.5, 2.0, (0.0, 3.0));
    assert_eq!(dy, 0.5_f64.sin() * 3.0);
}

/// A constant argument has no tangent, and one tangent is no tuple.
#[differentiable(forward)]
fn power(x: f64, n: usize) -> f64 {
    let mut y = 1.0;
    for _ in 0..n {
        y *= x;
    }
    y
}

#[test]
fn one_tangent_is_bare() {
    assert_eq!(power::jvp(2.0, 3, 1.0), (8.0, 12.0));
}

#[differentiable(forward)]
fn layer(w: &Array2<f64>, b: &Array1<f64>, x: ArrayView1<f64>) -> Array1<f64> {
    (w.dot(&x) + b).tanh()
}

#[differentiable(forward, constant(x))]
fn loss(w: &Array2<f64>, b: &Array1<f64>, x: &Array2<f64>) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.nrows() {
        let h = layer(w, b, x.row(i));
        sum += h.dot(&h);
    }
    sum / x.nrows() as f64
}

#[test]
fn arrays_go_by_reference_and_calls_carry_tangents() {
    let w = array![[0.1, -0.4], [0.7, 0.3]];
    let b = array![0.2, -0.1];
    let x = array![[1.0, 2.0], [-0.5, 0.3], [0.2, 0.9]];
    let (dw, db) = (array![[1.0, 0.5], [-0.3, 0.2]], array![0.4, -2.0]);
    let (value, (gw, gb)) = loss::value_and_grad(&w, &b, &x);
    let (y, dy) = loss::jvp(&w, &b, &x, (&dw, &db));
    assert!((y - value).abs() < 1e-14);
    let expected = (&gw * &dw).sum() + (&gb * &db).sum();
    assert!((dy - expected).abs() < 1e-13, "{dy} {expected}");
    let h = 1e-6;
    let (up, down) =
        (layer(&(&w + &(&dw * h)), &b, x.row(0)), layer(&(&w - &(&dw * h)), &b, x.row(0)));
    let (y, dh) = layer::jvp(&w, &b, x.row(0), (&dw, &Array1::zeros(2), &Array1::zeros(2)));
    assert_eq!(y, layer(&w, &b, x.row(0)));
    assert!(((up - down) / (2.0 * h) - dh).iter().all(|d: &f64| d.abs() < 1e-9));
}

/// A tangent of less rank than the value is spread.
#[differentiable(forward, constant(x))]
fn shifted(b: &Array1<f64>, s: f64, x: &Array2<f64>) -> Array2<f64> {
    x + b + s
}

#[test]
fn broadcasting_is_done_for_tangents_too() {
    let x = Array2::zeros((3, 2));
    let (_, dy) = shifted::jvp(&array![1.0, 2.0], 1.0, &x, (&array![1.0, -1.0], 0.5));
    assert_eq!(dy, array![[1.5, -0.5], [1.5, -0.5], [1.5, -0.5]]);
    let (_, dy) = shifted::jvp(&array![1.0, 2.0], 1.0, &x, (&array![0.0, 0.0], 0.5));
    assert_eq!(dy.dim(), (3, 2));
}

#[derive(Differentiable, Clone)]
struct Dense {
    w: Array2<f64>,
    b: Array1<f64>,
    width: usize,
}

impl Dense {
    #[differentiable(forward)]
    fn forward(&self, x: &Array1<f64>) -> Array1<f64> {
        (self.w.dot(x) + &self.b) * scale(1.0, self.width)
    }

    #[differentiable(forward)]
    fn scaled(&self, by: f64) -> Dense {
        Dense { w: &self.w * by, b: self.b.clone(), width: self.width }
    }
}

#[differentiable(forward)]
fn scale(x: f64, n: usize) -> f64 {
    x / n as f64
}

#[differentiable(forward)]
fn twice(p: &Dense, x: &Array1<f64>, by: f64) -> Array1<f64> {
    let q = p.scaled(by);
    q.forward(&p.forward(x))
}

#[test]
fn structs_and_methods() {
    let p = Dense { w: array![[1.0, 2.0], [3.0, 4.0]], b: array![1.0, 1.0], width: 2 };
    let x = array![0.5, -1.0];
    let (y, pullback) = twice::vjp(&p, &x, 0.5);
    let dp = DenseGradient { w: array![[0.1, 0.2], [-0.3, 0.4]], b: array![0.7, -0.1] };
    let (dx, by) = (array![1.0, 2.0], -0.4);
    let (value, dy) = twice::jvp(&p, &x, 0.5, (&dp, &dx, by));
    assert_eq!(y, value);
    let ybar = array![0.3, -0.8];
    let (gp, gx, gby) = pullback(ybar.clone());
    let forward = (&ybar * &dy).sum();
    let reverse = (&gp.w * &dp.w).sum() + (&gp.b * &dp.b).sum() + (&gx * &dx).sum() + gby * by;
    assert!((forward - reverse).abs() < 1e-12, "{forward} {reverse}");
    assert_eq!(p.forward_jvp(&x, (&dp, &dx)).0, p.forward(&x));
}

#[differentiable(forward, aux)]
fn with_aux(x: f64, axis: Axis) -> (f64, usize) {
    (x * x, axis.index())
}

#[test]
fn aux_is_passed_on() {
    assert_eq!(with_aux::jvp(3.0, Axis(1), 1.0), ((9.0, 1), 6.0));
}

#[differentiable(forward)]
fn spread(x: &Array1<f64>, k: f64) -> Array1<f64> {
    x * x * k
}

#[test]
fn jacobians_tall_and_wide() {
    let x = array![1.0, 2.0];
    // Wider than tall: by rows.
    assert_eq!(spread::jacobian(&x, 3.0), array![[6.0, 0.0, 1.0], [0.0, 12.0, 4.0]]);
    // Taller than wide: by columns.
    let zeros = Array2::zeros((2, 2));
    let b = array![1.0, 1.0];
    let tall = shifted::jacobian(&b, 1.0, &zeros);
    assert_eq!(tall, array![[1.0, 0.0, 1.0], [0.0, 1.0, 1.0], [1.0, 0.0, 1.0], [0.0, 1.0, 1.0]]);
}

thread_local! {
    static RUNS: Cell<usize> = const { Cell::new(0) };
}

/// A constant that is no operation: it runs as often as what stands around it.
fn one_more_run() -> f64 {
    RUNS.set(RUNS.get() + 1);
    1.0
}

/// Twice as many floats as the arguments but one: a loop, a branch, a closure, a write.
#[differentiable(forward)]
fn waves(x: &Array1<f64>, k: f64) -> Array1<f64> {
    let n = x.len();
    let y = x.mapv(|x| {
        let angle = k * x;
        if angle > 0.5 { angle.sin() } else { angle * angle }
    });
    let mut both = Array1::zeros(2 * n);
    let mut before = k.exp();
    for i in 0..n {
        before = (before * y[i]).sin() * one_more_run();
        both[2 * i] = before;
        if i % 2 == 0 {
            both[2 * i + 1] = y[i] * before.exp();
        } else {
            both[2 * i + 1] = y[i];
        }
    }
    both
}

#[test]
fn a_jacobian_by_columns_runs_the_primal_once() {
    let (x, k) = (array![0.3, 0.9, -1.2, 0.5], 0.8);
    RUNS.set(0);
    let jacobian = waves::jacobian(&x, k);
    assert_eq!(RUNS.get(), x.len());
    for column in 0..5 {
        let mut dx = Array1::zeros(4);
        let dk = if column == 4 { 1.0 } else { 0.0 };
        if column < 4 {
            dx[column] = 1.0;
        }
        let (_, dy) = waves::jvp(&x, k, (&dx, dk));
        let difference = &jacobian.column(column) - &dy;
        assert!(difference.iter().all(|d| d.abs() < 1e-14), "{column}: {difference}");
    }
    for row in 0..8 {
        let mut dy = Array1::zeros(8);
        dy[row] = 1.0;
        let (dx, dk) = waves::vjp(&x, k).1(dy);
        for (found, expected) in jacobian.row(row).iter().zip(dx.iter().chain([&dk])) {
            assert!((found - expected).abs() < 1e-14, "{row}: {found} against {expected}");
        }
    }
}

/// Loops inside a loop, of as many turns as it has had: what they keep is gone through from the front.
#[differentiable(forward)]
fn triangle(x: f64, y: f64) -> Array1<f64> {
    let mut sums = Array1::zeros(4);
    let mut a = x;
    for i in 0..4 {
        for j in 0..i {
            a = (a * y).sin() + j as f64;
        }
        let mut b = a;
        for j in i..4 {
            b *= (b - x).cos() * j as f64;
        }
        sums[i] = a * b;
    }
    sums
}

#[test]
fn a_jacobian_through_loops_in_loops() {
    let (x, y) = (0.7, 1.3);
    let jacobian = triangle::jacobian(x, y);
    for (column, direction) in [(1.0, 0.0), (0.0, 1.0)].into_iter().enumerate() {
        let (_, dy) = triangle::jvp(x, y, direction);
        let difference = &jacobian.column(column) - &dy;
        assert!(difference.iter().all(|d| d.abs() < 1e-12), "{column}: {difference}");
    }
}

/// What is given by value is lent to every column.
#[differentiable(forward)]
fn owned(x: Array1<f64>, v: Vec<f64>) -> (Array1<f64>, Vec<f64>) {
    let mut list = v;
    list.push(x.sum());
    list[0] = list[0] * list[1];
    let y = x * list[0];
    (y, list)
}

#[test]
fn a_jacobian_of_what_is_owned() {
    let jacobian = owned::jacobian(array![2.0, 3.0], vec![5.0]);
    // (50, 75), [25, 5]; by x0, x1, v.
    let expected =
        array![[35.0, 10.0, 10.0], [15.0, 40.0, 15.0], [5.0, 5.0, 5.0], [1.0, 1.0, 0.0],];
    assert_eq!(jacobian, expected);
}

/// A callee that counts how often its value is computed.
#[differentiable(forward)]
fn wave(x: f64, k: f64) -> f64 {
    let angle = k * x * one_more_run();
    let mut sum = 0.0;
    for i in 0..3 {
        sum += (angle * i as f64).sin() * k;
    }
    sum
}

/// A level between, with an array that it borrows and one that it owns.
#[differentiable(forward)]
fn scaled_wave(x: &Array1<f64>, by: Array1<f64>, k: f64) -> f64 {
    let phase = wave(k, 0.3);
    if phase > 0.0 { wave(x[0], k) * (&by * x).sum() } else { wave(x[1], k) + by.sum() }
}

#[derive(Clone, Debug, Differentiable)]
struct Spring {
    stiffness: f64,
    rest: Array1<f64>,
}

impl Spring {
    #[differentiable(forward)]
    fn force(&self, at: usize, x: f64) -> f64 {
        (self.rest[at] - x) * self.stiffness * one_more_run()
    }

    #[differentiable(forward, recursive)]
    fn path(self, x: f64, turns: usize) -> f64 {
        if turns == 0 {
            return x;
        }
        let moved = x + 0.1 * self.force(turns % 2, x);
        self.path(moved, turns - 1)
    }
}

/// Calls in straight code, in a loop, in a branch, through two levels, by method, of itself; of constants too.
#[differentiable(forward)]
fn many_waves(x: &Array1<f64>, spring: &Spring) -> Array1<f64> {
    let mut gave = Array1::zeros(12);
    let start = wave(x[0], 0.7);
    let fixed = wave(0.2, 0.1);
    gave[0] = start * fixed;
    for i in 1..5 {
        let y = wave(x[i % 2], gave[i - 1]);
        if y > 0.0 {
            gave[i] = y * wave(y, start);
        } else {
            gave[i] = scaled_wave(x, x * y, start);
        }
    }
    gave[5] = scaled_wave(&(x * 0.5), array![1.0, 2.0], x[1]);
    gave[6] = spring.force(0, x[0]) * spring.clone().path(x[1], 4);
    gave
}

#[test]
fn a_jacobian_by_columns_computes_the_values_of_callees_once() {
    let x = array![0.4, -0.9];
    let spring = Spring { stiffness: 1.5, rest: array![0.2, 0.8] };
    RUNS.set(0);
    let value = many_waves(&x, &spring);
    let once = RUNS.get();
    RUNS.set(0);
    let jacobian = many_waves::jacobian(&x, &spring);
    assert_eq!(RUNS.get(), once);
    assert_eq!(jacobian.dim(), (12, 5));
    for column in 0..5 {
        let unit = |at: usize| if column == at { 1.0 } else { 0.0 };
        let dx = array![unit(0), unit(1)];
        let dspring = SpringGradient { stiffness: unit(2), rest: array![unit(3), unit(4)] };
        let (y, dy) = many_waves::jvp(&x, &spring, (&dx, &dspring));
        assert_eq!(y, value);
        let difference = &jacobian.column(column) - &dy;
        assert!(difference.iter().all(|d| d.abs() < 1e-13), "{column}: {difference}");
    }
}

#[derive(Clone, Copy, Debug, Differentiable)]
struct Pair {
    x: f64,
    y: f64,
}

impl Pair {
    #[differentiable(forward)]
    fn turned(self, by: f64) -> Pair {
        Pair { x: self.x * by.cos() - self.y, y: self.y * by.sin() + self.x }
    }
}

#[test]
fn a_jacobian_of_a_method_that_takes_self_by_value() {
    let (sin, cos) = 0.3_f64.sin_cos();
    let jacobian = Pair { x: 2.0, y: 5.0 }.turned_jacobian(0.3);
    agree("jacobian", &jacobian, &array![[cos, -1.0, -2.0 * sin], [1.0, sin, 5.0 * cos]], 1.0);
}

/// What begins as `None` in every turn of a loop, and is found in a loop inside of it.
#[differentiable(forward)]
fn nearest(x: &[f64; 4]) -> f64 {
    let mut total = 0.0;
    for turn in 0..3 {
        let mut nearest: Option<f64> = None;
        for i in 0..x.len() {
            let hit = if x[i] > turn as f64 { Some(x[i] * x[3 - i]) } else { None };
            match (hit, nearest) {
                (Some(t), None) => nearest = Some(t),
                (Some(t), Some(best)) if t < best => nearest = Some(t),
                _ => {}
            }
        }
        let Some(t) = nearest else { break };
        total += t * t;
    }
    total
}

#[test]
fn a_tangent_of_none_in_a_loop() {
    let x = [1.5, 0.5, 3.0, 0.7];
    let (a, b, c) = (1.5 * 0.7, 0.5 * 3.0, 1.5);
    expect!(
        nearest(&x) = 2.0 * a * a + b * b,
        d = [4.0 * a * 0.7, 2.0 * b * 3.0, 2.0 * c * 0.5, 4.0 * a * 1.5]
    );
}

/// An array of shapes that are asked of another: the map of tangents owns neither.
#[differentiable(forward)]
fn table(x: &[f64; 6]) -> f64 {
    let rows = Array2::from_shape_vec((3, 2), x.to_vec()).unwrap().log_softmax(Axis(1));
    let (n, m) = (rows.nrows(), 2);
    let mut table = Array2::from_elem((n, m), 1.0);
    for i in 1..n {
        for j in 0..m {
            table[[i, j]] = table[[i - 1, j]] * rows[[i, 1 - j]];
        }
    }
    table[[n - 1, 0]]
}

#[test]
fn a_map_of_tangents_owns_nothing_of_the_primal() {
    let x = [0.3, -0.2, 1.0, 0.5, -0.4, 0.9];
    let gradient = table::grad(&x);
    forward_agrees(&gradient, |tangent| table::jvp(&x, tangent).1);
    let jacobian = table::jacobian(&x);
    agree("jacobian", &jacobian.row(0).to_owned(), &gradient, 1.0);
}

#[differentiable(forward)]
fn with_nothing_beside(a: f64, b: f64) -> f64 {
    let parts = vec![Some(a), None, Some(a * b)];
    let (given, none) = ([None, Some(b)], (Some(a), None::<f64>));
    let mut sum = none.0.unwrap_or(1.0) * none.1.unwrap_or(3.0);
    for part in parts.iter().chain(&given) {
        if let Some(x) = part {
            sum += x * x;
        }
    }
    sum
}

#[differentiable(forward)]
fn a_pair_with_nothing(a: f64) -> (f64, Option<f64>) {
    (a * a, None)
}

#[test]
fn nothing_beside_what_has_a_tangent() {
    expect!(with_nothing_beside(1.5, 2.0) = 19.75, d = (18.0, 13.0));
    assert_eq!(a_pair_with_nothing::jvp(1.5, 1.0), ((2.25, None), (3.0, None)));
    assert_eq!(a_pair_with_nothing::jacobian(1.5)[[0, 0]], 3.0);
}
