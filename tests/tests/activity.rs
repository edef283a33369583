//! What a constant costs (nothing), what runs once, and what is passed on untouched.
#![forbid(unsafe_code)]
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

use std::cell::Cell;
use std::collections::BTreeMap;

use chainrule::check::check_gradients;
use chainrule::ndarray::{Array1, Array2, Axis, array};
use chainrule::prelude::*;
#[cfg(debug_assertions)]
use chainrule::rt::count_products;
use chainrule_tests::{check, sampled};

/// How many matrix products `f` runs in the runtime, which counts them where debug assertions are on.
#[cfg(debug_assertions)]
fn products_of<Y>(f: impl FnOnce() -> Y) -> usize {
    let before = count_products();
    f();
    count_products() - before
}

#[differentiable]
fn dense(w: &Array2<f64>, x: &Array2<f64>) -> Array2<f64> {
    x.dot(w).tanh()
}

#[differentiable(wrt(w))]
fn of_weights(w: &Array2<f64>, x: &Array2<f64>) -> f64 {
    x.dot(w).sum()
}

#[test]
#[cfg(debug_assertions)]
fn a_constant_argument_costs_no_product() {
    let (w, x) = (sampled([3, 2], 1), sampled([4, 3], 2));
    assert_eq!(products_of(|| of_weights::value_and_grad(&w, &x)), 2, "x.dot(w), x^T.dot(dy)");
}

#[differentiable]
fn layer(w: &Array2<f64>, x: &Array2<f64>) -> Array2<f64> {
    x.dot(w).tanh()
}

#[differentiable]
fn block(w: &Array2<f64>, v: &Array2<f64>, x: &Array2<f64>) -> Array2<f64> {
    let h = layer(w, x);
    layer(v, &h)
}

#[differentiable(wrt(w, v))]
fn trained(w: &Array2<f64>, v: &Array2<f64>, x: &Array2<f64>) -> f64 {
    block(w, v, x).sum()
}

#[differentiable(wrt(v))]
fn last_trained(w: &Array2<f64>, v: &Array2<f64>, x: &Array2<f64>) -> f64 {
    block(w, v, x).sum()
}

#[differentiable(wrt(x))]
fn input_trained(w: &Array2<f64>, v: &Array2<f64>, x: &Array2<f64>) -> f64 {
    block(w, v, x).sum()
}

#[differentiable]
fn all_trained(w: &Array2<f64>, v: &Array2<f64>, x: &Array2<f64>) -> f64 {
    block(w, v, x).sum()
}

#[test]
#[cfg(debug_assertions)]
fn constants_cost_nothing_through_two_levels_of_calls() {
    let (w, v, x) = (sampled([3, 2], 1), sampled([2, 2], 2), sampled([4, 3], 3));
    // The backward of all three: two products for each of the two layers.
    assert_eq!(products_of(|| all_trained::grad(&w, &v, &x)), 2 + 4);
    assert_eq!(products_of(|| trained::grad(&w, &v, &x)), 2 + 3, "no gradient of x");
    assert_eq!(products_of(|| last_trained::grad(&w, &v, &x)), 2 + 1, "the gradient of v alone");
    assert_eq!(products_of(|| input_trained::grad(&w, &v, &x)), 2 + 2, "through both, to x");
    assert_eq!(products_of(|| trained::vjp(&w, &v, &x).1(1.0)), 2 + 3);
    assert_eq!(products_of(|| last_trained::vjp(&w, &v, &x).1(1.0)), 2 + 1);
}

#[derive(Differentiable, Clone, Debug)]
struct Net {
    w: Array2<f64>,
    v: Array2<f64>,
}

impl Net {
    #[differentiable]
    fn hidden(&self, x: &Array2<f64>) -> Array2<f64> {
        x.dot(&self.w).tanh()
    }

    #[differentiable]
    fn logits(&self, x: &Array2<f64>) -> Array2<f64> {
        self.hidden(x).dot(&self.v)
    }

    #[differentiable(wrt(self))]
    fn loss(&self, x: &Array2<f64>, labels: &[usize]) -> f64 {
        self.logits(x).cross_entropy(labels)
    }
}

#[test]
#[cfg(debug_assertions)]
fn constants_cost_nothing_through_methods() {
    let net = Net { w: sampled([3, 2], 1), v: sampled([2, 2], 2) };
    let x = sampled([4, 3], 3);
    assert_eq!(products_of(|| net.loss_grad(&x, &[0, 1, 1, 0])), 2 + 3, "no gradient of x");
}

