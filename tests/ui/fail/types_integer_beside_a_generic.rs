//! An integer beside a float of which it is not known which.
use chainrule::prelude::*;

#[differentiable]
fn loss<T: Float>(x: T) -> T {
    x * 2
}

fn main() {}
