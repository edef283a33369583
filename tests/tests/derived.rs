//! Derivatives inside differentiable functions, in loops too; the mixes of modes agree.
#![forbid(unsafe_code)]
#![deny(warnings)]
#![allow(clippy::all)]

use chainrule::check::{check_adjoint, check_gradients};
use chainrule::ndarray::{Array1, Array2, array};
use chainrule::prelude::*;
use chainrule_tests::check;

#[differentiable(second_order)]
fn potential(x: &Array1<f64>, k: f64) -> f64 {
    (x * x * x).sum() * k + x.sum().sin()
}

/// A path under the force of a potential.
#[differentiable(forward)]
fn path(x: &Array1<f64>, k: f64, steps: usize) -> f64 {
    let mut x = x.clone();
    let mut v = &x * 0.0;
    for _ in 0..steps {
        let (force, _) = potential::grad(&x, k);
        v = v - &force * 0.1;
        x = &x + &v * 0.1;
    }
    x.dot(&x)
}

#[test]
fn a_path() {
    let at = (array![0.3, -0.2, 0.9], 0.7);
    check(check_gradients(|(x, k)| path(x, *k, 5), |(x, k)| path::grad(x, *k, 5), &at));
    let (x, k) = &at;
    let gradients = path::grad(x, *k, 5);
    chainrule_tests::forward_agrees(&gradients, |d| path::jvp(x, *k, 5, d).1);
}

#[differentiable(second_order)]
fn cubic(x: f64, y: f64) -> f64 {
    x * x * x * y + y * y
}

/// The gradient's penalty, by the value and the gradient at once.
#[differentiable(forward)]
fn penalised(x: f64, y: f64) -> f64 {
    let (value, (dx, dy)) = cubic::value_and_grad(x, y);
    value + dx * dx + 2.0 * dy
}

/// The value where a descent has come to, by the length of its steps.
#[differentiable(forward)]
fn descended(x: f64, y: f64, rate: f64) -> f64 {
    let (mut x, mut y) = (x, y);
    for _ in 0..4 {
        let (dx, dy) = cubic::grad(x, y);
        x -= rate * dx;
        y -= rate * dy;
    }
    cubic(x, y)
}

/// A descent inside a descent: the better length of steps is found by the gradient through them.
#[test]
fn a_descent_inside_a_descent() {
    let (x, y) = (0.8, 0.4);
    let at = (x, y, 0.05);
    check(check_gradients(
        |(x, y, rate)| descended(*x, *y, *rate),
        |(x, y, rate)| descended::grad(*x, *y, *rate),
        &at,
    ));
    let gradients = descended::grad(x, y, 0.05);
    chainrule_tests::forward_agrees(&gradients, |d| descended::jvp(x, y, 0.05, d).1);
    let mut rate = 0.05;
    for _ in 0..20 {
        let before = descended(x, y, rate);
        rate -= 0.02 * descended::grad(x, y, rate).2;
        assert!(descended(x, y, rate) < before, "{rate}");
    }
}

/// A directional derivative.
#[differentiable]
fn directed(x: f64, y: f64, a: f64) -> f64 {
    let (value, slope) = cubic::jvp(x, y, (a, 2.0));
    value * slope
}

#[test]
fn values_and_directions() {
    let at = (0.8, -0.4);
    check(check_gradients(|(x, y)| penalised(*x, *y), |(x, y)| penalised::grad(*x, *y), &at));
    let gradients = penalised::grad(at.0, at.1);
    chainrule_tests::forward_agrees(&gradients, |d| penalised::jvp(at.0, at.1, d).1);
    let at = (0.8, -0.4, 0.3);
    check(check_gradients(
        |(x, y, a)| directed(*x, *y, *a),
        |(x, y, a)| directed::grad(*x, *y, *a),
        &at,
    ));
}

#[differentiable(second_order, constant(x))]
fn network(w: &Array2<f64>, x: &Array1<f64>) -> Array1<f64> {
    w.dot(x).tanh()
}

/// What a small change of the weights would do: an array's derivative in a direction.
#[differentiable(forward, constant(x))]
fn change_at(w: &Array2<f64>, d: &Array2<f64>, x: &Array1<f64>) -> Array1<f64> {
    let (y, dy) = network::jvp(w, x, d);
    y * dy
}

