//! Ways out: `break`, `continue` and `return`. Backward runs what ran, and no more.
#![forbid(unsafe_code)]
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

use chainrule::ndarray::{Array1, array};
use chainrule::prelude::*;
use chainrule_tests::expect;

/// clad#851: a turn that breaks did not count. 1 * u.
#[differentiable(forward)]
fn breaks(u: f64, v: f64) -> f64 {
    let mut sum = 0.0 * v;
    for i in 1..3 {
        sum += i as f64 * u;
        if i == 1 {
            break;
        }
    }
    sum
}

/// What stands after the `break` ran in all turns but the last.
#[differentiable(forward)]
fn breaks_in_the_middle(x: f64, limit: f64) -> f64 {
    let mut y = x;
    let mut sum = 0.0;
    for i in 0..100 {
        y = y * x;
        if y > limit {
            break;
        }
        sum += y * i as f64;
    }
    sum + y
}

#[test]
fn a_break_that_depends_on_values() {
    expect!(breaks(3.0, 5.0) = 3.0, d = (1.0, 0.0));
    // 2: y = 4, 8, 16 breaks: 0 * x^2 + 1 * x^3 + x^4.
    expect!(breaks_in_the_middle(2.0, 10.0) = 24.0, d = (12.0 + 32.0, 0.0));
    // Breaks in the first turn.
    expect!(breaks_in_the_middle(4.0, 10.0) = 16.0, d = (8.0, 0.0));
}

/// clad#746: written in the condition, left in the second turn.
#[differentiable(forward)]
fn assigned_then_left(i: f64, j: f64) -> f64 {
    #[allow(unused_assignments)]
    let mut res = 0.0;
    let mut c = 0;
    while {
        res = i * j;
        res != 0.0
    } {
        if c == 1 {
            break;
        }
        c += 1;
    }
    res
}

/// Yota.jl#126: a product that stops at zero.
#[differentiable(forward)]
fn product(xs: &[f64]) -> f64 {
    let mut p = 1.0;
    for x in xs {
        p = p * x;
        if p == 0.0 {
            break;
        }
    }
    p
}

#[test]
fn breaks_of_other_trackers() {
    expect!(assigned_then_left(3.0, 5.0) = 15.0, d = (5.0, 3.0));
    expect!(product(&[2.0, 3.0, 4.0]) = 24.0, d = [12.0, 8.0, 6.0]);
    // The program that ran is 2 * 0.
    expect!(product(&[2.0, 0.0, 4.0]) = 0.0, d = [0.0, 2.0, 0.0]);
}

#[differentiable(forward)]
fn a_loop_with_a_value(x: f64) -> f64 {
    let mut y = x;
    let z = loop {
        y *= 2.0;
        if y > 10.0 {
            break y * x;
        }
        if y > 8.0 {
            break x;
        }
    };
    z + y
}

#[test]
fn a_break_with_a_value() {
    // 3 -> 6 -> 12: 4 x^2 + 4 x. 4.5 -> 9: x + 2 x.
    expect!(a_loop_with_a_value(3.0) = 48.0, d = 28.0);
    expect!(a_loop_with_a_value(4.5) = 13.5, d = 3.0);
}

#[differentiable(forward)]
fn labels(x: f64, n: usize) -> f64 {
    let mut sum = 0.0;
    'rows: for i in 0..n {
        let mut y = x;
        for j in 0..n {
            if j > i {
                continue 'rows;
            }
            y *= x;
            if y > 30.0 {
                break 'rows;
            }
            sum += y;
        }
        sum += 100.0 * y;
    }
    sum
}

#[differentiable(forward)]
fn a_label_with_a_value(x: f64) -> f64 {
    let mut y = x;
    let found = 'search: loop {
        for i in 0..3 {
            y += x * i as f64;
            if y > 10.0 {
                break 'search y * y;
            }
        }
        y += 1.0;
    };
    found * x
}

#[differentiable(forward)]
fn a_block_with_a_label(x: f64) -> f64 {
    let mut y = x * x;
    let z = 'block: {
        if x > 2.0 {
            break 'block y;
        }
        y += x;
        if x > 1.0 {
            break 'block 2.0 * y;
        }
        y * y
    };
    y + z
}

#[test]
fn exits_by_label() {
    // n = 2, x = 2. Row 0: x^2, continue. Row 1: x^2, x^3, then 100 x^3.
    expect!(labels(2.0, 2) = 4.0 + 4.0 + 8.0 + 800.0, d = 4.0 + 4.0 + 12.0 + 1200.0);
    // n = 3, x = 4. Row 0: 16. Row 1: 16, then 64 leaves all.
    expect!(labels(4.0, 3) = 32.0, d = 16.0);
    // x = 2: 2, 4, 8, 9, 9, 11 = 5.5 x + 0: y = x + 3x + 1 + x: (5 x + 1)^2 x.
    expect!(a_label_with_a_value(2.0) = 242.0, d = 121.0 + 2.0 * 11.0 * 5.0 * 2.0);
    // 2 x^2; 3 (x^2 + x); y + y^2 with y = x^2 + x.
    expect!(a_block_with_a_label(3.0) = 18.0, d = 12.0);
    expect!(a_block_with_a_label(1.5) = 11.25, d = 12.0);
    expect!(a_block_with_a_label(0.5) = 0.75 + 0.5625, d = 2.0 + 2.0 * 0.75 * 2.0);
}

