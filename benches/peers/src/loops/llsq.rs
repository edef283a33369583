//! Least squares: a polynomial near the sign function.

use chainrule::prelude::*;

use super::{Program, check, numbers, repeat};
use std::hint::black_box;

#[differentiable]
fn llsq(x: &[f64], points: usize) -> f64 {
    let mut sum = 0.0;
    for i in 0..points {
        let t = -1.0 + 2.0 * i as f64 / (points - 1) as f64;
        let mut residual = t.signum();
        let mut power = 1.0;
        for j in 0..x.len() {
            residual -= x[j] * power;
            power *= t;
        }
        sum += residual * residual;
    }
    sum
}

pub(super) fn program() -> Program {
    let points = 4096;
    let x = numbers(2, 32);
    let (_, mut gradient) = llsq::value_and_grad(&x, points);
    let error = check(|x| llsq(x, points), &x, &gradient);
    let same = x.clone();
    Program {
        size: format!("{points} points, {} coefficients", x.len()),
        primal: repeat(move || llsq(black_box(&same), points)),
        derivative: repeat(move || llsq::value_and_grad_into(black_box(&x), points, &mut gradient)),
        error,
    }
}
