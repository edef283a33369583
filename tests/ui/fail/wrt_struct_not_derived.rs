//! A struct of the user's is taken to hold floats; it must say which.
use chainrule::differentiable;

struct Spring {
    stiffness: f64,
}

#[differentiable]
fn energy(spring: &Spring, x: f64) -> f64 {
    0.5 * spring.stiffness * x * x
}

fn main() {
    energy::grad(&Spring { stiffness: 1.0 }, 2.0);
}
