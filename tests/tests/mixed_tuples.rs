//! Tuples of constants and of what is differentiated: the position of a maximum beside it, through branches and loops.
#![forbid(unsafe_code)]
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

use chainrule::check::check_gradients;
use chainrule::prelude::*;
use chainrule_tests::check;

#[differentiable]
fn of_a_branch(x: f64, v: &[f64]) -> f64 {
    let (at, most) = match v.len() {
        0 => return x,
        1 => (0, x * v[0]),
        n => {
            let mut at = 0usize;
            for next in 1..n {
                if v[next] > v[at] {
                    at = next;
                }
            }
            (at, v[at] * x)
        }
    };
    let (parts, shown, name) =
        if most > 0.3 { (1, most, "large") } else { (2, most * most, "small") };
    assert!(!name.is_empty());
    shown / parts as f64 + at as f64
}

#[differentiable]
fn of_a_loop(x: f64, v: &[f64]) -> f64 {
    let mut best = (0, x);
    for (at, item) in v.iter().enumerate() {
        if item * x > best.1 {
            best = (at, item * x);
        }
    }
    let (at, most) = best;
    most * v[at] + best.0 as f64
}

#[differentiable]
fn of_a_fold(x: f64, v: &[f64]) -> f64 {
    let (at, most) = v.iter().enumerate().fold((0, x), |(before, most), (at, item)| {
        if item * x > most { (at, item * x) } else { (before, most) }
    });
    most * v[at]
}

#[differentiable]
fn that_begins_with_constants(x: f64, v: &[f64]) -> f64 {
    let step =
        |b: (usize, f64), (at, item): (usize, &f64)| if *item > b.1 { (at, *item) } else { b };
    let folded = v.iter().enumerate().fold((0, f64::NEG_INFINITY), step);
    let mut best: (usize, f64, bool) = (0, -1.0, false);
    for (at, item) in v.iter().enumerate() {
        if item * x > best.1 {
            best = (at, item * x, true);
        }
    }
    match folded {
        (0, most) if best.2 => most * most * best.1,
        (at, most) => most * v[at] * x + best.1,
    }
}

#[differentiable]
fn of_a_state(x: f64, n: usize) -> f64 {
    let mut state = (n, x, false);
    while !state.2 {
        let (count, y, _) = state;
        state = (count + 1, y * 0.7 + x, count > 5);
        #[checkpoint]
        for turn in 0..state.0 {
            state = (state.0, state.1 + x / (turn + 1) as f64, state.2);
        }
    }
    let twice = |pair: (usize, f64)| if pair.0 > 3 { (pair.0, pair.1 * x) } else { (0, pair.1) };
    let (count, y) = twice((state.0, state.1));
    y * count as f64
}

#[test]
fn positions_beside_what_is_differentiated() {
    for v in [vec![0.3], vec![0.4, 1.9, 0.3], vec![1.2, 0.1]] {
        let given = (0.7, v);
        assert_eq!(of_a_loop::value_and_grad(0.7, &given.1).0, of_a_loop(0.7, &given.1));
        check(check_gradients(
            |(x, v)| of_a_branch(*x, v),
            |(x, v)| of_a_branch::grad(*x, v),
            &given,
        ));
        check(check_gradients(|(x, v)| of_a_loop(*x, v), |(x, v)| of_a_loop::grad(*x, v), &given));
        check(check_gradients(
            |(x, v)| that_begins_with_constants(*x, v),
            |(x, v)| that_begins_with_constants::grad(*x, v),
            &given,
        ));
        check(check_gradients(|(x, v)| of_a_fold(*x, v), |(x, v)| of_a_fold::grad(*x, v), &given));
    }
    check(check_gradients(|x| of_a_state(*x, 2), |x| of_a_state::grad(*x, 2), &0.7));
}
