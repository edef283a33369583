//! A closure that decides for each element, and gives another type of floats.
use chainrule::differentiable;
use chainrule::ndarray::Array1;

#[differentiable]
fn loss(x: &Array1<f32>) -> f64 {
    x.mapv(|v| if v > 0.0 { v as f64 } else { 0.0 }).sum()
}

fn main() {}