/// clad#832, clad#710: 11 u, -0 u + u, -1 u + u, +2 u.
#[differentiable(forward)]
fn continues(u: f64, v: f64) -> f64 {
    let mut res = 11.0 * u + 0.0 * v;
    for i in 0..3 {
        if i == 2 {
            res += u * i as f64;
            continue;
        } else {
            res -= u * i as f64;
        }
        res += u;
    }
    res
}

/// warp#1552: the winner among those not skipped is the input's own, not the last turn's.
#[differentiable(forward)]
fn largest(x: f64, c: &[f64]) -> f64 {
    let mut best = -1e20;
    for i in 0..c.len() {
        if c[i] == 0.0 {
            continue;
        }
        let value = x * c[i] * (i + 1) as f64;
        if value > best {
            best = value;
        }
    }
    best
}

#[differentiable(forward)]
fn continues_after_a_write(x: f64) -> f64 {
    let mut y = x;
    let mut i = 0;
    while i < 6 {
        i += 1;
        let square = y * y;
        y += 0.5;
        if square > 4.0 && i % 2 == 0 {
            continue;
        }
        y *= x;
    }
    y
}

#[test]
fn turns_cut_short() {
    expect!(continues(2.0, 1.0) = 28.0, d = (14.0, 0.0));
    expect!(largest(2.0, &[5.0, 0.0, 3.0, 0.0]) = 18.0, d = (9.0, [0.0, 0.0, 6.0, 0.0]));
    expect!(largest(-2.0, &[5.0, 0.0, 3.0, 4.0]) = -10.0, d = (5.0, [-2.0, 0.0, 0.0, 0.0]));
    // x = 1 + e: i = 1: (x + .5) x. 2: 1.5 -> 2.25 < 4: (y + .5) x = 2. 3: (y + .5) x = 2.5.
    // 4: 6.25 > 4: 3. 5: 3.5 x. 6: 4. Slopes at 1: 2.5; 2 + 2.5; 2.5 + 4.5; 7; 3.5 + 7; 10.5.
    expect!(continues_after_a_write(1.0) = 4.0, d = 10.5);
}

#[differentiable(forward)]
fn returns(x: f64, y: f64) -> f64 {
    if x > 2.0 {
        return x * y;
    }
    let z = x * x;
    if z > 1.0 {
        return z;
    } else if y > 5.0 {
        return 5.0;
    }
    z * y
}

#[test]
fn early_returns() {
    expect!(returns(3.0, 2.0) = 6.0, d = (2.0, 3.0));
    expect!(returns(1.5, 2.0) = 2.25, d = (3.0, 0.0));
    expect!(returns(0.5, 6.0) = 5.0, d = (0.0, 0.0));
    expect!(returns(0.5, 2.0) = 0.5, d = (2.0, 0.25));
}

/// clad#1958: a path that never enters the loop must not run the loop's backward; clad#1940: what
/// is declared after the `return`.
#[differentiable(forward)]
fn returns_before_a_loop(coefs: &[f64]) -> f64 {
    let degree = coefs.len() - 1;
    if degree == 2 {
        return coefs[2] + coefs[1] + coefs[0];
    }
    let mut t = 1.0;
    let mut result = coefs[0];
    for i in 1..degree {
        result = result + t * coefs[i];
        t *= coefs[0];
    }
    result
}

/// slang#6394: a `return` in a loop that is never taken; what follows the loop runs.
#[differentiable(forward)]
fn never_returns(x: &[f64], index: usize) -> f64 {
    for _ in 0..2 {
        if index > 0 {
            return 0.0;
        }
    }
    x[index] * x[1]
}

#[differentiable(forward)]
fn returns_from_loops(x: f64, n: usize, limit: f64) -> f64 {
    let mut total = 0.0;
    for i in 0..n {
        let mut y = x;
        let mut j = 0;
        while j < i {
            y *= x;
            if y > limit {
                return total + y * 10.0;
            }
            j += 1;
        }
        total += y;
        match i {
            3 if total > 1000.0 => return total,
            _ => {}
        }
    }
    total * total
}

