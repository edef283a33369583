//! A `try` block, which Rust is yet to have.
use chainrule::differentiable;

#[differentiable]
fn loss(x: f64) -> f64 {
    let y: Option<f64> = try { x };
    y.unwrap()
}

fn main() {}