#[test]
fn arrays_in_a_direction() {
    let at = (array![[0.3, -0.2], [0.9, 0.1]], array![[0.5, 0.4], [-0.7, 1.1]]);
    let x = array![1.0, -0.6];
    check(check_adjoint(
        |(w, d)| change_at(w, d, &x),
        |(w, d), dy| change_at::vjp(w, d, &x).1(dy),
        &at,
    ));
    let (w, d) = &at;
    let dy = array![1.0, -2.0];
    let gradients = change_at::vjp(w, d, &x).1(dy.clone());
    chainrule_tests::forward_agrees(&gradients, |(w_t, d_t)| {
        change_at::jvp(w, d, &x, (w_t, d_t)).1.dot(&dy)
    });
}

#[derive(Differentiable, Clone)]
struct Well {
    depth: f64,
    centre: Array1<f64>,
}

impl Well {
    #[differentiable(second_order)]
    fn energy(&self, x: &Array1<f64>) -> f64 {
        let r = x - &self.centre;
        -self.depth * (-(&r * &r).sum()).exp()
    }

    #[differentiable(forward)]
    fn force(&self, x: &Array1<f64>) -> Array1<f64> {
        let (_, dx) = self.energy_grad(x);
        -dx
    }

    #[differentiable(forward, wrt(x))]
    fn slope(&self, x: &Array1<f64>) -> f64 {
        let still = WellGradient { depth: 0.0, centre: array![0.0, 0.0] };
        self.energy_jvp(x, (&still, x)).1
    }
}

/// A constant direction, as it is lent to a call from outside.
#[differentiable(forward, wrt(x))]
fn along(x: &Array1<f64>, well: &Well, still: &WellGradient, d: &Array1<f64>) -> f64 {
    let (value, slope) = bent_well::jvp(x, well, (d, still));
    (value * slope).sum() + well.energy_jvp(x, (still, d)).1
}

#[differentiable(second_order)]
fn bent_well(x: &Array1<f64>, well: &Well) -> Array1<f64> {
    (x - &well.centre).sin() * well.depth
}

#[test]
fn a_constant_direction() {
    let well = Well { depth: 1.5, centre: array![0.1, 0.2] };
    let still = WellGradient { depth: 0.3, centre: array![0.0, 1.0] };
    let (x, d) = (array![0.5, -0.3], array![1.0, 2.0]);
    let at = |x: &Array1<f64>| along(x, &well, &still, &d);
    check(check_gradients(at, |x| along::grad(x, &well, &still, &d), &x));
    let gradient = along::grad(&x, &well, &still, &d);
    chainrule_tests::forward_agrees(&gradient, |x_t| along::jvp(&x, &well, &still, &d, x_t).1);
}

#[test]
fn a_method() {
    let at = (Well { depth: 1.5, centre: array![0.1, 0.2] }, array![0.5, -0.3]);
    check(check_adjoint(|(well, x)| well.force(x), |(well, x), dy| well.force_vjp(x).1(dy), &at));
    let (well, x) = at;
    check(check_gradients(|x| well.slope(x), |x| well.slope_grad(x), &x));
    let gradient = well.slope_grad(&x);
    chainrule_tests::forward_agrees(&gradient, |x_t| well.slope_jvp(&x, x_t).1);
}

/// A result of a type that the macro does not know.
type Number = f64;

#[differentiable(second_order)]
fn of_a_name(x: f64) -> Number {
    x * x * x
}

#[differentiable(second_order)]
fn no_float(x: f64) -> Well {
    Well { depth: x * x, centre: array![x, 2.0 * x] }
}

#[differentiable]
fn slope(x: f64) -> f64 {
    of_a_name::grad(x) + no_float(x).depth
}

#[test]
fn results_of_types_without_a_name() {
    assert_eq!(slope::grad(2.0), 16.0);
    assert_eq!(of_a_name::hvp(2.0, 1.0), 12.0);
    assert_eq!(no_float::jvp(2.0, 1.0).1.centre, array![1.0, 2.0]);
}

/// The derivative of `cubic` in the direction `(a, b)`, by forward mode and by reverse mode.
#[differentiable(forward)]
fn slope_by_jvp(x: f64, y: f64, a: f64, b: f64) -> f64 {
    let (_, slope) = cubic::jvp(x, y, (a, b));
    slope
}

#[differentiable(forward)]
fn slope_by_grad(x: f64, y: f64, a: f64, b: f64) -> f64 {
    let (dx, dy) = cubic::grad(x, y);
    dx * a + dy * b
}

