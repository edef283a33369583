//! Long short-term memory. A step's gates are worked on row by row, in short passes that stay in the first-level
//! cache; their gradients take the place of their values.

use super::loss::cross_entropy;
use super::math::{sigmoid, tanh};
use super::product::{Matrix, product, transpose};
use super::rows::{add_rows, fill};
use super::vectorised::vectorised;
use super::{Descent, descent};
use peers_common::inputs::{BATCH, CLASSES, FEATURES, HIDDEN, Inputs, STEPS};
use peers_common::side::Prepared;

/// The numbers of a state, and of its gates: input, forget, candidate, output.
const STATE: usize = BATCH * HIDDEN;
const GATES: usize = 4 * HIDDEN;

#[derive(Clone)]
struct Net {
    sequences: Vec<f32>,
    labels: Vec<usize>,
    w: Vec<f32>,
    u: Vec<f32>,
    b: Vec<f32>,
    v: Vec<f32>,
    c: Vec<f32>,
    /// What is shown and what is kept, from the zeros before the first step on.
    shown: Vec<f32>,
    kept: Vec<f32>,
    /// The tangents of what is kept.
    squashed: Vec<f32>,
    /// The gates of all steps, then the gradients of the sums under them.
    gates: Vec<f32>,
    dshown: Vec<f32>,
    dkept: Vec<f32>,
    u_transposed: Vec<f32>,
    logits: Vec<f32>,
}

/// One row of a state.
type Row = [f32; HIDDEN];

/// The rows of a state.
fn rows(state: &[f32]) -> &[Row] {
    state.as_chunks().0
}

fn rows_mut(state: &mut [f32]) -> &mut [Row] {
    state.as_chunks_mut().0
}

vectorised! {
    fn forward<FUSED>(
        gates: &mut [f32],
        before: &[f32],
        kept: &mut [f32],
        squashed: &mut [f32],
        shown: &mut [f32],
    ) {
        let state = rows(before).iter().zip(rows_mut(kept)).zip(rows_mut(squashed)).zip(rows_mut(shown));
        for (gates, (((before, kept), squashed), shown)) in gates.chunks_exact_mut(GATES).zip(state) {
            let [input, forget, candidate, output] = rows_mut(gates) else { continue };
            for x in input.iter_mut().chain(forget.iter_mut()) {
                *x = sigmoid::<FUSED>(*x);
            }
            for x in candidate.iter_mut() {
                *x = tanh::<FUSED>(*x);
            }
            for x in output.iter_mut() {
                *x = sigmoid::<FUSED>(*x);
            }
            for j in 0..HIDDEN {
                kept[j] = forget[j] * before[j] + input[j] * candidate[j];
            }
            for j in 0..HIDDEN {
                squashed[j] = tanh::<FUSED>(kept[j]);
            }
            for j in 0..HIDDEN {
                shown[j] = output[j] * squashed[j];
            }
        }
    }
}

vectorised! {
    fn backward<FUSED>(
        gates: &mut [f32],
        before: &[f32],
        squashed: &[f32],
        dshown: &[f32],
        dkept: &mut [f32],
    ) {
        let state = rows(before).iter().zip(rows(squashed)).zip(rows(dshown)).zip(rows_mut(dkept));
        for (gates, (((before, squashed), dshown), dkept)) in gates.chunks_exact_mut(GATES).zip(state) {
            let [input, forget, candidate, output] = rows_mut(gates) else { continue };
            for j in 0..HIDDEN {
                dkept[j] += dshown[j] * output[j] * (1.0 - squashed[j] * squashed[j]);
            }
            for j in 0..HIDDEN {
                let o = output[j];
                output[j] = dshown[j] * squashed[j] * o * (1.0 - o);
            }
            for j in 0..HIDDEN {
                let (i, c) = (input[j], candidate[j]);
                input[j] = dkept[j] * c * i * (1.0 - i);
                candidate[j] = dkept[j] * i * (1.0 - c * c);
            }
            for j in 0..HIDDEN {
                let f = forget[j];
                forget[j] = dkept[j] * before[j] * f * (1.0 - f);
                dkept[j] *= f;
            }
        }
    }
}

impl Descent for Net {
    type Float = f32;

    fn step(&mut self, rate: f32) -> f32 {
        let x = Matrix::new(&self.sequences, STEPS * BATCH, FEATURES);
        fill(&mut self.gates, &self.b);
        product(&mut self.gates, true, 1.0, x, Matrix::new(&self.w, FEATURES, GATES));
        for t in 0..STEPS {
            let gates = &mut self.gates[t * 4 * STATE..(t + 1) * 4 * STATE];
            let (shown_before, shown) = self.shown.split_at_mut((t + 1) * STATE);
            let (kept_before, kept) = self.kept.split_at_mut((t + 1) * STATE);
            let state = Matrix::new(&shown_before[t * STATE..], BATCH, HIDDEN);
            product(gates, true, 1.0, state, Matrix::new(&self.u, HIDDEN, GATES));
            let squashed = &mut self.squashed[t * STATE..(t + 1) * STATE];
            forward(
                gates,
                &kept_before[t * STATE..],
                &mut kept[..STATE],
                squashed,
                &mut shown[..STATE],
            );
        }
        let last = Matrix::new(&self.shown[STEPS * STATE..], BATCH, HIDDEN);
        fill(&mut self.logits, &self.c);
        product(&mut self.logits, true, 1.0, last, Matrix::new(&self.v, HIDDEN, CLASSES));
        let loss = cross_entropy(&mut self.logits, &self.labels);
        let dlogits = Matrix::new(&self.logits, BATCH, CLASSES);
        product(&mut self.dshown, false, 1.0, dlogits, Matrix::new(&self.v, HIDDEN, CLASSES).t());
        product(&mut self.v, true, -rate, last.t(), dlogits);
        add_rows(&mut self.c, &self.logits, -rate);
        transpose(&self.u, HIDDEN, GATES, &mut self.u_transposed);
        self.dkept.fill(0.0);
        for t in (0..STEPS).rev() {
            let gates = &mut self.gates[t * 4 * STATE..(t + 1) * 4 * STATE];
            let (before, squashed) = (&self.kept[t * STATE..], &self.squashed[t * STATE..]);
            backward(gates, before, squashed, &self.dshown, &mut self.dkept);
            if t > 0 {
                let u = Matrix::new(&self.u_transposed, GATES, HIDDEN);
                product(&mut self.dshown, false, 1.0, Matrix::new(gates, BATCH, GATES), u);
            }
        }
        let dgates = Matrix::new(&self.gates, STEPS * BATCH, GATES);
        let before = Matrix::new(&self.shown[..STEPS * STATE], STEPS * BATCH, HIDDEN);
        product(&mut self.u, true, -rate, before.t(), dgates);
        product(&mut self.w, true, -rate, x.t(), dgates);
        add_rows(&mut self.b, &self.gates, -rate);
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
        w: inputs.numbers("lstm_w"),
        u: inputs.numbers("lstm_u"),
        b: inputs.numbers("lstm_b"),
        v: inputs.numbers("lstm_v"),
        c: inputs.numbers("lstm_c"),
        shown: vec![0.0; (STEPS + 1) * STATE],
        kept: vec![0.0; (STEPS + 1) * STATE],
        squashed: vec![0.0; STEPS * STATE],
        gates: vec![0.0; STEPS * BATCH * GATES],
        dshown: vec![0.0; STATE],
        dkept: vec![0.0; STATE],
        u_transposed: vec![0.0; HIDDEN * GATES],
        logits: vec![0.0; BATCH * CLASSES],
    })
}
