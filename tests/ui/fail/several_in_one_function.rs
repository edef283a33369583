//! All mistakes of a function are reported in one compile.
use chainrule::differentiable;
use chainrule::ndarray::Array1;

#[differentiable]
fn loss(x: &Array1<f64>, t: f64) -> f64 {
    let a = x.frobnicate();
    let b = x[t as usize];
    let text = format!("{t}");
    a + b + text.len() as f64
}

fn main() {}
