//! Integers that turns step: adjoints step them back, and save what a turn read where that cannot be.
#![forbid(unsafe_code)]
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

use chainrule::ndarray::{Array2, array};
use chainrule::prelude::*;
use chainrule_tests::{compare, expect};

/// The same of a pullback, called twice, and of a caller for which half of the arguments are constants.
macro_rules! agree {
    ($($f:ident),* $(,)?) => {$(
        compare!($f);
        let x = [1.5, 2.0, 0.7, -1.1, 0.4];
        let (_, gradient) = $f::value_and_grad(&x);
        let (_, pullback) = $f::vjp(&x);
        assert_eq!(pullback(1.0), gradient, "{}", stringify!($f));
        assert_eq!(pullback(1.0), gradient, "{}", stringify!($f));
    )*};
}

/// Horner's rule over a triangle: every read has a weight of its own.
#[differentiable(forward, second_order)]
fn triangle(x: &[f64; 5]) -> f64 {
    let mut total = 1.0;
    for c in 0..2 {
        let mut at = c;
        let mut y = vec![0.5; 4];
        for i in 0..3 {
            for j in i + 1..4 {
                y[j] += (y[i] * x[at % 5]).sin() * x[j];
                at += 1;
            }
        }
        total = total * x[0] + y[3] * y[2];
    }
    total
}

#[differentiable(forward, second_order)]
fn from_the_beginning_to_the_end(x: &[f64; 5]) -> f64 {
    let mut at = 0;
    let mut total = 0.3;
    for i in 0..3 {
        total = total * x[at % 5] + x[i];
        at += 2;
        for _ in 0..i {
            total = (total * x[(at + 1) % 5]).sin();
            at += 3;
            total *= x[at % 5];
        }
        total += x[at % 5] * total;
        at += i;
    }
    total * x[at % 5] * at as f64
}

#[differentiable(forward)]
fn downwards(x: &[f64; 5]) -> f64 {
    let mut at: i32 = 2;
    let mut total = x[0];
    for _ in 0..6 {
        total = (total + x[(at * at) as usize % 5]).cos() * x[1];
        at -= 1;
    }
    total
}

#[differentiable(forward)]
fn small(x: &[f64; 5]) -> f64 {
    let mut at: u8 = 250;
    let mut total = x[0];
    for _ in 0..5 {
        total = total.sin() * x[at as usize % 5] + at as f64 / 100.0;
        at += 1;
    }
    total
}

#[differentiable(forward)]
fn by_a_while(x: &[f64; 5]) -> f64 {
    let mut at = 0;
    let mut total = 1.0;
    while at < 5 {
        total = (total * x[at]).sin() + x[at];
        at += 1;
    }
    while at > 1 {
        at -= 2;
        total *= x[at] * total;
    }
    total
}

#[differentiable(forward)]
fn two_together(x: &[f64; 5]) -> f64 {
    let mut a = 0;
    let mut total = 1.0;
    for i in 0..3 {
        let mut b = i;
        while b < 4 {
            total = total * x[(a + 2 * b) % 5] + x[[a, b][i % 2] % 5].sin();
            b += 1;
            a += b;
        }
        a += 1;
    }
    total
}

#[differentiable(forward)]
fn left_early(x: &[f64; 5]) -> f64 {
    let mut at = 0;
    let mut after = 0;
    let mut total = 1.0;
    for i in 0..5 {
        at += 1;
        if i == 1 {
            continue;
        }
        total = total * x[at % 5] + x[after % 5].sin();
        if total > 4.0 {
            break;
        }
        after += 1;
    }
    total * x[after % 5] * x[at % 5]
}

#[differentiable(forward)]
fn by_a_step_that_is_known(x: &[f64; 5]) -> f64 {
    let stride = x.len() - 3;
    let mut at = 0;
    let mut total = 1.0;
    for i in 0..4 {
        total = total * x[at % 5] + total.sin();
        at += stride + i * stride;
    }
    total
}

#[test]
fn steps() {
    agree!(triangle, from_the_beginning_to_the_end, downwards, small);
    agree!(by_a_while, two_together, left_early, by_a_step_that_is_known);
}

#[test]
fn steps_in_second_order() {
    let (x, direction) = ([1.5, 2.0, 0.7, -1.1, 0.4], [0.3, -0.5, 1.0, 0.2, -0.7]);
    let moved = |by: f64| std::array::from_fn(|i| x[i] + by * direction[i]);
    macro_rules! hvp {
        ($f:ident) => {
            let [above, below] = [1e-6, -1e-6].map(|by| $f::grad(&moved(by)));
            for (i, found) in $f::hvp(&x, &direction).into_iter().enumerate() {
                let expected = (above[i] - below[i]) / 2e-6;
                assert!((found - expected).abs() < 1e-6 * (1.0 + expected.abs()), "{i}: {found}");
            }
        };
    }
    hvp!(triangle);
    hvp!(from_the_beginning_to_the_end);
}

