//! Branches: the derivative of `if` and `match` is that of the arm taken, and no other arm contributes.
#![forbid(unsafe_code)]
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

use chainrule::ndarray::{Array1, array};
use chainrule::prelude::*;
use chainrule_tests::{expect, expect_reverse};

#[differentiable(forward)]
fn as_a_value(x: f64, a: f64) -> f64 {
    let y = if x > a { x * x } else { a * x };
    3.0 * y
}

#[test]
fn an_if_as_a_value() {
    // 3 x^2, or 3 a x.
    expect!(as_a_value(2.0, 1.0) = 12.0, d = (12.0, 0.0));
    expect!(as_a_value(0.5, 1.0) = 1.5, d = (3.0, 1.5));
}

#[differentiable(forward)]
fn as_a_statement(x: f64) -> f64 {
    let mut y = x * x;
    if x > 1.0 {
        y = y * x;
    }
    if x > 2.0 {
        y += x;
    } else {
        y *= 2.0;
    }
    y
}

#[test]
fn an_if_that_writes() {
    // 2 x^2 below 1, 2 x^3 up to 2, x^3 + x beyond.
    expect!(as_a_statement(0.5) = 0.5, d = 2.0);
    expect!(as_a_statement(1.5) = 6.75, d = 13.5);
    expect!(as_a_statement(3.0) = 30.0, d = 28.0);
}

#[differentiable(forward)]
fn chain(x: f64) -> f64 {
    if x < -1.0 {
        -x
    } else if x < 0.0 {
        x * x
    } else if x < 1.0 {
        x * x * x
    } else {
        7.0
    }
}

#[test]
fn else_if() {
    expect!(chain(-2.0) = 2.0, d = -1.0);
    expect!(chain(-0.5) = 0.25, d = -1.0);
    expect!(chain(0.5) = 0.125, d = 0.75);
    expect!(chain(5.0) = 7.0, d = 0.0);
}

#[differentiable(forward)]
fn nested(x: f64, y: f64) -> f64 {
    if x > 0.0 {
        let a = x * y;
        if y > 0.0 { a * a } else { a }
    } else {
        if y > 0.0 { y } else { x }
    }
}

#[test]
fn branches_in_branches() {
    expect!(nested(2.0, 3.0) = 36.0, d = (36.0, 24.0));
    expect!(nested(2.0, -3.0) = -6.0, d = (-3.0, 2.0));
    expect!(nested(-2.0, 3.0) = 3.0, d = (0.0, 1.0));
    expect!(nested(-2.0, -3.0) = -2.0, d = (1.0, 0.0));
}

#[differentiable(forward)]
fn of_tuples(x: f64, y: f64) -> f64 {
    let (low, high) = if x < y { (x, y) } else { (y, x) };
    let spread = high - low;
    spread * spread * low
}

#[test]
fn a_branch_gives_a_tuple() {
    // (h - l)^2 l: d/dl = (h - l)^2 - 2 (h - l) l, d/dh = 2 (h - l) l.
    expect!(of_tuples(1.0, 3.0) = 4.0, d = (0.0, 4.0));
    expect!(of_tuples(3.0, 1.0) = 4.0, d = (4.0, 0.0));
}

#[differentiable(forward)]
fn late(x: f64) -> f64 {
    let y;
    let z: f64;
    if x > 0.0 {
        y = x * x;
        z = 2.0;
    } else {
        y = 3.0;
        z = x;
    }
    y * z
}

#[test]
fn late_initialisation_in_the_arms() {
    expect!(late(1.5) = 4.5, d = 6.0);
    expect!(late(-1.5) = -4.5, d = 3.0);
}

#[differentiable(forward)]
fn inside_expressions(x: f64) -> f64 {
    x.sin() * if x > 0.0 { x } else { 1.0 } + { if x > 5.0 { x * x } else { 2.0 * x } }
}

#[test]
fn a_branch_in_an_expression() {
    let x: f64 = 0.7;
    expect!(inside_expressions(0.7) = x.sin() * x + 2.0 * x, d = x.cos() * x + x.sin() + 2.0);
    let x: f64 = -0.7;
    expect!(inside_expressions(-0.7) = x.sin() + 2.0 * x, d = x.cos() + 2.0);
}

#[differentiable(forward)]
fn the_condition_was_overwritten(x: f64) -> f64 {
    let mut gate = x - 1.0;
    let mut y = x;
    if gate > 0.0 {
        y = x * x;
        gate = -5.0;
    }
    gate * y
}

