//! `.await` of an active value.
use chainrule::differentiable;

#[differentiable]
fn loss(x: f64) -> f64 {
    x.sin().await
}

fn main() {}
