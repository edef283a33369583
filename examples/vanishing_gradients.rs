//! How far back a recurrent network learns: the gradient of its state at every time step, which vanishes
//! or explodes in a plain network, is bounded by clipping, and lives on behind gates.
//!
//! ```text
//! cargo run --release --example vanishing_gradients
//! ```
//!
//! The task is to tell, after many steps of noise, whether the very first number was positive. Bengio,
//! Simard and Frasconi, "Learning long-term dependencies with gradient descent is difficult" (1994);
//! Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks" (2013).
//!
//! How the gradient of every state is found: a `probe` of zeros is added to the state at each step. It
//! changes nothing, and its gradient is the state's.

use std::error::Error;

use chainrule::ndarray::{Array1, Array2, Axis, s};
use chainrule::optim::{self, Sgd};
use chainrule::plot::LinePlot;
use chainrule::prelude::*;
use chainrule::train::{Dataset, Trainer};
use chainrule::{Differentiable, differentiable, init};
use chainrule_examples::arguments::Out;
use chainrule_examples::lstm::{Lstm, State};
use clap::Parser;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Shows how gradients vanish and explode over the steps of a recurrent network.
#[derive(Parser)]
struct Args {
    /// How many numbers a sequence has
    #[arg(long, default_value_t = 40)]
    steps: usize,
    /// How often to pass over the training sequences
    #[arg(long, default_value_t = 12)]
    epochs: usize,
    /// The norm to which a gradient is clipped
    #[arg(long, default_value_t = 1.0)]
    clip: f64,
    /// How many networks of each kind to train, each with a seed of its own
    #[arg(long, default_value_t = 3)]
    seeds: u64,
    #[command(flatten)]
    out: Out,
}

const HIDDEN: usize = 16;

/// Numbers `[sequence, step]`, and 1 where the first of them is positive.
type Sequences = Dataset<Array2<f64>, Array1<f64>>;

fn sequences(count: usize, steps: usize, seed: u64) -> Sequences {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut x: Array2<f64> = init::normal(&mut rng, (count, steps), 0.3);
    x.column_mut(0).mapv_inplace(f64::signum);
    let y = x.column(0).mapv(|first| f64::from(u8::from(first > 0.0)));
    Dataset::new(x, y)
}

/// The plain network (Elman, "Finding structure in time", 1990).
#[derive(Clone, Debug, Differentiable)]
struct Elman {
    w: Array1<f64>,
    u: Array2<f64>,
    b: Array1<f64>,
    v: Array1<f64>,
}

impl Elman {
    /// The recurrent weights make each state, on the whole, `gain` times as long.
    fn new(gain: f64, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        Self {
            w: init::uniform(&mut rng, HIDDEN, 0.5),
            u: gain * init::orthogonal(&mut rng, (HIDDEN, HIDDEN)),
            b: Array1::zeros(HIDDEN),
            v: init::uniform(&mut rng, HIDDEN, 0.5),
        }
    }
}

/// What the network says of each sequence: positive for "the first number was positive".
#[differentiable(wrt(net, probe))]
fn elman(net: &Elman, x: &Array2<f64>, probe: &[Array2<f64>]) -> Array1<f64> {
    let mut h = Array2::zeros((x.nrows(), HIDDEN));
    for (x, probe) in x.columns().into_iter().zip(probe) {
        let x = x.insert_axis(Axis(1));
        h = (&x * &net.w + h.dot(&net.u) + &net.b).tanh() + probe;
    }
    h.dot(&net.v)
}

#[differentiable(wrt(net, probe))]
fn elman_loss(net: &Elman, batch: &Sequences, probe: &[Array2<f64>]) -> f64 {
    elman(net, &batch.x, probe).binary_cross_entropy_with_logits(&batch.y)
}

/// The network with gates.
#[derive(Clone, Debug, Differentiable)]
struct Gated {
    layer: Lstm,
    v: Array1<f64>,
}

impl Gated {
    fn new(seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let layer = Lstm::new(&mut rng, 1, HIDDEN, 3.0);
        Self { layer, v: init::uniform(&mut rng, HIDDEN, 0.5) }
    }
}

#[differentiable(wrt(net, probe))]
fn gated(net: &Gated, x: &Array2<f64>, probe: &[State]) -> Array1<f64> {
    let mut state =
        State { h: Array2::zeros((x.nrows(), HIDDEN)), c: Array2::zeros((x.nrows(), HIDDEN)) };
    for (t, probe) in probe.iter().enumerate() {
        state = net.layer.step(&x.slice(s![.., t..t + 1]).to_owned(), &state);
        state = State { h: state.h + &probe.h, c: state.c + &probe.c };
    }
    state.h.dot(&net.v)
}

#[differentiable(wrt(net, probe))]
fn gated_loss(net: &Gated, batch: &Sequences, probe: &[State]) -> f64 {
    gated(net, &batch.x, probe).binary_cross_entropy_with_logits(&batch.y)
}

/// The norm of each state's gradient, over all sequences together.
fn norms<G: Differentiable>(gradients: &[G]) -> Vec<f64> {
    gradients.iter().map(optim::norm).collect()
}

