//! Programs that the generator of random programs found to be wrong or refused, made small, with the
//! derivatives that mathematics gives.

// Nobody would write some of this by hand.
#![allow(clippy::all)]

use chainrule::differentiable;
use chainrule::ndarray::{Array1, Array2, array};
use chainrule::prelude::*;
use chainrule_tests::expect;

#[derive(Clone, Debug, Differentiable)]
struct State {
    x: f64,
    v: Array1<f64>,
    l: [f64; 2],
}

/// One arm needs nothing of what the other one gives back, and a caller may want only one of the two.
#[differentiable(forward)]
fn one_of_two(first: bool, p: f64, x: &Array1<f64>) -> f64 {
    if first {
        return x[0];
    }
    x[1] - p
}

#[differentiable(forward)]
fn one_of_two_is_constant(p: f64) -> f64 {
    one_of_two(false, p * p, &Array1::from_elem(2, 0.25))
}

#[test]
fn an_arm_for_an_argument_that_is_constant_there() {
    expect!(one_of_two_is_constant(3.0) = -8.75, d = -6.0);
}

#[differentiable(forward)]
fn returns_from_closures(p: f64, x: &[f64]) -> f64 {
    let folded = x.iter().fold(p, |so_far, x| {
        if so_far > 4.0 {
            return so_far;
        }
        so_far * x
    });
    let mut sum = 0.0;
    x.iter().for_each(|x| {
        if *x > 2.5 {
            return;
        }
        sum += x * p;
    });
    folded + sum + x.iter().map(|x| if *x > 1.5 { return p } else { *x }).sum::<f64>()
}

#[test]
fn a_return_ends_its_closure() {
    // 2 * 1 * 3, then p (1 + 2), then 1 + p + p
    expect!(
        returns_from_closures(2.0, &[1.0, 3.0, 2.0]) = 6.0 + 6.0 + 5.0,
        d = (8.0, [9.0, 2.0, 2.0])
    );
}

impl State {
    #[differentiable(forward)]
    fn energy(&self, scale: f64) -> f64 {
        (self.x + self.l[1]) * self.v.sum() * scale
    }
}

/// A struct that an arm makes, lent to a method whose arguments depend on different ones of ours.
#[differentiable(forward)]
fn made_in_an_arm(p: f64, q: f64, flag: bool) -> f64 {
    let y = if flag { State { x: q, v: array![p, 1.0], l: [p, q] }.energy(p) + (p + p) } else { q };
    y * q
}

#[test]
fn a_struct_made_in_an_arm_is_lent_again() {
    // (2q (p + 1) p + 2p) q
    expect!(
        made_in_an_arm(2.0, 3.0, true) = 120.0,
        d = (3.0 * (6.0 * 5.0 + 2.0), 2.0 * 6.0 * 6.0 + 4.0)
    );
}

/// `y` is kept for some arguments only, and read inside a kernel of the adjoint.
#[differentiable(forward)]
fn kept_for_some(p: f64, q: f64, s: &State) -> f64 {
    let mut y = q;
    for i in 0..3 {
        if p > s.l[i % 2] {
            y = s.v[0].tanh() * p;
            return y * y;
        }
        y = y / (p * p + 1.0);
    }
    y
}

#[test]
fn what_is_kept_for_some_arguments_is_read_in_a_kernel() {
    let s = State { x: 1.0, v: array![0.5, 1.0], l: [3.0, 4.0] };
    let y = 0.25 / 125.0;
    let (dp, dq, ds) = kept_for_some::grad(2.0, 0.25, &s);
    chainrule_tests::agree("d(p, q)", &(dp, dq), &(-6.0 * y * 2.0 / 5.0, 1.0 / 125.0), 1.0);
    assert_eq!((ds.x, ds.v, ds.l), (0.0, array![0.0, 0.0], [0.0; 2]));
    // (p tanh v0)^2
    let (t, s) = (0.5f64.tanh(), State { l: [1.0, 4.0], ..s });
    let (dp, dq, ds) = kept_for_some::grad(2.0, 0.25, &s);
    let dv = [4.0 * 2.0 * t * (1.0 - t * t), 0.0];
    chainrule_tests::agree(
        "where it returns",
        &(dp, dq, ds.v.to_vec()),
        &(4.0 * t * t, 0.0, dv),
        1.0,
    );
}

