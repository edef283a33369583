//! A text holds no derivative.
use chainrule::differentiable;

#[differentiable]
fn loss(x: f64) -> f64 {
    let text = format!("{x}");
    text.len() as f64 * x
}

fn main() {
    loss::grad(1.0);
}
