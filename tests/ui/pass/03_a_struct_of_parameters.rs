//! A model is a struct; so is its gradient, with the same names.
use chainrule::ndarray::{Array1, Array2, array};
use chainrule::prelude::*;

#[derive(Differentiable, Clone)]
struct Layer {
    w: Array2<f64>,
    b: Array1<f64>,
}

#[derive(Differentiable, Clone)]
struct Net {
    layers: Vec<Layer>,
    temperature: f64,
    // What is there only sometimes is there in the gradient as often.
    bias: Option<f64>,
    // An integer holds no derivative, so the gradient has no such field.
    classes: usize,
    // Neither does what is said to be a constant.
    #[differentiable(constant)]
    mean: Array1<f64>,
}

#[differentiable]
fn energy(net: &Net) -> f64 {
    let layer = &net.layers[0];
    (&layer.w * &layer.b - &net.mean).sum() * net.temperature + net.bias.unwrap_or(0.0)
}

fn main() {
    let layer = Layer { w: array![[1.0, 2.0], [3.0, 4.0]], b: array![1.0, -1.0] };
    let net = Net {
        layers: vec![layer.clone(), layer],
        temperature: 0.5,
        bias: Some(3.0),
        classes: 10,
        mean: array![0.0, 1.0],
    };
    assert_eq!(net.classes, 10);

    let gradient = energy::grad(&net);
    assert_eq!(gradient.layers[0].w, array![[0.5, -0.5], [0.5, -0.5]]);
    assert_eq!(gradient.layers[0].b, array![2.0, 3.0]);
    assert_eq!(gradient.temperature, -4.0);
    assert_eq!(gradient.bias, Some(1.0));
    assert_eq!(energy::grad(&Net { bias: None, ..net.clone() }).bias, None);
    // What does not reach the result has a zero gradient of its own shape.
    assert_eq!(gradient.layers[1].w, Array2::<f64>::zeros((2, 2)));

    // The gradient's type can be named, and a zero made.
    let zero: NetGradient = net.zero_gradient();
    assert_eq!(zero.layers[0].b, array![0.0, 0.0]);
}
