//! `..` of a struct that is active.
use chainrule::{Differentiable, differentiable};

#[derive(Clone, Debug, Differentiable)]
struct State {
    x: f64,
    y: f64,
}

#[differentiable]
fn loss(state: State) -> f64 {
    let moved = State { x: 1.0, ..state };
    moved.x * moved.y
}

fn main() {}
