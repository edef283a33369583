//! A small convolutional network learns to read handwritten digits, beside one with a hidden layer as in
//! `digits`.
//!
//! ```text
//! cargo run --release --example digits_convolutional
//! ```
//!
//! Both train on four fifths of 1,797 real digits and are tested on the others, with five seeds. The last fifth
//! of the file was written by other people than the rest, so networks that have learnt the first four
//! fifths are tested on it too: this is harder.
//!
//! What moves: in training, half of the images are shifted by up to a pixel, and half of what the
//! convolutions found is left out (dropout). The convolutional network, its training and how images are shifted were
//! chosen by cross-validation on the training digits in the first four fifths of the file. With
//! `--checkpoints FOLDER` its first training can be stopped with Ctrl-C, and goes on when the example is
//! started again.

use std::error::Error;

use chainrule::layers::{conv2d, dropout, dropout_mask, max_pool2d};
use chainrule::ndarray::{Array1, Array2, Array4, ArrayView1};
use chainrule::optim::schedule::OneCycle;
use chainrule::optim::{Adam, AdamW};
use chainrule::plot::{ConfusionPlot, LossPlot};
use chainrule::prelude::*;
use chainrule::train::{History, Rows, Stop, Trainer};
use chainrule::{Differentiable, differentiable, files, init};
use chainrule_examples::argmax;
use chainrule_examples::arguments::{Checkpoints, Out, STOPPED};
use chainrule_examples::confusion::Confusion;
use chainrule_examples::digits::{self, Digits, SIDE};
use clap::Parser;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Learns to read handwritten digits by convolution.
#[derive(Parser)]
struct Args {
    /// How often to pass over the training digits
    #[arg(long, default_value_t = 15)]
    epochs: usize,
    /// How many networks of each kind to train, each with a seed of its own
    #[arg(long, default_value_t = 5)]
    seeds: u64,
    #[command(flatten)]
    checkpoints: Checkpoints,
    #[command(flatten)]
    out: Out,
}

const CLASSES: usize = 10;
/// What the second convolution finds, in each quarter of the height and of the width.
const FOUND: usize = 32 * (SIDE / 2) * (SIDE / 2);

/// 8 x 8 pixels -> 16 kernels -> 32 kernels -> the largest of 2 x 2 -> 10 classes.
#[derive(Clone, Debug, PartialEq, Differentiable)]
struct Net {
    k1: Array4<f32>,
    b1: Array1<f32>,
    k2: Array4<f32>,
    b2: Array1<f32>,
    w: Array2<f32>,
    b: Array1<f32>,
}

impl Net {
    fn new(seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        // As he_uniform: a kernel sees 9 pixels of each channel.
        let mut kernels = |count, channels: usize| {
            let limit = (6.0 / (9 * channels) as f64).sqrt();
            init::uniform(&mut rng, (count, channels, 3, 3), limit)
        };
        Self {
            k1: kernels(16, 1),
            b1: Array1::zeros(16),
            k2: kernels(32, 16),
            b2: Array1::zeros(32),
            w: init::he_uniform(&mut rng, (FOUND, CLASSES)),
            b: Array1::zeros(CLASSES),
        }
    }

    fn test(&self, digits: &Digits) -> Confusion {
        let scores = features(self, &digits.x).dot(&self.w) + &self.b;
        Confusion::new(CLASSES, &digits.y, &argmax::of_rows(&scores))
    }
}

/// What the convolutions find in each image, a row of pixels.
#[differentiable(wrt(net))]
fn features(net: &Net, images: &Array2<f32>) -> Array2<f32> {
    let count = images.nrows();
    let images = images.view().into_shape_with_order((count, 1, SIDE, SIDE)).unwrap().to_owned();
    let strokes = conv2d(&images, &net.k1, &net.b1, (1, 1), (1, 1)).relu();
    let parts = conv2d(&strokes, &net.k2, &net.b2, (1, 1), (1, 1)).relu();
    let largest = max_pool2d(&parts, (2, 2), (2, 2), (0, 0));
    largest.to_shape((count, FOUND)).unwrap().to_owned()
}

/// The mean cross entropy, with what `mask` leaves of the features.
#[differentiable(wrt(net))]
fn loss(net: &Net, images: &Array2<f32>, labels: &[usize], mask: &Array2<f32>) -> f32 {
    let logits = dropout(&features(net, images), mask).dot(&net.w) + &net.b;
    logits.cross_entropy(labels)
}

/// The images, half of them shifted by up to a pixel in each direction.
fn shifted(images: &Array2<f32>, rng: &mut ChaCha8Rng) -> Array2<f32> {
    let mut shifted = images.clone();
    for (mut to, from) in shifted.rows_mut().into_iter().zip(images.rows()) {
        if rng.random() {
            let (down, right) = (rng.random_range(0..=2), rng.random_range(0..=2));
            to.indexed_iter_mut().for_each(|(pixel, to)| *to = pixel_at(from, pixel, down, right));
        }
    }
    shifted
}

