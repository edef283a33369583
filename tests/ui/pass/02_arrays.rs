//! Arrays of ndarray: by reference or by value, owned or a view, of any number of axes.
use chainrule::ndarray::{Array1, Array2, ArrayView1, array};
use chainrule::prelude::*;

/// The mean squared error of a line through points. The gradient of a float is a float, that of an
/// array is an array.
#[differentiable]
fn squared_error(slope: f64, offset: f64, x: ArrayView1<f64>, y: &Array1<f64>) -> f64 {
    let residual = slope * &x + offset - y;
    residual.pow2().mean().unwrap()
}

/// Arithmetic broadcasts as in ndarray; each gradient has the shape of its own argument.
#[differentiable]
fn affine(x: &Array2<f64>, w: &Array2<f64>, b: &Array1<f64>) -> f64 {
    (x.dot(w) + b).tanh().sum()
}

fn main() {
    let (x, y) = (array![0.0, 1.0, 2.0], array![1.0, 3.0, 5.0]);
    let (dslope, doffset, dx, dy) = squared_error::grad(2.0, 0.0, x.view(), &y);
    // Every residual is -1.
    assert_eq!((dslope, doffset), (-2.0, -2.0));
    assert_eq!(dx, array![-4.0, -4.0, -4.0] / 3.0);
    assert_eq!(dy, array![2.0, 2.0, 2.0] / 3.0);

    let (x, w, b) = (Array2::zeros((5, 3)), Array2::ones((3, 2)), array![0.0, 0.0]);
    let (dx, dw, db) = affine::grad(&x, &w, &b);
    assert_eq!(dx, Array2::from_elem((5, 3), 2.0));
    assert_eq!(dw, Array2::<f64>::zeros((3, 2)));
    assert_eq!(db, array![5.0, 5.0]);
}
