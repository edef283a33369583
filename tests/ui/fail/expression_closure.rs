//! A closure that captures an active value and escapes: only what is called where it stands is read.
use chainrule::differentiable;

#[differentiable]
fn loss(x: f64, y: f64) -> f64 {
    let times: Box<dyn Fn(f64) -> f64> = Box::new(|v: f64| v * x);
    times(y)
}

fn main() {
    loss(1.0, 2.0);
}
