//! An index that depends on an active value.
use chainrule::differentiable;

#[differentiable]
fn pick(x: &[f64], t: f64) -> f64 {
    x[t as usize]
}

fn main() {
    pick::grad(&[1.0, 2.0], 1.0);
}