#[test]
fn the_arm_taken_is_remembered() {
    // The condition, evaluated again with what is left in `gate`, would choose the other arm.
    expect!(the_condition_was_overwritten(2.0) = -20.0, d = -20.0);
    expect!(the_condition_was_overwritten(0.5) = -0.25, d = 0.0);
}

#[differentiable(forward)]
fn named_conditions(x: f64, y: f64) -> f64 {
    let big = x > 1.0;
    let both = big && y > 1.0;
    let mut sum = 0.0;
    if big {
        sum += x * y;
    }
    if both || !big {
        sum += y * y;
    }
    sum
}

#[test]
fn conditions_with_names() {
    expect!(named_conditions(2.0, 3.0) = 15.0, d = (3.0, 8.0));
    expect!(named_conditions(2.0, 0.5) = 1.0, d = (0.5, 2.0));
    expect!(named_conditions(0.5, 3.0) = 9.0, d = (0.0, 6.0));
}

#[differentiable(forward)]
fn short_circuit(x: &[f64], i: usize) -> f64 {
    // Evaluated eagerly, the second operand would be out of bounds.
    if i < x.len() && x[i] > 0.0 { x[i] * x[i] } else { x[0] }
}

#[test]
fn conditions_stop_early() {
    expect!(short_circuit(&[2.0, 3.0], 1) = 9.0, d = [0.0, 6.0]);
    expect!(short_circuit(&[2.0, -3.0], 1) = 2.0, d = [1.0, 0.0]);
    expect!(short_circuit(&[2.0, 3.0], 2) = 2.0, d = [1.0, 0.0]);
}

/// Systems that evaluate both arms and select give NaN, 0 times infinity, here (jax#347, jax#2630,
/// tensorflow#2540, pytorch#31829).
#[differentiable(forward)]
fn root_of_the_positive(x: f64) -> f64 {
    if x > 0.0 { x.sqrt() } else { 0.0 }
}

#[differentiable(forward)]
fn infinite_when_not_taken(x: f64) -> f64 {
    let y = if x < 15.0 { x } else { (x * 1000.0).exp().exp() };
    let z = if y == 0.0 { 1.0 } else { y.sin() / y };
    y * z
}

#[test]
fn the_arm_not_taken_leaks_no_nan() {
    expect!(root_of_the_positive(0.0) = 0.0, d = 0.0);
    expect!(root_of_the_positive(-1.0) = 0.0, d = 0.0);
    expect!(root_of_the_positive(4.0) = 2.0, d = 0.25);
    expect!(infinite_when_not_taken(10.0) = 10.0_f64.sin(), d = 10.0_f64.cos());
    expect!(infinite_when_not_taken(0.0) = 0.0, d = 1.0);
}

/// An unused value outside its domain makes clad's gradient NaN (clad#1108).
#[differentiable(forward)]
fn unused_and_undefined(c: f64, a: f64) -> f64 {
    let angle = (-c / a).acos();
    let _other = angle.ln();
    2.0 * c * c * a
}

#[test]
fn a_dead_value_poisons_nothing() {
    expect!(unused_and_undefined(5.0, 3.0) = 150.0, d = (60.0, 50.0));
}

/// taichi#2505: the multiplier is read from the place that is then written.
#[differentiable(forward)]
fn conditional_multiplier(theta: f64, x: f64, read: bool) -> f64 {
    let mut x = x;
    let mut multiplier = 1.0;
    if read {
        multiplier = x;
    }
    x = theta.cos() * multiplier;
    x
}

#[test]
fn a_place_read_in_a_branch_then_overwritten() {
    let theta = 0.7_f64;
    expect!(
        conditional_multiplier(0.7, 3.0, true) = theta.cos() * 3.0,
        d = (-theta.sin() * 3.0, theta.cos())
    );
    expect!(conditional_multiplier(0.7, 3.0, false) = theta.cos(), d = (-theta.sin(), 0.0));
}

#[differentiable(forward)]
fn on_integers(x: f64, kind: i32) -> f64 {
    match kind {
        0 => x,
        1 | 2 => x * x,
        3..=5 => x.sin(),
        n if n < 0 => x * f64::from(n),
        10.. => 1.0,
        other => x / f64::from(other),
    }
}

#[test]
fn a_match_on_integers() {
    let x = 0.7_f64;
    expect!(on_integers(0.7, 0) = x, d = 1.0);
    expect!(on_integers(0.7, 2) = x * x, d = 2.0 * x);
    expect!(on_integers(0.7, 4) = x.sin(), d = x.cos());
    expect!(on_integers(0.7, -3) = -3.0 * x, d = -3.0);
    expect!(on_integers(0.7, 12) = 1.0, d = 0.0);
    expect!(on_integers(0.7, 7) = x / 7.0, d = 1.0 / 7.0);
}

