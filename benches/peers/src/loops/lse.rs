//! The logarithm of a sum of exponentials.

use chainrule::prelude::*;

use super::{Program, check, numbers, repeat};
use std::hint::black_box;

#[differentiable]
fn lse(x: &[f64]) -> f64 {
    let mut largest = x[0];
    for i in 1..x.len() {
        largest = largest.max(x[i]);
    }
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += (x[i] - largest).exp();
    }
    largest + sum.ln()
}

pub(super) fn program() -> Program {
    let x = numbers(1, 10_000);
    let (_, mut gradient) = lse::value_and_grad(&x);
    let error = check(lse, &x, &gradient);
    let same = x.clone();
    Program {
        size: format!("{} values", x.len()),
        primal: repeat(move || lse(black_box(&same))),
        derivative: repeat(move || lse::value_and_grad_into(black_box(&x), &mut gradient)),
        error,
    }
}
