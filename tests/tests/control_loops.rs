//! Loops: every turn has its own values, its own trip count, and loop-local cotangents of its own.
#![forbid(unsafe_code)]
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

use chainrule::ndarray::{Array1, Array2, array};
use chainrule::prelude::*;
use chainrule_tests::expect;

/// Starts from a constant: swift#27796 (TF-933) gave 3 here, not 6.
#[differentiable(forward)]
fn power(x: f64, n: usize) -> f64 {
    let mut y = 1.0;
    for _ in 0..n {
        y = y * x;
    }
    y
}

#[test]
fn a_loop_from_a_constant() {
    expect!(power(3.0, 2) = 9.0, d = 6.0);
    expect!(power(3.0, 1) = 3.0, d = 1.0);
    expect!(power(2.0, 5) = 32.0, d = 80.0);
}

#[test]
fn a_loop_of_no_turns() {
    expect!(power(3.0, 0) = 1.0, d = 0.0);
}

/// The cotangent of `local` starts at zero each turn: clad#277 gave 6 here, not 3.
#[differentiable(forward)]
fn local(x: f64, n: usize) -> f64 {
    let mut sum = 0.0;
    for _ in 0..n {
        let local = x;
        sum += local;
    }
    sum
}

/// The same with a local that is written: what is left of the turn before is never read.
#[differentiable(forward)]
fn local_that_is_written(x: f64, n: usize) -> f64 {
    let mut sum = 0.0;
    let mut scratch = x;
    for i in 0..n {
        scratch = x * i as f64;
        scratch *= scratch;
        sum += scratch;
    }
    sum + 0.0 * scratch
}

#[test]
fn locals_start_anew_each_turn() {
    expect!(local(5.0, 3) = 15.0, d = 3.0);
    // x^2 (0 + 1 + 4 + 9)
    expect!(local_that_is_written(2.0, 4) = 56.0, d = 56.0);
}

/// Reads a value that the turn before wrote: the last turn's must not serve for all.
#[differentiable(forward)]
fn of_a_moving_state(x: f64, n: usize) -> f64 {
    let mut state = x;
    let mut sum = 0.0;
    for i in 0..n {
        sum += state * state * i as f64;
        state = state * x;
    }
    sum
}

#[test]
fn every_turn_has_its_values() {
    // x^4 + 2 x^6 + 3 x^8
    let x: f64 = 1.1;
    expect!(
        of_a_moving_state(1.1, 4) = x.powi(4) + 2.0 * x.powi(6) + 3.0 * x.powi(8),
        d = 4.0 * x.powi(3) + 12.0 * x.powi(5) + 24.0 * x.powi(7)
    );
}

/// clad#1865: the divisor, written inline, was rebuilt from the values of the last turn.
#[differentiable(forward)]
fn inline_divisor(a: f64) -> f64 {
    let mut s = 0.0;
    for i in 0..2 {
        let x = i as f64 + 1.0;
        s += 1.0 / (x + a * a);
    }
    s
}

#[test]
fn an_inline_divisor() {
    // d/da 1/(x + a^2) = -2 a / (x + a^2)^2, at a = 1: -2/4 - 2/9.
    expect!(inline_divisor(1.0) = 5.0 / 6.0, d = -0.5 - 2.0 / 9.0);
}

/// taichi#3003: two inner loops in an outer one. 2 * (3 + 3) x.
#[differentiable(forward)]
fn two_inner_loops(x: f64) -> f64 {
    let mut y = 0.0;
    for _ in 0..2 {
        for _ in 0..3 {
            y += x;
        }
        for _ in 0..3 {
            y += x;
        }
    }
    y
}

/// taichi#7771, slang#13000, warp#1293: bounds that depend on the outer counters.
#[differentiable(forward)]
fn triangular(x: &[f64]) -> f64 {
    let mut loss = 0.0;
    for i in 0..x.len() {
        let mut l = 0.0;
        for j in 0..i {
            for k in 0..j {
                l += x[j] * x[k];
            }
        }
        loss += l;
    }
    loss
}

