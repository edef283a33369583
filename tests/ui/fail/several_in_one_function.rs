//! All mistakes of a function are reported in one compile.
use chainrule::differentiable;
use chainrule::ndarray::Array1;

#[differentiable]
fn loss(x: &Array1<f64>, t: f64) -> f64 {
    let a = x.frobnicate();
    let b = |v: f64| v * t;
    let text = format!("{t}");
    a + b(1.0) + text.len() as f64
}

fn main() {}
