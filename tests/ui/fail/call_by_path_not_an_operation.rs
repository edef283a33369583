//! Functions of floats and arrays that are no operations, by their paths.
use chainrule::differentiable;
use chainrule::ndarray::Array1;

#[differentiable]
fn above(x: f64) -> f64 {
    f64::from_bits(f64::to_bits(x))
}

#[differentiable]
fn all_above(x: &Array1<f64>) -> f64 {
    x.mapv(f64::to_bits).len() as f64 * x[0]
}

#[differentiable]
fn between(x: f64) -> f64 {
    Array1::linspace(x, 2.0 * x, 3).sum()
}

fn main() {}
