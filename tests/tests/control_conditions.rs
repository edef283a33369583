//! Conditions that write, make or take something, and functions that only look.
#![forbid(unsafe_code)]
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

use chainrule::check::check_gradients;
use chainrule::prelude::*;
use chainrule_tests::expect;

/// What stands behind `&&` and `||` is written only where it is looked at.
#[differentiable(forward)]
fn written_behind_a_condition(x: f64) -> f64 {
    let mut y = x;
    let mut n = 0;
    let ok = x > 0.0 && {
        y = x * x;
        n += 1;
        true
    };
    let more = n > 0 || {
        n += 5;
        y *= 3.0;
        false
    };
    if ok && more { y * 2.0 } else { y * n as f64 }
}

/// A value that is made behind `&&`, and taken apart.
#[differentiable(forward)]
fn made_behind_a_condition(x: f64, names: &[&str]) -> f64 {
    let mut names = names.iter();
    let y = if let Some(a) = names.next()
        && let Some(b) = names.next()
        && a.len() > b.len()
        && let Some(k) = (if x > 1.0 { Some(x * x) } else { None })
        && k > 2.0
        && let (p, q) = (k * k, k)
    {
        p * q * x * a.len() as f64 + b.len() as f64
    } else {
        x
    };
    y * names.count() as f64
}

#[test]
fn behind_a_condition() {
    expect!(written_behind_a_condition(3.0) = 18.0, d = 12.0);
    expect!(written_behind_a_condition(-3.0) = -45.0, d = 15.0);
    // (3 x^7 + 1) 2, or 2 x where something does not hold.
    let names = ["abc", "a", "b", "c"];
    let (seventh, sixth) = (1.5_f64.powi(7), 1.5_f64.powi(6));
    expect!(made_behind_a_condition(1.5, &names) = (3.0 * seventh + 1.0) * 2.0, d = 42.0 * sixth);
    expect!(made_behind_a_condition(1.2, &names) = 2.4, d = 2.0);
    expect!(made_behind_a_condition(1.5, &names[1..]) = 1.5, d = 1.0);
}

/// Local functions that only look.
#[differentiable(forward)]
fn looked_at(x: f64) -> f64 {
    fn check(x: f64) {
        assert!(x > 0.0);
    }
    let show = |v: f64| println!("{v}");
    check(x);
    show(x);
    let option = if x > 1.0 { Some(x * x) } else { None };
    option.unwrap_or(1.0)
}

#[test]
fn what_local_functions_look_at() {
    expect!(looked_at(3.0) = 9.0, d = 6.0);
    expect!(looked_at(0.5) = 1.0, d = 0.0);
}

/// What stands in for an `Option` that holds nothing.
#[differentiable(forward)]
fn instead(x: f64, y: f64) -> f64 {
    let option = if x > 1.0 { Some(x * x) } else { None };
    option.unwrap_or(y * y * x)
}

#[test]
fn an_active_default() {
    expect!(instead(3.0, 5.0) = 9.0, d = (6.0, 0.0));
    expect!(instead(0.5, 5.0) = 12.5, d = (25.0, 5.0));
}

/// A guard that may jump, before arms that leave the function: at its end, under a `return`, in a branch.
#[differentiable]
fn left_by_guards_and_arms(n: usize, p: f64) -> f64 {
    if n < 3 {
        return match n {
            _ if (if p > 5.0 { return p * 7.0 } else { n == 0 }) => {
                return 0.5 * p;
            }
            1 => p * p,
            _ => {
                return p.sin();
            }
        };
    }
    match n {
        m if (if p > 5.0 { return p * 3.0 } else { m == 3 }) => return 0.25 * p,
        _ => p * p * p,
    }
}

#[test]
fn arms_behind_a_guard_that_jumps_may_return() {
    for n in 0..5 {
        for p in [0.8, 6.0] {
            let of = |p: &f64| left_by_guards_and_arms(n, *p);
            check_gradients(of, |p| left_by_guards_and_arms::grad(n, *p), &p).unwrap();
            assert_eq!(left_by_guards_and_arms::vjp(n, p).0, of(&p));
        }
    }
}

#[differentiable(forward)]
fn an_option_asked_beside_a_condition(x: &[f64; 5]) -> f64 {
    let mut best: Option<f64> = None;
    let mut sum = 0.0;
    for (i, &v) in x.iter().enumerate() {
        if best.is_none() || v * 2.0 < -1.0 && i % 2 == 1 {
            best = Some(v * 0.5);
            sum *= 1.1;
        }
        if best.is_some() && v > x[0] {
            sum += v * x[1];
        }
        sum += v * v;
    }
    sum + best.unwrap_or(0.0)
}

#[test]
fn what_an_option_is_asked_stands_in_conditions() {
    chainrule_tests::compare!(an_option_asked_beside_a_condition);
}
