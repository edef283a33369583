//! The simple recurrent network: what does not depend on the recurrence is one product for all steps.

use super::loss::cross_entropy;
use super::math::tanh;
use super::product::{Matrix, product, transpose};
use super::rows::{add_rows, fill};
use super::vectorised::vectorised;
use super::{Descent, descent};
use peers_common::inputs::{BATCH, CLASSES, FEATURES, HIDDEN, Inputs, STEPS};
use peers_common::side::Prepared;

/// The numbers of a state.
const STATE: usize = BATCH * HIDDEN;

#[derive(Clone)]
struct Net {
    sequences: Vec<f32>,
    labels: Vec<usize>,
    w: Vec<f32>,
    u: Vec<f32>,
    b: Vec<f32>,
    v: Vec<f32>,
    c: Vec<f32>,
    /// All states, from the zeros before the first step on.
    h: Vec<f32>,
    /// The gradients of the sums under the tangent, of all steps.
    dz: Vec<f32>,
    dh: Vec<f32>,
    u_transposed: Vec<f32>,
    logits: Vec<f32>,
}

vectorised! {
    fn tanh_of<FUSED>(x: &mut [f32]) {
        for x in x {
            *x = tanh::<FUSED>(*x);
        }
    }
}

vectorised! {
    fn tanh_backward<FUSED>(dz: &mut [f32], dh: &[f32], h: &[f32]) {
        for ((dz, dh), h) in dz.iter_mut().zip(dh).zip(h) {
            *dz = dh * (1.0 - h * h);
        }
    }
}

impl Descent for Net {
    type Float = f32;

    fn step(&mut self, rate: f32) -> f32 {
        let x = Matrix::new(&self.sequences, STEPS * BATCH, FEATURES);
        fill(&mut self.h[STATE..], &self.b);
        product(&mut self.h[STATE..], true, 1.0, x, Matrix::new(&self.w, FEATURES, HIDDEN));
        for t in 0..STEPS {
            let (before, after) = self.h.split_at_mut((t + 1) * STATE);
            let before = Matrix::new(&before[t * STATE..], BATCH, HIDDEN);
            product(&mut after[..STATE], true, 1.0, before, Matrix::new(&self.u, HIDDEN, HIDDEN));
            tanh_of(&mut after[..STATE]);
        }
        let last = Matrix::new(&self.h[STEPS * STATE..], BATCH, HIDDEN);
        fill(&mut self.logits, &self.c);
        product(&mut self.logits, true, 1.0, last, Matrix::new(&self.v, HIDDEN, CLASSES));
        let loss = cross_entropy(&mut self.logits, &self.labels);
        let dlogits = Matrix::new(&self.logits, BATCH, CLASSES);
        product(&mut self.dh, false, 1.0, dlogits, Matrix::new(&self.v, HIDDEN, CLASSES).t());
        product(&mut self.v, true, -rate, last.t(), dlogits);
        add_rows(&mut self.c, &self.logits, -rate);
        // Once, because a product with so few rows is slow with the second factor transposed.
        transpose(&self.u, HIDDEN, HIDDEN, &mut self.u_transposed);
        for t in (0..STEPS).rev() {
            let dz = &mut self.dz[t * STATE..(t + 1) * STATE];
            tanh_backward(dz, &self.dh, &self.h[(t + 1) * STATE..(t + 2) * STATE]);
            if t > 0 {
                let u = Matrix::new(&self.u_transposed, HIDDEN, HIDDEN);
                product(&mut self.dh, false, 1.0, Matrix::new(dz, BATCH, HIDDEN), u);
            }
        }
        let dz = Matrix::new(&self.dz, STEPS * BATCH, HIDDEN);
        let before = Matrix::new(&self.h[..STEPS * STATE], STEPS * BATCH, HIDDEN);
        product(&mut self.u, true, -rate, before.t(), dz);
        product(&mut self.w, true, -rate, x.t(), dz);
        add_rows(&mut self.b, &self.dz, -rate);
        loss
    }

    fn weights(&self) -> Vec<&[f32]> {
        vec![&self.w, &self.u, &self.b, &self.v, &self.c]
    }
}

pub(super) fn prepare(inputs: &Inputs) -> Prepared {
    descent(Net {
        sequences: inputs.numbers("sequences"),
        labels: inputs.labels("sequence_labels"),
        w: inputs.numbers("rnn_w"),
        u: inputs.numbers("rnn_u"),
        b: inputs.numbers("rnn_b"),
        v: inputs.numbers("rnn_v"),
        c: inputs.numbers("rnn_c"),
        h: vec![0.0; (STEPS + 1) * STATE],
        dz: vec![0.0; STEPS * STATE],
        dh: vec![0.0; STATE],
        u_transposed: vec![0.0; HIDDEN * HIDDEN],
        logits: vec![0.0; BATCH * CLASSES],
    })
}
