//! Long short-term memory, a class for each sequence.

use chainrule::ndarray::{Array1, Array2, Array3, s};
use chainrule::prelude::*;

use super::{descends, training};
use peers_common::inputs::{CLASSES, FEATURES, HIDDEN, Inputs};
use peers_common::side::Prepared;

/// The gates lie side by side: input, forget, candidate, output.
#[derive(Differentiable)]
struct Lstm {
    w: Array2<f32>,
    u: Array2<f32>,
    b: Array1<f32>,
    v: Array2<f32>,
    c: Array1<f32>,
}
descends!(Lstm { w, u, b, v, c });

#[differentiable(wrt(net))]
fn loss(net: &Lstm, sequences: &Array3<f32>, labels: &[usize]) -> f32 {
    let n = net.u.nrows();
    let mut h = Array2::zeros((labels.len(), n));
    let mut c = Array2::zeros((labels.len(), n));
    for x in sequences.outer_iter() {
        let z = x.dot(&net.w) + h.dot(&net.u) + &net.b;
        let input = z.slice(s![.., ..n]).sigmoid();
        let forget = z.slice(s![.., n..2 * n]).sigmoid();
        let candidate = z.slice(s![.., 2 * n..3 * n]).tanh();
        let output = z.slice(s![.., 3 * n..]).sigmoid();
        c = forget * &c + input * candidate;
        h = output * c.tanh();
    }
    let logits = h.dot(&net.v) + &net.c;
    logits.cross_entropy(labels)
}

pub(super) fn prepare(inputs: &Inputs) -> Prepared {
    let net = Lstm {
        w: inputs.matrix("lstm_w", FEATURES, 4 * HIDDEN),
        u: inputs.matrix("lstm_u", HIDDEN, 4 * HIDDEN),
        b: inputs.vector("lstm_b"),
        v: inputs.matrix("lstm_v", HIDDEN, CLASSES),
        c: inputs.vector("lstm_c"),
    };
    let sequences = inputs.sequences();
    let labels = inputs.labels("sequence_labels");
    training(net, move |net, gradient| {
        loss::value_and_grad_into(net, &sequences, &labels, gradient).into()
    })
}
