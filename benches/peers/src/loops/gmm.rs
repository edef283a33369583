//! The logarithm of the posterior of a mixture of Gaussians under a Wishart prior. The inverse covariance factors are
//! triangular: a row holds the logarithms of the diagonal, then what is below it, column by column.

use chainrule::ndarray::{Array1, Array2};
use chainrule::prelude::*;

use super::{Program, check, numbers, repeat};
use std::f64::consts::PI;
use std::hint::black_box;

/// The prior's scale and its excess degrees of freedom.
const GAMMA: f64 = 1.0;
const EXCESS: f64 = 0.0;

#[differentiable]
fn logsumexp(x: &[f64]) -> f64 {
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

#[differentiable(wrt(alphas, means, factors))]
fn gmm(
    alphas: &[f64],
    means: &Array2<f64>,
    factors: &Array2<f64>,
    points: &Array2<f64>,
    constant: f64,
) -> f64 {
    let (n, d) = points.dim();
    let k = alphas.len();
    let mut diagonals = Array2::<f64>::zeros((k, d));
    let mut sums = Array1::<f64>::zeros(k);
    for c in 0..k {
        for i in 0..d {
            sums[c] += factors[[c, i]];
            diagonals[[c, i]] = factors[[c, i]].exp();
        }
    }
    let mut total = 0.0;
    for p in 0..n {
        let mut terms = vec![0.0; k];
        for c in 0..k {
            let mut centred = vec![0.0; d];
            for i in 0..d {
                centred[i] = points[[p, i]] - means[[c, i]];
            }
            let mut scaled = vec![0.0; d];
            for i in 0..d {
                scaled[i] = diagonals[[c, i]] * centred[i];
            }
            let mut at = d;
            for i in 0..d {
                for j in i + 1..d {
                    scaled[j] += factors[[c, at]] * centred[i];
                    at += 1;
                }
            }
            let mut square = 0.0;
            for i in 0..d {
                square += scaled[i] * scaled[i];
            }
            terms[c] = alphas[c] + sums[c] - 0.5 * square;
        }
        total += logsumexp(&terms);
    }
    let mut prior = 0.0;
    for c in 0..k {
        let mut square = 0.0;
        for i in 0..d {
            square += diagonals[[c, i]] * diagonals[[c, i]];
        }
        for i in d..factors.ncols() {
            square += factors[[c, i]] * factors[[c, i]];
        }
        prior += 0.5 * GAMMA * GAMMA * square - EXCESS * sums[c];
    }
    constant + total - n as f64 * logsumexp(alphas) + prior
}

/// What does not depend on the parameters: of the normal densities, and of the prior.
fn constant(n: usize, d: usize, k: usize) -> f64 {
    let freedom = d as f64 + EXCESS + 1.0;
    // The logarithm of the multivariate gamma function of half the degrees of freedom, without excess: of integers and
    // halves from one half on.
    let log_gamma = |x: f64| {
        let mut x = x;
        let mut sum = 0.0;
        while x > 1.0 {
            x -= 1.0;
            sum += x.ln();
        }
        if x == 0.5 { sum + 0.5 * PI.ln() } else { sum }
    };
    let gammas: f64 = (0..d).map(|j| log_gamma(0.5 * (freedom - j as f64))).sum();
    let multivariate = 0.25 * (d * (d - 1)) as f64 * PI.ln() + gammas;
    let of_prior = freedom * d as f64 * (GAMMA.ln() - 0.5 * 2.0_f64.ln()) - multivariate;
    -0.5 * (n * d) as f64 * (2.0 * PI).ln() - k as f64 * of_prior
}

pub(super) fn program() -> Program {
    let (n, d, k) = (1000, 10, 10);
    let width = d * (d + 1) / 2;
    let parameters = numbers(3, k + k * d + k * width);
    let points = Array2::from_shape_vec((n, d), numbers(4, n * d)).expect("as many numbers");
    let constant = constant(n, d, k);
    let parts = move |all: &[f64]| {
        let (alphas, rest) = all.split_at(k);
        let (means, factors) = rest.split_at(k * d);
        let matrix = |columns, part: &[f64]| {
            Array2::from_shape_vec((k, columns), part.to_vec()).expect("as many numbers")
        };
        (alphas.to_vec(), matrix(d, means), matrix(width, factors))
    };
    let (alphas, means, factors) = parts(&parameters);
    let (_, mut gradient) = gmm::value_and_grad(&alphas, &means, &factors, &points, constant);
    let flat: Vec<f64> = gradient.0.iter().chain(&gradient.1).chain(&gradient.2).copied().collect();
    let value = |all: &[f64]| {
        let (alphas, means, factors) = parts(all);
        gmm(&alphas, &means, &factors, &points, constant)
    };
    let error = check(value, &parameters, &flat);
    let (a, m, f, p) = (alphas.clone(), means.clone(), factors.clone(), points.clone());
    Program {
        size: format!("{n} points, {d} dimensions, {k} components"),
        primal: repeat(move || gmm(black_box(&a), &m, &f, &p, constant)),
        derivative: repeat(move || {
            gmm::value_and_grad_into(
                black_box(&alphas),
                &means,
                &factors,
                &points,
                constant,
                &mut gradient,
            )
        }),
        error,
    }
}