/// A reference in the user's code where ours has the number itself, in tokens that are passed on.
#[differentiable(forward)]
fn compared_in_a_guard(x: &[f64], k: usize) -> f64 {
    let mut y = 0.0;
    for (i, v) in x.iter().enumerate() {
        match i {
            0 if *v > 0.5 => y += v,
            _ if {
                let w = *v;
                w < 0.0
            } =>
            {
                y -= v * v
            }
            _ => y += v * k as f64,
        }
    }
    y
}

#[test]
fn an_element_that_is_lent_stays_a_reference() {
    expect!(compared_in_a_guard(&[1.0, -2.0, 3.0], 2) = 3.0, d = [1.0, 4.0, 2.0]);
}

#[differentiable(forward)]
fn loops_over_elements(x: &Array2<f64>, w: &Array1<f64>) -> f64 {
    let mut k = 0;
    let mut sum = 0.0;
    while k < 2 {
        // A counter in a closure: once for all elements.
        sum += x.mapv(|v| v * w[k]).sum();
        k += 1;
    }
    let powers = x.mapv(|v| {
        let mut product = 1.0;
        for i in 0..2 {
            product *= v + i as f64;
        }
        product
    });
    let g = |v: f64| {
        if v < 1.5 {
            return w.sum();
        }
        v * v
    };
    sum + powers[[1, 0]] + x.mapv(g).sum() + Array1::from_elem(2, 3.0).mapv(|c| c * w[1]).sum()
}

#[test]
fn closures_over_elements_may_hold_loops() {
    // (w0 + w1) sum x, + v (v + 1) at (1, 0), + w.sum() for x00 and v^2 for the others, + 6 w1
    let (x, w) = (array![[1.0, 2.0], [3.0, 4.0]], array![0.5, 0.25]);
    let dx = array![[0.75, 0.75 + 4.0], [0.75 + 7.0 + 6.0, 0.75 + 8.0]];
    expect!(loops_over_elements(&x, &w) = 7.5 + 12.0 + 0.75 + 29.0 + 1.5, d = (dx, [11.0, 17.0]));
}

/// A block inside a macro writes a variable; a literal keeps the type that was written.
#[differentiable(forward)]
fn blocks_in_macros(p: f64, x: &Array1<f64>) -> f64 {
    let mut scale: f64 = 0.5;
    let fixed = array![scale, scale].dot(&Array1::from_elem(2, scale)).sqrt();
    let parts = vec![p, {
        let mut y = array![x[0], 1.0];
        y.mapv_inplace(|v| v * (v + x[1]));
        scale = y.sum();
        scale
    }];
    parts[0] * parts[1] * fixed + scale
}

#[test]
fn a_block_inside_a_macro_writes() {
    // y = x0 (x0 + x1) + 1 + x1 = 11; fixed = sqrt(1/2)
    let (y, fixed) = (11.0, 0.5f64.sqrt());
    let c = 3.0 * fixed + 1.0;
    expect!(blocks_in_macros(3.0, &array![2.0, 2.0]) = c * y, d = (y * fixed, [c * 6.0, c * 3.0]));
}

/// A labelled block whose value is a field of unknown type where it is not left.
#[differentiable(forward)]
fn left_or_not(s: &State, p: f64) -> f64 {
    let y = 'found: {
        if p > 0.5 {
            break 'found p;
        }
        let _unused = p * p;
        s.l[0]
    } + s.v.sum();
    y * 0.5
}

#[test]
fn a_labelled_block_that_may_be_left() {
    let s = State { x: 1.0, v: array![1.0, 2.0], l: [3.0, 4.0] };
    let (y, (ds, dp)) = left_or_not::value_and_grad(&s, 1.0);
    assert_eq!((y, ds.v, ds.l, dp), (2.0, array![0.5, 0.5], [0.0, 0.0], 0.5));
    let (y, (ds, dp)) = left_or_not::value_and_grad(&s, 0.25);
    assert_eq!((y, ds.v, ds.l, dp), (3.0, array![0.5, 0.5], [0.5, 0.0], 0.0));
}

/// Cotangents of one array that depend on more than one argument, added to for one of them.
#[differentiable(forward)]
fn written_by_another(x: Array1<f64>, p: (f64, f64)) -> f64 {
    let mut x = x;
    x[1] /= p.0 * p.0 + 1.0;
    x.sum()
}

#[differentiable(forward)]
fn written_by_a_constant(x: &Array1<f64>) -> f64 {
    written_by_another(x * 2.0, (2.0, 3.0))
}

#[test]
fn a_write_of_another_argument() {
    expect!(written_by_a_constant(&array![1.0, 5.0]) = 4.0, d = [2.0, 0.4]);
}

