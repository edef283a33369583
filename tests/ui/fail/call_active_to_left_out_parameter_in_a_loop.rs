//! The same of what a loop carries, and through a generic function.
use chainrule::prelude::*;

#[differentiable(wrt(x))]
fn scaled(x: f64, by: f64) -> f64 {
    x * by
}

#[differentiable]
fn carried(x: f64, y: f64, n: usize) -> f64 {
    let mut sum = y;
    for _ in 0..n {
        sum = scaled(x, sum);
    }
    sum
}

#[differentiable(wrt(x))]
fn generic<T: Float>(x: T, by: T) -> T {
    x * by
}

#[differentiable]
fn forwarded<T: Float>(x: T, y: T) -> T {
    generic(x, y)
}

fn main() {
    carried::grad(1.0, 2.0, 3);
    forwarded::grad(1.0, 2.0);
}
