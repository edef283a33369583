//! A type parameter that nothing says to hold floats: one mistake, and none where the struct is used.
use chainrule::ndarray::{Array1, array};
use chainrule::{Differentiable, differentiable};

#[derive(Differentiable)]
struct Net<T> {
    w: Array1<T>,
    b: Vec<T>,
}

#[differentiable]
fn loss(net: &Net<f64>) -> f64 {
    let first = &net.w;
    net.b[0] * first[0] + net.b.iter().sum::<f64>()
}

fn main() {
    let net = Net { w: array![1.0], b: vec![2.0] };
    let gradient = loss::grad(&net);
    assert_eq!(gradient.b, gradient.w.to_vec());
}
