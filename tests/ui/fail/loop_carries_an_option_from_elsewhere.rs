//! An `Option` of a float beside an integer, which nothing in the function shows.

use chainrule::differentiable;

#[differentiable]
fn best(x: &[f64]) -> f64 {
    let mut best: Option<(f64, usize)> = None;
    for i in 0..x.len() {
        best = Some((x[i], i));
        if i == 3 {
            best = stop_at(&x[i]).map(|v| (*v, 1));
        }
    }
    best.map_or(0.0, |(b, i)| b * i as f64)
}

fn stop_at(x: &f64) -> Option<&f64> {
    Some(x)
}

fn main() {
    best::grad(&[1.0]);
}
