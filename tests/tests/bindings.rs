//! Names: shadowing, blocks, patterns, late initialisation, assignment.
#![forbid(unsafe_code)]
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

use chainrule::check::check_gradients;
use chainrule::ndarray::{Array1, array};
use chainrule::prelude::*;
use chainrule_tests::{at, check};

#[differentiable]
fn shadowed(x: f64) -> f64 {
    let y = x * 2.0;
    let x = y * y;
    let y = {
        let x = x + y;
        let y = x * x;
        y.sin()
    };
    let x = x * y;
    x + y
}

#[test]
fn shadowing_and_blocks() {
    at!(shadowed: 0.7, -1.3);
}

#[differentiable]
fn late(x: f64) -> f64 {
    let y;
    let z: f64;
    y = x * x;
    z = y.sin();
    y * z
}

#[test]
#[allow(clippy::needless_late_init)]
fn late_initialisation() {
    at!(late: 0.7, -1.3);
}

#[differentiable]
fn tuples(x: f64) -> f64 {
    let (a, (b, _)) = (x * x, (x.sin(), x));
    let pair = (a * b, (a + b, 2.0));
    let (c, (d, e)) = pair;
    let (f, g): (f64, f64) = (pair.1.0, pair.0);
    c * d * e + f * g
}

#[test]
fn tuples_taken_apart() {
    at!(tuples: 0.7, -1.3);
}

#[differentiable]
fn reassigned(x: f64) -> f64 {
    let mut y = x;
    y *= x;
    y += 1.0;
    y -= x / 2.0;
    y /= x;
    let before = y;
    y = y * y + x;
    before * y
}

#[test]
fn a_reassigned_float() {
    at!(reassigned: 0.7, -1.3);
}

#[differentiable]
fn from_literal(x: f64) -> f64 {
    let mut s = 0.0;
    s += x * x;
    s *= 2.0;
    let mut k = 1.0;
    k += 1.0;
    let t = 1.0;
    (s * k + t).sqrt() * x
}

#[test]
fn a_float_literal_initialises() {
    at!(from_literal: 0.7, -1.3);
}

#[differentiable]
fn typed(x: f64) -> f64 {
    let y: f64 = x * 2.0;
    let z: &f64 = &y;
    let k: f64 = 3.0;
    let n: i32 = 2;
    let (a, b): (f64, f64) = (y * k, *z);
    a * b.powi(n)
}

#[test]
fn lets_with_types() {
    at!(typed: 0.7, -1.3);
}

#[differentiable]
fn by_ref(x: f64) -> f64 {
    let y = x * x;
    let ref z = y;
    let whole @ (a, _) = (x, 2.0);
    z * a + whole.0
}

#[test]
#[allow(clippy::toplevel_ref_arg)]
fn bindings_by_ref_and_at() {
    at!(by_ref: 0.7, -1.3);
}

#[differentiable]
fn parameter_shadowed(k: f64, v: &Array1<f64>) -> f64 {
    let v = v + v;
    k + v.sum()
}

#[test]
fn an_array_parameter_shadowed() {
    assert_eq!(parameter_shadowed::grad(1.0, &array![1.0, 2.0]), (1.0, array![2.0, 2.0]));
}

#[differentiable]
fn with_rest(x: f64) -> f64 {
    let (a, .., b) = (x, x * x, x.sin());
    let [c, .., d] = [x, 2.0, x * 3.0];
    a * b + c * d
}

#[test]
fn rests_in_patterns() {
    at!(with_rest: 0.7, -1.3);
}

#[differentiable]
fn swapped(x: f64) -> f64 {
    let (mut a, mut b) = (x, x * x);
    (a, b) = (b, a + b);
    a * a * b
}

#[test]
fn tuple_assignment() {
    at!(swapped: 0.7, -1.3);
}

#[derive(Clone, Debug, Differentiable)]
struct Held {
    x: f64,
    l: [f64; 2],
}

/// Constants whose type a declaration tells, though ours needs none of what is declared.
#[differentiable]
fn typed_elsewhere(k: usize, x: f64) -> f64 {
    let (a, mut b, c): (f64, f64, Array1<f64>) = (x, 2.0 * x, Array1::from_elem(2, 0.5));
    b *= c[k].powi(2);
    let Held { x: d, l } = Held { x: a * b, l: [0.5; 2] };
    let scaled = |e: f64, x: f64| e.powi(2) * x;
    a * d * l[k].min(l[1 - k]) + scaled(2.0, x)
}

