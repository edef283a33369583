//! What a house in Ames, Iowa, is sold for: a network with one hidden layer against a linear model, on
//! 585 of 2,925 houses that neither has seen.
//!
//! ```text
//! cargo run --release --example house_prices
//! cargo run --release --example house_prices -- --help
//! ```
//!
//! With `--checkpoints FOLDER` the network's training can be stopped with Ctrl-C, or killed, and goes on
//! from there when the example is started again. The pictures are of the first seed.
//!
//! Both models see the same columns and learn the price itself. A linear model of the price's logarithm
//! would be a better baseline than this one, about as good as the network.

use std::error::Error;

use chainrule::ndarray::{Array1, Array2};
use chainrule::optim::AdamW;
use chainrule::optim::schedule::OneCycle;
use chainrule::plot::{PredictionPlot, Report};
use chainrule::prelude::*;
use chainrule::train::{History, Stop, Trainer};
use chainrule::{Differentiable, differentiable, files, init};
use chainrule_examples::arguments::{Checkpoints, Out, STOPPED};
use chainrule_examples::houses::{self, Houses};
use chainrule_examples::r2::r2;
use clap::Parser;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Learns what houses are sold for.
#[derive(Parser)]
struct Args {
    /// How often to pass over the training houses
    #[arg(long, default_value_t = 60)]
    epochs: usize,
    /// How many networks to train, each with a seed of its own
    #[arg(long, default_value_t = 3)]
    seeds: u64,
    #[command(flatten)]
    out: Out,
    #[command(flatten)]
    checkpoints: Checkpoints,
}

/// columns -> 64 hidden units -> the price, all standardised.
#[derive(Clone, Debug, PartialEq, Differentiable)]
struct Net {
    w1: Array2<f64>,
    b1: Array1<f64>,
    w2: Array1<f64>,
    b2: f64,
}

const HIDDEN: usize = 64;

impl Net {
    fn new(columns: usize, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        Self {
            w1: init::he_uniform(&mut rng, (columns, HIDDEN)),
            b1: Array1::zeros(HIDDEN),
            w2: init::uniform(&mut rng, HIDDEN, (1.0 / HIDDEN as f64).sqrt()),
            b2: 0.0,
        }
    }
}

#[differentiable(wrt(net))]
fn network(net: &Net, x: &Array2<f64>) -> Array1<f64> {
    let hidden = (x.dot(&net.w1) + &net.b1).relu();
    hidden.dot(&net.w2) + net.b2
}

/// The baseline.
#[derive(Clone, Debug, Differentiable)]
struct Line {
    w: Array1<f64>,
    b: f64,
}

#[differentiable(wrt(line))]
fn linear(line: &Line, x: &Array2<f64>) -> Array1<f64> {
    x.dot(&line.w) + line.b
}

/// The mean squared error of the network, for prices `y` in standard deviations.
#[differentiable(wrt(net))]
fn network_loss(net: &Net, x: &Array2<f64>, y: &Array1<f64>) -> f64 {
    network(net, x).mse(y)
}

#[differentiable(wrt(line))]
fn linear_loss(line: &Line, x: &Array2<f64>, y: &Array1<f64>) -> f64 {
    linear(line, x).mse(y)
}

/// Prices with mean 0 and standard deviation 1 over the training houses, and the way back.
struct Prices {
    mean: f64,
    deviation: f64,
}

impl Prices {
    fn of(training: &Houses) -> Self {
        let mean = training.y.mean().expect("there are houses");
        Self { mean, deviation: training.y.std(0.0) }
    }

    fn standardise(&self, houses: &Houses) -> Houses {
        Houses::new(houses.x.clone(), (&houses.y - self.mean) / self.deviation)
    }

    fn undo(&self, prices: Array1<f64>) -> Array1<f64> {
        prices * self.deviation + self.mean
    }
}

/// The baseline, trained until it no longer moves.
fn train_line(training: &Houses) -> Result<Line, chainrule::train::Error> {
    let mut line = Line { w: Array1::zeros(training.x.ncols()), b: 0.0 };
    Trainer::new(100).batch_size(64).schedule(OneCycle::new()).quiet().fit(
        &mut line,
        &mut AdamW::new(0.01),
        training,
        |line, batch| linear_loss::value_and_grad(line, &batch.x, &batch.y),
    )?;
    Ok(line)
}

fn train_network(
    args: &Args,
    seed: u64,
    training: &Houses,
    validation: &Houses,
) -> Result<(Net, History), chainrule::train::Error> {
    let mut net = Net::new(training.x.ncols(), seed);
    let mut trainer = Trainer::new(args.epochs)
        .batch_size(64)
        .seed(seed)
        .schedule(OneCycle::new())
        .validation(validation, |net: &Net, batch: &Houses| network_loss(net, &batch.x, &batch.y))
        .restore_best();
    trainer = if seed == 0 { args.checkpoints.of(trainer) } else { trainer.quiet() };
    let mut optimizer = AdamW::new(0.01).weight_decay(0.3);
    let history = trainer.fit(&mut net, &mut optimizer, training, |net, batch| {
        network_loss::value_and_grad(net, &batch.x, &batch.y)
    })?;
    Ok((net, history))
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let (test, training) = houses::test_and_training()?;
    let prices = Prices::of(&training);
    let training = prices.standardise(&training);
    println!(
        "Training on {} houses with {} columns, testing on {} others.\n",
        training.y.len(),
        training.x.ncols(),
        test.y.len()
    );

    let baseline = prices.undo(linear(&train_line(&training)?, &test.x));
    let baseline = r2(&test.y, &baseline);

    let mut scores = Vec::new();
    for seed in 0..args.seeds.max(1) {
        let (validation, rest) = training.split_at_random(0.15, seed);
        let (net, history) = train_network(&args, seed, &rest, &validation)?;
        if history.stop == Stop::Asked {
            println!("{STOPPED}");
            return Ok(());
        }
        let predicted = prices.undo(network(&net, &test.x));
        let score = r2(&test.y, &predicted);
        println!("seed {seed}: R² {score:.4} on the test houses (linear model: {baseline:.4})");
        scores.push(score);
        if seed == 0 {
            let title = "Houses in Ames that the network has not seen";
            let plot = PredictionPlot::new(title, test.y.iter().copied(), predicted).unit("$1000");
            plot.save(args.out.file("house_prices.png")?)?;
            Report::new("House prices")
                .text(&format!("R² {score:.4} on {} test houses.", test.y.len()))
                .text(&format!("A linear model of the same columns: R² {baseline:.4}."))
                .picture("Each point is a house.", plot.to_svg())
                .history(&history)
                .save(args.out.file("house_prices.html")?)?;
            files::save(args.out.file("house_prices.safetensors")?, &net)?;
        }
    }
    scores.sort_by(f64::total_cmp);
    let median = scores[scores.len() / 2];
    println!("\nmedian R² {median:.4}, linear model {baseline:.4}");
    println!("Wrote house_prices.html, house_prices.png and house_prices.safetensors.");

    assert!(baseline > 0.88, "the baseline is none: {baseline}");
    assert!(median > baseline + 0.01, "the network is no better than a line");
    Ok(())
}
