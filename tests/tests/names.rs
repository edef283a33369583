//! Functions made by macros, and names that clash with those of generated code.
#![forbid(unsafe_code)]
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

use chainrule::check::{check_adjoint, check_gradients};
use chainrule::ndarray::{Array1, array};
use chainrule::prelude::*;
use chainrule_tests::check;

macro_rules! scaled {
    ($name:ident, $e:expr) => {
        #[differentiable]
        fn $name(y: f64) -> f64 {
            $e * y
        }
    };
}

scaled!(by_four, 3.0 + 1.0);

#[test]
fn a_fragment_stays_one_expression() {
    assert_eq!(by_four(2.0), 8.0);
    assert_eq!(by_four::value_and_grad(2.0), (8.0, 4.0));
    assert_eq!(by_four::vjp(2.0).1(1.0), 4.0);
}

macro_rules! product_of {
    ($name:ident($x:ident, $y:ident) = $a:expr, $b:expr) => {
        #[differentiable]
        fn $name($x: f64, $y: f64) -> f64 {
            $a * $b - $a / $b
        }
    };
}

product_of!(of_sums(x, y) = x + 1.0, y - x);

#[test]
fn active_fragments_stay_one_expression() {
    assert_eq!(of_sums(2.0, 5.0), 8.0);
    check(check_gradients(|(x, y)| of_sums(*x, *y), |(x, y)| of_sums::grad(*x, *y), &(2.0, 5.0)));
}

macro_rules! with_local {
    ($name:ident, $x:ident, $e:expr) => {
        #[differentiable]
        fn $name($x: f64) -> f64 {
            let x = $x * 10.0;
            $e + x
        }
    };
}

with_local!(two_of_a_name, x, x * x);

#[test]
fn a_macros_local_beside_the_users() {
    assert_eq!(two_of_a_name(3.0), 39.0);
    assert_eq!(two_of_a_name::value_and_grad(3.0), (39.0, 16.0));
    assert_eq!(two_of_a_name::vjp(3.0).0, 39.0);
}

macro_rules! for_float {
    ($name:ident, $t:ty) => {
        #[differentiable]
        fn $name(x: $t, k: &Array1<$t>) -> $t {
            let y: $t = x * 2.0;
            (k * y).sum() * x
        }
    };
}

for_float!(in_f32, f32);
for_float!(in_f64, f64);

#[test]
fn types_from_a_macro() {
    check(check_gradients(
        |(x, k)| in_f32(*x, k),
        |(x, k)| in_f32::grad(*x, k),
        &(0.7f32, array![1.0f32, 2.0]),
    ));
    check(check_gradients(
        |(x, k)| in_f64(*x, k),
        |(x, k)| in_f64::grad(*x, k),
        &(0.7, array![1.0, 2.0]),
    ));
}

macro_rules! polynomial {
    ($name:ident, $($c:literal),+) => {
        #[differentiable]
        fn $name(x: f64) -> f64 {
            0.0 $(+ $c * x)+
        }
    };
}

polynomial!(sum_of_lines, 1.0, 2.5, 3.0);

#[test]
fn repetitions_in_a_macro() {
    assert_eq!(sum_of_lines::grad(1.7), 6.5);
}

#[differentiable]
#[allow(non_snake_case)]
fn clashing(dx: f64, dy: f64, x: f64, y: f64, value: f64) -> f64 {
    let pull = dx * dy;
    let tape = pull + x * value;
    let rt = tape * y;
    let like = rt.sin();
    let chainrule = like * dx;
    let map2 = chainrule + pull;
    let d = map2 * tape;
    let dd = d * x;
    let gradients = dd + value;
    let seed = gradients * y;
    let M0 = seed + 1.0;
    let pullback = M0 * dx;
    let a0 = pullback * rt;
    let one = a0 + d;
    let result = one * one;
    let k = result.tanh();
    k + like
}

#[test]
fn names_that_the_compiler_might_use() {
    let x = (0.3, -0.4, 0.7, 1.1, 0.2);
    check(check_gradients(
        |(a, b, c, d, e)| clashing(*a, *b, *c, *d, *e),
        |(a, b, c, d, e)| clashing::grad(*a, *b, *c, *d, *e),
        &x,
    ));
    assert_eq!(
        clashing::vjp(0.3, -0.4, 0.7, 1.1, 0.2).1(1.0),
        clashing::grad(0.3, -0.4, 0.7, 1.1, 0.2)
    );
}

#[differentiable]
fn both_names(x: f64, dx: f64) -> f64 {
    let y = x * dx;
    let dy = y * x;
    let ddx = dy * dx;
    y * dy * ddx
}

#[test]
fn a_name_and_its_cotangents_name() {
    let x = (0.7, 1.3);
    check(check_gradients(|(x, dx)| both_names(*x, *dx), |(x, dx)| both_names::grad(*x, *dx), &x));
}