/// Trains a network, and gives the share of other sequences that it then tells right.
fn accuracy<P: Differentiable>(
    args: &Args,
    seed: u64,
    mut net: P,
    clip: Option<f64>,
    value_and_grad: impl FnMut(&P, &Sequences) -> (f64, P::Gradient),
    says: impl Fn(&P, &Array2<f64>) -> Array1<f64>,
) -> Result<f64, chainrule::train::Error> {
    let mut trainer = Trainer::new(args.epochs).seed(seed).quiet();
    if let Some(norm) = clip {
        trainer = trainer.clip_norm(norm);
    }
    trainer.fit(&mut net, &mut Sgd::new(0.3), &sequences(512, args.steps, seed), value_and_grad)?;
    let test = sequences(512, args.steps, 1000 + seed);
    let said = says(&net, &test.x);
    let right = said.iter().zip(&test.y).filter(|(said, y)| (**said > 0.0) == (**y > 0.5));
    Ok(right.count() as f64 / said.len() as f64)
}

/// The median over the seeds.
fn median(
    args: &Args,
    of_seed: impl Fn(u64) -> Result<f64, chainrule::train::Error>,
) -> Result<f64, chainrule::train::Error> {
    let mut all = (0..args.seeds.max(1)).map(of_seed).collect::<Result<Vec<_>, _>>()?;
    all.sort_by(f64::total_cmp);
    Ok(all[all.len() / 2])
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let (small, large) = (0.7, 3.0);

    println!("The norm of the gradient of the state after each step, before any training:\n");
    let batch = sequences(64, args.steps, 0);
    let zeros = Array2::zeros((64, HIDDEN));
    let probe = vec![zeros.clone(); args.steps];
    let vanishing = norms(&elman_loss::grad(&Elman::new(small, 0), &batch, &probe).1);
    let mut gradient = elman_loss::grad(&Elman::new(large, 0), &batch, &probe);
    let exploding = norms(&gradient.1);
    let before = optim::clip_norm(&mut gradient, args.clip);
    let after = optim::norm(&gradient);
    let clipped = norms(&gradient.1);
    let probe = vec![State { h: zeros.clone(), c: zeros }; args.steps];
    let kept = norms(&gated_loss::grad(&Gated::new(0), &batch, &probe).1);

    let curves = [
        (format!("weights of {small}"), &vanishing),
        (format!("weights of {large}"), &exploding),
        (format!("weights of {large}, clipped"), &clipped),
        ("gates".to_owned(), &kept),
    ];
    println!(
        "step {:>24} {:>24} {:>24} {:>24}",
        curves[0].0, curves[1].0, curves[2].0, curves[3].0
    );
    for t in (0..args.steps).step_by(args.steps.div_ceil(10)).chain([args.steps - 1]) {
        print!("{:>4}", t + 1);
        curves.iter().for_each(|(_, norms)| print!(" {:>24.1e}", norms[t]));
        println!();
    }
    println!("\nClipping takes the norm of the whole gradient from {before:.1e} to {after:.3}.");

    let mut plot = LinePlot::new("How far back a recurrent network learns")
        .axes("time step", "norm of the gradient of the state")
        .logarithmic();
    for (name, norms) in curves {
        plot = plot.curve(name, (1..=args.steps).map(|step| step as f64), norms.iter().copied());
    }
    plot.save(args.out.file("vanishing_gradients.svg")?)?;
    println!("Wrote vanishing_gradients.svg.\n");

    println!("What they learn, as the share of sequences told right (a guess: 0.5):\n");
    let still = vec![Array2::zeros((1, 1)); args.steps];
    let plain = |gain: f64, clip: Option<f64>| {
        median(&args, |seed| {
            let value_and_grad = |net: &Elman, batch: &Sequences| {
                let (loss, (gradient, _)) = elman_loss::value_and_grad(net, batch, &still);
                (loss, gradient)
            };
            let says = |net: &Elman, x: &Array2<f64>| elman(net, x, &still);
            accuracy(&args, seed, Elman::new(gain, seed), clip, value_and_grad, says)
        })
    };
    let unlearnt = plain(small, Some(args.clip))?;
    println!("weights of {small}:           {unlearnt:.3}");
    let diverged = plain(large, None)?;
    println!("weights of {large}:             {diverged:.3}");
    let bounded = plain(large, Some(args.clip))?;
    println!("weights of {large}, clipped:    {bounded:.3}");
    let still = vec![State { h: Array2::zeros((1, 1)), c: Array2::zeros((1, 1)) }; args.steps];
    let learnt = median(&args, |seed| {
        let value_and_grad = |net: &Gated, batch: &Sequences| {
            let (loss, (gradient, _)) = gated_loss::value_and_grad(net, batch, &still);
            (loss, gradient)
        };
        let says = |net: &Gated, x: &Array2<f64>| gated(net, x, &still);
        accuracy(&args, seed, Gated::new(seed), Some(args.clip), value_and_grad, says)
    })?;
    println!("gates:                    {learnt:.3}");

    let ratio = |norms: &[f64]| norms[0] / norms[norms.len() - 1];
    assert!(ratio(&vanishing) < 1e-4, "small weights do not let the gradient vanish");
    assert!(ratio(&exploding) > 1e3, "large weights do not let the gradient explode");
    assert!((0.01..100.0).contains(&ratio(&kept)), "gates do not keep the gradient");
    assert!(after <= args.clip * (1.0 + 1e-12), "clipping does not bound the gradient");
    assert!(unlearnt < 0.65 && diverged < 0.65, "the plain network learns: {unlearnt}, {diverged}");
    assert!(bounded > 0.9, "clipping does not help: {bounded}");
    assert!(learnt > 0.95, "gates do not help: {learnt}");
    Ok(())
}
