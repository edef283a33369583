//! Differentiable functions call one another, across modules, as methods, as associated functions.
use chainrule::ndarray::{Array1, Array2, array};
use chainrule::prelude::*;

mod layers {
    use super::*;

    #[derive(Differentiable)]
    pub struct Dense {
        pub w: Array2<f64>,
        pub b: Array1<f64>,
    }

    impl Dense {
        /// The derivatives of a method are its siblings: `forward_vjp`, ..
        #[differentiable]
        pub fn forward(&self, x: &Array2<f64>) -> Array2<f64> {
            (x.dot(&self.w) + &self.b).relu()
        }

        /// Without `self` or `Self` in its signature the macro cannot see the `impl` around it.
        #[differentiable(associated)]
        pub fn penalty(w: &Array2<f64>, strength: f64) -> f64 {
            strength * w.pow2().sum()
        }
    }

    #[differentiable]
    pub fn scale(x: &Array2<f64>, by: f64) -> Array2<f64> {
        x * by
    }
}

use layers::{Dense, scale};

#[differentiable(wrt(dense))]
fn loss(dense: &Dense, x: &Array2<f64>) -> f64 {
    let x = scale(x, 2.0);
    dense.forward(&x).sum() + Dense::penalty(&dense.w, 0.5) + layers::scale(&dense.w, 3.0).sum()
}

fn main() {
    let dense = Dense { w: array![[1.0], [-1.0]], b: array![0.5] };
    let gradient = loss::grad(&dense, &array![[1.0, 0.5], [0.0, 1.0]]);
    // The second row is negative, so `relu` lets nothing through.
    assert_eq!(gradient.w, array![[2.0 + 1.0 + 3.0], [1.0 - 1.0 + 3.0]]);
    assert_eq!(gradient.b, array![1.0]);

    let x = array![[1.0, 0.0]];
    let (_, pullback) = dense.forward_vjp(&x);
    let (ddense, dx) = pullback(array![[1.0]]);
    assert_eq!(ddense.w, array![[1.0], [0.0]]);
    assert_eq!(dx, array![[1.0, -1.0]]);
    assert_eq!(Dense::penalty_grad(&dense.w, 1.0), (array![[2.0], [-2.0]], 2.0));
}
