//! A mistake in a function gives no second error where its derivatives are called.
use chainrule::differentiable;

#[differentiable]
fn inner(x: f64) -> f64 {
    x.sofplus()
}

#[differentiable]
fn outer(x: f64) -> f64 {
    inner(x) * 2.0
}

trait Typo {
    fn sofplus(self) -> f64;
}

impl Typo for f64 {
    fn sofplus(self) -> f64 {
        self
    }
}

fn main() {
    inner::grad(1.0);
    inner::value_and_grad(1.0);
    let (_, pullback) = inner::vjp(1.0);
    pullback(1.0);
    let mut gradient = 0.0;
    inner::value_and_grad_into(1.0, &mut gradient);
    outer::grad(1.0);
}
