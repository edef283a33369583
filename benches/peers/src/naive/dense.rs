//! Networks of dense layers.

use ndarray::{Array1, Array2, ArrayView2, Axis, Zip};

use super::{cross_entropy, sigmoid};
use peers_common::inputs::{Inputs, PIXELS, XOR_POINTS, XOR_TARGETS};
use peers_common::number::{Number, squares};
use peers_common::side::{Prepared, RATE};

#[derive(Clone)]
struct Layer<A> {
    w: Array2<A>,
    b: Array1<A>,
}

/// A network, whose hidden layers are followed by an activation that is known by its value.
struct Net<A> {
    layers: Vec<Layer<A>>,
    activation: fn(A) -> A,
    /// The derivative, as a function of the activation's value.
    slope: fn(A) -> A,
}

impl<A: Number> Net<A> {
    fn read(inputs: &Inputs, name: &str, widths: &[usize]) -> Vec<Layer<A>> {
        let layer = |(i, width): (usize, &[usize])| Layer {
            w: inputs.matrix(&format!("{name}_w{}", i + 1), width[0], width[1]),
            b: inputs.vector(&format!("{name}_b{}", i + 1)),
        };
        widths.windows(2).enumerate().map(layer).collect()
    }

    /// The loss and all gradients; `loss` gives a loss of outputs with its gradient.
    fn value_and_grad(
        &self,
        x: ArrayView2<'_, A>,
        loss: impl Fn(&Array2<A>) -> (A, Array2<A>),
    ) -> (A, Vec<Layer<A>>) {
        let mut values = vec![x.to_owned()];
        for (i, layer) in self.layers.iter().enumerate() {
            let z = values[i].dot(&layer.w) + &layer.b;
            values.push(if i + 1 < self.layers.len() { z.mapv(self.activation) } else { z });
        }
        let (value, mut dz) = loss(&values[self.layers.len()]);
        let mut gradients = Vec::new();
        for (i, layer) in self.layers.iter().enumerate().rev() {
            gradients.push(Layer { w: values[i].t().dot(&dz), b: dz.sum_axis(Axis(0)) });
            if i > 0 {
                dz = dz.dot(&layer.w.t()) * values[i].mapv(self.slope);
            }
        }
        gradients.reverse();
        (value, gradients)
    }

    fn prepare(
        mut self,
        x: Array2<A>,
        loss: impl Fn(&Array2<A>) -> (A, Array2<A>) + 'static,
    ) -> Prepared {
        let (value, gradients) = self.value_and_grad(x.view(), &loss);
        let norm: f64 = gradients.iter().map(|g| squares(&g.w) + squares(&g.b)).sum();
        Prepared::new(value.double(), norm.sqrt(), move || {
            let (value, gradients) = self.value_and_grad(x.view(), &loss);
            for (layer, gradient) in self.layers.iter_mut().zip(&gradients) {
                layer.w.scaled_add(A::of(-RATE), &gradient.w);
                layer.b.scaled_add(A::of(-RATE), &gradient.b);
            }
            value
        })
    }
}

fn tanh<A: Number>(layers: Vec<Layer<A>>) -> Net<A> {
    Net { layers, activation: A::tanh, slope: |h| A::one() - h * h }
}

pub(super) fn prepare_xor<A: Number>(inputs: &Inputs) -> Prepared {
    let x = Array2::from_shape_fn((4, 2), |(i, j)| A::of(XOR_POINTS[i][j]));
    let y = Array2::from_shape_fn((4, 1), |(i, _)| A::of(XOR_TARGETS[i]));
    tanh(Net::read(inputs, "xor", &[2, 2, 1])).prepare(x, move |z| {
        let four = A::of(4.0);
        let loss = |z: A, y: A| z.max(A::zero()) - z * y + (-z.abs()).exp().ln_1p();
        let value = Zip::from(z).and(&y).fold(A::zero(), |sum, z, y| sum + loss(*z, *y)) / four;
        (value, (z.mapv(sigmoid) - &y) / four)
    })
}

pub(super) fn prepare_mlp<A: Number>(
    inputs: &Inputs,
    name: &str,
    widths: &[usize],
    batch: usize,
) -> Prepared {
    let layers = Net::read(inputs, name, widths);
    let slope = |h| if h > A::zero() { A::one() } else { A::zero() };
    let net = Net { layers, activation: |x: A| x.max(A::zero()), slope };
    let x = inputs.matrix("images", batch, PIXELS);
    let labels = inputs.labels("image_labels")[..batch].to_vec();
    net.prepare(x, move |logits| cross_entropy(logits, &labels))
}

pub(super) fn prepare_regression<A: Number>(inputs: &Inputs) -> Prepared {
    let x = inputs.matrix::<A>("regression_x", 64, 13);
    let y: Array2<A> = inputs.matrix("regression_y", 64, 1);
    tanh(Net::read(inputs, "regression", &[13, 64, 64, 1])).prepare(x, move |output| {
        let r = output - &y;
        let rows = A::of(64.0);
        ((&r * &r).sum() / rows, r * (A::of(2.0) / rows))
    })
}