/// A jump inside the value of a jump.
#[differentiable(forward)]
fn jumps_in_jumps(x: f64, k: usize) -> f64 {
    let mut y = x;
    for i in 0..3 {
        y *= 2.0;
        if i == 1 {
            return if k < 2 {
                if k < 1 {
                    return x * 5.0;
                }
                y * y
            } else {
                let found = 'block: {
                    break 'block if k > 2 {
                        break 'block x * 7.0;
                    } else {
                        y
                    };
                };
                found * x
            };
        }
    }
    y
}

#[test]
fn a_jump_inside_the_value_of_a_jump() {
    expect!(jumps_in_jumps(3.0, 0) = 15.0, d = 5.0);
    expect!(jumps_in_jumps(3.0, 1) = 144.0, d = 96.0);
    expect!(jumps_in_jumps(3.0, 2) = 36.0, d = 24.0);
    expect!(jumps_in_jumps(3.0, 3) = 63.0, d = 42.0);
}

fn initial() -> (f64, [f64; 2]) {
    (1.0, [2.0, 3.0])
}

#[differentiable(forward)]
fn of_list(list: Vec<f64>, x: f64) -> f64 {
    list[0] * x
}

/// Constants taken apart into variables that something active is written to; a literal of a tuple with its
/// type; a slice made an owned list; what may be missing asked for its length.
#[differentiable(forward)]
fn small_things(x: f64, list: &[f64]) -> f64 {
    let (mut a, mut b) = initial();
    let [mut c, d] = [0.5, 0.25];
    a *= x;
    b[1] += a;
    c += x * d;
    let pair: (f64, f64) = (x, -0.4);
    let lists: Vec<Vec<f64>> = if list.len() > 2 {
        if x > 100.0 {
            return x;
        }
        vec![vec![x, a], vec![b[1], c]]
    } else {
        vec![vec![x], vec![c]]
    };
    let last = lists[1][lists[0].len() - 1];
    last * pair.1.powi(2) + of_list(list.to_vec(), a) + pair.0
}

#[test]
fn constants_that_become_variables() {
    // c = 0.5 + x / 4; c * 0.16 + x list0 + x
    expect!(
        small_things(2.0, &[3.0, 0.0, 0.0]) = 0.16 + 6.0 + 2.0,
        d = (0.04 + 3.0 + 1.0, [2.0, 0.0, 0.0])
    );
}

/// The rest of a statement runs only where none of its operands jumped.
#[differentiable(forward)]
fn jumps_in_operands(x: f64, how: usize) -> f64 {
    let mut y = x;
    let mut turns = 0;
    while turns < 2 && (if how == 4 && turns == 1 { return y } else { x }) > 0.0 {
        turns += 1;
        y = 2.0 * {
            if how == 0 {
                break;
            }
            y
        };
        if (if how == 1 { continue } else { y }) > 1.0 {
            y *= x;
        }
        y = match turns {
            n if (if how == 2 { break } else { n }) > 1 => 0.5 * y,
            _ => y + x,
        };
    }
    y
}

#[test]
fn a_jump_in_an_operand() {
    expect!(jumps_in_operands(3.0, 0) = 3.0, d = 1.0);
    expect!(jumps_in_operands(3.0, 1) = 12.0, d = 4.0);
    // 2 x^2
    expect!(jumps_in_operands(3.0, 2) = 18.0, d = 12.0);
    // 2 x^3 + x^2
    expect!(jumps_in_operands(3.0, 3) = 63.0, d = 60.0);
    // 2 x^2 + x
    expect!(jumps_in_operands(3.0, 4) = 21.0, d = 13.0);
}

#[differentiable(forward)]
fn leaves_a_loop_that_has_a_value(x: f64, list: &[f64]) -> f64 {
    let mut y = x;
    for _ in 0..2 {
        y = {
            let mut turns = 0;
            loop {
                turns += 1;
                if turns > 3 {
                    break y * x;
                }
                if list.len() > 1 {
                    return list.iter().map(|v| *v).sum::<f64>();
                }
            }
        };
    }
    y
}

#[test]
fn a_return_out_of_a_loop_that_has_a_value() {
    expect!(leaves_a_loop_that_has_a_value(2.0, &[1.0]) = 8.0, d = (12.0, [0.0]));
    expect!(leaves_a_loop_that_has_a_value(2.0, &[1.0, 3.0]) = 4.0, d = (0.0, [1.0, 1.0]));
}

