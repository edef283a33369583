//! A method of the standard library on a list of active values that is no operation.
use chainrule::differentiable;

#[differentiable]
fn loss(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    *v.split_first_mut().unwrap().0 *= 2.0;
    v[0] * x.first_chunk::<2>().unwrap()[1]
}

fn main() {}