#[differentiable]
fn stopped(x: f64, y: f64) -> f64 {
    let held = stop_gradient(x * y);
    let other = stop_gradient(x.sin()) * x;
    x * held + stop_gradient(y) * y + other + stop_gradient(2.0)
}

#[test]
fn stop_gradient_of_floats() {
    let (x, y) = (0.7_f64, 1.3);
    assert_eq!(stopped::vjp(x, y).0, stopped(x, y));
    assert_eq!(stopped::grad(x, y), (x * y + x.sin(), y));
}

#[derive(Differentiable, Clone, Debug)]
struct Model {
    w: Array1<f64>,
}

impl Model {
    fn len(&self) -> usize {
        self.w.len()
    }
    fn describe(&self, power: i32) -> String {
        format!("{power}:{}", self.len())
    }
}

#[differentiable]
fn of_sized(s: &Model, x: f64) -> f64 {
    let n = stop_gradient(s.len());
    let text = stop_gradient(s.describe(2));
    let largest = stop_gradient(s.w.iter().copied().fold(f64::NEG_INFINITY, f64::max));
    s.w.sum() * n as f64 + x * text.len() as f64 + x * largest
}

#[test]
fn stop_gradient_of_anything() {
    let (ds, dx) = of_sized::grad(&Model { w: array![1.0, 5.0] }, 2.0);
    assert_eq!((ds.w, dx), (array![2.0, 2.0], 3.0 + 5.0));
}

thread_local! {
    static CALLS: Cell<usize> = const { Cell::new(0) };
}

fn counted() -> f64 {
    CALLS.set(CALLS.get() + 1);
    2.0
}

#[differentiable]
fn with_effect(x: f64, y: f64) -> f64 {
    let k = counted();
    let unused = counted();
    let _ = unused;
    x * k * y * k
}

#[test]
fn an_unknown_call_runs_once() {
    CALLS.set(0);
    assert_eq!(with_effect::value_and_grad(3.0, 5.0), (60.0, (20.0, 12.0)));
    assert_eq!(CALLS.get(), 2);
    CALLS.set(0);
    let (_, pull) = with_effect::vjp(3.0, 5.0);
    assert_eq!((pull(1.0), pull(2.0)), ((20.0, 12.0), (40.0, 24.0)));
    assert_eq!(CALLS.get(), 2, "and not in the pullback");
}

#[differentiable(constant(log))]
fn logged(x: f64, log: &mut Vec<String>) -> f64 {
    log.push(format!("start {}", log.len()));
    let y = x * x;
    log.push("middle".into());
    let n = log.len();
    let z = y * n as f64;
    log.push("end".into());
    z
}

#[test]
fn effects_run_in_order() {
    let mut log = Vec::new();
    assert_eq!(logged::value_and_grad(3.0, &mut log), (18.0, 12.0));
    assert_eq!(log, ["start 0", "middle", "end"]);
    let (_, pull) = logged::vjp(3.0, &mut log);
    assert_eq!(pull(1.0), 30.0);
    drop(pull);
    assert_eq!(log.len(), 6);
}

#[differentiable]
fn dropped<R: rand::Rng>(x: &Array1<f64>, rng: &mut R) -> f64 {
    let mask = x.raw_dim();
    let mask =
        Array1::from_shape_fn(
            mask,
            |_| if rand::RngExt::random::<f64>(rng) < 0.5 { 0.0 } else { 2.0 },
        );
    (x * &mask).sum()
}

#[test]
fn random_numbers_are_drawn_once() {
    let x = Array1::ones(20);
    let (value, gradient) = dropped::value_and_grad(&x, &mut chainrule_tests::generator(3));
    assert_eq!(value, gradient.sum());
    assert_eq!(value, dropped(&x, &mut chainrule_tests::generator(3)));
    let (value, pull) = {
        let (value, pull) = dropped::vjp(&x, Box::leak(Box::new(chainrule_tests::generator(3))));
        (value, pull(1.0))
    };
    assert_eq!(value, pull.sum());
}

#[differentiable(wrt(x))]
fn verbatim(x: f64, table: &BTreeMap<String, Vec<f64>>, key: &str, limits: (usize, usize)) -> f64 {
    let row = &table[key];
    let squares: Vec<f64> = row.iter().skip(limits.0).take(limits.1).map(|v| v * v).collect();
    let total: f64 = squares.iter().sum();
    let label = format!("{key}-{}", squares.len());
    let bonus = match label.as_str() {
        "a-2" => 10.0,
        _ => 0.0,
    };
    let mut steps = 0;
    for value in row {
        if *value > 1.0 {
            steps += 1;
        }
    }
    let [first, ..] = row[..] else { panic!("no values") };
    let last = if let Some(last) = row.last() { *last } else { 0.0 };
    x * total + x * bonus * f64::from(steps) + x * x * first + x * last
}