#[differentiable(forward)]
fn on_an_active_value(x: f64, a: f64) -> f64 {
    match x * a {
        y if y < 0.0 => -y,
        y if y < 1.0 && x > 0.5 => y * y,
        y => y + x,
    }
}

#[test]
fn guards_on_active_values() {
    expect!(on_an_active_value(2.0, -3.0) = 6.0, d = (3.0, -2.0));
    expect!(on_an_active_value(2.0, 0.25) = 0.25, d = (0.25, 2.0));
    expect!(on_an_active_value(2.0, 3.0) = 8.0, d = (4.0, 2.0));
    expect!(on_an_active_value(0.25, 2.0) = 0.75, d = (3.0, 0.25));
}

#[differentiable(forward)]
fn on_tuples(pair: (f64, f64), flag: bool) -> f64 {
    match (pair, flag) {
        ((a, b), true) => a * b,
        ((a, _), false) if a > 0.0 => a * a,
        ((_, b), _) => b,
    }
}

#[test]
fn patterns_that_bind() {
    expect_reverse!(on_tuples((2.0, 3.0), true) = 6.0, d = (3.0, 2.0));
    expect_reverse!(on_tuples((2.0, 3.0), false) = 4.0, d = (4.0, 0.0));
    expect_reverse!(on_tuples((-2.0, 3.0), false) = 3.0, d = (0.0, 1.0));
}

