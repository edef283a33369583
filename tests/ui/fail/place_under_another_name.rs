//! A name for a variable that comes to stand for another one.
use chainrule::differentiable;

#[differentiable]
fn swapped(x: f64) -> f64 {
    let (mut y, mut z) = (x, x * x);
    let mut a = &mut y;
    let mut b = &mut z;
    std::mem::swap(&mut a, &mut b);
    *a += x;
    y * z
}

#[differentiable]
fn assigned(x: f64) -> f64 {
    let (mut y, mut z) = (x, x * x);
    let mut a = &mut y;
    let b = &mut z;
    *a += x;
    a = b;
    *a += x;
    y * z
}

fn main() {}
