//! Which breast tumours are malignant: a network with one hidden layer against the best single
//! measurement, on 114 of 569 tumours that neither has seen.
//!
//! ```text
//! cargo run --release --example binary_cross_entropy
//! cargo run --release --example binary_cross_entropy -- --help
//! ```

use std::error::Error;

use chainrule::ndarray::{Array1, Array2};
use chainrule::optim::AdamW;
use chainrule::optim::schedule::Cosine;
use chainrule::plot::{ConfusionPlot, RocPlot};
use chainrule::prelude::*;
use chainrule::train::Trainer;
use chainrule::{Differentiable, differentiable, init};
use chainrule_examples::arguments::Out;
use chainrule_examples::confusion::Confusion;
use chainrule_examples::roc::Roc;
use chainrule_examples::tumours::{self, Tumours};
use clap::Parser;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Learns which breast tumours are malignant.
#[derive(Parser)]
struct Args {
    /// How often to pass over the training tumours
    #[arg(long, default_value_t = 60)]
    epochs: usize,
    /// How many networks to train, each with a seed of its own
    #[arg(long, default_value_t = 5)]
    seeds: u64,
    #[command(flatten)]
    out: Out,
}

/// 30 measurements -> 16 hidden units -> the logit of "malignant".
#[derive(Clone, Debug, Differentiable)]
struct Net {
    w1: Array2<f64>,
    b1: Array1<f64>,
    w2: Array1<f64>,
    b2: f64,
}

const HIDDEN: usize = 16;

impl Net {
    fn new(inputs: usize, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        Self {
            w1: init::xavier_uniform(&mut rng, (inputs, HIDDEN)),
            b1: Array1::zeros(HIDDEN),
            w2: init::uniform(&mut rng, HIDDEN, 0.5),
            b2: 0.0,
        }
    }
}

#[differentiable(wrt(net))]
fn logits(net: &Net, x: &Array2<f64>) -> Array1<f64> {
    let hidden = (x.dot(&net.w1) + &net.b1).tanh();
    hidden.dot(&net.w2) + net.b2
}

/// The mean binary cross entropy; `y` is 1 where a tumour is malignant.
#[differentiable(wrt(net))]
fn loss(net: &Net, x: &Array2<f64>, y: &Array1<f64>) -> f64 {
    logits(net, x).binary_cross_entropy_with_logits(y)
}

fn train(args: &Args, seed: u64, training: &Tumours) -> Result<Net, Box<dyn Error>> {
    let mut net = Net::new(training.x.ncols(), seed);
    let mut trainer = Trainer::new(args.epochs)
        .batch_size(32)
        .seed(seed)
        .schedule(Cosine::new().warm_up(20))
        .accuracy(|net: &Net, batch: &Tumours| {
            confusion(&logits(net, &batch.x), 0.0, batch).accuracy()
        });
    if seed > 0 {
        trainer = trainer.quiet();
    }
    trainer.fit(&mut net, &mut AdamW::new(0.01).weight_decay(0.1), training, |net, batch| {
        loss::value_and_grad(net, &batch.x, &batch.y)
    })?;
    Ok(net)
}

fn is_malignant(tumours: &Tumours) -> Vec<bool> {
    tumours.y.iter().map(|y| *y > 0.5).collect()
}

fn roc(scores: &Array1<f64>, tumours: &Tumours) -> Roc {
    Roc::new(&scores.to_vec(), &is_malignant(tumours))
}

/// Class 1 where the score is above the threshold.
fn confusion(scores: &Array1<f64>, threshold: f64, tumours: &Tumours) -> Confusion {
    let labels: Vec<usize> = is_malignant(tumours).into_iter().map(usize::from).collect();
    let predicted: Vec<usize> =
        scores.iter().map(|score| usize::from(*score > threshold)).collect();
    Confusion::new(2, &labels, &predicted)
}

/// The measurement, and the threshold above which a tumour is called malignant, that are right most
/// often on the training tumours.
fn best_single(training: &Tumours) -> (usize, f64) {
    let candidates = (0..training.x.ncols()).flat_map(|column| {
        let thresholds = training.x.column(column).to_vec();
        thresholds.into_iter().map(move |threshold| (column, threshold))
    });
    let accuracy = |(column, threshold): &(usize, f64)| {
        confusion(&training.x.column(*column).to_owned(), *threshold, training).accuracy()
    };
    candidates
        .map(|candidate| (accuracy(&candidate), candidate))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
        .expect("there are tumours")
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let tumours::Parts { names, test, training } = tumours::load();
    println!("Training on {} tumours, testing on {} others.\n", training.y.len(), test.y.len());

    let (column, threshold) = best_single(&training);
    let single = test.x.column(column).to_owned();
    let single_accuracy = confusion(&single, threshold, &test).accuracy();
    let single_roc = roc(&single, &test);

    let mut results = Vec::new();
    for seed in 0..args.seeds.max(1) {
        let net = train(&args, seed, &training)?;
        let scores = logits(&net, &test.x);
        let (confusion, roc) = (confusion(&scores, 0.0, &test), roc(&scores, &test));
        println!(
            "seed {seed}: {:.2} % right, area under the ROC {:.4}",
            100.0 * confusion.accuracy(),
            roc.area()
        );
        if seed == 0 {
            let area = |name: &str, roc: &Roc| format!("{name}, area {:.3}", roc.area());
            RocPlot::new("Which tumours are malignant")
                .curve(area("network", &roc), roc.points.clone())
                .curve(
                    area(&names[column].replace('_', " "), &single_roc),
                    single_roc.points.clone(),
                )
                .save(args.out.file("roc.png")?)?;
            ConfusionPlot::new("Tumours that the network has not seen", confusion.counts())
                .classes(["benign", "malignant"])
                .save(args.out.file("confusion.png")?)?;
        }
        results.push((confusion.accuracy(), roc.area()));
    }
    println!(
        "\n{} alone: {:.2} % right, area {:.4}",
        names[column],
        100.0 * single_accuracy,
        single_roc.area()
    );
    println!("Wrote roc.png and confusion.png.");

    let median = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    let accuracy = median(results.iter().map(|result| result.0).collect());
    let area = median(results.iter().map(|result| result.1).collect());
    assert!(accuracy >= 0.95 && accuracy > single_accuracy + 0.02, "median accuracy {accuracy}");
    assert!(area >= 0.985 && area > single_roc.area() + 0.005, "median area {area}");
    Ok(())
}
