//! An iterator without end that is gone over alone.
use chainrule::differentiable;

#[differentiable]
fn loss(x: f64) -> f64 {
    let mut sum = 0.0;
    for y in (1..).map(|i| x / i as f64) {
        sum += y;
        if y < 0.1 {
            break;
        }
    }
    sum
}

fn main() {
    loss(1.0);
}
