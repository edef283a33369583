//! A function for every element that is chosen somewhere else.
use chainrule::differentiable;
use chainrule::ndarray::Array1;

struct Layer {
    activation: fn(f64) -> f64,
}

#[differentiable(constant(layer))]
fn of_an_array(x: &Array1<f64>, layer: &Layer) -> f64 {
    x.mapv(layer.activation).sum()
}

#[differentiable(constant(layer))]
fn of_a_chain(x: &[f64], layer: &Layer) -> f64 {
    x.iter().copied().map(layer.activation).sum()
}

fn main() {}
