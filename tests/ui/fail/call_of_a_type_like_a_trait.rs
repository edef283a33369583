//! A struct of the user's is called like a trait of floats, and its function like an operation.
use chainrule::differentiable;

struct Float;

impl Float {
    #[differentiable(associated)]
    fn exp(x: f64) -> f64 {
        3.0 * x
    }
}

#[differentiable]
fn tripled(x: f64) -> f64 {
    Float::exp(x)
}

fn main() {
    tripled::grad(1.0);
}
