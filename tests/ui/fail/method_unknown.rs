//! A misspelt operation.
use chainrule::ndarray::{Array2, Axis};
use chainrule::prelude::*;

#[differentiable]
fn loss(x: &Array2<f64>) -> f64 {
    x.sofmax(Axis(1)).sum()
}

fn main() {}
