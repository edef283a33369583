//! A macro of the user's, which ours cannot look into.
use chainrule::differentiable;

macro_rules! square {
    ($x:expr) => {
        $x * $x
    };
}

#[differentiable]
fn loss(x: f64) -> f64 {
    square!(x) + 1.0
}

fn main() {
    loss::grad(1.0);
}
