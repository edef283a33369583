//! Long sequences a window at a time, gradients that are clipped, and gradients told per step.

use chainrule::ndarray::{Array1, Array2, Array3, ArrayView3, Axis, concatenate, s};
use chainrule::optim::{self, Adam, Optimizer};
use chainrule::prelude::*;

use super::lstm::{Lstm, State};
use super::{BATCH, FEATURES, HIDDEN, holds, near, random};

const WINDOW: usize = 3;
const WINDOWS: usize = 3;

fn long() -> (Array3<f64>, Array2<f64>) {
    let steps = WINDOW * WINDOWS;
    (random(60, (steps, BATCH, FEATURES)), random(61, (steps, BATCH)))
}

/// Truncated backpropagation through time: a window's loss, and the state from which the next one goes
/// on. The state is a constant argument, so no gradient flows into the window before.
#[differentiable(aux, wrt(net))]
fn window(net: &Lstm, start: &State, x: ArrayView3<f64>, y: &Array2<f64>) -> (f64, State) {
    let mut state = start.clone();
    let mut loss = 0.0;
    for (x, y) in x.outer_iter().zip(y.outer_iter()) {
        state = net.step(&x, &state);
        loss += (state.h.dot(&net.v) - y).pow2().sum();
    }
    (loss, state)
}

/// All windows in one function; `truncated` cuts the gradient between them.
#[differentiable(wrt(net))]
fn whole(net: &Lstm, x: &Array3<f64>, y: &Array2<f64>, truncated: bool) -> f64 {
    let mut state = stop_gradient(State::zeros(BATCH));
    let mut loss = 0.0;
    for t in 0..x.shape()[0] {
        if truncated && t % WINDOW == 0 {
            state = stop_gradient(state);
        }
        state = net.step(&x.index_axis(Axis(0), t), &state);
        loss += (state.h.dot(&net.v) - y.row(t)).pow2().sum();
    }
    loss
}

#[test]
fn a_window_goes_on_from_the_last_state() {
    let (net, (x, y)) = (Lstm::new(), long());
    let mut state = State::zeros(BATCH);
    let (mut loss, mut sum) = (0.0, net.zero_gradient());
    for k in 0..WINDOWS {
        let rows = WINDOW * k..WINDOW * (k + 1);
        let (x, y) = (x.slice(s![rows.clone(), .., ..]), y.slice(s![rows, ..]).to_owned());
        let at = |net: &Lstm| window(net, &state, x, &y).0;
        holds(at, |net| window::grad(net, &state, x, &y), &net);

        let ((value, next), gradient) = window::value_and_grad(&net, &state, x, &y);
        loss += value;
        sum.w += &gradient.w;
        sum.u += &gradient.u;
        sum.b += &gradient.b;
        sum.v += &gradient.v;
        let after = window(&net, &state, x, &y).1;
        near("h", &next.h, &after.h);
        near("c", &next.c, &after.c);
        state = next;
    }
    let (expected, truncated) = whole::value_and_grad(&net, &x, &y, true);
    assert!((loss - expected).abs() < 1e-12, "{loss} and {expected}");
    near("w", &sum.w, &truncated.w);
    near("u", &sum.u, &truncated.u);
    near("b", &sum.b, &truncated.b);
    near("v", &sum.v, &truncated.v);

    // One window over everything is not truncated at all.
    let ((_, last), gradient) = window::value_and_grad(&net, &State::zeros(BATCH), x.view(), &y);
    let full = whole::grad(&net, &x, &y, false);
    assert_eq!(last, state);
    near("w", &gradient.w, &full.w);
    near("u", &gradient.u, &full.u);
    assert!((&full.u - &truncated.u).iter().any(|d| d.abs() > 1e-3), "what was cut is missing");
    holds(|net| whole(net, &x, &y, false), |net| whole::grad(net, &x, &y, false), &net);
}

#[test]
fn a_gradient_is_clipped() {
    let (net, (x, y)) = (Lstm::new(), long());
    let gradient = whole::grad(&net, &x, &y, false);
    let norm = optim::norm(&gradient);
    let all = [
        gradient.w.flatten(),
        gradient.u.flatten(),
        gradient.b.view().into(),
        gradient.v.view().into(),
    ];
    let all = concatenate(Axis(0), &all.each_ref().map(|leaf| leaf.view())).unwrap();
    assert!((norm - all.norm()).abs() < 1e-12 * norm);

    let mut clipped = gradient.clone();
    assert_eq!(optim::clip_norm(&mut clipped, 0.1 * norm), norm);
    assert!((optim::norm(&clipped) - 0.1 * norm).abs() < 1e-12 * norm);
    near("the direction", &(&clipped.u * 10.0), &gradient.u);

    let limit = 0.5 * gradient.u.mapv(f64::abs).amax();
    let mut clipped = gradient.clone();
    optim::clip_value(&mut clipped, limit);
    near("each element", &clipped.u, &gradient.u.mapv(|d| d.clamp(-limit, limit)));

    // A step along a clipped gradient goes downhill.
    let (before, mut net) = (whole(&net, &x, &y, false), net);
    optim::clip_norm(&mut clipped, 1.0);
    Adam::new(1e-3).step(&mut net, &clipped);
    assert!(whole(&net, &x, &y, false) < before);
}

/// The probe is zero, and its gradient at a step is that of the state there.
#[differentiable(wrt(probe))]
fn probed(net: &Lstm, x: &Array3<f64>, y: &Array1<f64>, probe: &Array3<f64>) -> f64 {
    let mut state = stop_gradient(State::zeros(y.len()));
    for (x, probe) in x.outer_iter().zip(probe.outer_iter()) {
        state = net.step(&x, &state);
        state.h += &probe;
    }
    state.h.dot(&net.v).mse(y)
}

/// The loss from the state after a step on.
#[differentiable(wrt(h))]
fn from(net: &Lstm, h: &Array2<f64>, c: &Array2<f64>, x: ArrayView3<f64>, y: &Array1<f64>) -> f64 {
    let mut state = State { h: h.clone(), c: c.clone() };
    for x in x.outer_iter() {
        state = net.step(&x, &state);
    }
    state.h.dot(&net.v).mse(y)
}

#[test]
fn a_probe_tells_the_gradient_of_every_state() {
    let (net, (x, y)) = (Lstm::new(), long());
    let y = y.row(0).to_owned();
    let probe = Array3::zeros((x.shape()[0], BATCH, HIDDEN));
    let gradient = probed::grad(&net, &x, &y, &probe);
    holds(|probe| probed(&net, &x, &y, probe), |probe| probed::grad(&net, &x, &y, probe), &probe);
    let mut state = State::zeros(BATCH);
    for t in 0..x.shape()[0] {
        state = net.step(&x.index_axis(Axis(0), t), &state);
        let rest = x.slice(s![t + 1.., .., ..]);
        let expected = from::grad(&net, &state.h, &state.c, rest, &y);
        near("the gradient of a state", &gradient.index_axis(Axis(0), t).to_owned(), &expected);
    }
}
