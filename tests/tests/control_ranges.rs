//! Ranges: every form visits its indices in order, forward and backward; loops that add up.
#![forbid(unsafe_code)]
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

use chainrule::ndarray::{Array1, array};
use chainrule::prelude::*;
use chainrule_tests::expect;

/// Every form of range, with the indices that it visits: Horner's rule tells orders apart.
macro_rules! ranges {
    ($($name:ident: |$n:ident| $range:expr, [$($i:expr),*];)+) => {$(
        mod $name {
            use chainrule::prelude::*;

            #[differentiable(forward)]
            pub(super) fn horner(x: f64, y: &[f64], $n: usize) -> f64 {
                let mut sum = 0.0;
                for i in $range {
                    sum = sum * x + y[i];
                }
                sum * $n as f64
            }

            #[test]
            fn visits() {
                let y = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0];
                let visited: &[usize] = &[$($i),*];
                let (mut sum, mut slope, mut dy) = (0.0, 0.0, [0.0; 8]);
                for (turn, &i) in visited.iter().enumerate() {
                    slope = slope * 1.5 + sum;
                    sum = sum * 1.5 + y[i];
                    dy[i] += 7.0 * 1.5_f64.powi((visited.len() - 1 - turn) as i32);
                }
                super::expect!(horner(1.5, &y, 7) = 7.0 * sum, d = (7.0 * slope, dy));
            }
        }
    )+};
}

ranges! {
    to_the_end: |n| 0..n, [0, 1, 2, 3, 4, 5, 6];
    inclusive: |n| 1..=n, [1, 2, 3, 4, 5, 6, 7];
    reversed: |n| (0..n).rev(), [6, 5, 4, 3, 2, 1, 0];
    inclusive_reversed: |n| (2..=n).rev(), [7, 6, 5, 4, 3, 2];
    stepped: |n| (0..n).step_by(2), [0, 2, 4, 6];
    stepped_short: |n| (0..n).step_by(3), [0, 3, 6];
    stepped_past: |n| (1..n).step_by(4), [1, 5];
    inclusive_stepped: |n| (1..=n).step_by(3), [1, 4, 7];
    reversed_then_stepped: |n| (0..n).rev().step_by(3), [6, 3, 0];
    reversed_then_stepped_off: |n| (1..n).rev().step_by(4), [6, 2];
    stepped_then_reversed: |n| (0..n).step_by(3).rev(), [6, 3, 0];
    stepped_then_reversed_off: |n| (0..n).step_by(4).rev(), [4, 0];
    twice_reversed: |n| (0..n).rev().rev(), [0, 1, 2, 3, 4, 5, 6];
    a_step_beyond: |n| (3..n).step_by(100), [3];
    of_no_turns: |n| n..n, [];
    backwards: |n| n..3, [];
    inclusive_of_one_turn: |n| n..=n, [7];
    of_no_turns_reversed: |n| (n..n).rev().step_by(2), [];
}

#[differentiable(forward)]
fn signed(x: f64) -> f64 {
    let mut sum = 0.0;
    for k in -2i32..=2 {
        sum += f64::from(k * k) * x.powi(k);
    }
    sum
}

#[differentiable(forward)]
fn a_bound_that_moves(x: f64) -> f64 {
    let mut n = 3;
    let mut y = x;
    for _ in 0..n {
        n += 10;
        y *= x;
    }
    y + n as f64
}

#[test]
fn bounds() {
    // 4 x^-2 + x^-1 + x + 4 x^2
    expect!(signed(2.0) = 1.0 + 0.5 + 2.0 + 16.0, d = -1.0 - 0.25 + 1.0 + 16.0);
    // The range is evaluated once: x^4 + 33.
    expect!(a_bound_that_moves(2.0) = 49.0, d = 32.0);
}

/// Its adjoint needs no later turn, and so runs with it: what stands between the loop and the end, and what its
/// own turns do to constants, is as it was.
#[differentiable(forward)]
fn adds_up(x: f64, n: usize, log: &mut Vec<usize>) -> f64 {
    let mut sum = 0.0;
    let mut steps = 0;
    for i in 0..n {
        let mut power = 1.0;
        for j in 0..i {
            power = power * x;
            steps += j;
        }
        log.push(steps);
        if power > 1.0 {
            sum += power;
        } else {
            sum -= power * x;
        }
    }
    log.push(100);
    sum * 2.0 + 1.0
}

#[test]
fn a_loop_that_adds_up() {
    let mut log = Vec::new();
    let (value, gradient) = adds_up::value_and_grad(2.0, 4, &mut log);
    // 2 (-x + x + x^2 + x^3) + 1
    assert_eq!((value, gradient), (25.0, 2.0 * (-1.0 + 1.0 + 4.0 + 12.0)));
    assert_eq!(log, [0, 0, 1, 4, 100]);
    assert_eq!(log, {
        let mut log = Vec::new();
        adds_up(2.0, 4, &mut log);
        log
    });
}

/// Two of them, the second of which uses what the first gave, and a write that the first must not see.
#[differentiable(forward)]
fn one_after_the_other(x: &Array1<f64>) -> f64 {
    let mut y = x.clone();
    let mut first = 0.0;
    for i in 0..y.len() {
        first += y[i] * y[i];
    }
    y[0] = 3.0;
    let mut second = 0.0;
    for i in 0..y.len() {
        second += first * y[i];
    }
    first + second
}

#[test]
fn loops_that_add_up_one_after_the_other() {
    let x = array![1.0, 2.0];
    // f = a + a (3 + y) with a = x^2 + y^2
    let (value, gradient) = one_after_the_other::value_and_grad(&x);
    assert_eq!(value, 5.0 + 5.0 * 5.0);
    assert_eq!(gradient, array![2.0 * 6.0, 4.0 * 6.0 + 5.0]);
}

/// The loop inside saves for all turns around it, which then save nothing: they are counted, for one may be the last.
#[differentiable(forward)]
fn inner_turns_alone_save(x: f64, v: &[usize]) -> f64 {
    let mut y = x;
    for n in v.iter() {
        for _ in 0..*n {
            y = y.sin();
        }
        if *n == 3 {
            break;
        }
    }
    y
}

#[test]
fn a_loop_that_is_left_and_saves_nothing_itself() {
    let (one, two) = (1.0_f64.sin(), 1.0_f64.sin().sin());
    let three = two.sin();
    let d = 1.0_f64.cos() * one.cos() * two.cos() * three.cos();
    expect!(inner_turns_alone_save(1.0, &[1, 0, 3, 2]) = three.sin(), d = d);
}