#[differentiable(forward)]
fn four_deep(x: f64) -> f64 {
    let mut y = x;
    for a in 0..2 {
        let mut outer = y;
        for b in 0..=a {
            for c in (0..2).rev() {
                let mut inner = outer * 0.5;
                for d in 0..c {
                    inner += x * (a + b + d) as f64;
                }
                outer = inner + y;
            }
        }
        y = outer;
    }
    y
}

#[test]
fn loops_in_loops() {
    expect!(two_inner_loops(3.0) = 36.0, d = 12.0);
    // i = 2: x1 x0. i = 3: x1 x0 + x2 x0 + x2 x1.
    expect!(triangular(&[1.0, 2.0, 3.0, 4.0]) = 13.0, d = [7.0, 5.0, 3.0, 0.0]);
    // Linear in x, so the slope is the value at 1.
    expect!(four_deep(1.0) = four_deep(1.0), d = four_deep(1.0));
    expect!(four_deep(3.0) = 3.0 * four_deep(1.0), d = four_deep(1.0));
}

/// warp#1694: what stands before the loop and is used after it. warp#1740: what follows the loop sees the
/// accumulator's last value, not its first.
#[differentiable(forward)]
fn around_a_loop(x: f64, s: &[f64]) -> f64 {
    let before = x * x;
    let mut sum = 0.0;
    for i in 0..s.len() {
        sum += s[i] * x;
    }
    before * sum.sqrt()
}

#[test]
fn before_and_after_a_loop() {
    // x^2 sqrt(x S): 2.5 x^1.5 sqrt(S), and x^2.5 / (2 sqrt(S)).
    expect!(around_a_loop(4.0, &[3.0, 6.0]) = 96.0, d = (60.0, [32.0 / 6.0; 2]));
}

/// Zygote#1198: three names rotated each turn.
#[differentiable(forward)]
fn rotated(x: f64, y: f64, z: f64, n: usize) -> f64 {
    let (mut a, mut b, mut c) = (x, y, z);
    for i in 0..n {
        (a, b, c) = (b, c, a * (i + 2) as f64);
    }
    a + b * b + c * c * c
}

#[differentiable(forward)]
fn swapped(x: f64, y: f64, n: usize) -> f64 {
    let mut a = x;
    let mut b = y;
    for _ in 0..n {
        std::mem::swap(&mut a, &mut b);
        b *= 2.0;
    }
    a * a * b
}

#[differentiable(forward)]
fn fibonacci(x: f64, y: f64, n: usize) -> f64 {
    let (mut a, mut b) = (x, y);
    for _ in 0..n {
        let next = a + b;
        a = b;
        b = next;
    }
    b * b
}

#[test]
fn names_that_change_places() {
    // After 4 turns: a = 3y, b = 4z, c = 5 * 2x.
    expect!(rotated(0.1, 0.2, 0.3, 4) = 0.6 + 1.44 + 1.0, d = (3.0 * 10.0, 3.0, 2.0 * 1.2 * 4.0));
    // Three turns: (y, 2x), (2x, 2y), (2y, 4x).
    expect!(swapped(2.0, 3.0, 3) = 36.0 * 8.0, d = (36.0 * 4.0, 24.0 * 8.0));
    // (3x + 5y)^2
    expect!(fibonacci(1.0, 2.0, 4) = 169.0, d = (78.0, 130.0));
}

/// Enzyme.jl#701: cos(cos(x + p0) + p1).
#[differentiable(forward)]
fn cosines(x: f64, p: &[f64]) -> f64 {
    let mut x = x;
    for i in 0..p.len() {
        x = (x + p[i]).cos();
    }
    x
}

#[test]
fn an_argument_shadowed_then_carried() {
    let (inner, outer) = (2.0_f64, 2.0_f64.cos() + 0.5);
    let slope = outer.sin() * inner.sin();
    expect!(cosines(1.0, &[1.0, 0.5]) = outer.cos(), d = (slope, [slope, -outer.sin()]));
}

/// Newton's iteration for a square root: at the fixed point only the last turn counts.
#[differentiable(forward)]
fn newton(a: f64) -> f64 {
    let mut x = 1.0;
    while (x * x - a).abs() > 1e-14 * a {
        x = 0.5 * (x + a / x);
    }
    x
}

