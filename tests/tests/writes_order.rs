//! What writes within an expression: in conditions, positions, operands and macros, once and in order.
#![forbid(unsafe_code)]
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

use chainrule::prelude::*;
use chainrule_tests::compare;

#[differentiable(forward)]
fn by_a_closure_in_a_condition(x: &[f64; 5]) -> f64 {
    let mut y = x[1];
    let mut n = 0;
    let mut grow = |a: f64| {
        y += a * a;
        y < 4.0
    };
    while grow(x[0]) && n < 10 {
        n += 1;
    }
    if x[2] > 0.0 && grow(x[3]) {
        y *= x[4];
    }
    y * (1 + n) as f64
}

#[differentiable(forward)]
fn a_counter_in_a_condition(x: &[f64; 5]) -> f64 {
    let mut n = 0;
    let mut s = x[0];
    while {
        n += 1;
        n < 4
    } {
        s *= x[n];
        if {
            n += 1;
            n % 2 == 0
        } && s > 0.0
        {
            s += 1.0;
        }
    }
    s * n as f64
}

#[test]
fn conditions_that_write() {
    compare!(by_a_closure_in_a_condition, a_counter_in_a_condition);
}

#[differentiable(forward)]
fn in_a_position(x: &[f64; 5]) -> f64 {
    let mut y = x[1];
    let mut i = 0;
    let z = x[{
        i += 1;
        y *= x[0];
        i
    }] * x[i];
    let mut v = x[..].to_vec();
    v[{
        i += 1;
        y *= 2.0;
        i
    }] = y * x[3];
    z * y * v[2] * v[0]
}

#[differentiable(forward)]
fn before_a_jump(x: &[f64; 5]) -> f64 {
    let mut s = 0.0;
    for k in 0..2 {
        let mut i = k;
        let z = x[i] * {
            i += 1;
            if x[3] > 1.0 {
                continue;
            }
            x[i]
        };
        s += z * z + x[4];
    }
    s
}

#[differentiable(forward)]
fn constants_in_order(x: &[f64; 5]) -> f64 {
    let mut i = 0;
    let z =
        x[i] * x[{
            i += 1;
            i
        }] + x[i] * {
            i += 2;
            x[i]
        };
    let mut c = 2.0;
    let w = x[0] * c + {
        c = 3.0;
        x[1]
    } * c;
    z * w + i as f64 * x[0]
}

#[test]
fn operands_that_write() {
    compare!(in_a_position, before_a_jump, constants_in_order);
}

#[differentiable(forward)]
fn shown(x: &[f64; 5]) -> f64 {
    let mut n = 1;
    let mut y = x[1];
    let z = dbg!({
        n += 1;
        y *= x[2];
        x[0] * n as f64
    });
    z * n as f64 * y
}

#[differentiable(forward)]
fn called(x: &[f64; 5]) -> f64 {
    let mut n = 0;
    let mut next = || {
        n += 1;
        n
    };
    let a = x[next()];
    let b = x[next()] * x[next()];
    a * b + next() as f64 * x[0]
}

#[test]
fn what_runs_once() {
    compare!(shown, called);
}

#[differentiable(forward)]
fn late_list(x: &[f64; 5]) -> f64 {
    let [c, d];
    [c, d] = [x[0] * x[1], x[2]];
    c * d
}

#[test]
fn a_list_of_places() {
    compare!(late_list);
}
