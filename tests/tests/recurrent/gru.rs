//! The gated recurrent unit of Cho et al., "Learning phrase representations using RNN encoder-decoder"
//! (2014): a state that moves towards a candidate as far as its gate opens.

use chainrule::Float;
use chainrule::ndarray::{Array1, Array2, ArrayView2, Axis, Zip, concatenate, s};
use chainrule::prelude::*;

use super::{BATCH, FEATURES, HIDDEN, holds, near, random, sequence, sequences};

/// Weights of one gate.
#[derive(Clone, Debug, PartialEq, Differentiable)]
struct Gate {
    w: Array2<f64>,
    u: Array2<f64>,
    b: Array1<f64>,
}

impl Gate {
    fn new(seed: u64) -> Self {
        Self {
            w: random(seed, (FEATURES, HIDDEN)),
            u: random(seed + 1, (HIDDEN, HIDDEN)),
            b: random(seed + 2, HIDDEN),
        }
    }

    #[differentiable(wrt(self, h))]
    fn sum(&self, x: &ArrayView2<f64>, h: &Array2<f64>) -> Array2<f64> {
        x.dot(&self.w) + h.dot(&self.u) + &self.b
    }
}

#[derive(Clone, Debug, PartialEq, Differentiable)]
struct Gru {
    update: Gate,
    reset: Gate,
    candidate: Gate,
    v: Array1<f64>,
}

impl Gru {
    fn new() -> Self {
        let (update, reset, candidate) = (Gate::new(20), Gate::new(23), Gate::new(26));
        Self { update, reset, candidate, v: random(29, HIDDEN) }
    }

    fn hidden(&self) -> usize {
        self.v.len()
    }

    /// The next state, by methods of the gates.
    #[differentiable(wrt(self, h))]
    fn step(&self, x: ArrayView2<f64>, h: &Array2<f64>) -> Array2<f64> {
        let z = self.update.sum(&x, h).sigmoid();
        let r = self.reset.sum(&x, h).sigmoid();
        let n = self.candidate.sum(&x, &(r * h)).tanh();
        &z * h + (1.0 - &z) * n
    }
}

/// A batch at a time, over a list of steps, all in one function.
#[differentiable(wrt(net))]
fn over_a_list(net: &Gru, steps: &[Array2<f64>], y: &Array1<f64>) -> f64 {
    let Gru { update, reset, candidate, v } = net;
    let mut h = Array2::zeros((y.len(), v.len()));
    for x in steps.iter() {
        let z = (x.dot(&update.w) + h.dot(&update.u) + &update.b).sigmoid();
        let r = (x.dot(&reset.w) + h.dot(&reset.u) + &reset.b).sigmoid();
        let n = (x.dot(&candidate.w) + (r * &h).dot(&candidate.u) + &candidate.b).tanh();
        h = &z * &h + (1.0 - &z) * n;
    }
    h.dot(v).mse(y)
}

/// The same by an index and a method.
#[differentiable(wrt(net))]
fn over_an_index(net: &Gru, steps: &[Array2<f64>], y: &Array1<f64>) -> f64 {
    let mut h = Array2::zeros((y.len(), stop_gradient(net.hidden())));
    let mut t = 0;
    while t < steps.len() {
        h = net.step(steps[t].view(), &h);
        t += 1;
    }
    h.dot(&net.v).mse(y)
}

/// The same with the state written in place, element by element.
#[differentiable(wrt(net))]
fn in_place(net: &Gru, steps: &[Array2<f64>], y: &Array1<f64>) -> f64 {
    let mut h = Array2::zeros((y.len(), net.v.len()));
    for x in steps {
        let z = (x.dot(&net.update.w) + h.dot(&net.update.u) + &net.update.b).sigmoid();
        let mut r = x.dot(&net.reset.w) + h.dot(&net.reset.u) + &net.reset.b;
        r.mapv_inplace(|v| v.sigmoid());
        r *= &h;
        let n = (x.dot(&net.candidate.w) + r.dot(&net.candidate.u) + &net.candidate.b).tanh();
        Zip::from(&mut h).and(&z).and(&n).for_each(|h, &z, &n| *h = z * *h + (1.0 - z) * n);
    }
    h.dot(&net.v).mse(y)
}

/// The same by an iterator.
#[differentiable(wrt(net))]
fn by_fold(net: &Gru, steps: &[Array2<f64>], y: &Array1<f64>) -> f64 {
    let start = Array2::<f64>::zeros((y.len(), net.v.len()));
    let h = steps.iter().fold(start, |h, x| net.step(x.view(), &h));
    h.dot(&net.v).mse(y)
}

#[test]
fn every_form_agrees() {
    let (net, y) = (Gru::new(), random(30, BATCH));
    let steps: Vec<Array2<f64>> = sequences().outer_iter().map(|x| x.to_owned()).collect();
    holds(|net| over_a_list(net, &steps, &y), |net| over_a_list::grad(net, &steps, &y), &net);
    let (loss, gradient) = over_a_list::value_and_grad(&net, &steps, &y);
    for (form, (value, found)) in [
        ("index", over_an_index::value_and_grad(&net, &steps, &y)),
        ("in place", in_place::value_and_grad(&net, &steps, &y)),
        ("fold", by_fold::value_and_grad(&net, &steps, &y)),
    ] {
        assert!((value - loss).abs() < 1e-14, "{form}: {value} and {loss}");
        for (a, b) in [
            (&found.update, &gradient.update),
            (&found.reset, &gradient.reset),
            (&found.candidate, &gradient.candidate),
        ] {
            near(form, &a.w, &b.w);
            near(form, &a.u, &b.u);
            near(form, &a.b, &b.b);
        }
        near(form, &found.v, &gradient.v);
    }
}

/// All gates by one product, for a single sequence and any float.
#[derive(Clone, Debug, PartialEq, Differentiable)]
struct Packed<T: Float> {
    /// `[features + hidden, 2 hidden]`.
    gates: Array2<T>,
    /// `[features + hidden, hidden]`.
    candidate: Array2<T>,
}

/// Many to many: the states as rows of a matrix.
#[differentiable(wrt(net))]
fn states<T: Float>(net: &Packed<T>, x: &Array2<T>) -> Array2<T> {
    let hidden = net.candidate.ncols();
    let mut h = Array1::<T>::zeros(hidden);
    let mut states = Array2::<T>::zeros((x.nrows(), hidden));
    for (t, x) in x.rows().into_iter().enumerate() {
        let gates = concatenate![Axis(0), x, h].dot(&net.gates).sigmoid();
        let (z, r) = (gates.slice(s![..hidden]), gates.slice(s![hidden..]));
        let n = concatenate![Axis(0), x, &r * &h].dot(&net.candidate).tanh();
        h = &z * &h + (&n - &z * &n);
        states.row_mut(t).assign(&h);
    }
    states
}

#[differentiable(wrt(net))]
fn of_states<T: Float>(net: &Packed<T>, x: &Array2<T>) -> T {
    states(net, x).pow2().sum()
}

#[test]
fn many_to_many() {
    let sides = FEATURES + HIDDEN;
    let gates = random(31, (sides, 2 * HIDDEN));
    let net = Packed { gates, candidate: random(32, (sides, HIDDEN)) };
    let x = sequence();
    holds(|net| of_states(net, &x), |net| of_states::grad(net, &x), &net);
}
