//! Long short-term memory (Hochreiter and Schmidhuber 1997), with the forget gate of Gers, Schmidhuber and
//! Cummins, "Learning to forget" (2000).

use chainrule::ndarray::{Array1, Array2, Array3, ArrayView2, Axis, array, s};
use chainrule::prelude::*;

use super::{BATCH, FEATURES, HIDDEN, STEPS, holds, near, random, sequence, sequences};

/// All four gates' weights side by side: input, forget, output, candidate.
#[derive(Clone, Debug, PartialEq, Differentiable)]
pub(super) struct Lstm {
    /// `[features, 4 hidden]`.
    pub(super) w: Array2<f64>,
    /// `[hidden, 4 hidden]`.
    pub(super) u: Array2<f64>,
    pub(super) b: Array1<f64>,
    /// To the output.
    pub(super) v: Array1<f64>,
}

/// What goes from step to step.
#[derive(Clone, Debug, PartialEq, Differentiable)]
pub(super) struct State {
    pub(super) h: Array2<f64>,
    pub(super) c: Array2<f64>,
}

impl State {
    pub(super) fn zeros(batch: usize) -> Self {
        Self { h: Array2::zeros((batch, HIDDEN)), c: Array2::zeros((batch, HIDDEN)) }
    }
}

impl Lstm {
    pub(super) fn new() -> Self {
        Self {
            w: random(40, (FEATURES, 4 * HIDDEN)),
            u: random(41, (HIDDEN, 4 * HIDDEN)),
            b: random(42, 4 * HIDDEN),
            v: random(43, HIDDEN),
        }
    }

    #[differentiable(wrt(self, state))]
    pub(super) fn step(&self, x: &ArrayView2<f64>, state: &State) -> State {
        self.next(x.dot(&self.w), state)
    }

    /// A step from an input that is active itself.
    #[differentiable]
    fn fed(&self, x: &Array2<f64>, state: &State) -> State {
        self.next(x.dot(&self.w), state)
    }

    /// From what the input gives to the gates.
    #[differentiable]
    fn next(&self, from_input: Array2<f64>, state: &State) -> State {
        let n = self.v.len();
        let gates = from_input + state.h.dot(&self.u) + &self.b;
        let input = gates.slice(s![.., ..n]).sigmoid();
        let forget = gates.slice(s![.., n..2 * n]).sigmoid();
        let output = gates.slice(s![.., 2 * n..3 * n]).sigmoid();
        let candidate = gates.slice(s![.., 3 * n..]).tanh();
        let c = forget * &state.c + input * candidate;
        State { h: output * c.tanh(), c }
    }
}

fn targets() -> Array1<f64> {
    random(44, BATCH)
}

/// Many to one by the method, the state a struct.
#[differentiable(wrt(net))]
fn many_to_one(net: &Lstm, x: &Array3<f64>, y: &Array1<f64>) -> f64 {
    let mut state = stop_gradient(State::zeros(y.len()));
    for x in x.outer_iter() {
        state = net.step(&x, &state);
    }
    state.h.dot(&net.v).mse(y)
}

/// The same in one function, the state two variables, the gates chunks of columns.
#[differentiable(wrt(net))]
fn two_variables(net: &Lstm, x: &Array3<f64>, y: &Array1<f64>) -> f64 {
    let n = net.v.len();
    let (mut h, mut c) = (Array2::zeros((y.len(), n)), Array2::zeros((y.len(), n)));
    for t in 0..x.len_of(Axis(0)) {
        let gates = x.index_axis(Axis(0), t).dot(&net.w) + h.dot(&net.u) + &net.b;
        let gate = |k: usize| gates.slice(s![.., k * n..(k + 1) * n]).sigmoid();
        c = gate(1) * &c + gate(0) * gates.slice(s![.., 3 * n..]).tanh();
        h = gate(2) * c.tanh();
    }
    h.dot(&net.v).mse(y)
}