#[test]
fn constant_code_is_any_rust() {
    let table = BTreeMap::from([("a".to_string(), vec![1.0, 2.0, 3.0])]);
    // total 13, bonus 10, steps 2, first 1, last 3
    assert_eq!(verbatim(2.0, &table, "a", (1, 2)), 26.0 + 40.0 + 4.0 + 6.0);
    assert_eq!(verbatim::value_and_grad(2.0, &table, "a", (1, 2)), (76.0, 13.0 + 20.0 + 4.0 + 3.0));
}

#[differentiable]
fn constant_variables(x: f64, n: usize) -> f64 {
    let mut k = 1;
    k += n;
    let before = k;
    k *= 2;
    let mut names = Vec::new();
    names.push("a");
    names.extend(["b", "c"]);
    let y = x * k as f64;
    k += 1;
    names.clear();
    y * x * k as f64 + x * before as f64 + names.len() as f64
}

#[test]
fn constant_variables_keep_the_value_they_had() {
    // n = 2: before = 3, k = 6, then 7
    assert_eq!(constant_variables(2.0, 2), 42.0 * 4.0 + 6.0);
    assert_eq!(constant_variables::value_and_grad(2.0, 2), (174.0, 171.0));
    assert_eq!(constant_variables::vjp(2.0, 2).1(1.0), 171.0);
}

#[differentiable]
fn changed(x: f64) -> f64 {
    let mut weights = vec![2.0, 3.0];
    let y = x * weights[0];
    weights[0] = 100.0;
    let z = y * x * weights[1];
    weights.swap(0, 1);
    z + x * weights[0]
}

#[test]
fn a_constant_that_changes_after_its_use() {
    assert_eq!(changed::value_and_grad(2.0), (30.0, 27.0));
    assert_eq!(changed::vjp(2.0).1(1.0), 27.0);
}

#[differentiable]
fn shadowed(x: f64, k: f64) -> f64 {
    let n = 2.0;
    let y = x * n;
    let n = n + 1.0;
    let z = y * n * x;
    let k = k * n;
    z * k
}

#[test]
fn a_shadowed_constant_keeps_both_values() {
    // 2 * 3 * 3 x^2 k
    assert_eq!(shadowed::value_and_grad(2.0, 0.5), (36.0, (36.0, 72.0)));
    assert_eq!(shadowed::vjp(2.0, 0.5).1(1.0), (36.0, 72.0));
}

#[differentiable]
fn by_shape(x: &Array2<f64>) -> f64 {
    let (rows, columns) = x.dim();
    let n = x.len() as f64;
    let weight = if x.nrows() > 1 && x.shape()[1] == columns { 2.0 } else { 1.0 };
    assert!(x.ndim() == 2 && !x.is_empty(), "{rows}");
    x.sum() * weight / n + x.sum_axis(Axis(0)).len() as f64 * x[[0, 0]] * rows as f64
}

#[test]
fn shapes_are_constant() {
    check(chainrule::check::check_gradients(by_shape, by_shape::grad, &sampled([2, 3], 1)));
}

#[differentiable]
fn target(w: &Array2<f64>, x: &Array1<f64>) -> f64 {
    let y = w.dot(x);
    let fixed = stop_gradient(w.dot(x));
    let whole = stop_gradient(&y);
    let copy = stop_gradient(y.clone());
    (&y * &fixed).sum() + (whole * &y).sum() + copy.dot(&y)
}

#[test]
fn stop_gradient_of_arrays() {
    let (w, x) = (sampled::<f64, _, _>([2, 3], 1), sampled::<f64, _, _>([3], 2));
    let y = w.dot(&x);
    let (dw, dx) = target::grad(&w, &x);
    let expected = Array2::from_shape_fn((2, 3), |(i, j)| 3.0 * y[i] * x[j]);
    assert!((&dw - &expected).iter().all(|d| d.abs() < 1e-12));
    assert!((&dx - &(w.t().dot(&y) * 3.0)).iter().all(|d| d.abs() < 1e-12));
}

#[differentiable]
fn with_config(
    x: f64,
    name: &str,
    axis: Axis,
    range: std::ops::Range<usize>,
    flags: &[bool],
    f: fn(usize) -> f64,
) -> f64 {
    let total: usize = range.sum();
    x * f(total + axis.index()) * name.len() as f64 * if flags[0] { 1.0 } else { 0.0 }
}