#[differentiable(forward)]
fn where_a_branch_says_so(x: &[f64; 5]) -> f64 {
    let mut at = 0;
    let mut total = 1.0;
    for _ in 0..6 {
        total = (total * x[at % 5]).sin() + x[at % 5];
        if total > 0.5 {
            at += 1;
        }
        at += 1;
    }
    total
}

#[differentiable(forward)]
fn set_anew(x: &[f64; 5]) -> f64 {
    let mut at = 0;
    let mut total = 1.0;
    for i in 0..6 {
        total = (total * x[at % 5]).sin() + x[at % 5];
        at += 1;
        if i == 2 {
            at = 0;
        }
    }
    at = 4;
    total * x[at]
}

#[differentiable(forward)]
fn by_other_steps(x: &[f64; 5]) -> f64 {
    let (mut doubled, mut stepped, mut growing, mut lent) = (1, 0, 1, 0);
    let mut total = 1.0;
    for i in 0..5 {
        total = (total * x[doubled % 5]).sin() + x[stepped % 5];
        doubled *= 2;
        stepped += growing;
        growing += i;
        total *= x[lent % 5];
        std::mem::swap(&mut lent, &mut stepped);
        lent += 1;
    }
    total
}

#[differentiable(forward)]
fn taken_apart(x: &[f64; 5]) -> f64 {
    let mut a = 0;
    let mut b = 1;
    let mut total = 1.0;
    for _ in 0..5 {
        total = (total * x[a % 5]).sin() + x[b % 5];
        (a, b) = (b, a + b);
        a += 1;
    }
    total
}

#[differentiable(forward)]
fn of_a_name_again(x: &[f64; 5]) -> f64 {
    let mut at = 0;
    let mut total = 1.0;
    for i in 0..4 {
        total = (total * x[at % 5]).sin();
        {
            let mut at = i;
            at += 2;
            total += x[at % 5];
            at += 1;
            total *= x[at % 5];
        }
        at += 1;
        let at = at + 1;
        total *= x[at % 5];
    }
    total
}

#[differentiable(forward)]
fn where_no_float_is(x: &[f64; 5]) -> f64 {
    let mut at = 0;
    let mut total = 1.0;
    for i in 0..4 {
        total = (total * x[at % 5]).sin() + x[i];
        for _ in 0..i {
            at += 1;
        }
        at += 1;
    }
    total
}

/// Only the turns of a new maximum are kept.
#[differentiable(forward)]
fn beside_a_maximum(x: &[f64; 5]) -> f64 {
    let mut at = 0;
    let mut total = 0.0;
    for _ in 0..2 {
        let mut largest = x[at % 5];
        for i in 0..2 {
            largest = largest.max(x[(at + i) % 5]);
        }
        at += 1;
        let mut next = x[at % 5];
        let mut position = at;
        for _ in 0..3 {
            if x[position % 5] > next {
                next = x[position % 5];
            }
            position += 1;
        }
        total += largest * next;
        at += 1;
    }
    total
}

#[test]
fn what_is_no_step() {
    agree!(where_a_branch_says_so, set_anew, by_other_steps, taken_apart);
    agree!(of_a_name_again, where_no_float_is, beside_a_maximum);
}

#[differentiable(forward)]
fn checkpointed(x: &[f64; 5]) -> f64 {
    let mut total = 1.0;
    #[checkpoint(every = 2)]
    for i in 0..5 {
        let mut at = i;
        for j in 0..3 {
            total = (total * x[at % 5]).sin() + x[j];
            at += 2;
        }
    }
    total
}

#[test]
fn of_a_turn_that_is_computed_again() {
    agree!(checkpointed);
}

/// Packed lower triangles times vectors, all active.
#[differentiable(forward, second_order)]
fn packed(rows: &Array2<f64>, y: &[f64], scale: f64) -> f64 {
    let (n, width) = rows.dim();
    let mut total = 0.0;
    for r in 0..n {
        let mut at = 0;
        let mut z = vec![0.0; y.len()];
        for i in 0..y.len() {
            for j in 0..i + 1 {
                z[i] += rows[[r, at]] * y[j];
                at += 1;
            }
            z[i] = z[i] * z[i] * scale;
        }
        for i in 0..y.len() {
            total += z[i];
        }
        total *= width as f64;
    }
    total
}

#[differentiable(forward)]
fn of_rows(y: &[f64]) -> f64 {
    packed(&array![[1.0, 2.0, -1.0]], y, 0.5)
}

#[differentiable(forward)]
fn of_a_scale(scale: f64) -> f64 {
    packed(&array![[1.0, 2.0, -1.0]], &[3.0, 4.0], scale)
}

#[test]
fn where_some_arguments_are_constants() {
    // (3, 2)
    let rows = array![[1.0, 2.0, -1.0]];
    let d_rows = array![[27.0, 18.0, 24.0]];
    expect!(packed(&rows, &[3.0, 4.0], 0.5) = 19.5, d = (d_rows, [21.0, -6.0], 39.0));
    expect!(of_rows(&[3.0, 4.0]) = 19.5, d = [21.0, -6.0]);
    expect!(of_a_scale(0.5) = 19.5, d = 39.0);
}
