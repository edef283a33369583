//! Places that are lent mutably, through an adaptor that passes some of them over.
use chainrule::differentiable;

#[differentiable]
fn loop_over_some(x: &[f64], a: f64) -> f64 {
    let mut y = x.to_vec();
    for w in y.iter_mut().filter(|w| **w > 0.0) {
        *w *= a;
    }
    y[0]
}

#[differentiable]
fn numbered(x: &[f64], a: f64) -> f64 {
    let mut y = x.to_vec();
    for (_, w) in y.iter_mut().enumerate().filter(|(i, _)| i % 2 == 0) {
        *w *= a;
    }
    y[0]
}

#[differentiable]
fn each(x: &[f64], a: f64) -> f64 {
    let mut y = x.to_vec();
    y.iter_mut().filter(|w| **w > 0.0).for_each(|w| *w *= a);
    y[0]
}

#[differentiable]
fn of_two(x: &[f64], a: f64) -> f64 {
    let (mut y, mut z) = (x.to_vec(), x.to_vec());
    y.iter_mut().chain(z.iter_mut()).for_each(|w| *w *= a);
    y[0] + z[1]
}

fn main() {}
