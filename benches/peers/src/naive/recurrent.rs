//! Recurrent networks, through time.

use ndarray::{Array1, Array2, Array3, Axis, concatenate, s};

use super::{cross_entropy, sigmoid};
use peers_common::inputs::{BATCH, CLASSES, FEATURES, HIDDEN, Inputs, STEPS};
use peers_common::number::{Number, squares};
use peers_common::side::{Prepared, RATE};

struct Net<A> {
    /// From the input, from the state before, and what is added.
    w: Array2<A>,
    u: Array2<A>,
    b: Array1<A>,
    /// To the classes.
    v: Array2<A>,
    c: Array1<A>,
}

/// Of a network, sequences and labels.
type ValueAndGrad<A> = fn(&Net<A>, &Array3<A>, &[usize]) -> (A, Net<A>);

impl<A: Number> Net<A> {
    fn read(inputs: &Inputs, name: &str, gates: usize) -> Self {
        let matrix = |part, rows, columns| inputs.matrix(&format!("{name}_{part}"), rows, columns);
        Self {
            w: matrix("w", FEATURES, gates * HIDDEN),
            u: matrix("u", HIDDEN, gates * HIDDEN),
            b: inputs.vector(&format!("{name}_b")),
            v: matrix("v", HIDDEN, CLASSES),
            c: inputs.vector(&format!("{name}_c")),
        }
    }

    fn zeros(&self) -> Self {
        Self {
            w: Array2::zeros(self.w.dim()),
            u: Array2::zeros(self.u.dim()),
            b: Array1::zeros(self.b.dim()),
            v: Array2::zeros(self.v.dim()),
            c: Array1::zeros(self.c.dim()),
        }
    }

    fn prepare(mut self, inputs: &Inputs, value_and_grad: ValueAndGrad<A>) -> Prepared {
        let sequences = inputs.sequences();
        let labels = inputs.labels("sequence_labels");
        let (value, g) = value_and_grad(&self, &sequences, &labels);
        let norm = squares(&g.w) + squares(&g.u) + squares(&g.b) + squares(&g.v) + squares(&g.c);
        Prepared::new(value.double(), norm.sqrt(), move || {
            let (value, g) = value_and_grad(&self, &sequences, &labels);
            let rate = A::of(-RATE);
            self.w.scaled_add(rate, &g.w);
            self.u.scaled_add(rate, &g.u);
            self.b.scaled_add(rate, &g.b);
            self.v.scaled_add(rate, &g.v);
            self.c.scaled_add(rate, &g.c);
            value
        })
    }

    /// The loss of the last state, its gradient, and the gradients of what leads to the classes.
    fn classify(&self, h: &Array2<A>, labels: &[usize]) -> (A, Array2<A>, Self) {
        let (loss, dz) = cross_entropy(&(h.dot(&self.v) + &self.c), labels);
        let mut gradient = self.zeros();
        gradient.v = h.t().dot(&dz);
        gradient.c = dz.sum_axis(Axis(0));
        (loss, dz.dot(&self.v.t()), gradient)
    }

    /// What a step's sums receive goes on to the weights.
    fn add_step(&mut self, sequences: &Array3<A>, t: usize, h: &Array2<A>, dz: &Array2<A>) {
        self.w += &sequences.index_axis(Axis(0), t).t().dot(dz);
        self.u += &h.t().dot(dz);
        self.b += &dz.sum_axis(Axis(0));
    }
}

fn elman<A: Number>(net: &Net<A>, sequences: &Array3<A>, labels: &[usize]) -> (A, Net<A>) {
    let mut h = vec![Array2::zeros((BATCH, HIDDEN))];
    for (t, x) in sequences.outer_iter().enumerate() {
        h.push((x.dot(&net.w) + h[t].dot(&net.u) + &net.b).mapv(A::tanh));
    }
    let (loss, mut dh, mut gradient) = net.classify(&h[STEPS], labels);
    for t in (0..STEPS).rev() {
        let dz = dh * h[t + 1].mapv(|h| A::one() - h * h);
        gradient.add_step(sequences, t, &h[t], &dz);
        dh = dz.dot(&net.u.t());
    }
    (loss, gradient)
}

pub(super) fn prepare_rnn<A: Number>(inputs: &Inputs) -> Prepared {
    Net::<A>::read(inputs, "rnn", 1).prepare(inputs, elman)
}

/// What the backward pass uses of a step of the long short-term memory.
struct Step<A> {
    input: Array2<A>,
    forget: Array2<A>,
    candidate: Array2<A>,
    output: Array2<A>,
    squashed: Array2<A>,
}

fn lstm<A: Number>(net: &Net<A>, sequences: &Array3<A>, labels: &[usize]) -> (A, Net<A>) {
    let mut h = vec![Array2::zeros((BATCH, HIDDEN))];
    let mut c = vec![Array2::zeros((BATCH, HIDDEN))];
    let mut steps = Vec::new();
    for (t, x) in sequences.outer_iter().enumerate() {
        let z = x.dot(&net.w) + h[t].dot(&net.u) + &net.b;
        let gate = |i: usize| z.slice(s![.., i * HIDDEN..(i + 1) * HIDDEN]);
        let (input, forget) = (gate(0).mapv(sigmoid), gate(1).mapv(sigmoid));
        let (candidate, output) = (gate(2).mapv(A::tanh), gate(3).mapv(sigmoid));
        c.push(&forget * &c[t] + &input * &candidate);
        let squashed = c[t + 1].mapv(A::tanh);
        h.push(&output * &squashed);
        steps.push(Step { input, forget, candidate, output, squashed });
    }
    let (loss, mut dh, mut gradient) = net.classify(&h[STEPS], labels);
    let mut dc = Array2::zeros((BATCH, HIDDEN));
    let through_sigmoid = |y: &Array2<A>| y.mapv(|y| y * (A::one() - y));
    let through_tanh = |y: &Array2<A>| y.mapv(|y| A::one() - y * y);
    for (t, step) in steps.iter().enumerate().rev() {
        dc += &(&dh * &step.output * through_tanh(&step.squashed));
        let dz = concatenate![
            Axis(1),
            &dc * &step.candidate * through_sigmoid(&step.input),
            &dc * &c[t] * through_sigmoid(&step.forget),
            &dc * &step.input * through_tanh(&step.candidate),
            &dh * &step.squashed * through_sigmoid(&step.output)
        ];
        gradient.add_step(sequences, t, &h[t], &dz);
        dh = dz.dot(&net.u.t());
        dc *= &step.forget;
    }
    (loss, gradient)
}

pub(super) fn prepare_lstm<A: Number>(inputs: &Inputs) -> Prepared {
    Net::<A>::read(inputs, "lstm", 4).prepare(inputs, lstm)
}
