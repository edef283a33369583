//! Each workload once more, a little different: other sizes, another activation, statements in another order. What is
//! fast for a workload alone, but not for its twin, is no optimisation.

use chainrule::ndarray::{Array, Array1, Array2, Array3, Dimension, ShapeBuilder, s};
use chainrule::prelude::*;

use super::{Descends, descends, training};
use peers_common::number::{Number, squares};
use peers_common::side::Prepared;

/// A workload and its twin, with how many elements each works on: multiplications in matrix products, else elements.
pub struct Twin {
    pub original: &'static str,
    pub what: &'static str,
    pub elements: usize,
    pub twin_elements: usize,
    pub prepare: fn() -> Prepared,
}

/// All twins. The backward pass multiplies twice what the forward pass does, so counting the latter is enough.
pub const TWINS: &[Twin] = &[
    Twin {
        original: "xor",
        what: "2-3-1, five rows, sigmoid, mean square",
        elements: 4 * 2 * 2 + 4 * 2,
        twin_elements: 5 * 2 * 3 + 5 * 3,
        prepare: xor,
    },
    Twin {
        original: "mlp128_b32",
        what: "700-120-12, batch 40, tanh",
        elements: 32 * (784 * 128 + 128 * 10),
        twin_elements: 40 * (700 * 120 + 120 * 12),
        prepare: || mlp(40),
    },
    Twin {
        original: "mlp128_b512",
        what: "700-120-12, batch 480, tanh",
        elements: 512 * (784 * 128 + 128 * 10),
        twin_elements: 480 * (700 * 120 + 120 * 12),
        prepare: || mlp(480),
    },
    Twin {
        original: "mlp256_b512",
        what: "700-240-200-12, batch 480, layers in a list",
        elements: 512 * (784 * 256 + 256 * 256 + 256 * 10),
        twin_elements: 480 * (700 * 240 + 240 * 200 + 200 * 12),
        prepare: deep,
    },
    Twin {
        original: "rnn",
        what: "30 steps, 40 features, 120 units, batch 20, sigmoid, other order",
        elements: 64 * 16 * (32 * 128 + 128 * 128),
        twin_elements: 30 * 20 * (40 * 120 + 120 * 120),
        prepare: rnn,
    },
    Twin {
        original: "lstm",
        what: "60 steps, 40 features, 120 units, batch 20, gates in another order",
        elements: 64 * 16 * 4 * (32 * 128 + 128 * 128),
        twin_elements: 60 * 20 * 4 * (40 * 120 + 120 * 120),
        prepare: lstm,
    },
    Twin {
        original: "regression",
        what: "15-60-60-1, batch 60, sigmoid",
        elements: 64 * (13 * 64 + 64 * 64 + 64),
        twin_elements: 60 * (15 * 60 + 60 * 60 + 60),
        prepare: regression,
    },
    Twin {
        original: "chain",
        what: "900,001 elements, functions exchanged",
        elements: 1_000_000,
        twin_elements: 900_001,
        prepare: chain,
    },
    Twin {
        original: "rosenbrock",
        what: "900 elements, from the second on, the terms exchanged",
        elements: 1000,
        twin_elements: 900,
        prepare: rosenbrock,
    },
    Twin {
        original: "loop",
        what: "9,000 elements, cosine, other order",
        elements: 10_000,
        twin_elements: 9_000,
        prepare: recurrence,
    },
];

/// Numbers within a bound that look random.
fn numbers<A: Number, D: Dimension, S: ShapeBuilder<Dim = D>>(
    seed: u64,
    shape: S,
    bound: f64,
) -> Array<A, D> {
    let mut state = seed;
    Array::from_shape_simple_fn(shape, || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        A::of(bound * ((state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0))
    })
}

fn labels(rows: usize, classes: usize) -> Vec<usize> {
    (0..rows).map(|i| i * 7 % classes).collect()
}

#[derive(Differentiable)]
struct Small {
    w1: Array2<f32>,
    b1: Array1<f32>,
    w2: Array2<f32>,
    b2: Array1<f32>,
}
descends!(Small { w1, b1, w2, b2 });

#[differentiable(wrt(net))]
fn xor_loss(net: &Small, x: &Array2<f32>, y: &Array2<f32>) -> f32 {
    let hidden = (&net.b1 + x.dot(&net.w1)).sigmoid();
    (hidden.dot(&net.w2) + &net.b2).mse(y)
}

