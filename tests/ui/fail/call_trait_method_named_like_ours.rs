//! The user's own trait has a method with the name of one of our operations. Our rule is not its
//! derivative.
use chainrule::{Differentiable, differentiable};

trait Squash {
    fn sigmoid(&self) -> f64;
}

#[derive(Differentiable)]
struct Signal {
    level: f64,
}

impl Squash for Signal {
    fn sigmoid(&self) -> f64 {
        self.level / (1.0 + self.level.abs())
    }
}

#[differentiable]
fn squashed(signal: &Signal) -> f64 {
    signal.sigmoid()
}

fn main() {
    squashed::grad(&Signal { level: 1.0 });
}
