//! A field that holds no floats may go where a constant is taken; this one holds some.
use chainrule::{Differentiable, differentiable};

#[derive(Differentiable)]
struct Spring {
    stiffness: f64,
    coils: usize,
}

#[differentiable(wrt(x))]
fn scaled(x: f64, by: f64, coils: usize) -> f64 {
    by * x * coils as f64
}

#[differentiable]
fn energy(spring: &Spring, x: f64) -> f64 {
    scaled(x, spring.stiffness, spring.coils)
}

fn main() {}
