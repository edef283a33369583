//! `value_and_grad_into` in a training loop: no step but the first asks for room for arrays.

use chainrule::ndarray::{Array1, Array2, Array3, s};
use chainrule::prelude::*;
use chainrule_tests::sampled;

use super::LARGE;

#[derive(Differentiable)]
struct Layer {
    w: Array2<f32>,
    b: Array1<f32>,
}

impl Layer {
    fn new(rows: usize, columns: usize) -> Self {
        Self { w: sampled([rows, columns], 1), b: sampled([columns], 2) }
    }
}

#[derive(Differentiable)]
struct Net {
    layers: Vec<Layer>,
}

#[differentiable(wrt(net))]
fn perceptron(net: &Net, x: &Array2<f32>, y: &Array2<f32>) -> f32 {
    let first = &net.layers[0];
    let mut h = (x.dot(&first.w) + &first.b).tanh();
    for (i, layer) in net.layers.iter().enumerate().skip(1) {
        let z = h.dot(&layer.w) + &layer.b;
        h = if i + 1 < net.layers.len() { z.relu() } else { z };
    }
    h.mse(y)
}

/// What the state begins with, and weights of the input, of the state, and of the output.
#[derive(Differentiable)]
struct Recurrent {
    start: Array2<f32>,
    input: Layer,
    state: Array2<f32>,
    output: Layer,
}

impl Recurrent {
    fn new(gates: usize) -> Self {
        Self {
            start: sampled([32, 40], 8),
            input: Layer::new(12, gates * 40),
            state: sampled([40, gates * 40], 3),
            output: Layer::new(40, 24),
        }
    }
}

#[differentiable(wrt(net))]
fn rnn(net: &Recurrent, x: &Array3<f32>, y: &Array2<f32>) -> f32 {
    let mut h = net.start.tanh();
    for x in x.outer_iter() {
        h = (x.dot(&net.input.w) + h.dot(&net.state) + &net.input.b).tanh();
    }
    (h.dot(&net.output.w) + &net.output.b).mse(y)
}

/// The states begin as zeros: two arrays that the function itself asks for.
#[differentiable(wrt(net))]
fn lstm(net: &Recurrent, x: &Array3<f32>, y: &Array2<f32>) -> f32 {
    let n = net.state.nrows();
    let mut h = Array2::zeros((y.nrows(), n));
    let mut c = Array2::zeros((y.nrows(), n));
    for x in x.outer_iter() {
        let z = x.dot(&net.input.w) + h.dot(&net.state) + &net.input.b;
        let i = z.slice(s![.., ..n]).sigmoid();
        let f = z.slice(s![.., n..2 * n]).sigmoid();
        let g = z.slice(s![.., 2 * n..3 * n]).tanh();
        let o = z.slice(s![.., 3 * n..]).sigmoid();
        c = f * c + i * g;
        h = o * c.tanh();
    }
    (h.dot(&net.output.w) + &net.output.b).mse(y)
}

#[differentiable]
fn chain(a: &Array1<f32>, b: &Array1<f32>, c: &Array1<f32>) -> f32 {
    ((a * b + c).tanh() * (a - c).sigmoid() + (-(b * b)).exp()).sum()
}

/// How often a step asks for room for an array, once there was one before it.
fn allocations_of_a_step(mut step: impl FnMut()) -> usize {
    step();
    LARGE.set(0);
    step();
    LARGE.get()
}

#[test]
fn from_the_second_step_on_nothing_is_allocated() {
    let [a, b, c]: [Array1<f32>; 3] = [1, 2, 3].map(|seed| sampled([5_000], seed));
    let mut gradients = (&a, &b, &c).zero_gradient();
    let of_chain = allocations_of_a_step(|| {
        chain::value_and_grad_into(&a, &b, &c, &mut gradients);
    });

    let (rows, y): (Array2<f32>, Array2<f32>) = (sampled([32, 40], 5), sampled([32, 24], 6));
    let x: Array3<f32> = sampled([20, 32, 12], 7);

    let net = Net { layers: vec![Layer::new(40, 64), Layer::new(64, 48), Layer::new(48, 24)] };
    let mut gradient = net.zero_gradient();
    let of_net = allocations_of_a_step(|| {
        perceptron::value_and_grad_into(&net, &rows, &y, &mut gradient);
    });
    let fresh = perceptron::vjp(&net, &rows, &y).1(1.0);
    assert_eq!(gradient.layers[1].w, fresh.layers[1].w);

    let net = Recurrent::new(1);
    let mut gradient = net.zero_gradient();
    let of_rnn = allocations_of_a_step(|| {
        rnn::value_and_grad_into(&net, &x, &y, &mut gradient);
    });
    assert_eq!(gradient.state, rnn::vjp(&net, &x, &y).1(1.0).state);

    let net = Recurrent::new(4);
    let mut gradient = net.zero_gradient();
    let of_lstm = allocations_of_a_step(|| {
        lstm::value_and_grad_into(&net, &x, &y, &mut gradient);
    });
    assert_eq!(gradient.state, lstm::vjp(&net, &x, &y).1(1.0).state);
    assert_eq!([of_chain, of_net, of_rnn, of_lstm], [0, 0, 0, 2]);
}

/// Neither list is copied where a turn may or may not write it.
#[differentiable]
fn of_the_positive(x: &[f32]) -> f32 {
    let mut kept = Vec::new();
    let mut signs = Array1::<f32>::zeros(x.len());
    for i in 0..x.len() {
        if x[i] > 0.0 {
            kept.push(x[i] * x[i]);
        } else {
            signs[i] = x[i];
        }
    }
    let mut sum = 0.0;
    for (i, square) in kept.iter().enumerate() {
        sum += square * i as f32;
    }
    sum + (&signs * &signs).sum()
}

#[test]
fn what_an_arm_writes_is_written_where_it_lies() {
    let x: Array1<f32> = sampled([4_000], 9);
    let x = x.to_vec();
    LARGE.set(0);
    let (_, gradient) = of_the_positive::value_and_grad(&x);
    // As the list grows; and the gradients.
    assert!(LARGE.get() < 20, "{}", LARGE.get());
    let mut before = 0;
    for (x, dx) in x.iter().zip(&gradient) {
        assert!((dx - 2.0 * x * if *x > 0.0 { before as f32 } else { 1.0 }).abs() < 1e-2);
        before += usize::from(*x > 0.0);
    }
    LARGE.set(0);
    assert_eq!(of_the_positive::vjp(&x).1(1.0), gradient);
    assert!(LARGE.get() < 20, "{}", LARGE.get());
}
