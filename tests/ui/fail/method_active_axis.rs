//! An axis, or a number of delta degrees of freedom, has no derivative.
use chainrule::differentiable;
use chainrule::ndarray::Array1;

#[differentiable]
fn loss(x: &Array1<f64>, ddof: f64) -> f64 {
    x.var(ddof)
}

fn main() {}
