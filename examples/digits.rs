//! A network with one hidden layer learns to read handwritten digits, in a fraction of a second.
//!
//! ```text
//! cargo run --release --example digits
//! ```
//!
//! It trains on four fifths of 1,797 real digits, tests on the others, writes `loss.svg`,
//! `confusion.svg` and `digits.safetensors`, and reads the latter again to show what the network sees. Then it trains
//! with four other seeds, since one accuracy may be luck.
//!
//! The hyperparameters were chosen by five-fold cross-validation on the training digits.

use std::error::Error;

use chainrule::ndarray::{Array1, Array2};
use chainrule::optim::Adam;
use chainrule::plot::{ConfusionPlot, LossPlot};
use chainrule::prelude::*;
use chainrule::train::{History, Stop, Trainer};
use chainrule::{Differentiable, differentiable, files, init};
use chainrule_examples::arguments::{Checkpoints, Out, STOPPED};
use chainrule_examples::confusion::Confusion;
use chainrule_examples::digits::{self, Digits};
use chainrule_examples::{argmax, picture};
use clap::Parser;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

const PIXELS: usize = 64;
const HIDDEN: usize = 128;
const CLASSES: usize = 10;

/// Learns to read handwritten digits.
#[derive(Parser)]
struct Args {
    /// How often to pass over the training digits
    #[arg(long, default_value_t = 40)]
    epochs: usize,
    #[command(flatten)]
    checkpoints: Checkpoints,
    #[command(flatten)]
    out: Out,
}

/// 64 pixels -> 128 hidden units -> 10 classes.
#[derive(Clone, Debug, PartialEq, Differentiable)]
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
            w1: init::he_uniform(&mut rng, (PIXELS, HIDDEN)),
            b1: Array1::zeros(HIDDEN),
            w2: init::he_uniform(&mut rng, (HIDDEN, CLASSES)),
            b2: Array1::zeros(CLASSES),
        }
    }

    /// The digit that each image shows most likely.
    fn predict(&self, images: &Array2<f32>) -> Vec<usize> {
        let hidden = (images.dot(&self.w1) + &self.b1).relu();
        argmax::of_rows(&(hidden.dot(&self.w2) + &self.b2))
    }

    fn test(&self, digits: &Digits) -> Confusion {
        Confusion::new(CLASSES, &digits.y, &self.predict(&digits.x))
    }
}

/// The mean cross entropy of the network's predictions.
#[differentiable(wrt(net))]
fn loss(net: &Net, images: &Array2<f32>, labels: &[usize]) -> f32 {
    let hidden = (images.dot(&net.w1) + &net.b1).relu();
    let logits = hidden.dot(&net.w2) + &net.b2;
    logits.cross_entropy(labels)
}

/// Trains a new network. Only the first is reported while it learns.
fn train(args: &Args, seed: u64, training: &Digits) -> Result<(Net, History), Box<dyn Error>> {
    let mut net = Net::new(seed);
    let trainer = Trainer::new(args.epochs).batch_size(32).seed(seed);
    let trainer = match seed {
        0 => args
            .checkpoints
            .of(trainer)
            .accuracy(|net: &Net, batch: &Digits| net.test(batch).accuracy()),
        _ => trainer.quiet(),
    };
    let history = trainer.fit(&mut net, &mut Adam::new(0.003), training, |net, batch| {
        loss::value_and_grad(net, &batch.x, &batch.y)
    })?;
    Ok((net, history))
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let (test, training) = digits::test_and_training();
    println!("Training on {} digits, testing on {} others.\n", training.y.len(), test.y.len());

    let (net, history) = train(&args, 0, &training)?;
    if history.stop == Stop::Asked {
        println!("{STOPPED}");
        return Ok(());
    }
    let confusion = net.test(&test);
    println!("{confusion}\n");
    println!(
        "{:.2} % of the test digits are read right, after {:.2} s of training.\n",
        100.0 * confusion.accuracy(),
        history.seconds()
    );

    LossPlot::new("Handwritten digits: cross entropy in training")
        .curve("training", history.losses())
        .save(args.out.file("loss.svg")?)?;
    ConfusionPlot::new("Handwritten digits that the network has not seen", confusion.counts())
        .save(args.out.file("confusion.svg")?)?;
    let file = args.out.file("digits.safetensors")?;
    files::save(&file, &net)?;
    let mut loaded = Net::new(1);
    files::load(&file, &mut loaded)?;
    assert_eq!(loaded, net, "the file holds the network to the last bit");
    println!(
        "Wrote loss.svg, confusion.svg and digits.safetensors. The network in the file reads:\n"
    );
    show(&loaded, &test);

    let mut accuracies = vec![confusion.accuracy()];
    for seed in 1..=4 {
        accuracies.push(train(&args, seed, &training)?.0.test(&test).accuracy());
    }
    let percents: Vec<_> = accuracies.iter().map(|a| format!("{:.2} %", 100.0 * a)).collect();
    println!("\nSeeds 0 to 4: {}", percents.join(", "));

    accuracies.sort_by(f64::total_cmp);
    assert!(accuracies[2] >= 0.97, "the median accuracy is {}", accuracies[2]);
    assert!(accuracies[0] >= 0.96, "the lowest accuracy is {}", accuracies[0]);
    Ok(())
}

/// Prints one digit of each class that was read right, and some that were not, as "read (true!)".
fn show(net: &Net, test: &Digits) {
    let predictions = net.predict(&test.x);
    let right = (0..CLASSES).filter_map(|digit| {
        (0..test.y.len()).find(|row| test.y[*row] == digit && predictions[*row] == digit)
    });
    let wrong = (0..test.y.len()).filter(|row| test.y[*row] != predictions[*row]);
    let rows: Vec<usize> = right.chain(wrong).take(15).collect();
    for rows in rows.chunks(5) {
        let images: Vec<_> = rows.iter().map(|row| test.x.row(*row)).collect();
        let captions: Vec<_> = rows
            .iter()
            .map(|row| match (test.y[*row], predictions[*row]) {
                (label, prediction) if label == prediction => format!("{label}"),
                (label, prediction) => format!("{prediction} ({label}!)"),
            })
            .collect();
        println!("{}\n", picture::row(&images, &captions));
    }
}
