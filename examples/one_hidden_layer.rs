//! One step of learning, as a textbook works it out: forward pass, chain rule, weight update. Each
//! derivative is found in three ways, and all agree: by hand, by `#[differentiable]`, and by finite
//! differences.
//!
//! ```text
//! cargo run --release --example one_hidden_layer
//! ```

use chainrule::ndarray::{Array1, Array2, Axis, array};
use chainrule::optim::{Optimizer, Sgd};
use chainrule::{Differentiable, differentiable};
use clap::Parser;

/// Works out one step of learning by hand, by #[differentiable] and by differences.
#[derive(Parser)]
struct Args {
    /// The learning rate of the step
    #[arg(long, default_value_t = 0.5)]
    rate: f64,
}

/// 2 inputs -> 3 hidden units with tanh -> 1 output.
#[derive(Clone, Debug, Differentiable)]
struct Net {
    w1: Array2<f64>,
    b1: Array1<f64>,
    w2: Array1<f64>,
    b2: f64,
}

/// Half the squared error of the prediction for one input `x` with target `t`.
#[differentiable(wrt(net))]
fn loss(net: &Net, x: &Array1<f64>, t: f64) -> f64 {
    let hidden = (net.w1.dot(x) + &net.b1).tanh();
    let y = net.w2.dot(&hidden) + net.b2;
    0.5 * (y - t).powi(2)
}

/// The forward pass and the chain rule, line by line.
fn by_hand(net: &Net, x: &Array1<f64>, t: f64) -> (f64, NetGradient) {
    println!("Forward pass");
    let z = net.w1.dot(x) + &net.b1;
    println!("  z = W1 x + b1 = {z:8.5}");
    let h = z.mapv(f64::tanh);
    println!("  h = tanh(z)   = {h:8.5}");
    let y = net.w2.dot(&h) + net.b2;
    println!("  y = w2 h + b2 = {y:8.5}");
    let e = 0.5 * (y - t) * (y - t);
    println!("  e = (y - t)^2 / 2 with t = {t}: {e:.5}\n");

    println!("Chain rule, from the end to the beginning");
    let dy = y - t;
    println!("  de/dy  = y - t             = {dy:8.5}");
    let dw2 = dy * &h;
    println!("  de/dw2 = de/dy h           = {dw2:8.5}");
    let db2 = dy;
    println!("  de/db2 = de/dy             = {db2:8.5}");
    let dh = dy * &net.w2;
    println!("  de/dh  = de/dy w2          = {dh:8.5}");
    let dz = &dh * &(1.0 - &h * &h);
    println!("  de/dz  = de/dh (1 - h^2)   = {dz:8.5}");
    let dw1 = dz.view().insert_axis(Axis(1)).dot(&x.view().insert_axis(Axis(0)));
    println!("  de/dW1 = de/dz x^T         = {}", format!("{dw1:8.5}").replace('\n', ""));
    let db1 = dz;
    println!("  de/db1 = de/dz             = {db1:8.5}\n");
    (e, NetGradient { w1: dw1, b1: db1, w2: dw2, b2: db2 })
}

/// The derivative with respect to one number, by central differences; `nudge` adds to that number.
fn difference(net: &Net, x: &Array1<f64>, t: f64, nudge: impl Fn(&mut Net, f64)) -> f64 {
    let step = 1e-5;
    let at = |step: f64| {
        let mut net = net.clone();
        nudge(&mut net, step);
        loss(&net, x, t)
    };
    (at(step) - at(-step)) / (2.0 * step)
}

fn by_differences(net: &Net, x: &Array1<f64>, t: f64) -> NetGradient {
    let difference = |nudge: &dyn Fn(&mut Net, f64)| difference(net, x, t, nudge);
    NetGradient {
        w1: Array2::from_shape_fn(net.w1.dim(), |at| {
            difference(&move |net, step| net.w1[at] += step)
        }),
        b1: Array1::from_shape_fn(net.b1.dim(), |at| {
            difference(&move |net, step| net.b1[at] += step)
        }),
        w2: Array1::from_shape_fn(net.w2.dim(), |at| {
            difference(&move |net, step| net.w2[at] += step)
        }),
        b2: difference(&|net, step| net.b2 += step),
    }
}

/// The largest difference between two gradients.
fn distance(a: &NetGradient, b: &NetGradient) -> f64 {
    let largest = |differences: Vec<f64>| differences.into_iter().map(f64::abs).fold(0.0, f64::max);
    [
        largest((&a.w1 - &b.w1).into_iter().collect()),
        largest((&a.b1 - &b.b1).to_vec()),
        largest((&a.w2 - &b.w2).to_vec()),
        (a.b2 - b.b2).abs(),
    ]
    .into_iter()
    .fold(0.0, f64::max)
}

fn main() {
    let Args { rate } = Args::parse();
    let mut net = Net {
        w1: array![[0.15, 0.2], [0.25, -0.3], [-0.4, 0.1]],
        b1: array![0.35, -0.1, 0.2],
        w2: array![0.4, -0.45, 0.5],
        b2: 0.6,
    };
    let (x, t) = (array![0.05, 0.1], 0.01);

    let (e, hand) = by_hand(&net, &x, t);
    let (value, gradient) = loss::value_and_grad(&net, &x, t);
    let differences = by_differences(&net, &x, t);

    println!("The largest difference between gradients");
    let to_hand = distance(&gradient, &hand);
    let to_differences = distance(&gradient, &differences);
    println!("  #[differentiable] and by hand:            {to_hand:.1e}");
    println!("  #[differentiable] and finite differences: {to_differences:.1e}\n");
    assert_eq!(value, loss(&net, &x, t));
    assert!((value - e).abs() < 1e-15 && to_hand < 1e-15 && to_differences < 1e-9);

    let w2 = &net.w2 - &(rate * &hand.w2);
    Sgd::new(rate).step(&mut net, &gradient);
    assert_eq!(net.w2, w2, "the step is w - rate de/dw");
    let after = loss(&net, &x, t);
    println!("Weight update, w = w - {rate} de/dw");
    println!("  w2 = {:8.5}", net.w2);
    println!("  e  = {after:.5} (it was {value:.5})");
    assert!(after < 0.1 * value, "the step does not pay: try a rate of 0.5");
}
