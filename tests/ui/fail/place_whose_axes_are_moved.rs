//! A view whose axes are moved, beside an array whose axes are.
use chainrule::differentiable;
use chainrule::ndarray::{Array2, s};

#[differentiable]
fn loss(x: &Array2<f64>) -> f64 {
    let mut y = x.clone();
    y.swap_axes(0, 1);
    let mut part = y.slice_mut(s![..2, ..]);
    part.swap_axes(0, 1);
    part[[0, 1]] = 2.0;
    y.sum()
}

fn main() {}
