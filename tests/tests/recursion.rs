//! Functions that call themselves and each other.
#![forbid(unsafe_code)]
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

use chainrule::ndarray::{Array1, Array2, array};
use chainrule::prelude::*;
use chainrule_tests::expect;

#[differentiable(forward)]
fn power(x: f64, n: usize) -> f64 {
    if n == 0 { 1.0 } else { x * power(x, n - 1) }
}

/// By squares: the depth is the logarithm of n, and what is passed on is no argument but a product.
#[differentiable(forward)]
fn fast_power(x: f64, n: u32) -> f64 {
    match n {
        0 => 1.0,
        n if n % 2 == 0 => fast_power(x * x, n / 2),
        _ => x * fast_power(x * x, n / 2),
    }
}

#[differentiable(forward)]
fn with_an_accumulator(x: f64, sum: f64, n: usize) -> f64 {
    if n == 0 {
        return sum;
    }
    with_an_accumulator(x, sum * x + n as f64, n - 1)
}

#[test]
fn one_call() {
    expect!(power(3.0, 0) = 1.0, d = 0.0);
    expect!(power(3.0, 4) = 81.0, d = 108.0);
    expect!(fast_power(2.0, 13) = 8192.0, d = 13.0 * 4096.0);
    // ((s x + 3) x + 2) x + 1
    expect!(
        with_an_accumulator(2.0, 5.0, 3) = 40.0 + 12.0 + 4.0 + 1.0,
        d = (5.0 * 12.0 + 12.0 + 2.0, 8.0)
    );
}

#[differentiable(forward)]
fn fibonacci(x: f64, y: f64, n: usize) -> f64 {
    if n < 2 {
        return if n == 0 { x } else { x * y };
    }
    fibonacci(x, y, n - 1) + fibonacci(x, y, n - 2)
}

/// The depth depends on active values, and so does every call's argument.
#[differentiable(forward)]
fn halved_until_small(x: f64) -> f64 {
    if x < 1.0 {
        return x * x;
    }
    let half = halved_until_small(x / 2.0);
    half * x
}

/// A tree of products, over halves of a slice.
#[differentiable(forward)]
fn tree(x: &[f64]) -> f64 {
    match x.len() {
        0 => 1.0,
        1 => x[0],
        n => tree(&x[..n / 2]) * tree(&x[n / 2..]),
    }
}

/// Adaptive quadrature of a x^2 by Simpson's rule: exact.
#[differentiable(forward)]
fn simpson(a: f64, low: f64, high: f64, depth: usize) -> f64 {
    let middle = (low + high) / 2.0;
    if depth > 0 {
        let left = simpson(a, low, middle, depth - 1);
        return left + simpson(a, middle, high, depth - 1);
    }
    let f = |x: f64| a * x * x;
    (high - low) / 6.0 * (f(low) + 4.0 * f(middle) + f(high))
}

#[test]
fn two_calls() {
    // n = 5: 5 x y + 3 x.
    expect!(fibonacci(2.0, 3.0, 5) = 36.0, d = (18.0, 10.0));
    // 5 -> 2.5 -> 1.25 -> 0.625: (x/8)^2 (x/4) (x/2) x = x^5 / 512.
    expect!(halved_until_small(5.0) = 3125.0 / 512.0, d = 3125.0 / 512.0);
    expect!(halved_until_small(0.5) = 0.25, d = 1.0);
    expect!(tree(&[2.0, 3.0, 5.0]) = 30.0, d = [15.0, 10.0, 6.0]);
    expect!(simpson(3.0, 1.0, 2.0, 3) = 7.0, d = (7.0 / 3.0, -3.0, 12.0));
}

#[differentiable(forward, recursive)]
fn even(x: f64, n: usize) -> f64 {
    if n == 0 { x } else { odd(x, n - 1) * 2.0 }
}

#[differentiable(forward)]
fn odd(x: f64, n: usize) -> f64 {
    if n == 0 { x * x } else { even(x, n - 1) + x }
}

#[test]
fn mutual_recursion() {
    // even(4) = 2 odd(3) = 2 (even(2) + x) = 2 (2 odd(1) + x) = 2 (2 (even(0) + x) + x) = 10 x.
    expect!(even(3.0, 4) = 30.0, d = 10.0);
    // even(3) = 2 (even(1) + x) = 2 (2 odd(0) + x) = 4 x^2 + 2 x.
    expect!(even(3.0, 3) = 42.0, d = 26.0);
    expect!(odd(3.0, 1) = 6.0, d = 2.0);
}

