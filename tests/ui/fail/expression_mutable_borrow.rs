//! A mutable borrow of an active value, handed to a function.
use chainrule::differentiable;

fn double(x: &mut f64) -> f64 {
    *x *= 2.0;
    *x
}

#[differentiable]
fn loss(x: f64) -> f64 {
    let mut y = x;
    double(&mut y) + y
}

fn main() {}