#[differentiable]
fn passes_constants(x: f64, name: &str) -> f64 {
    with_config(x, name, Axis(1), 0..4, &[true, false], |n| n as f64)
        + with_config(x * x, "four", Axis(0), 0..2, &[name.is_empty()], |n| n as f64)
}

#[test]
fn constants_of_every_kind_pass_through_calls() {
    assert_eq!(passes_constants::grad(3.0, "ab"), 14.0);
    assert_eq!(passes_constants::grad(3.0, ""), 4.0 * 6.0);
}

#[derive(Clone, Debug)]
enum Mode {
    Plain,
    Doubled,
}

#[derive(Differentiable, Clone, Debug)]
struct Settings {
    w: Array1<f64>,
    power: i32,
    #[differentiable(constant)]
    name: String,
    #[differentiable(constant)]
    mode: Mode,
    inner: Inner,
}

#[derive(Differentiable, Clone, Debug)]
struct Inner {
    k: f64,
    sizes: Vec<usize>,
    by: usize,
}

#[differentiable(constant(mode))]
fn powered(w: &Array1<f64>, n: i32, name: &str, mode: &Mode, sizes: Vec<usize>) -> f64 {
    let k = match mode {
        Mode::Plain => 1.0,
        Mode::Doubled => 2.0,
    };
    w.mapv(|w| w.powi(n)).sum() * k * name.len() as f64 * sizes[0] as f64
}

impl Inner {
    #[differentiable]
    fn scaled(&self, x: f64, by: usize) -> f64 {
        self.k * x * by as f64
    }
}

#[differentiable]
fn passes_fields(s: &Settings, x: f64) -> f64 {
    let y = powered(&s.w, s.power, &s.name, &s.mode, s.inner.sizes.clone());
    s.inner.scaled(y * x, s.inner.by)
}

#[test]
fn constant_fields_of_an_active_struct_pass_through_calls() {
    let inner = Inner { k: 0.4, sizes: vec![3, 2], by: 2 };
    let settings = Settings {
        w: array![0.3, -1.2],
        power: 3,
        name: "four".into(),
        mode: Mode::Doubled,
        inner,
    };
    let x = (settings, 0.7);
    check(check_gradients(|(s, x)| passes_fields(s, *x), |(s, x)| passes_fields::grad(s, *x), &x));
    let doubled = passes_fields::grad(&x.0, x.1).1;
    let plain = passes_fields::grad(&Settings { mode: Mode::Plain, ..x.0 }, x.1).1;
    assert_eq!(doubled, 2.0 * plain);
}

/// What one argument receives is part of what another one does, which the caller may not want.
#[differentiable]
fn shares_cotangents(s: &Array1<f64>, p: f64) -> f64 {
    let (x, y) = (array![p, s[0]].dot(&Array1::from_elem(2, p)), s[0] * s[1]);
    let z = if y > s[0] && y < -1.4 {
        if x > p { y * x } else { y + x }
    } else {
        (p.powi(2) + 0.5).sqrt() + x
    };
    y - z - y - x - p + s[1]
}

#[differentiable]
fn shares_with_one(s: &Array1<f64>) -> f64 {
    shares_cotangents(s, 0.5)
}

#[differentiable]
fn shares_with_the_other(p: f64) -> f64 {
    shares_cotangents(&array![2.0, 3.0], p)
}

#[test]
fn cotangents_that_are_shared() {
    let root = 0.75_f64.sqrt();
    let (y, ds) = shares_with_one::value_and_grad(&array![2.0, 3.0]);
    assert!((y + root).abs() < 1e-12 && ds == array![-1.0, 1.0], "{y} {ds}");
    assert_eq!(shares_with_one::grad(&array![-2.0, 1.0]), array![-1.0, 1.0]);
    let (y, dp) = shares_with_the_other::value_and_grad(0.5);
    assert!((y + root).abs() < 1e-12 && (dp + 0.5 / root + 7.0).abs() < 1e-12, "{y} {dp}");
}

/// What a constant argument would have received is not computed, so nothing may ask it for its shape.
#[differentiable]
fn of_two_lists(x: &Array2<f64>, y: f64) -> f64 {
    let mut row = x.row(1).to_owned();
    row.zip_mut_with(&Array1::from_elem(2, y), |a, b| {
        *a = *a
            * match 4 % 5 {
                1..=3 => *b,
                _ => y,
            }
    });
    row.sum()
}

#[differentiable]
fn of_a_constant_list(y: f64) -> f64 {
    of_two_lists(&Array2::from_elem((2, 2), 1.5), y)
}

#[test]
fn a_shape_is_asked_of_what_is_computed_anyway() {
    assert_eq!(of_a_constant_list::value_and_grad(2.0), (6.0, 3.0));
}
