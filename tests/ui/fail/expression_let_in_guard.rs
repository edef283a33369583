//! A `let` in the guard of an arm that cannot be looked at twice.
use chainrule::differentiable;

#[differentiable(constant(kinds))]
fn loss(x: f64, first: bool, kinds: &mut std::vec::IntoIter<usize>) -> f64 {
    match first {
        true if let Some(kind) = kinds.next() => x * kind as f64,
        _ => x,
    }
}

fn main() {}
