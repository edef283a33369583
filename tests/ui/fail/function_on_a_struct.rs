//! The attribute of functions, on a struct.
use chainrule::differentiable;

#[differentiable]
struct Net {
    w: f64,
}

fn main() {
    let _ = Net { w: 1.0 }.w;
}
