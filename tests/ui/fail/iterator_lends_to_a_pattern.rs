//! What is lent mutably is written through a name.
use chainrule::differentiable;

#[differentiable]
fn taken_apart(x: &[f64]) -> f64 {
    let mut pairs = vec![[x[0], x[1]], [x[1], x[0]]];
    for [first, ..] in pairs.iter_mut() {
        *first *= x[1];
    }
    pairs[0][0]
}

fn main() {}
