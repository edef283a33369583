//! A part of an active value lent mutably by a pattern that may fail to match.
use chainrule::differentiable;

#[differentiable]
fn loss(x: f64) -> f64 {
    let mut found = Some(x);
    if let Some(ref mut y) = found {
        *y *= x;
    }
    found.unwrap()
}

fn main() {}
