//! A closure over every element, which may capture and may decide.
use chainrule::differentiable;
use chainrule::ndarray::{Array1, array};

#[differentiable]
fn leaky(x: &Array1<f64>, slope: f64) -> f64 {
    x.mapv(|v| if v > 0.0 { v } else { slope * v }).sum()
}

/// A function's name will do where no closure is needed.
#[differentiable]
fn roots(x: &Array1<f64>) -> f64 {
    x.mapv(f64::sqrt).sum()
}

fn main() {
    let (dx, dslope) = leaky::grad(&array![1.0, -2.0, -3.0], 0.1);
    assert_eq!(dx, array![1.0, 0.1, 0.1]);
    assert_eq!(dslope, -5.0);
    assert_eq!(roots::grad(&array![1.0, 4.0]), array![0.5, 0.25]);
}
