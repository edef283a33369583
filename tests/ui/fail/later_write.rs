//! Writes are to come.
use chainrule::differentiable;
use chainrule::ndarray::Array1;

#[differentiable]
fn total(x: &Array1<f64>, k: f64) -> f64 {
    let mut y = x.clone();
    y[0] = k;
    y.sum()
}

fn main() {}