#[differentiable(forward)]
fn halvings(x: f64) -> f64 {
    let mut y = x;
    let mut turns = 0;
    while y > 1.0 {
        y *= 0.5;
        turns += 1;
    }
    y * y * turns as f64
}

/// clad#474: the counter itself is active, from one argument to another.
#[differentiable(forward)]
fn integral(lower: f64, upper: f64) -> f64 {
    let mut sum = 0.0;
    let mut points = 0.0;
    let mut x = lower;
    while x <= upper {
        sum += x * x;
        points += 1.0;
        x += 1.0;
    }
    let interval = (upper - lower) / points;
    sum * interval
}

#[differentiable(forward)]
fn two_conditions(x: f64, n: usize) -> f64 {
    let mut i = 0;
    let mut y = x;
    while i < n && y < 100.0 {
        y = y * y;
        i += 1;
    }
    y
}

#[differentiable(forward)]
fn over_a_stack(x: f64, stack: Vec<usize>) -> f64 {
    let mut stack = stack;
    let mut y = x;
    while let Some(k) = stack.pop() {
        y = y * x + k as f64;
        if k > 2 {
            stack.push(k - 2);
        }
    }
    y
}

#[test]
fn while_loops() {
    expect!(newton(9.0) = 3.0, d = 1.0 / 6.0);
    // 12 -> 0.75 in four turns, then y^2 * 4 with y = x / 16.
    expect!(halvings(12.0) = 2.25, d = 2.0 * 0.75 * 4.0 / 16.0);
    expect!(halvings(0.5) = 0.0, d = 0.0);
    // x = 1, 2, 3: (l^2 + (l+1)^2 + (l+2)^2) (u - l) / 3 at l = 1, u = 3.5.
    expect!(integral(1.0, 3.5) = 14.0 * 2.5 / 3.0, d = (12.0 * 2.5 / 3.0 - 14.0 / 3.0, 14.0 / 3.0));
    // 3 -> 9 -> 81 -> 6561 stops at the third; with n = 1 at the first.
    expect!(two_conditions(3.0, 9) = 6561.0, d = 8.0 * 2187.0);
    expect!(two_conditions(3.0, 1) = 9.0, d = 6.0);
    expect!(two_conditions(3.0, 0) = 3.0, d = 1.0);
    // Visits 5, 3, 1, 1: x^5 + 5 x^3 + 3 x^2 + x + 1.
    expect!(over_a_stack(2.0, vec![1, 5]) = 87.0, d = 80.0 + 60.0 + 12.0 + 1.0);
}

/// Constants that change in place: backward needs those of each turn, not the last.
#[differentiable(forward)]
fn constants_that_change(x: f64, seed: u64) -> f64 {
    let mut state = seed;
    let mut sign = 1.0;
    let mut seen = Vec::new();
    let mut y = x;
    for _ in 0..4 {
        state = (state * 5 + 3) % 16;
        sign = -sign;
        seen.push(state);
        y = y * x * state as f64 + sign * seen.len() as f64 * x;
    }
    y
}

#[test]
fn constants_of_each_turn() {
    // From 1: 8, 11, 10, 5; y = 5x(10x(11x(8x^2 - x) + 2x) - 3x) + 4x.
    let x: f64 = 0.5;
    let y = |x: f64| {
        5.0 * x * (10.0 * x * (11.0 * x * (8.0 * x * x - x) + 2.0 * x) - 3.0 * x) + 4.0 * x
    };
    // 4400 x^5 - 550 x^4 + 100 x^3 - 15 x^2 + 4 x
    let slope = 22000.0 * x.powi(4) - 2200.0 * x.powi(3) + 300.0 * x.powi(2) - 30.0 * x + 4.0;
    expect!(constants_that_change(0.5, 1) = y(0.5), d = slope);
}

#[differentiable(forward)]
fn branches_inside(x: f64, n: usize) -> f64 {
    let mut y = x;
    let mut skipped = 0.0;
    for i in 0..n {
        if i % 2 == 0 {
            y = y * x;
        } else if y > 2.0 {
            y = y - x;
        } else {
            skipped += x * i as f64;
        }
    }
    y + skipped
}

