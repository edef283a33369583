//! A method of the user's that nobody wrote a derivative of: rustc names what is missing.
use chainrule::{Differentiable, differentiable};

#[derive(Differentiable)]
struct Spring {
    stiffness: f64,
}

impl Spring {
    fn energy(&self, x: f64) -> f64 {
        0.5 * self.stiffness * x * x
    }
}

#[differentiable]
fn doubled(spring: &Spring, x: f64) -> f64 {
    2.0 * spring.energy(x)
}

fn main() {
    doubled::grad(&Spring { stiffness: 1.0 }, 2.0);
}
