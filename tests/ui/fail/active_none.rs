//! Nothing to differentiate with respect to.
use chainrule::differentiable;

#[differentiable]
fn binomial(n: usize, k: usize) -> f64 {
    (1..=k).map(|i| (n + 1 - i) as f64 / i as f64).product()
}

fn main() {
    binomial(4, 2);
}
