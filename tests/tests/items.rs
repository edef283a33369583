//! Functions and constants inside of the body: they call each other, and stand in any block.
#![forbid(unsafe_code)]
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

use chainrule::ndarray::array;
use chainrule::prelude::*;
use chainrule_tests::compare;

/// Before and after the functions that it calls.
#[differentiable(forward)]
fn functions_that_call(x: &[f64; 5]) -> f64 {
    let y = twice(x[3]);
    fn lengthened(a: f64, b: f64) -> f64 {
        squared(a) * b + twice(b)
    }
    fn squared(a: f64) -> f64 {
        a * a
    }
    fn twice(a: f64) -> f64 {
        squared(a) + a
    }
    let inside = {
        fn around(a: f64) -> f64 {
            squared(a).sin()
        }
        around(x[4])
    };
    lengthened(x[0], x[1]) * y * inside + x.iter().map(|a| squared(*a)).sum::<f64>()
}

/// A local closure takes the name of a function, which the other functions still mean.
#[differentiable(forward)]
fn a_name_taken_over(x: &[f64; 5]) -> f64 {
    fn grown(a: f64) -> f64 {
        a * a
    }
    fn moved(a: f64) -> f64 {
        grown(a) + 1.0
    }
    let grown = |a: f64| a * 10.0;
    moved(x[0]) * grown(x[1])
}

#[test]
fn functions_inside_of_a_function() {
    compare!(functions_that_call, a_name_taken_over);
}

/// Of the crate, and of a block: in the adjoint of the loop as well.
#[allow(dead_code)]
const SCALE: f64 = 3.0;

#[differentiable(forward)]
fn a_constant_of_a_loop(x: &[f64; 5]) -> f64 {
    let mut s = x[3];
    for i in 0..3 {
        const SCALE: f64 = 2.0;
        s += x[i] * SCALE * s.sin();
    }
    s
}

/// Each function of its own block says what it uses.
#[differentiable(forward)]
fn used_in_two_blocks(x: &[f64; 5]) -> f64 {
    fn around(a: f64) -> f64 {
        use std::f64::consts::PI;
        a * PI
    }
    fn half_around(a: f64) -> f64 {
        use std::f64::consts::PI;
        (a * 0.5 * PI).sin()
    }
    around(x[0]) * half_around(x[1])
}

#[test]
fn constants_inside_of_a_block() {
    compare!(a_constant_of_a_loop, used_in_two_blocks);
}

/// What the last variable knows goes through all of them.
#[differentiable(forward)]
fn shifted(x: &[f64; 5]) -> f64 {
    let k = x[0];
    let mut a0 = 1.0;
    let mut a1 = 1.0;
    let mut a2 = 1.0;
    let mut a3 = 1.0;
    let mut a4 = 1.0;
    let mut a5 = 1.1;
    let mut a6 = 1.1;
    let mut a7 = 1.1;
    let mut a8 = 1.1;
    let mut a9 = 1.1;
    let mut a10 = 1.1;
    let mut a11 = 1.1;
    let mut a12 = 1.1;
    let mut a13 = 1.1;
    let mut a14 = 1.1;
    let mut a15 = 1.1;
    let mut a16 = 1.2;
    let mut a17 = 1.2;
    let mut a18 = 1.2;
    let mut a19 = 1.2;
    let mut a20 = 1.2;
    let mut a21 = 1.2;
    let mut a22 = 1.2;
    let mut a23 = 1.2;
    let mut a24 = 1.2;
    let mut a25 = 1.2;
    let mut a26 = 1.3;
    let mut a27 = 1.3;
    let mut a28 = 1.3;
    let mut a29 = 1.3;
    let mut a30 = 1.3;
    let mut a31 = 1.3;
    let mut a32 = 1.3;
    let mut a33 = 1.3;
    let mut a34 = 1.3;
    let mut a35 = 1.4;
    let mut a36 = 1.4;
    let mut a37 = 1.4;
    let mut a38 = 1.4;
    let mut a39 = 1.4;
    let mut a40 = 1.4;
    let mut a41 = 1.4;
    let mut a42 = 1.4;
    let mut a43 = 1.4;
    let mut a44 = 1.4;
    for i in 0..60 {
        (
            a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17, a18,
            a19, a20, a21, a22, a23, a24, a25, a26, a27, a28, a29, a30, a31, a32, a33, a34, a35,
            a36, a37, a38, a39, a40, a41, a42, a43, a44,
        ) = (
            a1,
            a2,
            a3,
            a4,
            a5,
            a6,
            a7,
            a8,
            a9,
            a10,
            a11,
            a12,
            a13,
            a14,
            a15,
            a16,
            a17,
            a18,
            a19,
            a20,
            a21,
            a22,
            a23,
            a24,
            a25,
            a26,
            a27,
            a28,
            a29,
            a30,
            a31,
            a32,
            a33,
            a34,
            a35,
            a36,
            a37,
            a38,
            a39,
            a40,
            a41,
            a42,
            a43,
            a44,
            a0 * 0.5 * k.sin() + x[i % 5],
        );
    }
    a0 + a4 + a8 + a12 + a16 + a20 + a24 + a28 + a32 + a36 + a40 + a44
}

#[test]
fn a_loop_that_shifts_many_variables() {
    compare!(shifted);
}

/// Items of blocks that stand in a list, an array or an assertion.
#[differentiable(forward)]
fn items_in_macros(x: &[f64; 5]) -> f64 {
    let mut sum = 0.0;
    for a in x {
        let parts = vec![
            {
                const START: f64 = -0.5;
                x.iter().zip(x).fold(START, |so_far, _| so_far * f64::from(-1.6).sin())
            },
            {
                fn halved(a: f64) -> f64 {
                    a * 0.5
                }
                halved(*a)
            },
        ];
        assert!({
            const BOUND: f64 = 5.0;
            parts[0] < BOUND
        });
        sum += parts[0] * parts[1].sin();
    }
    sum * array![
        {
            const TWICE: f64 = 2.0;
            x[0] * TWICE
        },
        x[1]
    ]
    .sum()
}

#[test]
fn items_stand_in_macros() {
    compare!(items_in_macros);
}