/// The same with the fields of one state written.
#[differentiable(wrt(net))]
fn fields_written(net: &Lstm, x: &Array3<f64>, y: &Array1<f64>) -> f64 {
    let n = net.v.len();
    let mut state = State { h: Array2::zeros((y.len(), n)), c: Array2::zeros((y.len(), n)) };
    for x in x.axis_iter(Axis(0)) {
        let gates = x.dot(&net.w) + state.h.dot(&net.u) + &net.b;
        state.c *= &gates.slice(s![.., n..2 * n]).sigmoid();
        state.c += &(gates.slice(s![.., ..n]).sigmoid() * gates.slice(s![.., 3 * n..]).tanh());
        state.h = gates.slice(s![.., 2 * n..3 * n]).sigmoid() * state.c.tanh();
    }
    state.h.dot(&net.v).mse(y)
}

/// The same with a tuple that goes from step to step.
#[differentiable(wrt(net))]
fn a_tuple(net: &Lstm, x: &[Array2<f64>], y: &Array1<f64>) -> f64 {
    let n = net.v.len();
    let mut state = (Array2::<f64>::zeros((y.len(), n)), Array2::<f64>::zeros((y.len(), n)));
    for x in x {
        let (h, c) = state;
        let gates = x.dot(&net.w) + h.dot(&net.u) + &net.b;
        let c = gates.slice(s![.., n..2 * n]).sigmoid() * c
            + gates.slice(s![.., ..n]).sigmoid() * gates.slice(s![.., 3 * n..]).tanh();
        state = (gates.slice(s![.., 2 * n..3 * n]).sigmoid() * c.tanh(), c);
    }
    state.0.dot(&net.v).mse(y)
}

/// The backward pass, written by hand.
fn by_hand(net: &Lstm, x: &Array3<f64>, y: &Array1<f64>) -> (f64, LstmGradient) {
    struct Step {
        h: Array2<f64>,
        c: Array2<f64>,
        gates: [Array2<f64>; 4],
    }
    let zeros = || Array2::<f64>::zeros((BATCH, HIDDEN));
    let sigmoid = |a: f64| 1.0 / (1.0 + (-a).exp());
    let mut steps = vec![Step { h: zeros(), c: zeros(), gates: [(); 4].map(|()| zeros()) }];
    for x in x.outer_iter() {
        let before = &steps[steps.len() - 1];
        let a = x.dot(&net.w) + before.h.dot(&net.u) + &net.b;
        let part = |k: usize| a.slice(s![.., k * HIDDEN..(k + 1) * HIDDEN]);
        let gates = [
            part(0).mapv(sigmoid),
            part(1).mapv(sigmoid),
            part(2).mapv(sigmoid),
            part(3).mapv(f64::tanh),
        ];
        let c = &gates[1] * &before.c + &gates[0] * &gates[3];
        steps.push(Step { h: &gates[2] * &c.mapv(f64::tanh), c, gates });
    }
    let last = &steps[STEPS].h;
    let error = last.dot(&net.v) - y;
    let loss = error.dot(&error) / BATCH as f64;

    let mut gradient = net.zero_gradient();
    let de = 2.0 / BATCH as f64 * &error;
    gradient.v = last.t().dot(&de);
    let column = |vector: &Array1<f64>| vector.clone().insert_axis(Axis(1));
    let (mut dh, mut dc) = (column(&de).dot(&column(&net.v).t()), zeros());
    for t in (0..STEPS).rev() {
        let Step { c, gates: [input, forget, output, candidate], .. } = &steps[t + 1];
        let tanh = c.mapv(f64::tanh);
        dc = dc + &dh * output * tanh.mapv(|v| 1.0 - v * v);
        let slope = |gate: &Array2<f64>| gate.mapv(|v| v * (1.0 - v));
        let parts = [
            &dc * candidate * slope(input),
            &dc * &steps[t].c * slope(forget),
            &dh * &tanh * slope(output),
            &dc * input * candidate.mapv(|v| 1.0 - v * v),
        ];
        let mut da = Array2::zeros((BATCH, 4 * HIDDEN));
        for (k, part) in parts.iter().enumerate() {
            da.slice_mut(s![.., k * HIDDEN..(k + 1) * HIDDEN]).assign(part);
        }
        gradient.w += &x.index_axis(Axis(0), t).t().dot(&da);
        gradient.u += &steps[t].h.t().dot(&da);
        gradient.b += &da.sum_axis(Axis(0));
        dh = da.dot(&net.u.t());
        dc *= forget;
    }
    (loss, gradient)
}

