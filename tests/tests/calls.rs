//! Calls between differentiable functions: modules, methods, function bodies, constants.
#![forbid(unsafe_code)]
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

use chainrule::check::{check_adjoint, check_gradients};
use chainrule::ndarray::{Array1, Array2, ArrayView1, array};
use chainrule::prelude::*;
use chainrule_tests::{check, sampled};

mod model {
    pub(crate) mod layers {
        use chainrule::ndarray::{Array1, Array2};
        use chainrule::prelude::*;

        #[differentiable]
        pub(crate) fn dense(w: &Array2<f64>, b: &Array1<f64>, x: &Array1<f64>) -> Array1<f64> {
            (w.dot(x) + b).tanh()
        }

        #[differentiable]
        pub(super) fn twice(w: &Array2<f64>, b: &Array1<f64>, x: &Array1<f64>) -> Array1<f64> {
            let once = dense(w, b, x);
            self::dense(w, b, &once)
        }
    }

    use chainrule::ndarray::{Array1, Array2};
    use chainrule::prelude::*;
    pub(crate) use layers::dense;

    #[differentiable]
    pub(crate) fn deep(w: &Array2<f64>, b: &Array1<f64>, x: &Array1<f64>) -> Array1<f64> {
        let y = layers::twice(w, b, x);
        crate::model::layers::dense(w, &y, &(x * 2.0))
    }
}

use model::deep;

#[differentiable]
fn across(w: &Array2<f64>, b: &Array1<f64>, x: &Array1<f64>) -> f64 {
    (deep(w, b, x) * model::dense(w, b, x)).sum() + model::deep(w, x, b).sum()
}

#[test]
fn across_modules() {
    let x = (sampled([3, 3], 1), sampled([3], 2), sampled([3], 3));
    check(check_gradients(|(w, b, x)| across(w, b, x), |(w, b, x)| across::grad(w, b, x), &x));
}

#[differentiable]
fn callee(a: &Array1<f64>, b: Array1<f64>, k: f64, j: &f64, n: usize) -> Array1<f64> {
    (a * b * k + *j) * n as f64
}

#[differentiable]
fn caller(x: &Array1<f64>, k: f64) -> Array1<f64> {
    let y = x * k;
    let a = callee(x, y.clone(), k, &k, 2);
    let b = callee(&y, x.clone(), k * 2.0, &(k + 1.0), x.len());
    let c = callee(&(x + 1.0), y, 0.5, &2.0, 3);
    a + b * c
}

#[test]
fn arguments_of_every_kind() {
    let x = (sampled([3], 1), 0.7);
    check(check_adjoint(|(x, k)| caller(x, *k), |(x, k), dy| caller::vjp(x, *k).1(dy), &x));
}

#[differentiable]
fn weighted(a: f64, b: f64) -> f64 {
    a * a * b
}

#[differentiable]
fn doubled(x: f64) -> f64 {
    weighted(x, x) + weighted(x * 2.0, x)
}

#[test]
fn the_same_argument_twice() {
    assert_eq!(doubled::value_and_grad(2.0), (40.0, 60.0));
}

#[differentiable]
fn square(x: f64) -> f64 {
    x * x
}

#[differentiable]
fn of_square(x: f64, v: &Array1<f64>) -> f64 {
    square(x) * square(square(x)) + norm2(v) + norm2(&(v * x))
}

#[differentiable]
fn norm2(v: &Array1<f64>) -> f64 {
    v.dot(v)
}

#[test]
fn functions_of_one_argument() {
    let x = (0.7, array![0.3, -0.4]);
    check(check_gradients(|(x, v)| of_square(*x, v), |(x, v)| of_square::grad(*x, v), &x));
}

#[differentiable]
fn pair(x: &Array1<f64>, k: f64) -> (Array1<f64>, f64) {
    (x * k, x.sum() * k)
}

#[differentiable]
fn of_pair(x: &Array1<f64>, k: f64) -> f64 {
    let (a, b) = pair(x, k);
    let c = pair(&a, b);
    (c.0 * c.1).sum() + pair(x, b).1
}

#[test]
fn tuple_results_of_calls() {
    let x = (sampled([3], 1), 0.7);
    check(check_gradients(|(x, k)| of_pair(x, *k), |(x, k)| of_pair::grad(x, *k), &x));
}

#[test]
fn inside_function_bodies() {
    #[differentiable]
    fn inner(x: f64, y: f64) -> f64 {
        x * x * y
    }

    #[differentiable]
    fn outer(x: f64, y: f64) -> f64 {
        inner(x, y) + inner(y, 2.0)
    }

    assert_eq!(outer::grad(2.0, 3.0), (12.0, 4.0 + 12.0));
}

#[differentiable]
fn with_items(x: f64) -> f64 {
    #[differentiable]
    fn local(x: f64, k: f64) -> f64 {
        x * x * k
    }
    const SCALE: f64 = 3.0;
    let y = local(x, SCALE);
    y * x
}

