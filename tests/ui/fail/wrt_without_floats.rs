//! A list of labels has no derivative.
use chainrule::differentiable;

#[differentiable(wrt(x, labels))]
fn first(x: &[f64], labels: &[usize]) -> f64 {
    x[labels[0]]
}

fn main() {}
