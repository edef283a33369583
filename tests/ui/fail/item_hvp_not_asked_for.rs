//! Second derivatives have to be asked for.
use chainrule::differentiable;

#[differentiable]
fn cube(x: f64) -> f64 {
    x * x * x
}

fn main() {
    cube::hvp(3.0, 1.0);
}
