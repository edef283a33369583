//! A question to an iterator whose closure remembers something active.
use chainrule::differentiable;

#[differentiable]
fn loss(x: &[f64]) -> f64 {
    let mut largest = 0.0;
    let found = x.iter().any(|v| {
        largest = f64::max(largest, *v);
        *v > 1.0
    });
    if found { largest } else { x[0] }
}

fn main() {
    loss(&[1.0]);
}
