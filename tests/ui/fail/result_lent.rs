//! Results that show something of an argument's.

use chainrule::ndarray::{Array1, ArrayView1, array};
use chainrule::{Differentiable, differentiable};

#[derive(Differentiable)]
struct Model {
    w: Array1<f64>,
}

impl Model {
    #[differentiable]
    fn weights(&self) -> &Array1<f64> {
        &self.w
    }
}

#[differentiable]
fn first(x: &[f64]) -> &f64 {
    &x[0]
}

#[differentiable]
fn last<'a>(x: &'a [f64]) -> (f64, Option<&'a f64>) {
    (x[0], x.last())
}

#[differentiable]
fn view<'a>(model: &'a Model) -> ArrayView1<'a, f64> {
    model.w.view()
}

fn main() {
    let model = Model { w: array![1.0] };
    // No second error here.
    model.weights_vjp();
    first::grad(&[1.0]);
    last::vjp(&[1.0]);
    view::vjp(&model);
}
