//! A method of ndarray's that has no derivative rule.
use chainrule::differentiable;
use chainrule::ndarray::Array1;

#[differentiable]
fn loss(x: &Array1<f64>) -> f64 {
    x.partition_point(2.0)
}

fn main() {}
