//! Generic scalars, storages, lengths and lifetimes.
use chainrule::ndarray::{Array1, Array2, ArrayBase, Data, Ix2, array};
use chainrule::prelude::*;

/// One text for `f32` and `f64`.
#[differentiable]
fn soft_abs<T: Float>(x: T, sharpness: T) -> T {
    (x * x + sharpness).sqrt()
}

/// Any storage: owned, view, shared.
#[differentiable]
fn total<T: Float, S: Data<Elem = T>>(x: &ArrayBase<S, Ix2>) -> T {
    x.tanh().sum()
}

#[differentiable]
fn polynomial<const N: usize>(c: [f64; N], x: f64) -> f64 {
    assert!(N >= 3);
    c[0] + (c[1] + c[2] * x) * x
}

#[derive(Differentiable)]
struct Linear<T: Float> {
    w: Array1<T>,
}

impl<T: Float> Linear<T> {
    #[differentiable]
    fn apply(&self, x: &Array1<T>) -> T {
        self.w.dot(x)
    }
}

fn main() {
    assert_eq!(soft_abs::grad(0.0f64, 16.0), (0.0, 0.125));
    assert_eq!(soft_abs::grad(0.0f32, 4.0), (0.0, 0.25));
    let x = Array2::<f32>::zeros((2, 3));
    assert_eq!(total::grad(&x.t()), Array2::<f32>::ones((3, 2)));
    assert_eq!(polynomial::grad([1.0, 2.0, 3.0], 2.0), ([1.0, 2.0, 4.0], 14.0));
    let (w, x) = (array![1.0f32, 2.0], array![3.0f32, 4.0]);
    let linear = Linear { w: w.clone() };
    let (dlinear, dx) = linear.apply_grad(&x);
    assert_eq!((dlinear.w, dx), (x, w));
}
