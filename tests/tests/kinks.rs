//! Floats at kinks, ties, poles and zeros: what the documentation promises there.
#![forbid(unsafe_code)]
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

use chainrule::check::check_gradients;
use chainrule::prelude::*;
use chainrule_tests::check;

#[differentiable]
fn dead(x: f64) -> f64 {
    let unused = (x - x).ln() / (x - x);
    let _ = unused.sqrt();
    let _kept = unused * 0.0;
    x * x
}

#[test]
fn dead_expressions_give_no_nan() {
    assert_eq!(dead::value_and_grad(3.0), (9.0, 6.0));
    assert_eq!(dead::vjp(3.0).1(2.0), 12.0);
}

#[differentiable]
fn magnitude(x: f64) -> f64 {
    x.abs()
}

#[differentiable]
fn distance(x: f64, y: f64) -> f64 {
    x.hypot(y)
}

#[test]
fn abs_and_hypot_at_0() {
    assert_eq!(magnitude::grad(0.0), 0.0);
    assert_eq!(magnitude::grad(-0.0), 0.0);
    assert_eq!((magnitude::grad(2.0), magnitude::grad(-2.0)), (1.0, -1.0));
    assert_eq!(distance::grad(0.0, 0.0), (0.0, 0.0));
}

const BOUND: f64 = 2.0;

#[differentiable]
fn fixed_bounds(x: f64) -> f64 {
    x.max(2.0) + x.min(BOUND) + x.clamp(-2.0, 2.0)
}

#[test]
fn a_tie_with_a_literal_or_const_item_gives_0() {
    assert_eq!(fixed_bounds::grad(2.0), 0.0);
    assert_eq!(fixed_bounds::grad(3.0), 1.0);
    assert_eq!(fixed_bounds::grad(1.0), 2.0);
    assert_eq!(fixed_bounds::grad(-2.0), 1.0);
    assert_eq!(fixed_bounds::grad(-3.0), 1.0);
}

#[differentiable]
fn literal_first(x: f64) -> f64 {
    0.0_f64.max(x) + f64::max(0.0, x) + f64::min(1.0, x)
}

#[test]
fn a_tie_with_a_literal_on_the_left() {
    assert_eq!(literal_first::grad(0.5), 3.0);
    assert_eq!(literal_first::grad(0.0), 1.0);
    assert_eq!(literal_first::grad(1.0), 2.0);
    assert_eq!(literal_first::grad(2.0), 2.0);
    assert_eq!(literal_first::grad(-1.0), 1.0);
}

#[differentiable]
fn larger(x: f64, y: f64) -> f64 {
    x.max(y)
}

#[differentiable(constant(y))]
fn smaller(x: f64, y: f64) -> f64 {
    x.min(y)
}

#[differentiable]
fn clamped(x: f64, low: f64, high: f64) -> f64 {
    x.clamp(low, high)
}

#[test]
fn two_tied_values_share() {
    assert_eq!(larger::grad(2.0, 2.0), (0.5, 0.5));
    assert_eq!(larger::grad(3.0, 2.0), (1.0, 0.0));
    assert_eq!(larger::grad(f64::NAN, 2.0), (0.0, 1.0));
    assert_eq!(larger::grad(2.0, f64::NAN), (1.0, 0.0));
    assert_eq!(
        (smaller::grad(2.0, 2.0), smaller::grad(1.0, 2.0), smaller::grad(3.0, 2.0)),
        (0.5, 1.0, 0.0)
    );
    assert_eq!(clamped::grad(2.0, 1.0, 2.0), (0.5, 0.0, 0.5));
    assert_eq!(clamped::grad(1.0, 1.0, 2.0), (0.5, 0.5, 0.0));
    assert_eq!(clamped::grad(1.5, 1.0, 2.0), (1.0, 0.0, 0.0));
}

#[differentiable(wrt(x))]
fn whole_power(x: f64, n: i32) -> f64 {
    x.powi(n)
}

#[differentiable]
fn power(x: f64, p: f64) -> f64 {
    x.powf(p)
}

#[test]
fn powers_at_0() {
    for x in [0.0, -0.0, 1.0, -2.0, f64::INFINITY, f64::NAN] {
        assert_eq!(whole_power::grad(x, 0), 0.0, "powi(0) at {x}");
    }
    assert_eq!(
        (whole_power::grad(0.0, 1), whole_power::grad(0.0, 2), whole_power::grad(0.0, 3)),
        (1.0, 0.0, 0.0)
    );
    assert_eq!(whole_power::grad(-2.0, 3), 12.0);
    assert_eq!(power::grad(0.0, 2.0), (0.0, 0.0));
    assert_eq!(power::grad(0.0, 1.0), (1.0, 0.0));
    assert_eq!(power::grad(0.0, 0.5), (f64::INFINITY, 0.0));
    assert_eq!(power::grad(0.0, 0.0).0, 0.0);
    assert_eq!(power::grad(5.0, 0.0).0, 0.0);
}

