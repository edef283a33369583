//! A network with one hidden layer learns MNIST from the four IDX files in a folder, over all threads.
//!
//! ```text
//! cargo run --release --example mnist -- FOLDER
//! ```
//!
//! The folder holds `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and
//! `t10k-labels-idx1-ubyte`, as they are or with `.gz` behind their names. They are not part of this
//! repository. The baseline takes an image for the digit whose mean image is nearest.

use std::error::Error;
use std::path::{Path, PathBuf};

use chainrule::data::{Error as DataError, read_idx};
use chainrule::ndarray::{Array1, Array2, Array3, Axis, Ix1, Ix3};
use chainrule::optim::AdamW;
use chainrule::optim::schedule::OneCycle;
use chainrule::prelude::*;
use chainrule::train::{Dataset, Trainer};
use chainrule::{Differentiable, differentiable, files, init};
use chainrule_examples::argmax;
use chainrule_examples::arguments::Out;
use chainrule_examples::confusion::Confusion;
use clap::Parser;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Learns to read handwritten digits of MNIST's format.
#[derive(Parser)]
struct Args {
    /// Where the four IDX files are, plain or compressed with gzip
    folder: PathBuf,
    /// How often to pass over the training digits
    #[arg(long, default_value_t = 8)]
    epochs: usize,
    /// Seeds the weights and the order of the digits
    #[arg(long, default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    out: Out,
}

type Digits = Dataset<Array2<f32>, Vec<usize>>;

const HIDDEN: usize = 128;
const CLASSES: usize = 10;

/// pixels -> 128 hidden units -> 10 classes.
#[derive(Clone, Debug, Differentiable)]
struct Net {
    w1: Array2<f32>,
    b1: Array1<f32>,
    w2: Array2<f32>,
    b2: Array1<f32>,
}

impl Net {
    fn new(pixels: usize, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        Self {
            w1: init::he_uniform(&mut rng, (pixels, HIDDEN)),
            b1: Array1::zeros(HIDDEN),
            w2: init::he_uniform(&mut rng, (HIDDEN, CLASSES)),
            b2: Array1::zeros(CLASSES),
        }
    }
}

#[differentiable(wrt(net))]
fn logits(net: &Net, images: &Array2<f32>) -> Array2<f32> {
    let hidden = (images.dot(&net.w1) + &net.b1).relu();
    hidden.dot(&net.w2) + &net.b2
}

#[differentiable(wrt(net))]
fn loss(net: &Net, images: &Array2<f32>, labels: &[usize]) -> f32 {
    logits(net, images).cross_entropy(labels)
}

/// Images of brightnesses from 0 to 1, a row each, and their labels.
fn read(folder: &Path, part: &str) -> Result<Digits, DataError> {
    let file = |kind: &str| {
        let plain = folder.join(format!("{part}-{kind}-ubyte"));
        if plain.exists() { plain } else { folder.join(format!("{part}-{kind}-ubyte.gz")) }
    };
    let images: Array3<f32> = read_idx::<f32, Ix3>(file("images-idx3"))?;
    let labels = read_idx::<usize, Ix1>(file("labels-idx1"))?.to_vec();
    let (count, height, width) = images.dim();
    let rows = images.into_shape_with_order((count, height * width)).expect("as many pixels");
    Ok(Dataset::new(rows / 255.0, labels))
}

fn accuracy(scores: &Array2<f32>, labels: &[usize]) -> f64 {
    Confusion::new(CLASSES, labels, &argmax::of_rows(scores)).accuracy()
}

/// How near each image is to the mean image of each digit.
fn nearness_to_means(training: &Digits, images: &Array2<f32>) -> Array2<f32> {
    let mut scores = Array2::zeros((images.nrows(), CLASSES));
    for class in 0..CLASSES {
        let rows: Vec<usize> =
            (0..training.y.len()).filter(|row| training.y[*row] == class).collect();
        if let Some(mean) = training.x.select(Axis(0), &rows).mean_axis(Axis(0)) {
            let distance = (images - &mean).mapv(|difference| difference.powi(2)).sum_axis(Axis(1));
            scores.column_mut(class).assign(&-distance);
        }
    }
    scores
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let (training, test) = (read(&args.folder, "train")?, read(&args.folder, "t10k")?);
    println!("Training on {} digits, testing on {} others.\n", training.y.len(), test.y.len());
    let baseline = accuracy(&nearness_to_means(&training, &test.x), &test.y);

    let mut net = Net::new(training.x.ncols(), args.seed);
    let history = Trainer::new(args.epochs)
        .batch_size(128)
        .shard_size(32)
        .seed(args.seed)
        .schedule(OneCycle::new())
        .fit_parallel(&mut net, &mut AdamW::new(0.005), &training, |net, batch, _| {
            loss::value_and_grad(net, &batch.x, &batch.y)
        })?;
    let right = accuracy(&logits(&net, &test.x), &test.y);
    println!(
        "\n{:.2} % of the test digits are read right after {:.1} s; by the nearest mean {:.2} %.",
        100.0 * right,
        history.seconds(),
        100.0 * baseline
    );
    files::save(args.out.file("mnist.safetensors")?, &net)?;
    println!("Wrote mnist.safetensors.");
    assert!(right > baseline + 0.05, "the network is hardly better than the nearest mean");
    Ok(())
}
