//! Writes and jumps where they cannot be followed.
use chainrule::differentiable;

#[differentiable]
fn in_a_check(x: f64) -> f64 {
    let mut y = x;
    assert!({
        y *= x;
        y < 10.0
    });
    y
}

#[differentiable]
fn in_a_position(x: &[f64]) -> f64 {
    let mut y = x[0];
    let z = x[1 + {
        y *= x[1];
        1
    }];
    y * z
}

fn main() {}
