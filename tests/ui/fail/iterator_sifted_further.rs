//! What is not read of a chain after an adaptor that passes items over, or makes several of one.
use chainrule::differentiable;

#[differentiable]
fn into_another(x: &[f64], y: &[f64]) -> f64 {
    y.iter().zip(x.iter().filter(|t| **t > 0.0)).map(|(a, b)| a * b).sum()
}

#[differentiable]
fn leaves_both(x: &[f64], y: &[f64]) -> f64 {
    let mut sum = 0.0;
    for t in x.iter().flat_map(|t| y.iter().map(move |s| s * t)) {
        if t > 1.0 {
            break;
        }
        sum += t;
    }
    sum
}

#[differentiable]
fn pairs_backwards(x: &[f64]) -> f64 {
    x.iter().enumerate().filter(|(_, t)| **t > 0.0).rev().map(|(i, t)| i as f64 * t).sum()
}

#[differentiable]
fn scans_and_returns(x: &[f64]) -> f64 {
    let mut scanned = 0.0;
    for t in x.iter().scan(0.0, |s, t| { if *t > 1.0 { return None; } *s += t; Some(*s) }) {
        scanned += t;
    }
    scanned
}

#[differentiable]
fn around(x: &[f64]) -> f64 {
    x.iter().filter(|t| **t > 0.0).cycle().take(5).sum()
}

fn main() {}