#[differentiable]
fn squared(x: f64) -> f64 {
    x.powf(2.0) + x.powi(2) + x.powf(0.5).powf(2.0) * 0.0
}

#[differentiable]
fn negative_base(x: f64) -> f64 {
    x.powf(3.0) + x.powf(-2.0)
}

#[test]
fn powers_by_literals() {
    assert_eq!(negative_base::grad(-2.0), 12.0 + 0.25);
    check(check_gradients(|x| squared(*x), |x| squared::grad(*x), &1.5));
}

#[differentiable]
fn pieces(x: f64) -> f64 {
    x.floor()
        + x.ceil()
        + x.round()
        + x.trunc()
        + x.signum()
        + x.round_ties_even()
        + x.div_euclid(0.3)
        + (x as i32) as f64
}

#[differentiable]
fn times_pieces(x: f64) -> f64 {
    x * x.floor() + x.signum() * x * x
}

#[test]
fn piecewise_constant_operations() {
    assert_eq!(pieces::grad(1.7), 0.0);
    assert_eq!(times_pieces::grad(-1.5), -2.0 + 3.0);
}

#[differentiable]
fn root(x: f64) -> f64 {
    x.sqrt()
}

#[differentiable]
fn unit(x: f64) -> f64 {
    x.relu() + x.leaky_relu(0.5)
}

#[test]
fn sqrt_at_0_and_relu_at_0() {
    assert_eq!(root::grad(0.0), f64::INFINITY);
    assert_eq!(unit::grad(0.0), 0.5);
}

#[differentiable]
fn largest(x: &[f64]) -> f64 {
    let mut m = x[0];
    for i in 1..x.len() {
        m = m.max(x[i]);
    }
    m * m
}

#[differentiable]
fn smallest_at_least(x: &[f64], least: f64) -> f64 {
    let mut m = f64::INFINITY;
    let mut i = 0;
    while i < x.len() {
        if x[i] < m && x[i] >= least {
            m = x[i];
        }
        i += 1;
    }
    3.0 * m
}

#[differentiable]
fn first_above(x: &[f64], bound: f64) -> f64 {
    let mut m = x[0];
    for i in 1..x.len() {
        if m < x[i] {
            m = x[i];
        }
        if m > bound {
            break;
        }
    }
    m.powi(2)
}

#[differentiable]
fn of_rows(x: &[[f64; 3]]) -> f64 {
    let mut sum = 0.0;
    let mut best = x[0][0];
    for row in x {
        let mut m = row[0];
        for j in 1..3 {
            m = m.max(row[j]);
        }
        sum += m * m;
        best = best.max(m);
    }
    sum + 10.0 * best
}

#[test]
fn the_turns_of_a_new_maximum_are_those_that_count() {
    for (x, expected) in [
        (vec![1.0, 3.0, 2.0], vec![0.0, 6.0, 0.0]),
        (vec![3.0, 2.0, 1.0], vec![6.0, 0.0, 0.0]),
        // A tie is shared, each time.
        (vec![2.0, 2.0, 2.0], vec![1.0, 1.0, 2.0]),
        (vec![1.0, 2.0, 2.0, 0.0], vec![0.0, 2.0, 2.0, 0.0]),
        (vec![1.0, f64::NAN, 0.5], vec![2.0, 0.0, 0.0]),
        (vec![f64::NAN, 1.0, 0.5], vec![0.0, 2.0, 0.0]),
    ] {
        assert_eq!(largest::grad(&x), expected, "{x:?}");
        let pullback = largest::vjp(&x).1;
        assert_eq!(pullback(1.0), expected, "{x:?}");
        assert_eq!(pullback(1.0), expected, "{x:?}");
    }
    let x = [4.0, -1.0, 2.0, 7.0, 3.0];
    assert_eq!(smallest_at_least::grad(&x, 1.0), (vec![0.0, 0.0, 3.0, 0.0, 0.0], 0.0));
    assert_eq!(first_above::grad(&x, 6.0), (vec![0.0, 0.0, 0.0, 14.0, 0.0], 0.0));
    assert_eq!(first_above::grad(&x, 3.0).0, [8.0, 0.0, 0.0, 0.0, 0.0]);
    let rows = [[1.0, 5.0, 2.0], [6.0, 0.0, 0.0], [1.0, 2.0, 3.0]];
    let expected = [[0.0, 10.0, 0.0], [22.0, 0.0, 0.0], [0.0, 0.0, 6.0]];
    assert_eq!(of_rows::grad(&rows), expected);
}