/// Constants whose type what stands beside them tells.
#[differentiable]
fn typed_beside(x: f64) -> f64 {
    let k = 1;
    let c = if k > 0 { 1.0 } else { 2.0 };
    let sums = x * Array1::from_elem(2, 0.25).sum() - array![1.0, 2.0].dot(&array![-1.0, x]);
    let mut y = x;
    *(&mut y) = -1.5 * 0.5;
    let y = y.sin();
    let mapped = Array1::from_elem(3, 0.5).mapv(|e: f64| e * (e.powi(2) * x));
    (sums
        + x * match k {
            1 => -0.5,
            _ => 0.5,
        })
    .cos()
    .powi(2)
        + (x * c).cos()
        + mapped.sum() * y
}

/// What a reference shows, by value.
#[differentiable]
fn shown_by_value(h: &Held, limit: f64) -> f64 {
    let list = vec![h.x; 2];
    let mut sum = 0.0;
    for e in list.iter() {
        if *e > limit {
            sum += twice(*e);
        }
    }
    sum * twice(h.x)
}

#[differentiable]
fn twice(x: f64) -> f64 {
    2.0 * x
}

/// `mem::take` of what only rustc knows the type of.
#[differentiable]
fn taken(h: &Held, x: f64) -> f64 {
    let mut a = h.x * h.l[0];
    let b = std::mem::take(&mut a);
    (a + x).cos() * b
}

/// A number that has a name is no other number.
#[differentiable]
fn named_numbers(x: &[f64]) -> f64 {
    #[allow(unused_mut)]
    let mut two: usize = 2;
    x[two] * (x[0] / (x[1].powi(2) + 1.0)) + x[two % x.len()]
}

#[test]
fn types_of_constants() {
    // x * x * 2x * 0.25 * 0.5 + 4x
    for k in [0, 1] {
        let (y, dx) = typed_elsewhere::value_and_grad(k, 2.0);
        assert_eq!((y, dx), (10.0, 7.0));
    }
    at!(typed_beside: 0.7, -1.3);
    let held = Held { x: 3.0, l: [0.5, 0.25] };
    let (y, (dh, _)) = shown_by_value::value_and_grad(&held, 1.0);
    assert_eq!((y, dh.x), (72.0, 48.0));
    let (y, (dh, dx)) = taken::value_and_grad(&held, 0.0);
    assert_eq!((y, dh.x, dh.l, dx), (1.5, 0.5, [3.0, 0.0], 0.0));
    assert_eq!(named_numbers::grad(&[1.0, 1.0, 3.0]), [1.5, -1.5, 1.5]);
}

/// Literals alone, in a loop that is left, a labelled block, a block with names of its own, and a closure.
#[differentiable]
fn literals_in_blocks(x: f64, k: usize) -> f64 {
    let pick = |k: usize| if k > 1 { 0.5 } else { 0.2 };
    let counted = x + {
        let mut turns: usize = 0;
        loop {
            turns += 1;
            if turns > k {
                break -1.5;
            }
        }
    };
    let named = x * {
        let k = 0.5;
        k
    };
    let labelled = x + 'found: {
        if k > 1 {
            break 'found 0.5;
        }
        0.25
    };
    let arm = match k {
        7 => panic!("seven"),
        1 => 0.5,
        _ => 0.25,
    };
    counted.powi(2) * labelled.powi(2) + (named + arm).powi(2) * (x * pick(k)).sin()
}

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    By(f64),
    Off,
}

/// Constants that only the written type says anything of, among code that is read.
#[differentiable]
fn written_types(x: f64, k: usize) -> f64 {
    let mut s = x;
    let n: u64 = {
        s += x;
        3
    };
    let (mode, m): (Option<Mode>, u32);
    let late: Option<Mode>;
    if x > 0.0 {
        late = None;
        s *= x;
    } else {
        late = Some(Mode::By(0.5));
    }
    (mode, m) = (late, 2);
    let weights: Vec<f64> = {
        s += x;
        (0..k).map(|i| i as f64).collect()
    };
    let Some(Mode::By(by)) = mode else {
        return s * n.pow(m) as f64 + weights.iter().map(|w| w * x).sum::<f64>();
    };
    if late == Some(Mode::Off) { s } else { s * by }
}

#[test]
fn what_only_the_syntax_of_a_constant_tells() {
    for (x, k) in [(0.7, 2), (-0.4, 1), (0.3, 0)] {
        check(check_gradients(
            |x| literals_in_blocks(*x, k),
            |x| literals_in_blocks::grad(*x, k),
            &x,
        ));
        check(check_gradients(|x| written_types(*x, k), |x| written_types::grad(*x, k), &x));
    }
}

