use chainrule::ndarray::{Array2, Array1};
use chainrule::prelude::*;

#[differentiable]
fn scaled(x: &Array2<f64>, w: &Array1<f64>) -> f64 {
    let y = Array2::from_shape_fn(x.raw_dim(), |(i, j)| x[[i, j]] * w[j]);
    y.sum()
}

fn main() {
    scaled(&Array2::zeros((1, 1)), &Array1::zeros(1));
}
