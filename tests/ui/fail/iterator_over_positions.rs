//! What gives several positions at once.
use chainrule::differentiable;
use chainrule::ndarray::{Array1, Array2, Zip};

#[differentiable]
fn weighed(x: &Array1<f64>) -> f64 {
    Zip::indexed(x).fold(0.0, |sum, i, x| sum + x * i as f64)
}

#[differentiable]
fn blocks(x: &Array2<f64>) -> f64 {
    x.windows((2, 2)).into_iter().map(|block| block.product()).sum()
}

#[differentiable]
fn corners(x: &Array2<f64>) -> f64 {
    let mut sum = 0.0;
    for block in x.windows([2, 2]) {
        sum += block[[0, 0]] * block[[1, 1]];
    }
    sum
}

fn main() {
    weighed::grad(&Array1::zeros(3));
}
