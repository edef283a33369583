//! The exclusive or by a network of two hidden units.

use chainrule::ndarray::{Array1, Array2};
use chainrule::prelude::*;

use super::{descends, training};
use peers_common::inputs::{Inputs, XOR_POINTS, XOR_TARGETS};
use peers_common::side::Prepared;

#[derive(Differentiable)]
struct Net {
    w1: Array2<f32>,
    b1: Array1<f32>,
    w2: Array2<f32>,
    b2: Array1<f32>,
}
descends!(Net { w1, b1, w2, b2 });

#[differentiable(wrt(net))]
fn loss(net: &Net, x: &Array2<f32>, y: &Array2<f32>) -> f32 {
    let hidden = (x.dot(&net.w1) + &net.b1).tanh();
    let logits = hidden.dot(&net.w2) + &net.b2;
    logits.binary_cross_entropy_with_logits(y)
}

pub(super) fn prepare(inputs: &Inputs) -> Prepared {
    let net = Net {
        w1: inputs.matrix("xor_w1", 2, 2),
        b1: inputs.vector("xor_b1"),
        w2: inputs.matrix("xor_w2", 2, 1),
        b2: inputs.vector("xor_b2"),
    };
    let x = Array2::from_shape_fn((4, 2), |(i, j)| XOR_POINTS[i][j] as f32);
    let y = Array2::from_shape_fn((4, 1), |(i, _)| XOR_TARGETS[i] as f32);
    training(net, move |net, gradient| loss::value_and_grad_into(net, &x, &y, gradient).into())
}