#[test]
fn every_form_has_the_gradient_written_by_hand() {
    let (net, x, y) = (Lstm::new(), sequences(), targets());
    let (loss, gradient) = by_hand(&net, &x, &y);
    let list: Vec<Array2<f64>> = x.outer_iter().map(|x| x.to_owned()).collect();
    for (form, (value, found)) in [
        ("method", many_to_one::value_and_grad(&net, &x, &y)),
        ("two variables", two_variables::value_and_grad(&net, &x, &y)),
        ("fields", fields_written::value_and_grad(&net, &x, &y)),
        ("tuple", a_tuple::value_and_grad(&net, &list, &y)),
    ] {
        assert!((value - loss).abs() < 1e-14, "{form}: {value} and {loss}");
        near(form, &found.w, &gradient.w);
        near(form, &found.u, &gradient.u);
        near(form, &found.b, &gradient.b);
        near(form, &found.v, &gradient.v);
    }
    holds(|net| many_to_one(net, &x, &y), |net| many_to_one::grad(net, &x, &y), &net);
}

/// Many to many for a single sequence: an output for each step, and the last state too.
#[differentiable(wrt(net, h, c))]
fn outputs(
    net: &Lstm,
    h: Array1<f64>,
    c: Array1<f64>,
    x: ArrayView2<f64>,
) -> (Array1<f64>, Array1<f64>) {
    let n = net.v.len();
    let (mut h, mut c) = (h, c);
    let mut y = Array1::zeros(x.nrows());
    for (t, x) in x.rows().into_iter().enumerate() {
        let gates = x.dot(&net.w) + h.dot(&net.u) + &net.b;
        c = gates.slice(s![n..2 * n]).sigmoid() * c
            + gates.slice(s![..n]).sigmoid() * gates.slice(s![3 * n..]).tanh();
        h = gates.slice(s![2 * n..3 * n]).sigmoid() * c.tanh();
        y[t] = h.dot(&net.v);
    }
    (y, h)
}

#[differentiable(wrt(net, h, c))]
fn of_outputs(net: &Lstm, h: &Array1<f64>, c: &Array1<f64>, x: ArrayView2<f64>) -> f64 {
    let (y, last) = outputs(net, h.clone(), c.clone(), x);
    y.pow2().sum() + last.product()
}

/// An encoder reads the sequence, and a decoder, fed with its own outputs, writes another one from the
/// encoder's last state (Sutskever, Vinyals and Le, "Sequence to sequence learning", 2014).
#[differentiable(wrt(encoder, decoder))]
fn sequence_to_sequence(
    encoder: &Lstm,
    decoder: &Lstm,
    x: &Array3<f64>,
    length: usize,
) -> Vec<Array1<f64>> {
    let mut state = stop_gradient(State::zeros(BATCH));
    for x in x.outer_iter() {
        state = encoder.step(&x, &state);
    }
    let mut written = vec![state.h.dot(&decoder.v)];
    for t in 1..length {
        let fed = written[t - 1].clone().insert_axis(Axis(1)) * &array![1.0, -1.0];
        state = decoder.fed(&fed, &state);
        written.push(state.h.dot(&decoder.v));
    }
    written
}

#[differentiable(wrt(encoder, decoder))]
fn of_what_is_written(encoder: &Lstm, decoder: &Lstm, x: &Array3<f64>) -> f64 {
    let written = sequence_to_sequence(encoder, decoder, x, 3);
    written.iter().enumerate().map(|(t, y)| y.pow2().sum() * (t + 1) as f64).sum()
}

#[test]
fn many_to_many() {
    let x = sequence();
    let at = (Lstm::new(), random(45, HIDDEN), random(46, HIDDEN));
    holds(
        |(net, h, c)| of_outputs(net, h, c, x.view()),
        |(net, h, c)| of_outputs::grad(net, h, c, x.view()),
        &at,
    );
    let x = sequences();
    let both = (Lstm::new(), Lstm { v: random(47, HIDDEN), ..Lstm::new() });
    holds(
        |(encoder, decoder)| of_what_is_written(encoder, decoder, &x),
        |(encoder, decoder)| of_what_is_written::grad(encoder, decoder, &x),
        &both,
    );
}
