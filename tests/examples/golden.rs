//! Three functions, and what a person would write for their value and gradient. What the compiler writes stands in
//! tests/golden; tests/tests/readme.rs holds it to these.
use chainrule::ndarray::{Array1, Array2, Axis, Zip};
use chainrule::prelude::*;

#[derive(Differentiable)]
struct Net {
    w1: Array2<f32>,
    b1: Array1<f32>,
    w2: Array2<f32>,
    b2: Array1<f32>,
}

/// The loss of examples/digits.rs.
#[differentiable(wrt(net))]
fn loss(net: &Net, images: &Array2<f32>, labels: &[usize]) -> f32 {
    let hidden = (images.dot(&net.w1) + &net.b1).relu();
    let logits = hidden.dot(&net.w2) + &net.b2;
    logits.cross_entropy(labels)
}

fn loss_by_hand(net: &Net, images: &Array2<f32>, labels: &[usize]) -> (f32, NetGradient) {
    let hidden = (images.dot(&net.w1) + &net.b1).mapv_into(|a| a.max(0.0));
    let mut dlogits = hidden.dot(&net.w2) + &net.b2;
    let count = labels.len() as f32;
    let mut loss = 0.0;
    Zip::from(dlogits.rows_mut()).and(labels).for_each(|mut row, &label| {
        let largest = row.fold(f32::NEG_INFINITY, |a, b| a.max(*b));
        row.mapv_inplace(|logit| (logit - largest).exp());
        let sum = row.sum();
        row /= sum;
        loss -= row[label].ln() / count;
        row[label] -= 1.0;
        row /= count;
    });
    let mut dhidden = dlogits.dot(&net.w2.t());
    dhidden.zip_mut_with(&hidden, |d, h| {
        if *h <= 0.0 {
            *d = 0.0;
        }
    });
    let gradient = NetGradient {
        w1: images.t().dot(&dhidden),
        b1: dhidden.sum_axis(Axis(0)),
        w2: hidden.t().dot(&dlogits),
        b2: dlogits.sum_axis(Axis(0)),
    };
    (loss, gradient)
}

/// The valley of examples/rosenbrock.rs.
#[differentiable]
fn rosenbrock(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() - 1 {
        let valley = x[i + 1] - x[i] * x[i];
        sum += 100.0 * valley * valley + (1.0 - x[i]) * (1.0 - x[i]);
    }
    sum
}

fn rosenbrock_by_hand(x: &[f64]) -> (f64, Vec<f64>) {
    let mut sum = 0.0;
    let mut dx = vec![0.0; x.len()];
    for i in 0..x.len() - 1 {
        let valley = x[i + 1] - x[i] * x[i];
        sum += 100.0 * valley * valley + (1.0 - x[i]) * (1.0 - x[i]);
        let dvalley = 200.0 * valley;
        dx[i] -= 2.0 * dvalley * x[i] + 2.0 * (1.0 - x[i]);
        dx[i + 1] += dvalley;
    }
    (sum, dx)
}

/// Minus the logarithm of what a normal distribution says to the observations, but for a constant.
#[differentiable(wrt(mean, deviation))]
fn surprise(mean: f64, deviation: f64, x: &Array1<f64>) -> f64 {
    let z = (x - mean) / deviation;
    0.5 * z.pow2().sum() + x.len() as f64 * deviation.ln()
}

fn surprise_by_hand(mean: f64, deviation: f64, x: &Array1<f64>) -> (f64, (f64, f64)) {
    let len = x.len() as f64;
    let (mut sum, mut dmean, mut ddeviation) = (0.0, 0.0, len / deviation);
    for x in x {
        let z = (x - mean) / deviation;
        sum += z * z;
        dmean -= z / deviation;
        ddeviation -= z * z / deviation;
    }
    (0.5 * sum + len * deviation.ln(), (dmean, ddeviation))
}

/// Both ways give the same.
pub(crate) fn check() {
    let net = Net {
        w1: Array2::from_shape_fn((4, 3), |(i, j)| 0.1 * (i as f32 - j as f32) + 0.02),
        b1: Array1::from(vec![0.1, -0.2, 0.3]),
        w2: Array2::from_shape_fn((3, 2), |(i, j)| 0.2 * (i as f32 + j as f32)),
        b2: Array1::from(vec![-0.1, 0.1]),
    };
    let (images, labels) = (Array2::eye(4), [0, 1, 1, 0]);
    let (value, gradient) = loss::value_and_grad(&net, &images, &labels);
    let (by_hand, expected) = loss_by_hand(&net, &images, &labels);
    assert!((value - by_hand).abs() < 1e-6, "{value} and {by_hand}");
    assert!((gradient.w1 - expected.w1).iter().all(|e| e.abs() < 1e-6));
    assert!((gradient.b1 - expected.b1).iter().all(|e| e.abs() < 1e-6));
    assert!((gradient.w2 - expected.w2).iter().all(|e| e.abs() < 1e-6));
    assert!((gradient.b2 - expected.b2).iter().all(|e| e.abs() < 1e-6));

    let x = [-1.2, 1.0, 0.5, 2.0];
    let (value, gradient) = rosenbrock::value_and_grad(&x);
    let (by_hand, expected) = rosenbrock_by_hand(&x);
    assert_eq!(value, by_hand);
    assert!(gradient.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-12 * b.abs()));

    let x = Array1::from(x.to_vec());
    let (value, gradient) = surprise::value_and_grad(0.5, 1.5, &x);
    let (by_hand, expected) = surprise_by_hand(0.5, 1.5, &x);
    assert!((value - by_hand).abs() < 1e-14);
    assert!((gradient.0 - expected.0).abs() < 1e-14 && (gradient.1 - expected.1).abs() < 1e-14);
}

fn main() {
    check();
}
