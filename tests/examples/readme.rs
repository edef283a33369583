//! The example of the README, which shows what is generated from it.
use chainrule::ndarray::{Array1, Array2};
use chainrule::prelude::*;

#[derive(Differentiable)]
struct Net {
    w1: Array2<f32>,
    b1: Array1<f32>,
    w2: Array2<f32>,
    b2: Array1<f32>,
}

#[differentiable(wrt(net))]
fn loss(net: &Net, images: &Array2<f32>, labels: &[usize]) -> f32 {
    let hidden = (images.dot(&net.w1) + &net.b1).relu();
    let logits = hidden.dot(&net.w2) + &net.b2;
    logits.cross_entropy(labels)
}

fn main() {
    let mut net = Net {
        w1: Array2::from_shape_fn((4, 3), |(i, j)| 0.1 * (i as f32 - j as f32)),
        b1: Array1::zeros(3),
        w2: Array2::from_shape_fn((3, 2), |(i, j)| 0.2 * (i as f32 + j as f32)),
        b2: Array1::zeros(2),
    };
    let (images, labels) = (Array2::eye(4), [0, 1, 1, 0]);

    let (before, gradient) = loss::value_and_grad(&net, &images, &labels);
    net.w1 -= &(0.1 * gradient.w1);
    net.b1 -= &(0.1 * gradient.b1);
    net.w2 -= &(0.1 * gradient.w2);
    net.b2 -= &(0.1 * gradient.b2);
    assert!(loss(&net, &images, &labels) < before);
}
