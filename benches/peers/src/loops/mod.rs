//! Programs of GradBench (lse, llsq, gmm, lstm), written from their formulas as plain loops over indices: the time of value
//! and gradient over that of the value alone.

// Index loops are what is measured.
#![allow(clippy::needless_range_loop)]

mod gmm;
mod llsq;
mod lse;
mod lstm;

use std::fmt::Write;

use crate::contest::median;
use crate::options::Options;
use peers_common::side::time;

/// A program: its function, and its gradient at the same inputs.
struct Program {
    size: String,
    primal: Box<dyn FnMut(usize)>,
    derivative: Box<dyn FnMut(usize)>,
    /// How far the gradient is from central differences, relatively.
    error: f64,
}

/// What makes a program ready.
type Make = fn() -> Program;

/// The largest relative distance between `gradient` in some directions and central differences of `f`.
fn check(f: impl Fn(&[f64]) -> f64, x: &[f64], gradient: &[f64]) -> f64 {
    assert_eq!(x.len(), gradient.len(), "a gradient has its argument's shape");
    let step = 1e-6;
    let directions = 1..=5;
    let errors = directions.map(|k| {
        let direction = |i: usize| ((i * k + 7 * k) as f64 * 0.731).sin();
        let moved = |by: f64| {
            f(&x.iter().enumerate().map(|(i, x)| x + by * direction(i)).collect::<Vec<_>>())
        };
        let difference = (moved(step) - moved(-step)) / (2.0 * step);
        let along: f64 = gradient.iter().enumerate().map(|(i, g)| g * direction(i)).sum();
        (difference - along).abs() / difference.abs().max(along.abs()).max(1e-3)
    });
    errors.fold(0.0, f64::max)
}

/// A table of all programs, as Markdown.
pub fn write(options: &Options) -> Result<String, Box<dyn std::error::Error>> {
    let programs: [(&str, Make); 4] = [
        ("lse", lse::program),
        ("llsq", llsq::program),
        ("gmm", gmm::program),
        ("lstm", lstm::program),
    ];
    let mut text = "| program | size | value, microseconds | derivative over value | against central differences |\n|---|---|--:|--:|--:|\n".to_owned();
    for (name, program) in programs.into_iter().filter(|(name, _)| options.wants(name)) {
        let mut program = program();
        let mut values = Vec::new();
        let mut ratios = Vec::new();
        for _ in 0..options.rounds {
            let value = options.of(time(&mut program.primal, options.seconds));
            let derivative = options.of(time(&mut program.derivative, options.seconds));
            values.push(value);
            ratios.push(derivative / value);
        }
        let (size, error) = (&program.size, program.error);
        let (value, ratio) = (median(values), median(ratios));
        eprintln!(
            "{name:6} value {value:9.2} us, derivative over value {ratio:6.2}, error {error:.0e}"
        );
        writeln!(text, "| {name} | {size} | {value:.1} | {ratio:.2} | {error:.0e} |")?;
        if error > 1e-5 {
            return Err(format!("{name}: the gradient is off by {error:.1e}").into());
        }
    }
    Ok(text + "\n")
}

/// Numbers between -1 and 1 that look random.
fn numbers(seed: usize, len: usize) -> Vec<f64> {
    let mut state = seed as u64;
    let next = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    };
    std::iter::repeat_with(next).take(len).collect()
}

/// What is called so many times.
fn repeat<T>(mut step: impl FnMut() -> T + 'static) -> Box<dyn FnMut(usize)> {
    Box::new(move |count| {
        for _ in 0..count {
            std::hint::black_box(step());
        }
    })
}
