//! A struct of the user's is called like a type parameter, and its function like an operation.
use chainrule::differentiable;

struct F;

impl F {
    #[differentiable(associated)]
    fn exp(x: f64) -> f64 {
        3.0 * x
    }
}

#[differentiable]
fn tripled(x: f64) -> f64 {
    F::exp(x)
}

fn main() {
    tripled::grad(1.0);
}