#[test]
fn functions_inside_the_body() {
    assert_eq!(with_items::value_and_grad(2.0), (24.0, 36.0));
}

#[derive(Differentiable, Clone, Debug)]
struct Layer {
    w: Array2<f64>,
    b: Array1<f64>,
    name: &'static str,
}

impl Layer {
    #[differentiable]
    fn forward(&self, x: &Array1<f64>) -> Array1<f64> {
        (self.w.dot(x) + &self.b).tanh()
    }

    #[differentiable]
    fn penalty(&self) -> f64 {
        self.w.mapv(|w| w * w).sum()
    }

    fn len(&self) -> usize {
        self.b.len()
    }
}

#[derive(Differentiable, Clone, Debug)]
struct Net {
    layers: Vec<Layer>,
    last: Layer,
    scale: f64,
}

impl Net {
    #[differentiable]
    fn forward(&self, x: &Array1<f64>) -> Array1<f64> {
        let first = &self.layers[0];
        let h = first.forward(x);
        let h = self.layers[1].forward(&h) * self.scale;
        self.last.forward(&h)
    }

    #[differentiable(wrt(self))]
    fn loss(&self, x: &Array1<f64>, y: &Array1<f64>) -> f64 {
        assert_eq!(self.last.name, "last");
        let n = stop_gradient(self.last.len()) as f64;
        let error = self.forward(x) - y;
        error.dot(&error) / n + 0.1 * self.last.penalty() + 0.2 * self.layers[0].penalty()
    }
}

fn net() -> Net {
    let layer = |seed, name| Layer { w: sampled([2, 2], seed), b: sampled([2], seed + 1), name };
    Net { layers: vec![layer(1, "a"), layer(3, "b")], last: layer(5, "last"), scale: 0.7 }
}

#[test]
fn methods_of_nested_structs() {
    let (x, y) = (array![0.3, -0.4], array![0.1, 0.9]);
    check(check_gradients(|net: &Net| net.loss(&x, &y), |net| net.loss_grad(&x, &y), &net()));
    check(check_adjoint(
        |(net, x): &(Net, Array1<f64>)| net.forward(x),
        |(net, x), dy| net.forward_vjp(x).1(dy),
        &(net(), x.clone()),
    ));
}

#[differentiable(recursive)]
fn horner(x: f64, coefficients: &[f64]) -> f64 {
    coefficients[0] * x + x.sin()
}

#[test]
fn a_recursive_function_that_does_not_recur() {
    assert_eq!(horner::grad(0.0, &[2.0, 1.0]), (3.0, vec![0.0, 0.0]));
}

#[differentiable(wrt(w))]
fn linear(w: &Array2<f64>, x: &Array1<f64>) -> Array1<f64> {
    w.dot(x)
}

#[differentiable(wrt(w))]
fn of_linear(w: &Array2<f64>, x: &Array1<f64>) -> f64 {
    linear(w, x).dot(&linear(&(w * 2.0), x))
}

#[test]
fn a_callee_with_wrt() {
    let (w, x) = (sampled([2, 3], 1), sampled([3], 2));
    check(check_gradients(|w| of_linear(w, &x), |w| of_linear::grad(w, &x), &w));
}

fn plain(n: usize, text: &str) -> f64 {
    (n + text.len()) as f64
}

#[differentiable(wrt(x))]
fn beside_plain_calls(x: f64, text: &str, table: &std::collections::HashMap<String, f64>) -> f64 {
    let found = table.get(text).copied().unwrap_or_default();
    let message = format!("{text} {found}");
    x * plain(2, &message) * found + x * table[text]
}

#[test]
fn calls_with_no_active_argument_are_passed_on() {
    let table = [("a".to_string(), 3.0)].into();
    assert_eq!(beside_plain_calls::grad(2.0, "a", &table), 5.0 * 3.0 + 3.0);
}
#[differentiable]
fn mixed(v: &Array1<f64>, m: &Array2<f64>, k: &f64) -> Array1<f64> {
    (m.dot(v) * *k).tanh() + v
}

#[differentiable]
fn squares(k: f64, v: &Array1<f64>) -> f64 {
    v.dot(v) * k
}

#[differentiable]
fn of_both(k: f64, v: &Array1<f64>, m: &Array2<f64>) -> f64 {
    mixed(v, &(m * k), &k).sum() + squares(k, v) + mixed(&mixed(v, m, &2.0), m, &k).sum()
}

#[test]
fn one_argument_of_two_functions() {
    let x = (0.7, sampled([3], 1), sampled([3, 3], 2));
    check(check_gradients(|(k, v, m)| of_both(*k, v, m), |(k, v, m)| of_both::grad(*k, v, m), &x));
}

#[derive(Differentiable, Clone, Debug)]
struct Curve {
    a: f64,
    b: f64,
}

impl Curve {
    #[differentiable(associated)]
    fn basis(x: f64, n: i32) -> f64 {
        x.powi(n)
    }

    #[differentiable]
    fn at(&self, x: f64) -> f64 {
        Self::basis(x, 2) * self.a + Curve::basis(x, 3) * self.b
    }

