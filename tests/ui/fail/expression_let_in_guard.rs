//! A `let` in the guard of an arm that touches an active value.
use chainrule::differentiable;

#[differentiable]
fn loss(x: f64, kind: usize, scale: Option<f64>) -> f64 {
    match kind {
        0 if let Some(scale) = scale => x * scale,
        _ => x,
    }
}

fn main() {}
