//! A function of floats, and its derivative beside it.
use chainrule::differentiable;

/// Plain Rust: delete the attribute and nothing else changes.
#[differentiable]
fn wave(x: f64, t: f64) -> f64 {
    let phase = 2.0 * x - 3.0 * t;
    (-t).exp() * phase.sin()
}

fn main() {
    // What was written is still what is called.
    let value = wave(0.5, 0.1);

    // The gradients come in the order of the arguments.
    let (dx, dt) = wave::grad(0.5, 0.1);
    let (envelope, phase) = ((-0.1f64).exp(), 0.7f64);
    assert!((dx - 2.0 * envelope * phase.cos()).abs() < 1e-15);
    assert!((dt + envelope * (phase.sin() + 3.0 * phase.cos())).abs() < 1e-15);

    // Both at once cost less than one after the other.
    assert_eq!(wave::value_and_grad(0.5, 0.1), (value, (dx, dt)));
}
