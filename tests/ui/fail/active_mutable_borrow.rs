//! An active argument cannot be written through.
use chainrule::differentiable;
use chainrule::ndarray::Array1;

#[differentiable]
fn total(x: &mut Array1<f64>) -> f64 {
    x.sum()
}

fn main() {}
