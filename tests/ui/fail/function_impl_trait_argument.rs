//! The type of an `impl Trait` argument has no name.
use chainrule::{Float, differentiable};

#[differentiable]
fn square(x: impl Float) -> f64 {
    x.to_f64_lossless().powi(2)
}

fn main() {}
