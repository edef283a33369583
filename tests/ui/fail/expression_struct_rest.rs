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

#[differentiable]
fn of_a_variable(x: f64) -> f64 {
    let base = State { x: 1.0, y: 2.0 };
    let moved = State { x, ..base };
    moved.x * moved.y
}

fn main() {}