#[differentiable]
fn array_names(
    self_: &Array1<f64>,
    grad: &Array1<f64>,
    vjp: f64,
    ndarray: f64,
    r#type: f64,
) -> f64 {
    let sum = self_ * grad * vjp;
    let mul = sum.mapv(|add| add * ndarray + r#type);
    let lazy = mul.dot(&sum);
    let acc = &mul + 1.0;
    (acc * lazy).sum()
}

#[test]
fn more_names() {
    let x = (array![0.3, 0.4], array![1.0, -2.0], 0.5, 1.5, 2.5);
    check(check_gradients(
        |(a, b, c, d, e)| array_names(a, b, *c, *d, *e),
        |(a, b, c, d, e)| array_names::grad(a, b, *c, *d, *e),
        &x,
    ));
}

mod items {
    #![allow(non_snake_case, dead_code)]
    use chainrule::ndarray::Array1;
    use chainrule::prelude::*;

    pub(super) fn plus(a: usize, b: usize) -> usize {
        a + b
    }
    pub(super) fn sum_to() {}
    pub(super) mod rt {}
    pub(super) mod core {}
    pub(super) mod ndarray {}

    #[differentiable]
    pub(super) fn x(x: &Array1<f64>, k: f64) -> f64 {
        let n = plus(1, 2);
        (x * k).sum() * n as f64
    }

    #[differentiable]
    pub(super) fn y(k: f64, v: &Array1<f64>) -> f64 {
        let x = x(v, k);
        x * x
    }
}

#[test]
fn items_with_names_of_ours() {
    let x = (0.7, array![0.3, -0.4]);
    check(check_gradients(|(k, v)| items::y(*k, v), |(k, v)| items::y::grad(*k, v), &x));
}

struct Running {
    mean: Array1<f64>,
}

#[differentiable(wrt(x))]
fn moving_mean(x: &Array1<f64>, running: &Running, momentum: f64) -> Array1<f64> {
    &running.mean * momentum + x * (1.0 - momentum)
}

#[differentiable]
fn elements_beside_what_is_captured(x: &Array1<f64>, k: f64) -> Array1<f64> {
    x.mapv(|v| {
        let s = k;
        if v > 0.0 {
            let k = v * 2.0;
            k * s + k * k
        } else {
            let x = v * s;
            x * s - k
        }
    })
}

#[test]
fn a_captured_expression_keeps_its_names() {
    let (x, running) = (array![0.3, -0.8], Running { mean: array![1.5, 0.4] });
    let (y, pull) = moving_mean::vjp(&x, &running, 0.9);
    assert_eq!(y, moving_mean(&x, &running, 0.9));
    assert_eq!(pull(array![1.0, 2.0]), array![1.0 - 0.9, 2.0 * (1.0 - 0.9)]);
    check(check_adjoint(
        |(x, k)| elements_beside_what_is_captured(x, *k),
        |(x, k), dy| elements_beside_what_is_captured::vjp(x, *k).1(dy),
        &(x.clone(), 1.3),
    ));
}

/// The cotangent of `o` would be `do`, and that of `yn` `dyn`: both are keywords.
#[differentiable]
fn like_keywords(x: f64, n: usize) -> f64 {
    let mut o = Some(x);
    if let Some(mut v) = o {
        v *= x;
        o = Some(v);
    }
    let mut yn = [x, x * x];
    for i in 0..n {
        if i > 0 {
            yn = [yn[1] * x, yn[0]];
        }
    }
    o.unwrap() * x * yn[0] + yn[1]
}

#[test]
fn cotangents_whose_names_are_keywords() {
    for n in 0..4 {
        check(check_gradients(|x| like_keywords(*x, n), |x| like_keywords::grad(*x, n), &1.2));
    }
}

/// A function that a macro writes, whose names are the caller's: what stands beside a loss is asked for by its method.
macro_rules! losses {
    ($($name:ident |$x:ident, $y:ident| $body:expr;)*) => {$(
        #[differentiable(second_order)]
        fn $name($x: &Array1<f64>, $y: &Array1<f64>) -> f64 {
            $body
        }
    )*};
}

losses! {
    squares |x, y| x.mse(y);
    hubers |a, b| (a + b).huber(b, 0.5);
    logits |t, x| t.binary_cross_entropy_with_logits(&x.sigmoid());
}

#[test]
fn losses_in_a_macro() {
    let (x, y) = (array![0.5, 2.0], array![0.25, 1.0]);
    assert_eq!(squares::grad(&x, &y).0, array![0.25, 1.0]);
    assert_eq!(hubers::grad(&x, &y).0, array![0.25, 0.25]);
    let point = (x.clone(), y.clone());
    check_gradients(|(x, y)| logits(x, y), |(x, y)| logits::grad(x, y), &point).unwrap();
}