#[derive(Clone, Differentiable)]
struct Pair {
    a: Array1<f64>,
    k: f64,
}
#[differentiable]
fn squares(x: &Array1<f64>) -> f64 {
    (x * x).sum()
}
#[differentiable]
fn squares_of(x: Array1<f64>) -> f64 {
    (&x * &x).sum()
}
/// Parts of tuples and structs are handed on as they were put in.
#[differentiable]
fn parts_handed_on(x: &Array1<f64>, y: &Array1<f64>) -> f64 {
    let z = x * y;
    let t = (x.clone(), (y, 2.0), (&z, y.to_owned()));
    let p = Pair { a: x.clone(), k: 0.5 };
    let (a, (b, k), (c, d)) = t;
    squares_of(a) * squares(b) * k + squares(c) * squares_of(d) * p.k + squares_of(p.a)
}
/// A part that a callee takes, of what is needed as a whole.
#[differentiable]
fn part_of_a_state(x: &Array1<f64>, steps: &[f64]) -> f64 {
    let mut state = (x.clone(), Array1::zeros(2), 0.0);
    for step in steps {
        let (h, c, n) = state;
        let c = c * 0.5 + &h * *step;
        state = (c.tanh(), c, n + 1.0);
    }
    let (h, c, n) = state;
    squares_of(h) + squares(&c) * n
}

#[test]
fn parts_are_lent_or_owned_as_they_were() {
    let (x, y) = (array![0.5, -0.3], array![0.7, 0.2]);
    let point = (x, y);
    let of = |(x, y): &(Array1<f64>, Array1<f64>)| parts_handed_on(x, y);
    check(check_gradients(of, |(x, y)| parts_handed_on::grad(x, y), &point));
    check(check_gradients(of, |(x, y)| parts_handed_on::vjp(x, y).1(1.0), &point));
    let point = (point.0, vec![0.4, -0.9]);
    let of = |(x, steps): &(Array1<f64>, Vec<f64>)| part_of_a_state(x, steps);
    check(check_gradients(of, |(x, steps)| part_of_a_state::grad(x, steps), &point));
    check(check_gradients(of, |(x, steps)| part_of_a_state::vjp(x, steps).1(1.0), &point));
}

/// A named number, of which a kernel calls a method.
#[differentiable]
fn zero_left_behind(mut x: f64, h: &Held) -> f64 {
    let old = std::mem::take(&mut x);
    if h.x > 1.0 { x.max(h.l[0]) * old } else { old - x }
}

#[test]
fn a_method_of_a_number_in_a_kernel() {
    let held = Held { x: 3.0, l: [0.5, 0.25] };
    let (y, (dx, dh)) = zero_left_behind::value_and_grad(2.0, &held);
    assert_eq!((y, dx, dh.l), (1.0, 0.5, [2.0, 0.0]));
}

#[differentiable]
fn ends(x: &[f64], y: [f64; 3]) -> f64 {
    let [a, .., b] = y;
    let [first, rest @ ..] = x else { return 0.0 };
    let [.., last] = x else { return 1.0 };
    first * a + rest.iter().sum::<f64>() * b + last
}

/// c0 + c1 x + c2 x^2 + ..
#[differentiable]
fn polynomial(c: &[f64], x: f64) -> f64 {
    match c {
        [] => 0.0,
        [only] => *only,
        [first, rest @ ..] => first + x * polynomial(rest, x),
    }
}

#[test]
fn the_rest_of_a_list() {
    let (y, (dx, dy)) = ends::value_and_grad(&[1.0, 2.0, 4.0], [0.5, 9.0, 0.25]);
    assert_eq!((y, dx, dy), (6.0, vec![0.5, 0.25, 1.25], [1.0, 0.0, 6.0]));
    let (y, (dc, dx)) = polynomial::value_and_grad(&[1.0, 2.0, 3.0], 2.0);
    assert_eq!((y, dc, dx), (17.0, vec![1.0, 2.0, 4.0], 14.0));
}

/// A list of bare literals in a tuple whose type is written.
#[differentiable]
fn literals_in_a_tuple(x: f64) -> f64 {
    let mut pair: (f64, Vec<f64>) = (x, vec![-0.5; 2]);
    pair.0 *= pair.1[1].abs();
    pair.0 * x
}

#[test]
fn a_list_of_literals_in_a_tuple() {
    assert_eq!(literals_in_a_tuple::value_and_grad(3.0), (4.5, 3.0));
}