#[test]
fn returns_and_loops() {
    expect!(returns_before_a_loop(&[2.0, 3.0, 4.0]) = 9.0, d = [1.0, 1.0, 1.0]);
    // c0 + c1 + c0 c2
    expect!(returns_before_a_loop(&[2.0, 3.0, 4.0, 5.0]) = 13.0, d = [5.0, 1.0, 2.0, 0.0]);
    expect!(never_returns(&[2.0, 3.0], 0) = 6.0, d = [3.0, 2.0]);
    expect!(never_returns(&[2.0, 3.0], 1) = 0.0, d = [0.0, 0.0]);
    // (x + x^2 + x^3)^2 at 2; and left at y = x^3 = 8 with x + x^2 done.
    expect!(returns_from_loops(2.0, 3, 9.0) = 196.0, d = (28.0 * 17.0, 0.0));
    expect!(returns_from_loops(2.0, 9, 7.0) = 6.0 + 80.0, d = (1.0 + 4.0 + 120.0, 0.0));
    // 7 + 49 + 343 + 2401 in the fourth turn.
    expect!(returns_from_loops(7.0, 9, 1e9) = 2800.0, d = (1.0 + 14.0 + 147.0 + 1372.0, 0.0));
    expect!(returns_from_loops(2.0, 0, 9.0) = 0.0, d = (0.0, 0.0));
}

#[differentiable(forward)]
fn returns_anywhere(x: f64, mode: usize) -> f64 {
    let y = match mode {
        0 => return x,
        1 => x * x,
        2 => {
            let z = if x > 0.0 { x.ln() } else { return -x };
            z + x
        }
        _ => loop {
            return 3.0 * x;
        },
    };
    return y * x;
}

#[test]
fn a_return_is_an_expression() {
    expect!(returns_anywhere(2.0, 0) = 2.0, d = 1.0);
    expect!(returns_anywhere(2.0, 1) = 8.0, d = 12.0);
    expect!(returns_anywhere(2.0, 2) = 2.0 * 2.0_f64.ln() + 4.0, d = 2.0_f64.ln() + 1.0 + 4.0);
    expect!(returns_anywhere(-2.0, 2) = 2.0, d = -1.0);
    expect!(returns_anywhere(2.0, 7) = 6.0, d = 3.0);
}

/// A `return` of a closure leaves the closure alone.
#[differentiable(forward)]
fn a_closure_that_returns(x: f64, limit: f64) -> f64 {
    let clip = |v: f64| {
        if v > limit {
            return limit;
        }
        v
    };
    clip(x) * clip(2.0 * x)
}

#[test]
fn returns_of_closures() {
    // x^2 * 2; x * limit; limit^2.
    expect!(a_closure_that_returns(1.0, 5.0) = 2.0, d = (4.0, 0.0));
    expect!(a_closure_that_returns(3.0, 5.0) = 15.0, d = (5.0, 3.0));
    expect!(a_closure_that_returns(6.0, 5.0) = 25.0, d = (0.0, 10.0));
}

/// Whole arrays are left with, and places are written before and after the exit.
#[differentiable(forward)]
fn relaxed(x: &Array1<f64>, rate: f64) -> f64 {
    let mut state = x.clone();
    let mut change = &state * rate;
    for turn in 0..5 {
        state = &state - &change;
        if state.sum() < 1.0 {
            return state.sum() * 2.0 + change[0];
        }
        state[0] = x[1] * turn as f64;
        if turn == 1 {
            break;
        }
        change = &state * rate;
    }
    state.dot(&state)
}

#[test]
fn exits_with_arrays() {
    // Left in turn 0 with x (1 - r): 2 (x0 + x1)(1 - r) + r x0.
    expect!(relaxed(&array![1.0, 2.0], 0.75) = 1.5 + 0.75, d = ([0.5 + 0.75, 0.5], -6.0 + 1.0));
    // q = 1 - r. Turn 0: (0, q x1). Turn 1: (x1, q^2 x1). x1^2 (1 + q^4), q = 0.9, x1 = 2.
    let q: f64 = 0.9;
    expect!(
        relaxed(&array![1.0, 2.0], 0.1) = 4.0 * (1.0 + q.powi(4)),
        d = ([0.0, 4.0 * (1.0 + q.powi(4))], -16.0 * q.powi(3))
    );
}

/// What is broken with in one place is a constant.
#[differentiable(second_order)]
fn a_constant_or_not(x: f64, n: usize) -> f64 {
    let mut i = 0;
    let y = loop {
        i += 1;
        if i > n {
            break -0.5;
        }
        if i == 3 {
            break x.sin();
        }
    };
    y * x
}

#[test]
fn a_break_with_a_constant() {
    expect!(a_constant_or_not(2.0, 1) = -1.0, d = -0.5);
    expect!(
        a_constant_or_not(2.0, 5) = 2.0 * 2.0_f64.sin(),
        d = 2.0_f64.sin() + 2.0 * 2.0_f64.cos()
    );
    assert_eq!(a_constant_or_not::hvp(2.0, 1, 1.0), 0.0);
}