/// A closure over active values in a guard; a literal that has its type from a struct's field.
#[differentiable(forward)]
fn guards_and_fields(x: f64, kind: usize) -> f64 {
    let times = |a: f64| a * x;
    let state = State { x: 0.25, v: array![x, 1.0, x], l: [x; 2] };
    let scaled = match kind {
        0 | 1 if times(2.0) > 5.0 => x * x,
        n if times(n as f64) > 8.0 => 3.0 * x,
        _ => x,
    };
    scaled + (state.x + 0.75).sqrt() * state.v[2]
}

#[test]
fn a_guard_calls_a_closure() {
    expect!(guards_and_fields(3.0, 1) = 12.0, d = 7.0);
    expect!(guards_and_fields(3.0, 3) = 12.0, d = 4.0);
    expect!(guards_and_fields(2.0, 1) = 4.0, d = 2.0);
}

/// A branch on numbers that gives more than one, or decides between more than two, is no kernel's.
#[differentiable(forward)]
fn branches_over_elements(x: &Array1<f64>, kind: usize) -> f64 {
    let several = x.mapv(|v| {
        let (mut a, mut b) = (v, v);
        if v > 0.0 {
            a = 2.0 * v;
            b = v * v;
        }
        a * b
    });
    let chosen = x.mapv(|v| match kind {
        0 => v,
        1 => 2.0 * v,
        _ => v * v,
    });
    let left = x.mapv(|v| {
        v * 'block: {
            if v > 1.0 {
                break 'block v;
            }
            1.0
        }
    });
    several.sum() + chosen.sum() + left.sum()
}

#[test]
fn a_branch_over_elements_with_several_results() {
    // 2 x^3 + 2 x + x^2 and x^2 + 2 x + x
    expect!(
        branches_over_elements(&array![3.0, -2.0], 1) = 69.0 - 2.0,
        d = [54.0 + 2.0 + 6.0, -4.0 + 2.0 + 1.0]
    );
}

#[differentiable(forward)]
fn loops_over_pairs(x: Array1<f64>, y: &Array1<f64>, p: f64) -> f64 {
    let mut x = x;
    x.zip_mut_with(y, |a, b| {
        for turn in (1..=3).step_by(2) {
            *a += *b * p * turn as f64;
        }
    });
    let mut ones = Array1::from_elem(2, 1.0);
    ones.zip_mut_with(&x, |a, b| *a = array![*a, *b].dot(&array![p, *b]));
    ones.sum()
}

#[test]
fn a_loop_over_the_pairs_of_two_arrays() {
    // x becomes x + 4 p y; the sum of p + x^2
    expect!(
        loops_over_pairs(array![1.0, 2.0], &array![0.5, -0.25], 0.5) = 1.0 + 4.0 + 2.25,
        d = ([4.0, 3.0], [8.0, 6.0], 2.0 + 2.0 * (2.0 * 2.0 - 1.5))
    );
}

/// Types that stand elsewhere: between `::<` and `>`, in a list's, in what a variable held before; and a variable
/// of a closure with the name of one outside.
#[differentiable(forward)]
fn types_from_elsewhere(x: f64, y: &[f64]) -> f64 {
    let mut sum = x;
    for turn in (0..=4).step_by(3) {
        sum += x * turn as f64;
    }
    let [a, b]: [f64; 2] = [Array1::from_elem(2, 1.5).sum(), x];
    let ones = y.iter().map(|_| 1.0).sum::<f64>().sqrt();
    let shadowed = |v: f64| {
        let mut sum = v;
        sum *= 2.0;
        sum
    };
    let above = y.iter().any(|v| *v > x);
    let old = std::mem::replace(&mut sum, if above { 0.5 * b } else { b });
    old * ones + (a - b) + shadowed(x) * sum.tanh() * y.iter().count() as f64
}

#[test]
fn a_type_that_stands_elsewhere() {
    // 4 x * 2 + 3 - x + 2 x * tanh(x) * 4
    let t = 2.0_f64.tanh();
    expect!(
        types_from_elsewhere(2.0, &[1.0, 0.5, 0.0, -1.0]) = 16.0 + 1.0 + 16.0 * t,
        d = (7.0 + 8.0 * t + 16.0 * (1.0 - t * t), [0.0; 4])
    );
}

/// Random programs as they are, beside their oracle: see build.rs. `cargo run -p programs` runs as many as you like.
#[allow(warnings, clippy::all)]
mod sample {
    include!(concat!(env!("OUT_DIR"), "/sample.rs"));
}
