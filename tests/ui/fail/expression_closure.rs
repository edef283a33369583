//! A closure that captures an active value, as a value.
use chainrule::differentiable;

#[differentiable]
fn loss(x: f64, y: f64) -> f64 {
    let times = |v: f64| v * x;
    times(y)
}

fn main() {
    loss(1.0, 2.0);
}
