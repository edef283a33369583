//! The user's trait gives floats a method with the name of one of our operations. Our rule is not
//! its derivative.
use chainrule::differentiable;

trait Squash {
    fn sigmoid(self) -> f64;
}

impl Squash for f64 {
    fn sigmoid(self) -> f64 {
        self / (1.0 + self.abs())
    }
}

#[differentiable]
fn squashed(x: f64) -> f64 {
    x.sigmoid()
}

fn main() {
    squashed::grad(1.0);
}
