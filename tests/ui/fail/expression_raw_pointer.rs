//! A raw pointer to an active value.
use chainrule::differentiable;

#[differentiable]
fn loss(x: f64) -> f64 {
    let pointer = &raw const x;
    if pointer.is_null() { 0.0 } else { x }
}

fn main() {}
