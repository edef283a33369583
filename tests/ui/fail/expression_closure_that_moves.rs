//! A closure that owns what it writes: its variable is not the one outside.
use chainrule::differentiable;

#[differentiable]
fn loss(x: f64) -> f64 {
    let mut sum = x;
    let mut add = move |v: f64| {
        sum += v;
        sum
    };
    add(1.0) * sum
}

fn main() {
    loss(1.0);
}
