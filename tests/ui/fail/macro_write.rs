//! A text holds no derivative, whatever it is written into.
use chainrule::differentiable;
use std::fmt::Write;

#[differentiable]
fn loss(x: f64) -> f64 {
    let mut text = String::new();
    write!(text, "{}", x).unwrap();
    writeln!(text, "{x}").expect("a string takes it");
    text.len() as f64 * x
}

fn main() {
    loss::grad(1.0);
}
