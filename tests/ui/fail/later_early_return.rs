//! Early returns are to come.
use chainrule::differentiable;

#[differentiable]
fn loss(x: f64, skip: bool) -> f64 {
    if skip {
        return x;
    }
    x * x
}

fn main() {
    loss::grad(1.0, true);
}
