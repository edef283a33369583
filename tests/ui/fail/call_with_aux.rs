//! A function with an extra result is called by another.
use chainrule::{Differentiable, differentiable};

#[differentiable(aux)]
fn loss(x: f64) -> (f64, usize) {
    (x * x, 3)
}

#[differentiable]
fn doubled(x: f64) -> f64 {
    let (value, count) = loss(x);
    2.0 * value + count as f64
}

#[derive(Differentiable, Clone)]
struct Model {
    weight: f64,
}

impl Model {
    #[differentiable(aux)]
    fn loss(&self, x: f64) -> (f64, usize) {
        (self.weight * x, 3)
    }

    #[differentiable]
    fn halved(&self, x: f64) -> f64 {
        self.loss(x).0 / 2.0
    }
}

fn main() {
    doubled::grad(3.0);
    Model { weight: 1.0 }.halved_grad(3.0);
}
