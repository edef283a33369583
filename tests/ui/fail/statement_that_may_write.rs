//! A statement that hands an active value to something that may write it.
use chainrule::differentiable;

fn log(values: &mut Vec<f64>, x: f64) {
    values.push(x);
}

#[differentiable]
fn loss(x: f64) -> f64 {
    let mut values = Vec::new();
    log(&mut values, x);
    x * x
}

fn main() {}
