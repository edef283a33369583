//! A rule gives a gradient for each active argument.
use chainrule::differentiable;

#[differentiable(vjp = rule)]
fn product(x: f64, y: f64) -> f64 {
    x * y
}

fn rule(x: f64, y: f64) -> (f64, impl Fn(f64) -> f64) {
    (x * y, move |dy| dy * y)
}

fn main() {
    product::grad(3.0, 2.0);
}
