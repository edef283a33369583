//! The exclusive or: the smallest problem that a network without a hidden layer cannot learn.
//!
//! ```text
//! cargo run --release --example xor
//! ```

use chainrule::ndarray::{Array1, Array2, array};
use chainrule::optim::{Optimizer, Sgd};
use chainrule::plot::BoundaryPlot;
use chainrule::prelude::*;
use chainrule::{Differentiable, differentiable, init};
use chainrule_examples::arguments::Out;
use clap::Parser;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Learns the exclusive or.
#[derive(Parser)]
struct Args {
    /// How many steps to take
    #[arg(long, default_value_t = 500)]
    steps: usize,
    #[command(flatten)]
    out: Out,
}

/// 2 inputs -> 8 hidden units -> the logit of "true".
#[derive(Differentiable)]
struct Net {
    w1: Array2<f32>,
    b1: Array1<f32>,
    w2: Array2<f32>,
    b2: Array1<f32>,
}

impl Net {
    fn new(seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        Self {
            w1: init::xavier_uniform(&mut rng, (2, 8)),
            b1: Array1::zeros(8),
            w2: init::xavier_uniform(&mut rng, (8, 1)),
            b2: Array1::zeros(1),
        }
    }

    /// The probability of "true" for each row of inputs.
    fn predict(&self, inputs: &Array2<f32>) -> Array2<f32> {
        let hidden = (inputs.dot(&self.w1) + &self.b1).tanh();
        (hidden.dot(&self.w2) + &self.b2).sigmoid()
    }
}

/// The mean binary cross entropy over all rows.
#[differentiable(wrt(net))]
fn loss(net: &Net, inputs: &Array2<f32>, targets: &Array2<f32>) -> f32 {
    let hidden = (inputs.dot(&net.w1) + &net.b1).tanh();
    let logits = hidden.dot(&net.w2) + &net.b2;
    logits.binary_cross_entropy_with_logits(targets)
}

fn main() -> std::io::Result<()> {
    let args = Args::parse();
    let inputs = array![[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
    let targets = array![[0.0], [1.0], [1.0], [0.0]];
    let mut net = Net::new(0);
    let mut optimizer = Sgd::new(0.5).momentum(0.9);

    let before = net.predict(&inputs);
    for step in 1..=args.steps {
        let (value, gradient) = loss::value_and_grad(&net, &inputs, &targets);
        optimizer.step(&mut net, &gradient);
        if step % 100 == 0 {
            println!("step {step}: loss {value:.5}");
        }
    }
    let after = net.predict(&inputs);

    println!("\na  b   a xor b   before   after");
    for row in 0..4 {
        let (a, b, target) = (inputs[[row, 0]], inputs[[row, 1]], targets[[row, 0]]);
        println!("{a}  {b}   {target:^7}   {:.3}    {:.3}", before[[row, 0]], after[[row, 0]]);
    }

    let labels: Vec<usize> = targets.iter().map(|target| usize::from(*target > 0.5)).collect();
    let classify = |points: &Array2<f32>| {
        net.predict(points).iter().map(|probability| usize::from(*probability > 0.5)).collect()
    };
    BoundaryPlot::new("What the network takes for a xor b", &inputs, &labels, classify)
        .axes("a", "b")
        .save(args.out.file("xor.png")?)?;
    println!("\nWrote xor.png: which inputs the network takes for true.");

    let error = (after - targets).mapv(f32::abs);
    assert!(error.iter().all(|error| *error < 0.02), "the network has not learnt it: {error}");
    Ok(())
}
