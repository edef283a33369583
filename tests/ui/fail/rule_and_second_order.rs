//! A rule of one's own has no second derivative, and no forward mode by itself.
use chainrule::differentiable;

#[differentiable(vjp = rule, second_order)]
fn square(x: f64) -> f64 {
    x * x
}

#[differentiable(vjp = rule, forward)]
fn product(x: f64) -> f64 {
    x * x
}

fn rule(x: f64) -> (f64, impl Fn(f64) -> f64) {
    (x * x, move |dy| 2.0 * x * dy)
}

fn main() {
    square::grad(3.0);
    product::jvp(3.0, 1.0);
}
