//! Results beside the one that is differentiated, and results that are structs.
use chainrule::ndarray::{Array1, Array2, array};
use chainrule::prelude::*;

/// The second result is passed on with the value, and has no cotangent.
#[differentiable(aux, wrt(w))]
fn loss(w: &Array2<f64>, x: &Array2<f64>, labels: &[usize]) -> (f64, Array2<f64>) {
    let logits = x.dot(w);
    (logits.cross_entropy(labels), logits)
}

#[derive(Differentiable, Clone, Debug, PartialEq)]
struct State {
    position: Array1<f64>,
    velocity: Array1<f64>,
}

/// One step of a mass on a spring.
#[differentiable]
fn step(state: &State, dt: f64) -> State {
    let velocity = &state.velocity - dt * &state.position;
    let position = &state.position + dt * &velocity;
    State { position, velocity }
}

fn main() {
    let (w, x) = (array![[0.0, 0.0]], array![[1.0], [1.0]]);
    let ((value, logits), gradient) = loss::value_and_grad(&w, &x, &[0, 0]);
    assert!((value - 2.0f64.ln()).abs() < 1e-15);
    assert_eq!(logits, array![[0.0, 0.0], [0.0, 0.0]]);
    assert_eq!(gradient, array![[-0.5, 0.5]]);

    let state = State { position: array![1.0], velocity: array![0.0] };
    let (next, pullback) = step::vjp(&state, 0.1);
    let cotangent = StateGradient { position: array![1.0], velocity: array![0.0] };
    let (dstate, dt) = pullback(cotangent);
    assert_eq!(dstate.velocity, array![0.1]);
    assert!((dstate.position[0] - 0.99).abs() < 1e-15);
    assert!((dt - (-0.1 + next.velocity[0])).abs() < 1e-15);
}
