//! A part of a list that is handed to what writes all of it.
use chainrule::differentiable;
use chainrule::ndarray::{Array1, Zip};

#[differentiable]
fn loss(x: &Array1<f64>) -> f64 {
    let mut y = vec![0.0; 5];
    Zip::from(&mut y[1..3]).and(x).for_each(|y, &x| *y = x);
    y[1]
}

fn main() {}
