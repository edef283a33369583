//! A function inside of the body that calls itself.
use chainrule::differentiable;

#[differentiable]
fn loss(x: f64) -> f64 {
    fn power(x: f64, n: usize) -> f64 {
        if n == 0 { 1.0 } else { x * power(x, n - 1) }
    }
    power(x, 3)
}

fn main() {}
