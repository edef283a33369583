//! A struct is written while its derivative needs what it was.
use chainrule::{Differentiable, differentiable};

#[derive(Differentiable)]
struct State {
    at: f64,
    speed: f64,
}

#[differentiable]
fn swing(at: f64, speed: f64) -> f64 {
    let mut state = State { at, speed };
    for _ in 0..10 {
        state.speed -= 0.1 * state.at.sin();
        state.at += 0.1 * state.speed;
    }
    state.at * state.speed
}

fn main() {
    swing::grad(1.0, 0.0);
}
