//! What is not read of a chain after an adaptor that passes items over, or makes several of one.
use chainrule::differentiable;

#[differentiable]
fn zipped(x: &[f64], y: &[f64]) -> f64 {
    x.iter().filter(|t| **t > 0.0).zip(y).map(|(a, b)| a * b).sum()
}

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
fn no_float(x: &[f64]) -> f64 {
    x.iter().enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(i, t)| i as f64 * t).unwrap()
}

#[differentiable]
fn scanned(x: &[f64]) -> f64 {
    x.iter().scan(0.0, |s, t| { *s += t; Some(*s) }).sum()
}

fn main() {}
