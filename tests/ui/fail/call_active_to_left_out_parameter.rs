//! The callee leaves `x` out; an active `x` would be a silent zero.
use chainrule::differentiable;

#[differentiable(wrt(w))]
fn scaled(w: f64, x: f64) -> f64 {
    w * x
}

#[differentiable]
fn loss(w: f64, x: f64) -> f64 {
    scaled(w, x)
}

fn main() {
    loss::grad(1.0, 2.0);
}
