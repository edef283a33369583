//! How long a segment is, of something active.
use chainrule::differentiable;

#[differentiable]
fn loss(x: f64) -> f64 {
    let mut y = x;
    #[checkpoint(every = x as usize)]
    for _ in 0..10 {
        y = y.sin();
    }
    y
}

fn main() {}
