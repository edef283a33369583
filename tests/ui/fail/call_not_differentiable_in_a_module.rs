//! The same, called by its path.
use chainrule::differentiable;

mod model {
    pub fn helper(x: f64, _scale: f64) -> f64 {
        x * x
    }
}

#[differentiable]
fn doubled(x: f64) -> f64 {
    2.0 * model::helper(x, x)
}

fn main() {
    doubled::grad(3.0);
}
