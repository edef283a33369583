//! An active value that is written where the caller looks.
use chainrule::differentiable;

#[differentiable(constant(seen))]
fn loss(x: f64, seen: &mut [f64]) -> f64 {
    seen[0] = x;
    x * x
}

#[differentiable(constant(seen))]
fn added(x: f64, seen: &mut f64) -> f64 {
    *seen += x;
    x * x
}

fn main() {
    loss(1.0, &mut [0.0]);
    added(1.0, &mut 0.0);
}