    #[differentiable]
    fn between(left: &Self, right: &Self, x: f64) -> f64 {
        left.at(x) - right.at(x)
    }
}

#[differentiable]
fn of_curves(left: &Curve, right: &Curve, x: f64) -> f64 {
    Curve::between(left, right, x) * Curve::at(left, x)
}

#[test]
fn associated_functions() {
    let x = (Curve { a: 0.5, b: -1.0 }, Curve { a: 2.0, b: 0.3 }, 0.7);
    check(check_gradients(
        |(l, r, x)| of_curves(l, r, *x),
        |(l, r, x)| of_curves::grad(l, r, *x),
        &x,
    ));
}

#[differentiable]
fn size(k: f64, v: &Array1<f64>) -> f64 {
    let value = v.dot(v) * k;
    value.sin() + k
}

#[differentiable]
fn of_parts(k: f64, v: &Array1<f64>, m: &Array2<f64>) -> f64 {
    let row = m.row(0).to_owned();
    let column = m.column(1).to_owned();
    size(k, &row) * row.sum() + size(k * k, &column) + size(k, v)
}

#[test]
fn parts_of_arrays_into_calls() {
    let x = (0.7, sampled([3], 1), sampled([3, 3], 2));
    check(check_gradients(
        |(k, v, m)| of_parts(*k, v, m),
        |(k, v, m)| of_parts::grad(*k, v, m),
        &x,
    ));
}

#[differentiable]
fn scaled_by_value(m: Array2<f64>, n: usize, k: f64) -> Array2<f64> {
    m * k + n as f64 * 0.1
}

#[differentiable]
fn of_scaled(k: f64, v: &Array1<f64>, m: &Array2<f64>) -> f64 {
    let a = scaled_by_value(m.clone(), 1, k);
    let a = a.t().to_owned();
    let m = scaled_by_value(m.clone(), 0, k);
    let wide = v * &m;
    (&a * &a - k).sum() + (m * 0.3).tanh().sum() + wide.sum()
}

#[test]
fn results_of_calls_taken_further() {
    let x = (0.7, sampled([3], 1), sampled([3, 3], 2));
    check(check_gradients(
        |(k, v, m)| of_scaled(*k, v, m),
        |(k, v, m)| of_scaled::grad(*k, v, m),
        &x,
    ));
}

struct Config {
    name: &'static str,
    words: Vec<&'static str>,
}

#[differentiable]
fn labelled(x: f64, name: &str, at: ArrayView1<f64>, words: &[&str], n: Option<usize>) -> f64 {
    x * name.len() as f64 * at[0] + words.len() as f64 * n.unwrap_or(1) as f64 * x * x
}

#[differentiable(constant(t, config))]
fn lends(x: f64, t: &Array2<f64>, config: &Config) -> f64 {
    let name = config.words[0];
    let row = t.row(0);
    let made = format!("{}!", config.name);
    let n = Some(made.len());
    let leaked: &'static str = made.clone().leak();
    labelled(x, "four", t.column(1), &config.words, None)
        * labelled(x, name, row, &["a"], n)
        * labelled(x.sin(), config.name, t.row(1), &[], Some(0))
        * labelled(x.cos(), leaked, t.row(1), &[name], None)
}

#[test]
fn constants_that_are_lent() {
    let config = Config { name: "config", words: vec!["a", "bc"] };
    let t = sampled([2, 2], 1);
    check(check_gradients(|x| lends(*x, &t, &config), |x| lends::grad(*x, &t, &config), &0.7));
    let (y, pullback) = lends::vjp(0.7, &t, &config);
    assert_eq!((y, pullback(1.0)), lends::value_and_grad(0.7, &t, &config));
}

#[differentiable(forward, second_order)]
fn bell(x: f64) -> f64 {
    (-x * x).exp()
}

/// What a callee gives becomes an element, and a part of a sum: so it is a float.
#[differentiable(forward, second_order)]
fn bells(x: &[f64], w: &Array2<f64>) -> f64 {
    let mut heights = vec![0.0; x.len()];
    let mut total = 0.0;
    for i in 0..x.len() {
        heights[i] = bell(x[i]) * w[[0, i]];
        let own = bell(heights[i]);
        total += if x[i] > 0.0 { own } else { bell(own) } * heights[i];
    }
    total
}

#[test]
fn floats_of_callees() {
    let x = (vec![0.7, -0.4, 1.1], sampled([1, 3], 2));
    check(check_gradients(|(x, w)| bells(x, w), |(x, w)| bells::grad(x, w), &x));
    // In a direction that `w` is a part of itself.
    let ones = vec![1.0; 3];
    let along = |(x, w): &(Vec<f64>, Array2<f64>)| bells::jvp(x, w, (&ones, w)).1;
    let gradient = |(x, w): &(Vec<f64>, Array2<f64>)| {
        let (dx, dw) = bells::hvp(x, w, (&ones, w));
        (dx, dw + bells::grad(x, w).1)
    };
    check(check_gradients(along, gradient, &x));
}
