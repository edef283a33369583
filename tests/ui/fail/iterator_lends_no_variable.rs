//! Elements that are lent mutably, of a list that has no name.
use chainrule::differentiable;

#[differentiable]
fn loss(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for (y, v) in vec![0.0; x.len()].iter_mut().zip(x) {
        *y += v;
        sum += *y;
    }
    sum
}

fn main() {
    loss(&[1.0]);
}
