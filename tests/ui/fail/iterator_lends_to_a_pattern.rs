//! What is lent mutably is written through a name.
use chainrule::differentiable;
use chainrule::ndarray::{Array1, Zip};

#[differentiable]
fn taken_apart(x: &[f64]) -> f64 {
    let mut pairs = vec![(x[0], x[1]), (x[1], x[0])];
    for (a, b) in pairs.iter_mut() {
        *a *= *b;
    }
    pairs[0].0
}

#[differentiable]
fn without_a_name(x: &Array1<f64>) -> f64 {
    let mut y = x.clone();
    Zip::from(&mut y).and(x).for_each(|_, &x| assert!(x > 0.0));
    y.sum()
}

fn main() {}
