//! The regression in double precision. The one output is a dot product, so the last layer needs no matrix product.

use super::math::{fma64, tanh64};
use super::product::{Matrix, product};
use super::rows::{add_rows64, fill};
use super::vectorised::vectorised;
use super::{Descent, descent};
use peers_common::inputs::Inputs;
use peers_common::side::Prepared;

/// Rows of the data, features of a row, hidden units.
const ROWS: usize = 64;
const INPUTS: usize = 13;
const UNITS: usize = 64;

#[derive(Clone)]
struct Net {
    x: Vec<f64>,
    y: Vec<f64>,
    w1: Vec<f64>,
    b1: Vec<f64>,
    w2: Vec<f64>,
    b2: Vec<f64>,
    w3: Vec<f64>,
    b3: Vec<f64>,
    first: Vec<f64>,
    second: Vec<f64>,
    residuals: Vec<f64>,
    dfirst: Vec<f64>,
    dsecond: Vec<f64>,
}

vectorised! {
    fn tanh_of<FUSED>(x: &mut [f64]) {
        for x in x {
            *x = tanh64::<FUSED>(*x);
        }
    }
}

vectorised! {
    fn tanh_backward<FUSED>(dx: &mut [f64], value: &[f64]) {
        for (dx, value) in dx.iter_mut().zip(value) {
            *dx *= 1.0 - value * value;
        }
    }
}

vectorised! {
    /// What the last layer is off by; in sixteen sums, so that it is vector code.
    fn outputs<FUSED>(hidden: &[f64], w: &[f64], b: f64, y: &[f64], residuals: &mut [f64]) {
        let w = w.as_chunks::<16>().0;
        for ((row, y), residual) in hidden.chunks_exact(UNITS).zip(y).zip(residuals) {
            let mut sums = [0.0; 16];
            for (x, w) in row.as_chunks::<16>().0.iter().zip(w) {
                for j in 0..16 {
                    sums[j] = fma64::<FUSED>(x[j], w[j], sums[j]);
                }
            }
            *residual = sums.iter().sum::<f64>() + b - y;
        }
    }
}

vectorised! {
    /// Descent of the last layer, and the gradient of the sums under the hidden layer before it.
    fn outputs_backward<FUSED>(
        w: &mut [f64],
        b: &mut [f64],
        hidden: &[f64],
        residuals: &[f64],
        dhidden: &mut [f64],
        rate: f64,
    ) {
        let w: &mut [f64; UNITS] = w.first_chunk_mut().expect("a weight for each unit");
        let (mut dw, mut db) = ([0.0; UNITS], 0.0);
        let rows = hidden.as_chunks::<UNITS>().0.iter().zip(dhidden.as_chunks_mut::<UNITS>().0);
        for ((row, drow), r) in rows.zip(residuals) {
            db += r;
            for j in 0..UNITS {
                let h = row[j];
                dw[j] = fma64::<FUSED>(*r, h, dw[j]);
                drow[j] = r * w[j] * (1.0 - h * h);
            }
        }
        for (w, dw) in w.iter_mut().zip(dw) {
            *w -= rate * dw;
        }
        b[0] -= rate * db;
    }
}

impl Descent for Net {
    type Float = f64;

    fn step(&mut self, rate: f64) -> f64 {
        let x = Matrix::new(&self.x, ROWS, INPUTS);
        fill(&mut self.first, &self.b1);
        product(&mut self.first, true, 1.0, x, Matrix::new(&self.w1, INPUTS, UNITS));
        tanh_of(&mut self.first);
        let first = Matrix::new(&self.first, ROWS, UNITS);
        fill(&mut self.second, &self.b2);
        product(&mut self.second, true, 1.0, first, Matrix::new(&self.w2, UNITS, UNITS));
        tanh_of(&mut self.second);
        outputs(&self.second, &self.w3, self.b3[0], &self.y, &mut self.residuals);
        let loss = self.residuals.iter().map(|r| r * r).sum::<f64>() / ROWS as f64;
        for r in &mut self.residuals {
            *r *= 2.0 / ROWS as f64;
        }
        let (w3, b3) = (&mut self.w3, &mut self.b3);
        outputs_backward(w3, b3, &self.second, &self.residuals, &mut self.dsecond, rate);
        let dsecond = Matrix::new(&self.dsecond, ROWS, UNITS);
        product(&mut self.dfirst, false, 1.0, dsecond, Matrix::new(&self.w2, UNITS, UNITS).t());
        tanh_backward(&mut self.dfirst, &self.first);
        product(&mut self.w2, true, -rate, first.t(), dsecond);
        add_rows64(&mut self.b2, &self.dsecond, -rate);
        product(&mut self.w1, true, -rate, x.t(), Matrix::new(&self.dfirst, ROWS, UNITS));
        add_rows64(&mut self.b1, &self.dfirst, -rate);
        loss
    }

    fn weights(&self) -> Vec<&[f64]> {
        vec![&self.w1, &self.b1, &self.w2, &self.b2, &self.w3, &self.b3]
    }
}

pub(super) fn prepare(inputs: &Inputs) -> Prepared {
    descent(Net {
        x: inputs.numbers("regression_x"),
        y: inputs.numbers("regression_y"),
        w1: inputs.numbers("regression_w1"),
        b1: inputs.numbers("regression_b1"),
        w2: inputs.numbers("regression_w2"),
        b2: inputs.numbers("regression_b2"),
        w3: inputs.numbers("regression_w3"),
        b3: inputs.numbers("regression_b3"),
        first: vec![0.0; ROWS * UNITS],
        second: vec![0.0; ROWS * UNITS],
        residuals: vec![0.0; ROWS],
        dfirst: vec![0.0; ROWS * UNITS],
        dsecond: vec![0.0; ROWS * UNITS],
    })
}