fn small(widths: [usize; 3]) -> Small {
    let [from, between, to] = widths;
    Small {
        w1: numbers(1, (from, between), (from as f64).sqrt().recip()),
        b1: numbers(2, between, 0.1),
        w2: numbers(3, (between, to), (between as f64).sqrt().recip()),
        b2: numbers(4, to, 0.1),
    }
}

fn xor() -> Prepared {
    let (x, y) = (numbers(5, (5, 2), 1.0), numbers(6, (5, 1), 1.0));
    training(small([2, 3, 1]), move |net, gradient| {
        xor_loss::value_and_grad_into(net, &x, &y, gradient).into()
    })
}

#[differentiable(wrt(net))]
fn mlp_loss(net: &Small, images: &Array2<f32>, labels: &[usize]) -> f32 {
    let hidden = (&net.b1 + images.dot(&net.w1)).tanh();
    let logits = &net.b2 + hidden.dot(&net.w2);
    logits.cross_entropy(labels)
}

fn mlp(batch: usize) -> Prepared {
    let (images, labels) = (numbers(5, (batch, 700), 1.0), labels(batch, 12));
    training(small([700, 120, 12]), move |net, gradient| {
        mlp_loss::value_and_grad_into(net, &images, &labels, gradient).into()
    })
}

#[derive(Differentiable)]
struct Layer {
    w: Array2<f32>,
    b: Array1<f32>,
}

#[derive(Differentiable)]
struct Deep {
    layers: Vec<Layer>,
}

impl Descends for Deep {
    fn descend(&mut self, gradient: &Self::Gradient) {
        let rate = -peers_common::side::RATE as f32;
        for (layer, gradient) in self.layers.iter_mut().zip(&gradient.layers) {
            layer.w.scaled_add(rate, &gradient.w);
            layer.b.scaled_add(rate, &gradient.b);
        }
    }

    fn squares(gradient: &Self::Gradient) -> f64 {
        gradient.layers.iter().map(|layer| squares(&layer.w) + squares(&layer.b)).sum()
    }
}

#[differentiable(wrt(net))]
fn deep_loss(net: &Deep, images: &Array2<f32>, labels: &[usize]) -> f32 {
    let last = net.layers.len() - 1;
    let mut h = images.clone();
    for layer in &net.layers[..last] {
        h = (h.dot(&layer.w) + &layer.b).relu();
    }
    let logits = h.dot(&net.layers[last].w) + &net.layers[last].b;
    logits.cross_entropy(labels)
}

fn deep() -> Prepared {
    let (images, labels) = (numbers(5, (480, 700), 1.0), labels(480, 12));
    let layer = |widths: &[usize]| Layer {
        w: numbers(7, (widths[0], widths[1]), (widths[0] as f64).sqrt().recip()),
        b: numbers(8, widths[1], 0.1),
    };
    let net = Deep { layers: [700, 240, 200, 12].windows(2).map(layer).collect() };
    training(net, move |net, gradient| {
        deep_loss::value_and_grad_into(net, &images, &labels, gradient).into()
    })
}

#[derive(Differentiable)]
struct Recurrent {
    w: Array2<f32>,
    u: Array2<f32>,
    b: Array1<f32>,
    v: Array2<f32>,
    c: Array1<f32>,
}
descends!(Recurrent { w, u, b, v, c });

fn recurrent(gates: usize) -> Recurrent {
    Recurrent {
        w: numbers(1, (40, gates * 120), 0.15),
        u: numbers(2, (120, gates * 120), 0.1),
        b: numbers(3, gates * 120, 0.1),
        v: numbers(4, (120, 12), 0.1),
        c: numbers(5, 12, 0.1),
    }
}

#[differentiable(wrt(net))]
fn rnn_loss(net: &Recurrent, sequences: &Array3<f32>, labels: &[usize]) -> f32 {
    let mut h = Array2::zeros((labels.len(), net.u.nrows()));
    for x in sequences.outer_iter() {
        let from_state = h.dot(&net.u);
        let from_input = x.dot(&net.w);
        h = (&net.b + from_state + from_input).sigmoid();
    }
    (h.dot(&net.v) + &net.c).cross_entropy(labels)
}

fn rnn() -> Prepared {
    // In more steps the gradient becomes subnormal, as it does by hand; that takes twenty times as long on some processors.
    let (sequences, labels) = (numbers(6, (30, 20, 40), 1.0), labels(20, 12));
    training(recurrent(1), move |net, gradient| {
        rnn_loss::value_and_grad_into(net, &sequences, &labels, gradient).into()
    })
}

