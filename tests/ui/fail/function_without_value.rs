//! A function that returns nothing.
use chainrule::differentiable;

#[differentiable]
fn show(x: f64) {
    println!("{x}");
}

fn main() {
    show(1.0);
}
