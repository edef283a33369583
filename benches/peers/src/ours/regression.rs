//! A regression on thirteen features, in double precision.

use chainrule::ndarray::{Array1, Array2};
use chainrule::prelude::*;

use super::{descends, training};
use peers_common::inputs::Inputs;
use peers_common::side::Prepared;

#[derive(Differentiable)]
struct Net {
    w1: Array2<f64>,
    b1: Array1<f64>,
    w2: Array2<f64>,
    b2: Array1<f64>,
    w3: Array2<f64>,
    b3: Array1<f64>,
}
descends!(Net { w1, b1, w2, b2, w3, b3 });

#[differentiable(wrt(net))]
fn loss(net: &Net, x: &Array2<f64>, y: &Array2<f64>) -> f64 {
    let first = (x.dot(&net.w1) + &net.b1).tanh();
    let second = (first.dot(&net.w2) + &net.b2).tanh();
    let output = second.dot(&net.w3) + &net.b3;
    output.mse(y)
}

pub(super) fn prepare(inputs: &Inputs) -> Prepared {
    let net = Net {
        w1: inputs.matrix("regression_w1", 13, 64),
        b1: inputs.vector("regression_b1"),
        w2: inputs.matrix("regression_w2", 64, 64),
        b2: inputs.vector("regression_b2"),
        w3: inputs.matrix("regression_w3", 64, 1),
        b3: inputs.vector("regression_b3"),
    };
    let x = inputs.matrix("regression_x", 64, 13);
    let y = inputs.matrix("regression_y", 64, 1);
    training(net, move |net, gradient| loss::value_and_grad_into(net, &x, &y, gradient))
}
