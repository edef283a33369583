//! The simple recurrent network of Elman, a class for each sequence.

use chainrule::ndarray::{Array1, Array2, Array3};
use chainrule::prelude::*;

use super::{descends, training};
use peers_common::inputs::{CLASSES, FEATURES, HIDDEN, Inputs};
use peers_common::side::Prepared;

#[derive(Differentiable)]
struct Rnn {
    w: Array2<f32>,
    u: Array2<f32>,
    b: Array1<f32>,
    v: Array2<f32>,
    c: Array1<f32>,
}
descends!(Rnn { w, u, b, v, c });

#[differentiable(wrt(net))]
fn loss(net: &Rnn, sequences: &Array3<f32>, labels: &[usize]) -> f32 {
    let mut h = Array2::zeros((labels.len(), net.u.nrows()));
    for x in sequences.outer_iter() {
        h = (x.dot(&net.w) + h.dot(&net.u) + &net.b).tanh();
    }
    let logits = h.dot(&net.v) + &net.c;
    logits.cross_entropy(labels)
}

pub(super) fn prepare(inputs: &Inputs) -> Prepared {
    let net = Rnn {
        w: inputs.matrix("rnn_w", FEATURES, HIDDEN),
        u: inputs.matrix("rnn_u", HIDDEN, HIDDEN),
        b: inputs.vector("rnn_b"),
        v: inputs.matrix("rnn_v", HIDDEN, CLASSES),
        c: inputs.vector("rnn_c"),
    };
    let sequences = inputs.sequences();
    let labels = inputs.labels("sequence_labels");
    training(net, move |net, gradient| {
        loss::value_and_grad_into(net, &sequences, &labels, gradient).into()
    })
}
