//! Classifiers of images.

use super::loss::cross_entropy;
use super::product::{Matrix, product};
use super::rows::{add_rows, fill};
use super::vectorised::vectorised;
use super::{Descent, descent};
use peers_common::inputs::{Inputs, PIXELS};
use peers_common::side::Prepared;

#[derive(Clone)]
struct Layer {
    from: usize,
    to: usize,
    w: Vec<f32>,
    b: Vec<f32>,
    /// What the layer gives for each row of the batch; of the last layer, then its gradient.
    value: Vec<f32>,
    /// The gradient of `value`, for hidden layers.
    gradient: Vec<f32>,
}

#[derive(Clone)]
struct Net {
    images: Vec<f32>,
    labels: Vec<usize>,
    layers: Vec<Layer>,
}

vectorised! {
    fn relu<FUSED>(x: &mut [f32]) {
        for x in x {
            *x = if *x > 0.0 { *x } else { 0.0 };
        }
    }
}

vectorised! {
    fn relu_backward<FUSED>(dx: &mut [f32], value: &[f32]) {
        for (dx, value) in dx.iter_mut().zip(value) {
            *dx = if *value > 0.0 { *dx } else { 0.0 };
        }
    }
}

impl Descent for Net {
    type Float = f32;

    fn step(&mut self, rate: f32) -> f32 {
        let rows = self.labels.len();
        let last = self.layers.len() - 1;
        for i in 0..=last {
            let (before, after) = self.layers.split_at_mut(i);
            let input = before.last().map_or(&self.images, |layer| &layer.value);
            let layer = &mut after[0];
            fill(&mut layer.value, &layer.b);
            let (x, w) =
                (Matrix::new(input, rows, layer.from), Matrix::new(&layer.w, layer.from, layer.to));
            product(&mut layer.value, true, 1.0, x, w);
            if i < last {
                relu(&mut layer.value);
            }
        }
        let loss = cross_entropy(&mut self.layers[last].value, &self.labels);
        for i in (0..=last).rev() {
            let (before, after) = self.layers.split_at_mut(i);
            let Layer { from, to, w, b, value, gradient } = &mut after[0];
            let dz = if i == last { &*value } else { &*gradient };
            let dz_matrix = Matrix::new(dz, rows, *to);
            let input = match before.last_mut() {
                Some(below) => {
                    let w = Matrix::new(w, *from, *to);
                    product(&mut below.gradient, false, 1.0, dz_matrix, w.t());
                    relu_backward(&mut below.gradient, &below.value);
                    &below.value
                }
                None => &self.images,
            };
            product(w, true, -rate, Matrix::new(input, rows, *from).t(), dz_matrix);
            add_rows(b, dz, -rate);
        }
        loss
    }

    fn weights(&self) -> Vec<&[f32]> {
        self.layers.iter().flat_map(|layer| [&layer.w[..], &layer.b]).collect()
    }
}

pub(super) fn prepare(inputs: &Inputs, name: &str, widths: &[usize], batch: usize) -> Prepared {
    let layer = |(i, width): (usize, &[usize])| Layer {
        from: width[0],
        to: width[1],
        w: inputs.numbers(&format!("{name}_w{}", i + 1)),
        b: inputs.numbers(&format!("{name}_b{}", i + 1)),
        value: vec![0.0; batch * width[1]],
        gradient: vec![0.0; batch * width[1]],
    };
    let mut images = inputs.numbers("images");
    images.truncate(batch * PIXELS);
    let mut labels = inputs.labels("image_labels");
    labels.truncate(batch);
    descent(Net { images, labels, layers: widths.windows(2).enumerate().map(layer).collect() })
}
