//! A name for a type hides what it is: the message says how to show it.
use chainrule::differentiable;
use chainrule::ndarray::{Array1, Array2};

type Matrix = Array2<f64>;

#[differentiable]
fn loss(m: &Matrix, x: &Array1<f64>) -> f64 {
    m.dot(x).sum()
}

#[differentiable]
fn shown(m: &Matrix, x: &Array1<f64>) -> f64 {
    let m: &Array2<f64> = m;
    m.dot(x).sum()
}

fn main() {}
