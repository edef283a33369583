//! What no derivative flows through is passed on as it stands, whatever Rust it is.
use std::collections::HashMap;

use chainrule::{differentiable, stop_gradient};

const GRAVITY: f64 = 9.81;

/// A lookup, a generator that changes, a text: none of them touches an active value.
#[differentiable]
fn height(v: f64, t: f64, planets: &HashMap<String, usize>, calls: &mut usize) -> f64 {
    *calls += 1;
    let name = format!("planet {}", 1 + 2);
    let factor = planets.get(&name).copied().unwrap_or(1) as f64;
    v * t - 0.5 * GRAVITY * factor * t * t
}

/// What prints, or checks, runs once and sees every value.
#[differentiable]
fn printed(x: f64) -> f64 {
    let y = x * x;
    println!("{x} squared is {y}");
    assert!(y >= 0.0, "{y} is negative");
    y
}

/// Inside `stop_gradient` everything is a constant, and need not be understood.
#[differentiable]
fn target(x: f64) -> f64 {
    let scale = stop_gradient(x.to_bits() as f64 * 0.0 + 2.0);
    (x - stop_gradient(x * x)) * scale
}

fn main() {
    let planets = HashMap::from([("planet 3".to_owned(), 2)]);
    let mut calls = 0;
    let (dv, dt) = height::grad(3.0, 2.0, &planets, &mut calls);
    assert_eq!(dv, 2.0);
    assert_eq!(dt, 3.0 - GRAVITY * 2.0 * 2.0);
    assert_eq!(calls, 1);
    assert_eq!(printed::grad(3.0), 6.0);
    assert_eq!(target::value_and_grad(3.0), (-12.0, 2.0));
}
