//! The exclusive or, in registers.

use super::math::{exp, tanh};
use super::vectorised::vectorised;
use super::{Descent, descent};
use peers_common::inputs::{Inputs, XOR_POINTS, XOR_TARGETS};
use peers_common::side::Prepared;
use std::hint::black_box;

/// The weights of two hidden units, one after the other: `w1`, `b1`, `w2`, `b2`.
#[derive(Clone)]
pub(super) struct Net {
    weights: [f32; 9],
    points: [[f32; 2]; 4],
    targets: [f32; 4],
}

vectorised! {
    /// Hidden activations of the four points lie side by side, eight lanes.
    fn step<FUSED>(net: &mut Net, rate: f32) -> f32 {
        let [p, q, r, s, b, c, v, w, d] = net.weights;
        let (w1, b1, w2) = ([[p, q], [r, s]], [b, c], [v, w]);
        let mut hidden = [0.0; 8];
        for (i, x) in net.points.iter().enumerate() {
            for j in 0..2 {
                hidden[2 * i + j] = x[0] * w1[0][j] + x[1] * w1[1][j] + b1[j];
            }
        }
        // Not `map`, which is not inlined and so not compiled for the processor at hand.
        for h in &mut hidden {
            *h = tanh::<FUSED>(*h);
        }
        let logit = |i: usize| hidden[2 * i] * w2[0] + hidden[2 * i + 1] * w2[1] + d;
        let z = [logit(0), logit(1), logit(2), logit(3)];
        let mut e = [0.0; 4];
        for i in 0..4 {
            e[i] = exp::<FUSED>(-z[i].abs());
        }
        let mut loss = 0.0;
        // The sum of ln(1 + e) is one logarithm of a product.
        let mut product = 1.0;
        let mut dz = [0.0; 4];
        for i in 0..4 {
            product *= 1.0 + e[i];
            loss += if z[i] > 0.0 { z[i] } else { 0.0 } - z[i] * net.targets[i];
            let share = 1.0 / (1.0 + e[i]);
            let sigmoid = if z[i] >= 0.0 { share } else { e[i] * share };
            dz[i] = (sigmoid - net.targets[i]) * 0.25;
        }
        let mut gradient = [0.0; 9];
        for i in 0..4 {
            for j in 0..2 {
                let h = hidden[2 * i + j];
                let dh = dz[i] * w2[j] * (1.0 - h * h);
                gradient[j] += net.points[i][0] * dh;
                gradient[2 + j] += net.points[i][1] * dh;
                gradient[4 + j] += dh;
                gradient[6 + j] += dz[i] * h;
            }
            gradient[8] += dz[i];
        }
        for (weight, gradient) in net.weights.iter_mut().zip(gradient) {
            *weight -= rate * gradient;
        }
        (loss + product.ln()) * 0.25
    }
}

impl Descent for Net {
    type Float = f32;

    fn step(&mut self, rate: f32) -> f32 {
        // Else the points would be constants of the program.
        step(black_box(self), rate)
    }

    fn weights(&self) -> Vec<&[f32]> {
        vec![&self.weights]
    }
}

pub(super) fn prepare(inputs: &Inputs) -> Prepared {
    let mut weights = inputs.numbers("xor_w1");
    for name in ["xor_b1", "xor_w2", "xor_b2"] {
        weights.extend(inputs.numbers::<f32>(name));
    }
    descent(Net {
        weights: weights.try_into().expect("nine weights"),
        points: XOR_POINTS.map(|point| point.map(|x| x as f32)),
        targets: XOR_TARGETS.map(|y| y as f32),
    })
}