#[differentiable(forward)]
fn inside_a_branch(x: f64, n: usize) -> f64 {
    let y = if x > 1.0 {
        let mut y = x;
        for _ in 0..n {
            y *= x;
        }
        y
    } else {
        let mut y = 0.0;
        let mut i = 0;
        while i < n {
            y += x;
            i += 1;
        }
        y
    };
    y * 2.0
}

#[test]
fn loops_and_branches() {
    // 1.5 -> 2.25 (x^2) -> 0.75 (x^2 - x) -> x^3 - x^2 -> + 3x aside.
    let x: f64 = 1.5;
    expect!(
        branches_inside(1.5, 4) = x.powi(3) - x.powi(2) + 3.0 * x,
        d = 3.0 * x.powi(2) - 2.0 * x + 3.0
    );
    expect!(inside_a_branch(2.0, 3) = 32.0, d = 64.0);
    expect!(inside_a_branch(0.5, 3) = 3.0, d = 6.0);
    expect!(inside_a_branch(2.0, 0) = 4.0, d = 2.0);
}

/// A recurrent network's state, by matrices, over the rows of an input.
#[differentiable(forward)]
fn recurrent(w: &Array2<f64>, h: &Array1<f64>, x: &Array2<f64>) -> f64 {
    let mut state = h.clone();
    let mut sum = 0.0;
    for t in 0..x.nrows() {
        state = w.dot(&state) * 0.5 + x.row(t);
        sum += state.sum();
    }
    sum
}

#[test]
fn a_state_of_arrays() {
    // With W = diag(a, b): s1 = a h/2 + x1, s2 = a s1/2 + x2. The sum's slope in s1 is 1 + w'1/2.
    let w = array![[2.0, 0.0], [0.0, 4.0]];
    let (h, x) = (array![1.0, 2.0], array![[0.5, 1.0], [2.0, 3.0]]);
    // s1 = (1.5, 5), s2 = (3.5, 13); ds2 = (1, 1), ds1 = 1 + W'1/2 = (2, 3).
    // dW = ds2 s1'/2 + ds1 h'/2, dh = W' ds1 / 2.
    expect!(
        recurrent(&w, &h, &x) = 23.0,
        d = (
            array![[0.75 + 1.0, 2.5 + 2.0], [0.75 + 1.5, 2.5 + 3.0]],
            array![2.0, 6.0],
            array![[2.0, 3.0], [1.0, 1.0]]
        )
    );
}

#[differentiable(forward)]
fn many_turns(x: f64, n: usize) -> f64 {
    let mut y = x;
    for _ in 0..n {
        y = y + 1e-6 * (x - y);
    }
    y
}

#[differentiable(forward)]
fn many_turns_of_while(x: f64, n: f64) -> f64 {
    let mut y = x;
    let mut i = 0.0;
    while i < n {
        y *= 1.000_001;
        i += 1.0;
    }
    y
}

#[test]
fn a_million_turns() {
    // A fixed point: the value is x. The rounding of a million turns is in the slope.
    let (value, slope) = many_turns::value_and_grad(2.0, 1_000_000);
    assert!(value == 2.0 && (slope - 1.0).abs() < 1e-8, "{slope}");
    let (value, (slope, none)) = many_turns_of_while::value_and_grad(2.0, 1e6);
    let factor = 1.000_001_f64.powi(1_000_000);
    assert!((value - 2.0 * factor).abs() < 1e-8 && (slope - factor).abs() < 1e-8, "{slope}");
    assert_eq!(none, 0.0);
}

/// A loop is read again whenever one around it is: this must not double with each level.
#[differentiable(forward)]
fn ten_deep(x: f64) -> f64 {
    let mut y = x;
    for _ in 0..2 {
        for _ in 0..2 {
            for _ in 0..2 {
                for _ in 0..2 {
                    for _ in 0..2 {
                        for _ in 0..2 {
                            for _ in 0..2 {
                                for _ in 0..2 {
                                    for _ in 0..2 {
                                        for _ in 0..2 {
                                            y += x;
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
    y
}

#[test]
fn loops_ten_deep() {
    expect!(ten_deep(3.0) = 3.0 + 3.0 * 1024.0, d = 1025.0);
}
