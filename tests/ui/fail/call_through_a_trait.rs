//! A function of a trait, with its type in front.
use chainrule::differentiable;

trait Energy {
    fn energy(x: f64) -> f64;
}

struct Spring;

impl Energy for Spring {
    fn energy(x: f64) -> f64 {
        x * x
    }
}

#[differentiable]
fn loss(x: f64) -> f64 {
    <Spring as Energy>::energy(x)
}

fn main() {}
