//! `match` is to come.
use chainrule::differentiable;

#[differentiable]
fn loss(x: f64, kind: usize) -> f64 {
    match kind {
        0 => x,
        _ => x * x,
    }
}

fn main() {
    loss::grad(1.0, 0);
}