#[derive(Clone, Debug, Differentiable)]
struct Oscillator {
    stiffness: f64,
    damping: f64,
}

impl Oscillator {
    #[differentiable(forward)]
    fn position(&self, x: f64, v: f64, steps: usize) -> f64 {
        if steps == 0 {
            return x;
        }
        let v = v - 0.1 * (self.stiffness * x + self.damping * v);
        self.position(x + 0.1 * v, v, steps - 1)
    }
}

#[test]
fn a_method_that_calls_itself() {
    let o = Oscillator { stiffness: 2.0, damping: 0.5 };
    // One step: x + h (v - h (k x + c v)).
    let (y, pullback) = o.position_vjp(1.0, 3.0, 1);
    assert!((y - (1.0 + 0.1 * (3.0 - 0.1 * 3.5))).abs() < 1e-12);
    let (d, dx, dv) = pullback(1.0);
    for (found, expected) in
        [(d.stiffness, -0.01), (d.damping, -0.03), (dx, 1.0 - 0.02), (dv, 0.1 - 0.005)]
    {
        assert!((found - expected).abs() < 1e-12, "{found} against {expected}");
    }
    // Many: against differences.
    let at = |k: f64| Oscillator { stiffness: k, damping: 0.5 }.position(1.0, 3.0, 20);
    let slope = (at(2.0 + 1e-5) - at(2.0 - 1e-5)) / 2e-5;
    let (d, ..) = o.position_vjp(1.0, 3.0, 20).1(1.0);
    assert!((d.stiffness - slope).abs() < 1e-7, "{} against {slope}", d.stiffness);
}

#[differentiable(forward)]
fn of_arrays(w: &Array2<f64>, h: Array1<f64>, steps: usize) -> Array1<f64> {
    if steps == 0 { h } else { of_arrays(w, w.dot(&h) * 0.5, steps - 1) }
}

#[differentiable(forward)]
fn in_a_loop(x: f64, n: usize) -> f64 {
    let mut sum = 0.0;
    for i in 0..n {
        if i == 2 {
            continue;
        }
        sum += power(x, i) * in_a_loop(x, i);
    }
    sum + 1.0
}

#[differentiable(forward)]
fn last_of_arrays(w: &Array2<f64>, h: &Array1<f64>) -> f64 {
    of_arrays(w, h.clone(), 2)[0]
}

#[test]
fn recursion_over_arrays_and_inside_loops() {
    // (W (W h / 2) / 2)_0 = (a (a p + b q) + b (c p + d q)) / 4.
    let w = array![[2.0, 3.0], [5.0, 7.0]];
    expect!(
        last_of_arrays(&w, &array![1.0, 2.0]) = (2.0 * 8.0 + 3.0 * 19.0) / 4.0,
        d = (
            array![[8.0 + 2.0, 4.0 + 19.0], [3.0, 6.0]] / 4.0,
            array![4.0 + 15.0, 6.0 + 21.0] / 4.0
        )
    );
    // f0 = 1, f1 = 1 + 1 = 2, f3 = f2 = 1 + 1 + 2 x, f4 = f3 + x^3 f3.
    let x: f64 = 1.5;
    let (f3, d3) = (2.0 + 2.0 * x, 2.0);
    expect!(
        in_a_loop(1.5, 4) = f3 * (1.0 + x.powi(3)),
        d = d3 * (1.0 + x.powi(3)) + f3 * 3.0 * x * x
    );
}

#[differentiable(forward)]
fn deep(x: f64, n: usize) -> f64 {
    if n == 0 {
        return x;
    }
    let below = deep(x, n - 1);
    below + 1e-4 * x.sin()
}

#[test]
fn ten_thousand_deep() {
    let run = || {
        let (y, pullback) = deep::vjp(0.5, 10_000);
        assert!((y - (0.5 + 0.5_f64.sin())).abs() < 1e-9);
        for _ in 0..2 {
            assert!((pullback(1.0) - (1.0 + 0.5_f64.cos())).abs() < 1e-9);
        }
        drop(pullback);
        assert!((deep::grad(0.5, 10_000) - (1.0 + 0.5_f64.cos())).abs() < 1e-9);
    };
    let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(run).unwrap();
    thread.join().unwrap();
}