/// Forward over forward, forward over reverse, reverse over forward, reverse over reverse.
#[test]
fn four_mixes_of_modes() {
    let (x, y, a, b) = (0.8, -0.4, 0.3, 1.7);
    let gradient = (
        6.0 * x * y * a + 3.0 * x * x * b,
        3.0 * x * x * a + 2.0 * b,
        3.0 * x * x * y,
        x * x * x + 2.0 * y,
    );
    let units =
        [(1.0, 0.0, 0.0, 0.0), (0.0, 1.0, 0.0, 0.0), (0.0, 0.0, 1.0, 0.0), (0.0, 0.0, 0.0, 1.0)];
    let parts = |(x, y, a, b): (f64, f64, f64, f64)| [x, y, a, b];
    let mixes = [
        units.map(|unit| slope_by_jvp::jvp(x, y, a, b, unit).1),
        units.map(|unit| slope_by_grad::jvp(x, y, a, b, unit).1),
        parts(slope_by_jvp::grad(x, y, a, b)),
        parts(slope_by_grad::grad(x, y, a, b)),
    ];
    for mix in mixes {
        for (found, expected) in mix.iter().zip(parts(gradient)) {
            assert!((found - expected).abs() < 1e-14, "{mix:?} against {gradient:?}");
        }
    }
}

/// A layer that is called, a loop, a branch and a field of a struct, all under a tangent of a tangent.
#[differentiable(second_order)]
fn bent(x: &Array1<f64>, by: &Well) -> Array1<f64> {
    let r = x - &by.centre;
    r.mapv(|r| if r > 0.0 { r * r * by.depth } else { r.exp() })
}

#[differentiable(second_order, constant(by))]
fn bent_often(x: &Array1<f64>, w: &Array2<f64>, by: &Well, steps: usize) -> Array1<f64> {
    let mut y = x.to_owned();
    for i in 0..steps {
        let z = bent(&y, by);
        if i % 2 == 0 {
            y = (w.dot(&z) / by.depth).tanh();
        } else {
            y[0] = z[1] * z[0];
        }
    }
    y * by.energy(x)
}

#[differentiable(forward, constant(by))]
fn change_often(x: &Array1<f64>, w: &Array2<f64>, d: &Array1<f64>, by: &Well) -> Array1<f64> {
    let v = w * 0.5;
    let (y, dy) = bent_often::jvp(x, w, by, 3, (d, &v));
    y + dy
}

#[test]
fn forward_over_forward_through_calls_and_turns() {
    let by = Well { depth: 1.5, centre: array![0.1, 0.2] };
    let (x, w, d) = (array![0.5, -0.3], array![[0.3, -0.2], [0.9, 0.1]], array![0.7, 1.3]);
    let at = (x.clone(), w.clone(), d.clone());
    let dy = array![1.0, -2.0];
    check(check_adjoint(
        |(x, w, d)| change_often(x, w, d, &by),
        |(x, w, d), dy| change_often::vjp(x, w, d, &by).1(dy),
        &at,
    ));
    let gradients = change_often::vjp(&x, &w, &d, &by).1(dy.clone());
    chainrule_tests::forward_agrees(&gradients, |(x_t, w_t, d_t)| {
        change_often::jvp(&x, &w, &d, &by, (x_t, w_t, d_t)).1.dot(&dy)
    });
}

#[derive(Differentiable, Clone)]
struct Pair {
    l: [f64; 2],
}

/// A constant arm beside one of a type that rustc finds: its zeros are those of two tangents.
#[differentiable(second_order, constant(n))]
fn one_arm_is_constant(x: f64, pair: &Pair, n: usize) -> f64 {
    let y = match n {
        0 => array![0.7, -1.9].sum(),
        _ => pair.l[n % 2] - x,
    };
    x * y * y
}

#[differentiable(forward, wrt(x))]
fn along_a_pair(x: f64, pair: &Pair, to: &PairGradient, n: usize) -> f64 {
    one_arm_is_constant::jvp(x, pair, n, (x, to)).1
}

#[test]
fn tangents_of_tangents_of_a_constant_arm() {
    let (pair, to) = (Pair { l: [1.5, -0.5] }, PairGradient { l: [0.3, 2.0] });
    for n in 0..3 {
        let (_, slope) = along_a_pair::jvp(0.8, &pair, &to, n, 1.0);
        let gradient = along_a_pair::grad(0.8, &pair, &to, n);
        assert!((slope - gradient).abs() < 1e-14, "{n}: {slope} against {gradient}");
    }
}
