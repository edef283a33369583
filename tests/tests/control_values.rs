//! Ways out of the values of others: a `return` or `continue` in what a `return`, a `break` or a block gives.
#![forbid(unsafe_code)]
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

use chainrule::prelude::*;
use chainrule_tests::expect;

/// A `return` inside a loop that is the value of another `return`, or of an arm at the end.
#[differentiable(forward)]
fn returns_within_a_return(p: f64, q: f64) -> f64 {
    if p > 0.0 {
        return {
            let mut k = 0;
            loop {
                k += 1;
                if k > 3 {
                    break p * q;
                }
                while k < 2 && q > 1.0 {
                    return q * q;
                }
            }
        };
    }
    p
}

/// The same in a labelled block and at the end of an arm.
#[differentiable(forward)]
fn returns_within_a_block(p: f64, q: f64) -> f64 {
    if p > 0.0 {
        'a: {
            if q > 0.5 {
                break 'a q;
            }
            if q > 0.2 {
                return p * p;
            }
            p * q
        }
    } else {
        p
    }
}

/// What is taken apart is there only where nothing returned.
#[differentiable(forward)]
fn taken_apart_after_returns(p: f64, x: &[f64], first: bool) -> f64 {
    let (a, [b, mut c]) = if first {
        for e in x {
            if *e > 1.0 {
                return *e * p;
            }
        }
        (p, [x[0], x[1]])
    } else {
        (x[1], [p, 2.0])
    };
    c *= p;
    a * b + c
}

#[test]
fn returns_from_values() {
    expect!(returns_within_a_return(1.0, 2.0) = 4.0, d = (0.0, 4.0));
    expect!(returns_within_a_return(3.0, 0.5) = 1.5, d = (0.5, 3.0));
    expect!(returns_within_a_return(-1.0, 0.5) = -1.0, d = (1.0, 0.0));
    expect!(returns_within_a_block(3.0, 1.0) = 1.0, d = (0.0, 1.0));
    expect!(returns_within_a_block(3.0, 0.25) = 9.0, d = (6.0, 0.0));
    expect!(returns_within_a_block(3.0, 0.125) = 0.375, d = (0.125, 3.0));
    expect!(taken_apart_after_returns(3.0, &[0.5, 2.0], true) = 6.0, d = (2.0, vec![0.0, 3.0]));
    expect!(taken_apart_after_returns(3.0, &[0.5, 0.25], true) = 2.25, d = (0.75, vec![3.0, 3.0]));
    expect!(taken_apart_after_returns(3.0, &[0.5, 0.25], false) = 6.75, d = (2.25, vec![0.0, 3.0]));
}

/// The value of a `return` at the end of a turn goes on with the next.
#[differentiable(forward)]
fn goes_on_within_a_return(p: f64, q: f64) -> f64 {
    for turn in 1..4 {
        if turn < 3 {
            return if p > 0.0 {
                continue;
            } else {
                q
            };
        }
    }
    p * q
}

/// The same out of blocks, and from the value of a `break`.
#[differentiable(forward)]
fn goes_on_within_a_block(p: f64, q: f64) -> f64 {
    'turns: for turn in 1..4 {
        return 'value: {
            if p > 0.0 {
                continue 'turns;
            }
            if q > 5.0 {
                break 'value q;
            }
            p * turn as f64
        };
    }
    let mut sum = 0.0;
    let value = loop {
        sum += 1.0;
        break if sum > 2.5 { sum * q } else { continue };
    };
    p * value
}

#[test]
fn continues_from_values() {
    expect!(goes_on_within_a_return(0.5, 2.0) = 1.0, d = (2.0, 0.5));
    expect!(goes_on_within_a_return(-0.5, 2.0) = 2.0, d = (0.0, 1.0));
    expect!(goes_on_within_a_block(0.5, 2.0) = 3.0, d = (6.0, 1.5));
    expect!(goes_on_within_a_block(-0.5, 2.0) = -0.5, d = (1.0, 0.0));
    expect!(goes_on_within_a_block(-0.5, 6.0) = 6.0, d = (0.0, 1.0));
}