/// The pixel that stands there once the image is moved by `down - 1` and `right - 1`.
fn pixel_at(image: ArrayView1<'_, f32>, pixel: usize, down: usize, right: usize) -> f32 {
    let (row, column) = (pixel / SIDE + 1, pixel % SIDE + 1);
    let inside = |at: usize, by: usize| at.checked_sub(by).filter(|at| *at < SIDE);
    match (inside(row, down), inside(column, right)) {
        (Some(row), Some(column)) => image[row * SIDE + column],
        _ => 0.0,
    }
}

fn train(
    args: &Args,
    seed: u64,
    training: &Digits,
    told: bool,
) -> Result<(Net, History), chainrule::train::Error> {
    let mut net = Net::new(seed);
    let trainer = Trainer::new(args.epochs).shard_size(16).seed(seed).schedule(OneCycle::new());
    let trainer = if told { args.checkpoints.of(trainer) } else { trainer.quiet() };
    let history =
        trainer.fit_parallel(&mut net, &mut AdamW::new(0.005), training, |net, batch, rng| {
            let images = shifted(&batch.x, rng);
            let mask = dropout_mask(rng, (batch.row_count(), FOUND), 0.5);
            loss::value_and_grad(net, &images, &batch.y, &mask)
        })?;
    Ok((net, history))
}

/// The baseline, as in the example `digits`: 64 pixels -> 128 hidden units -> 10 classes.
#[derive(Clone, Debug, Differentiable)]
struct Plain {
    w1: Array2<f32>,
    b1: Array1<f32>,
    w2: Array2<f32>,
    b2: Array1<f32>,
}

#[differentiable(wrt(net))]
fn plain(net: &Plain, images: &Array2<f32>) -> Array2<f32> {
    (images.dot(&net.w1) + &net.b1).relu().dot(&net.w2) + &net.b2
}

#[differentiable(wrt(net))]
fn plain_loss(net: &Plain, batch: &Digits) -> f32 {
    plain(net, &batch.x).cross_entropy(&batch.y)
}

/// The accuracy of a plain network on `test`.
fn plain_accuracy(
    seed: u64,
    training: &Digits,
    test: &Digits,
) -> Result<f64, chainrule::train::Error> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut net = Plain {
        w1: init::he_uniform(&mut rng, (SIDE * SIDE, 128)),
        b1: Array1::zeros(128),
        w2: init::he_uniform(&mut rng, (128, CLASSES)),
        b2: Array1::zeros(CLASSES),
    };
    let trainer = Trainer::new(40).seed(seed).quiet();
    trainer.fit(&mut net, &mut Adam::new(0.003), training, plain_loss::value_and_grad)?;
    let predictions = argmax::of_rows(&plain(&net, &test.x));
    Ok(Confusion::new(CLASSES, &test.y, &predictions).accuracy())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let (test, training) = digits::test_and_training();
    println!("Training on {} digits, testing on {} others.\n", training.y.len(), test.y.len());

    let (mut convolutional, mut baseline) = (Vec::new(), Vec::new());
    for seed in 0..args.seeds.max(1) {
        let (net, history) = train(&args, seed, &training, seed == 0)?;
        if history.stop == Stop::Asked {
            println!("{STOPPED}");
            return Ok(());
        }
        let confusion = net.test(&test);
        if seed == 0 {
            println!("{confusion}\n");
            LossPlot::new("Handwritten digits: cross entropy in training")
                .curve("training", history.losses())
                .save(args.out.file("convolutional_loss.svg")?)?;
            ConfusionPlot::new("Digits that the network has not seen", confusion.counts())
                .save(args.out.file("convolutional.svg")?)?;
            files::save(args.out.file("convolutional.safetensors")?, &net)?;
        }
        convolutional.push(confusion.accuracy());
        baseline.push(plain_accuracy(seed, &training, &test)?);
        println!(
            "seed {seed}: {:.2} % right after {:.1} s, with a hidden layer {:.2} %",
            100.0 * convolutional[convolutional.len() - 1],
            history.seconds(),
            100.0 * baseline[baseline.len() - 1]
        );
    }
    let (convolutional, baseline) = (median(convolutional), median(baseline));
    println!(
        "median: {:.2} %, with a hidden layer {:.2} %",
        100.0 * convolutional,
        100.0 * baseline
    );

    let all = digits::load();
    let first = all.row_count() * 4 / 5;
    let (others, known) = all.split(|row| *row >= first);
    let (net, _) = train(&args, 0, &known, false)?;
    println!(
        "\nThe last fifth of the file, by other people than the rest: {:.2} %, with a hidden layer {:.2} %",
        100.0 * net.test(&others).accuracy(),
        100.0 * plain_accuracy(0, &known, &others)?
    );
    println!("Wrote convolutional_loss.svg, convolutional.svg and convolutional.safetensors.");

    assert!(baseline > 0.96, "the baseline is none: {baseline}");
    assert!(convolutional >= 0.985, "the median accuracy is {convolutional}");
    assert!(
        convolutional > baseline + 0.005,
        "convolution does not help: {convolutional}, {baseline}"
    );
    Ok(())
}
