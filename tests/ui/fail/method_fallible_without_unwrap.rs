//! `mean` gives an `Option`.
use chainrule::differentiable;
use chainrule::ndarray::Array1;

#[differentiable]
fn loss(x: &Array1<f64>) -> f64 {
    let mean = x.mean();
    mean.unwrap()
}

fn main() {}
