//! A stack of long short-term memories with diagonal weights, which reads characters and predicts the next.

use chainrule::ndarray::Array2;
use chainrule::prelude::*;

use super::{Program, check, numbers, repeat};
use std::hint::black_box;

#[differentiable]
fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// Rows of `layers`: a layer's weights, then its biases, each of four gates side by side. Rows of `ends`: weights of the
/// input, weights and biases of the output. Rows of `start`: what a layer shows, then what it keeps.
#[differentiable(wrt(layers, ends))]
fn lstm(
    layers: &Array2<f64>,
    ends: &Array2<f64>,
    start: &Array2<f64>,
    sequence: &Array2<f64>,
) -> f64 {
    let (steps, n) = sequence.dim();
    let mut state = start.clone();
    let mut total = 0.0;
    for t in 0..steps - 1 {
        let mut x = vec![0.0; n];
        for j in 0..n {
            x[j] = sequence[[t, j]] * ends[[0, j]];
        }
        for layer in 0..layers.nrows() / 2 {
            let (w, b) = (2 * layer, 2 * layer + 1);
            for j in 0..n {
                let shown = state[[w, j]];
                let forget = sigmoid(x[j] * layers[[w, j]] + layers[[b, j]]);
                let input = sigmoid(shown * layers[[w, n + j]] + layers[[b, n + j]]);
                let output = sigmoid(x[j] * layers[[w, 2 * n + j]] + layers[[b, 2 * n + j]]);
                let change = (shown * layers[[w, 3 * n + j]] + layers[[b, 3 * n + j]]).tanh();
                let kept = state[[b, j]] * forget + input * change;
                state[[b, j]] = kept;
                state[[w, j]] = output * kept.tanh();
                x[j] = state[[w, j]];
            }
        }
        let mut sum = 2.0;
        for j in 0..n {
            x[j] = x[j] * ends[[1, j]] + ends[[2, j]];
            sum += x[j].exp();
        }
        let lse = sum.ln();
        for j in 0..n {
            total += sequence[[t + 1, j]] * (x[j] - lse);
        }
    }
    -total / (n * (steps - 1)) as f64
}

pub(super) fn program() -> Program {
    let (count, steps, n) = (2, 512, 14);
    let matrix = |seed, rows, columns| {
        Array2::from_shape_vec((rows, columns), numbers(seed, rows * columns))
            .expect("as many numbers")
    };
    let parameters = numbers(5, 2 * count * 4 * n + 3 * n);
    let start = matrix(6, 2 * count, n);
    // A character is its bits.
    let sequence = matrix(7, steps, n).mapv(|x| if x > 0.0 { 1.0 } else { 0.0 });
    let parts = move |all: &[f64]| {
        let (layers, ends) = all.split_at(2 * count * 4 * n);
        let matrix = |rows, columns, part: &[f64]| {
            Array2::from_shape_vec((rows, columns), part.to_vec()).expect("as many numbers")
        };
        (matrix(2 * count, 4 * n, layers), matrix(3, n, ends))
    };
    let (layers, ends) = parts(&parameters);
    let (_, mut gradient) = lstm::value_and_grad(&layers, &ends, &start, &sequence);
    let flat: Vec<f64> = gradient.0.iter().chain(&gradient.1).copied().collect();
    let value = |all: &[f64]| {
        let (layers, ends) = parts(all);
        lstm(&layers, &ends, &start, &sequence)
    };
    let error = check(value, &parameters, &flat);
    let (l, e, s, q) = (layers.clone(), ends.clone(), start.clone(), sequence.clone());
    Program {
        size: format!("{count} layers, {steps} characters of {n} bits"),
        primal: repeat(move || lstm(black_box(&l), &e, &s, &q)),
        derivative: repeat(move || {
            lstm::value_and_grad_into(black_box(&layers), &ends, &start, &sequence, &mut gradient)
        }),
        error,
    }
}
