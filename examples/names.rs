//! Invents first names, a letter at a time: a recurrent network learns which letter follows, from 4,004
//! names, and is compared with counts of letters on 495 others.
//!
//! ```text
//! cargo run --release --example names
//! ```
//!
//! The measure is bits per letter: how much a letter of a name that it has not seen surprises the model, in
//! yes-or-no questions. A model that knows nothing needs log2 28 = 4.8 of them.

use std::error::Error;

use chainrule::ndarray::{Array1, Array2, Axis, s};
use chainrule::optim::AdamW;
use chainrule::optim::schedule::OneCycle;
use chainrule::plot::LossPlot;
use chainrule::prelude::*;
use chainrule::train::Trainer;
use chainrule::{Differentiable, differentiable, files, init};
use chainrule_examples::arguments::Out;
use chainrule_examples::lstm::{Lstm, State};
use chainrule_examples::names::{self, Counts, END, LETTERS, Name};
use clap::Parser;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Learns to invent first names.
#[derive(Parser)]
struct Args {
    /// How often to pass over the training names
    #[arg(long, default_value_t = 12)]
    epochs: usize,
    /// Seeds the weights, the order of the names and the samples
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// How many names to invent
    #[arg(long, default_value_t = 12)]
    samples: usize,
    #[command(flatten)]
    out: Out,
}

const EMBEDDING: usize = 16;
const HIDDEN: usize = 64;

/// A letter -> 16 numbers -> a recurrent layer -> a score for every letter that may follow.
#[derive(Clone, Debug, Differentiable)]
struct Net {
    embedding: Array2<f64>,
    layer: Lstm,
    w: Array2<f64>,
    b: Array1<f64>,
}

impl Net {
    fn new(rng: &mut ChaCha8Rng) -> Self {
        Self {
            embedding: init::normal(rng, (LETTERS, EMBEDDING), 0.5),
            layer: Lstm::new(rng, EMBEDDING, HIDDEN, 1.0),
            w: init::xavier_uniform(rng, (HIDDEN, LETTERS)),
            b: Array1::zeros(LETTERS),
        }
    }

    /// The state after a letter of each of several names, and the scores of what may follow.
    #[differentiable(wrt(self, state))]
    fn read(&self, letters: &[usize], state: &State) -> (Array2<f64>, State) {
        let state = self.layer.step(&self.embedding.select(Axis(0), letters), state);
        (state.h.dot(&self.w) + &self.b, state)
    }
}

/// One letter of each of the names that are so long: what stands before it, and the letter.
struct Step {
    before: Vec<usize>,
    next: Vec<usize>,
}

/// The names side by side, the longest first, so that those that go on are the first ones at every step.
fn steps(names: &[Name]) -> Vec<Step> {
    let mut names: Vec<&Name> = names.iter().collect();
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    let longest = names.first().map_or(0, |name| name.len());
    let step = |at: usize| {
        let going = names.iter().take_while(|name| name.len() >= at);
        let before = |name: &Name| if at == 0 { END } else { name[at - 1] };
        let next = |name: &Name| name.get(at).copied().unwrap_or(END);
        let (before, next) = going.map(|name| (before(name), next(name))).unzip();
        Step { before, next }
    };
    (0..=longest).map(step).collect()
}

/// How much a letter surprises the network: the mean of `-ln p` over all letters and ends.
#[differentiable(wrt(net))]
fn loss(net: &Net, steps: &[Step]) -> f64 {
    let names = steps[0].next.len();
    let mut state = State { h: Array2::zeros((names, HIDDEN)), c: Array2::zeros((names, HIDDEN)) };
    let (mut sum, mut letters) = (0.0, 0.0);
    for step in steps {
        let going = step.next.len();
        let (h, c) = (state.h.slice(s![..going, ..]), state.c.slice(s![..going, ..]));
        let (scores, after) = net.read(&step.before, &State { h: h.to_owned(), c: c.to_owned() });
        sum += scores.cross_entropy(&step.next) * going as f64;
        letters += going as f64;
        state = after;
    }
    sum / letters
}

/// A name, each letter drawn with the probability that the network gives it.
fn invent(net: &Net, rng: &mut ChaCha8Rng) -> Name {
    let (mut name, mut state, mut letter) = (Name::new(), net.layer.start(1), END);
    loop {
        let scores;
        (scores, state) = net.read(&[letter], &state);
        let mut rest: f64 = rng.random();
        let follows = |p: &f64| {
            rest -= p;
            rest < 0.0
        };
        letter = scores.softmax(Axis(1)).iter().position(follows).unwrap_or(END);
        if letter == END || name.len() == 20 {
            return name;
        }
        name.push(letter);
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let (test, known) = names::test_and_training();
    let validation: Vec<Name> = known.iter().step_by(10).cloned().collect();
    let training: Vec<Name> =
        known.iter().filter(|name| !validation.contains(name)).cloned().collect();
    let mut rng = ChaCha8Rng::seed_from_u64(args.seed);
    let mut net = Net::new(&mut rng);
    let history = Trainer::new(args.epochs)
        .batch_size(32)
        .seed(args.seed)
        .schedule(OneCycle::new())
        .clip_norm(1.0)
        .validation(&validation, |net: &Net, names| loss(net, &steps(names)))
        .fit(&mut net, &mut AdamW::new(0.01).weight_decay(0.1), &training, |net, names| {
            loss::value_and_grad(net, &steps(names))
        })?;

    println!("\nBits per letter of {} names that the models have not seen:\n", test.len());
    // The counts see the validation names too, since they need none.
    let bits = loss(&net, &steps(&test)) / std::f64::consts::LN_2;
    let [one, two, three] = [1, 2, 3].map(|before| Counts::new(before, &known).bits(&test));
    println!("counts of letters behind the letter before      {one:.3}");
    println!("                         the two letters before {two:.3}");
    println!("                         the three before       {three:.3}");
    println!("the recurrent network                           {bits:.3}");

    let invented: Vec<Name> = (0..args.samples).map(|_| invent(&net, &mut rng)).collect();
    println!("\nNames that it invents (* stands in the list):\n");
    for names in invented.chunks(4) {
        for name in names {
            let known = if known.contains(name) || test.contains(name) { "*" } else { "" };
            print!("{:<16}", names::spelled(name) + known);
        }
        println!();
    }

    LossPlot::new("Names")
        .curve("training", history.losses())
        .curve("validation", history.validation_losses())
        .save(args.out.file("names.svg")?)?;
    files::save(args.out.file("names.safetensors")?, &net)?;
    println!("\nWrote names.svg and names.safetensors.");

    assert!(one < 3.5 && two < one, "the baselines are none: {one}, {two}");
    assert!(bits < one - 0.5 && bits < three, "the network is hardly better than counts: {bits}");
    Ok(())
}