/// What to apply: a constant, with data.
#[derive(Clone, Debug, PartialEq)]
enum Shape {
    Linear,
    Power(i32),
    Scaled { by: f64, name: &'static str },
}

#[differentiable(forward, wrt(x))]
fn on_an_enum(x: f64, shape: &Shape) -> f64 {
    match shape {
        Shape::Linear => x,
        Shape::Power(n) if *n > 1 => x.powi(*n),
        Shape::Power(_) => 1.0,
        Shape::Scaled { by, name: "sine" } => (x * by).sin(),
        Shape::Scaled { by, .. } => x * by,
    }
}

#[test]
fn enums_with_data_are_constants() {
    expect!(on_an_enum(0.7, &Shape::Linear) = 0.7, d = 1.0);
    expect!(on_an_enum(0.5, &Shape::Power(3)) = 0.125, d = 0.75);
    expect!(on_an_enum(0.5, &Shape::Power(1)) = 1.0, d = 0.0);
    let sine = Shape::Scaled { by: 2.0, name: "sine" };
    expect!(on_an_enum(0.7, &sine) = 1.4_f64.sin(), d = 2.0 * 1.4_f64.cos());
    expect!(on_an_enum(0.7, &Shape::Scaled { by: 2.0, name: "" }) = 1.4, d = 2.0);
}

#[differentiable(forward)]
fn as_statements(x: f64, letters: &str) -> f64 {
    let mut y = x;
    match letters {
        "square" => y *= y,
        "sine" => {
            let s = y.sin();
            y = s * s;
        }
        _ => {}
    }
    match letters.len() {
        n @ 1..=4 => y += n as f64 * x,
        _ => (),
    }
    y
}

#[test]
fn a_match_that_writes() {
    let x = 0.7_f64;
    expect!(as_statements(0.7, "square") = x * x, d = 2.0 * x);
    expect!(as_statements(0.7, "sine") = x.sin() * x.sin() + 4.0 * x, d = (2.0 * x).sin() + 4.0);
    expect!(as_statements(0.7, "") = x, d = 1.0);
}

#[differentiable(forward)]
fn if_let_a_constant(x: f64, scale: Option<i32>) -> f64 {
    let mut y = x;
    if let Some(scale) = scale {
        y *= f64::from(scale) * x;
    }
    if let Some(n) = scale
        && n > 2
        && x > 0.0
    {
        y += x;
    }
    y
}

#[differentiable(forward)]
fn if_let_active(x: Option<f64>, a: f64) -> f64 {
    if let Some(x) = x { x * a } else { a * a }
}

#[test]
fn if_let() {
    expect!(if_let_a_constant(0.5, Some(3)) = 1.25, d = 4.0);
    expect!(if_let_a_constant(0.5, Some(2)) = 0.5, d = 2.0);
    expect!(if_let_a_constant(0.5, None) = 0.5, d = 1.0);
    expect!(if_let_active(Some(2.0), 3.0) = 6.0, d = (Some(3.0), 2.0));
    expect!(if_let_active(None, 3.0) = 9.0, d = (None::<f64>, 6.0));
}

#[differentiable(forward)]
fn let_else(x: f64, y: Option<f64>, times: Option<usize>) -> f64 {
    let Some(times) = times else {
        return x;
    };
    let Some(y) = y else { return x * x };
    x * y * times as f64
}

#[test]
fn let_else_leaves() {
    expect!(let_else(2.0, Some(3.0), Some(2)) = 12.0, d = (6.0, Some(4.0)));
    expect!(let_else(2.0, None, Some(2)) = 4.0, d = (4.0, None::<f64>));
    expect!(let_else(2.0, Some(3.0), None) = 2.0, d = (1.0, Some(0.0)));
}

#[differentiable(forward)]
fn that_panic(x: f64, kind: usize) -> f64 {
    assert!(kind < 3, "there are three kinds");
    let y = if x > 0.0 { x.ln() } else { panic!("ln of {x}") };
    match kind {
        0 => y,
        1 => y * y,
        _ => unreachable!("kind {kind}"),
    }
}

#[test]
fn arms_that_never_end() {
    expect!(that_panic(2.0, 0) = 2.0_f64.ln(), d = 0.5);
    expect!(that_panic(2.0, 1) = 2.0_f64.ln().powi(2), d = 2.0_f64.ln());
}

#[test]
#[should_panic(expected = "ln of -1")]
fn an_arm_that_panics() {
    that_panic::grad(-1.0, 0);
}

#[differentiable(forward)]
fn of_arrays(x: &Array1<f64>, w: &Array1<f64>) -> f64 {
    let y = if x.sum() > 0.0 { x * w } else { x.mapv(|x| x * x) };
    let chosen = if w[0] > 0.0 { &y } else { w };
    chosen.dot(x)
}

#[test]
fn branches_over_arrays() {
    // sum of x^2 w; sum of x^3; w . x.
    expect!(of_arrays(&array![1.0, 2.0], &array![3.0, 4.0]) = 19.0, d = ([6.0, 16.0], [1.0, 4.0]));
    expect!(of_arrays(&array![1.0, -2.0], &array![3.0, 4.0]) = -7.0, d = ([3.0, 12.0], [0.0, 0.0]));
    expect!(of_arrays(&array![1.0, 2.0], &array![-3.0, 4.0]) = 5.0, d = ([-3.0, 4.0], [1.0, 2.0]));
}

/// A guard that returns, in the value of a `return`.
#[differentiable(forward)]
fn returns_from_a_guard(p: f64, x: &[f64], k: usize) -> f64 {
    if k > 5 {
        return match k % 5 {
            0 | 1
                if {
                    if p > 2.0 {
                        return p * x[0];
                    }
                    x[1] > 0.0
                } =>
            {
                p
            }
            1 if p > 1.0 => x[1],
            _ => x[0] * 2.0,
        };
    }
    p * 7.0
}

#[test]
fn guards_that_return() {
    expect!(returns_from_a_guard(4.0, &[3.0, 2.0], 6) = 12.0, d = (3.0, [4.0, 0.0]));
    expect!(returns_from_a_guard(1.0, &[3.0, 2.0], 6) = 1.0, d = (1.0, [0.0, 0.0]));
    expect!(returns_from_a_guard(1.5, &[1.0, -1.0], 6) = -1.0, d = (0.0, [0.0, 1.0]));
    expect!(returns_from_a_guard(1.0, &[3.0, 2.0], 8) = 6.0, d = (0.0, [2.0, 0.0]));
    expect!(returns_from_a_guard(1.0, &[3.0, 2.0], 1) = 7.0, d = (7.0, [0.0, 0.0]));
}

/// `let` in guards, and in the condition of a loop.
#[differentiable(forward)]
fn lets_in_guards(x: f64, kind: usize, scale: Option<f64>, k: &[Option<usize>]) -> f64 {
    let mut y = match kind {
        0 if let Some(scale) = scale
            && scale > 1.0 =>
        {
            x * scale
        }
        0 | 1 if let Some(k) = k[0] => x.powi(k as i32),
        _ => x,
    };
    let mut i = 0;
    while let Some(n) = k[i]
        && y < 10.0
    {
        y *= n as f64;
        i += 1;
    }
    y
}

#[test]
fn lets_beside_other_conditions() {
    let k = [Some(2), Some(3), None];
    expect!(lets_in_guards(4.0, 0, Some(2.0), &k) = 16.0, d = (4.0, Some(8.0)));
    expect!(lets_in_guards(4.0, 0, Some(0.5), &k) = 16.0, d = (8.0, Some(0.0)));
    expect!(lets_in_guards(1.0, 2, Some(0.5), &k) = 6.0, d = (6.0, Some(0.0)));
}