#[differentiable(wrt(net))]
fn lstm_loss(net: &Recurrent, sequences: &Array3<f32>, labels: &[usize]) -> f32 {
    let n = net.u.nrows();
    let mut kept = Array2::zeros((labels.len(), n));
    let mut shown = Array2::zeros((labels.len(), n));
    for x in sequences.outer_iter() {
        let z = shown.dot(&net.u) + x.dot(&net.w) + &net.b;
        let candidate = z.slice(s![.., ..n]).tanh();
        let output = z.slice(s![.., n..2 * n]).sigmoid();
        let input = z.slice(s![.., 2 * n..3 * n]).sigmoid();
        let forget = z.slice(s![.., 3 * n..]).sigmoid();
        kept = candidate * input + &kept * forget;
        shown = kept.tanh() * output;
    }
    (shown.dot(&net.v) + &net.c).cross_entropy(labels)
}

fn lstm() -> Prepared {
    let (sequences, labels) = (numbers(6, (60, 20, 40), 1.0), labels(20, 12));
    training(recurrent(4), move |net, gradient| {
        lstm_loss::value_and_grad_into(net, &sequences, &labels, gradient).into()
    })
}

#[derive(Differentiable)]
struct Double {
    w1: Array2<f64>,
    b1: Array1<f64>,
    w2: Array2<f64>,
    b2: Array1<f64>,
    w3: Array2<f64>,
    b3: Array1<f64>,
}
descends!(Double { w1, b1, w2, b2, w3, b3 });

#[differentiable(wrt(net))]
fn regression_loss(net: &Double, x: &Array2<f64>, y: &Array2<f64>) -> f64 {
    let first = (&net.b1 + x.dot(&net.w1)).sigmoid();
    let second = (&net.b2 + first.dot(&net.w2)).sigmoid();
    let r = y - (&net.b3 + second.dot(&net.w3));
    (&r * &r).mean().unwrap()
}

fn regression() -> Prepared {
    let net = Double {
        w1: numbers(1, (15, 60), 0.26),
        b1: numbers(2, 60, 0.1),
        w2: numbers(3, (60, 60), 0.13),
        b2: numbers(4, 60, 0.1),
        w3: numbers(5, (60, 1), 0.13),
        b3: numbers(6, 1, 0.1),
    };
    let (x, y) = (numbers(7, (60, 15), 1.0), numbers(8, (60, 1), 1.0));
    training(net, move |net, gradient| regression_loss::value_and_grad_into(net, &x, &y, gradient))
}

#[differentiable]
fn chain_value(a: &Array1<f32>, b: &Array1<f32>, c: &Array1<f32>) -> f32 {
    let bell = (-(c * c)).exp();
    let gate = (a * b - c).sigmoid();
    (bell + (b + c).tanh() * gate).sum()
}

fn chain() -> Prepared {
    let [a, b, c] = [1, 2, 3].map(|seed| numbers(seed, 900_001, 2.0));
    let (value, mut gradients) = chain_value::value_and_grad(&a, &b, &c);
    let norm = squares(&gradients.0) + squares(&gradients.1) + squares(&gradients.2);
    Prepared::new(value.into(), norm.sqrt(), move || {
        chain_value::value_and_grad_into(&a, &b, &c, &mut gradients)
    })
}

#[differentiable]
fn rosenbrock_value(x: &Array1<f64>) -> f64 {
    let mut sum = 0.0;
    for i in 1..x.len() {
        let r = x[i - 1] - 1.0;
        let q = x[i - 1] * x[i - 1] - x[i];
        sum += r * r + 100.0 * q * q;
    }
    sum
}

fn rosenbrock() -> Prepared {
    let x = numbers(1, 900, 1.0);
    let (value, mut gradient) = rosenbrock_value::value_and_grad(&x);
    Prepared::new(value, squares(&gradient).sqrt(), move || {
        rosenbrock_value::value_and_grad_into(&x, &mut gradient)
    })
}

#[differentiable]
fn recurrence_value(x: &Array1<f64>) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        let turned = x[i].cos() * s;
        s = x[i] + turned;
    }
    s
}

fn recurrence() -> Prepared {
    // So close to 1 that the product of all cosines is no subnormal number.
    let x = numbers(1, 9000, 0.1);
    let (value, mut gradient) = recurrence_value::value_and_grad(&x);
    Prepared::new(value, squares(&gradient).sqrt(), move || {
        recurrence_value::value_and_grad_into(&x, &mut gradient)
    })
}
