//! A rod that cools down, by a physics-informed network: a small network is made to obey the heat equation, from
//! nothing but the equation, the temperature at the beginning and that at the ends. No solution is shown to it.
//!
//! ```text
//! cargo run --release --example heat_pinn
//! ```
//!
//! The equation is written as physicists derive it: heat is conserved, `u_t + q_x = 0`, and it flows from warm
//! to cold, `q = -a u_x` (Fourier's law); one in the other is `u_t = a u_xx`. So the network gives the temperature and
//! the flow of heat, and the loss takes derivatives of what it gives by place and by time (`fields::jvp` below). By
//! the weights, that loss is then differentiated in reverse.

use std::error::Error;
use std::f64::consts::PI;
use std::time::Instant;

use chainrule::check::check_gradients;
use chainrule::ndarray::{Array1, Array2};
use chainrule::optim::Lbfgs;
use chainrule::plot::LinePlot;
use chainrule::prelude::*;
use chainrule::{Differentiable, differentiable, init};
use chainrule_examples::arguments::Out;
use clap::Parser;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Solves the heat equation by a network that obeys it.
#[derive(Parser)]
struct Args {
    /// The number of points at which the equation is to hold
    #[arg(long, default_value_t = 256)]
    points: usize,
    /// The units of each of the two hidden layers
    #[arg(long, default_value_t = 20)]
    units: usize,
    /// The most iterations of L-BFGS
    #[arg(long, default_value_t = 3000)]
    iterations: u64,
    /// Seeds the weights and the points
    #[arg(long, default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    out: Out,
}

/// How fast heat spreads, `a`.
const DIFFUSIVITY: f64 = 0.1;

/// The exact temperature at the place `x` and the time `t`, both in 0..=1: what begins as half a sine wave, between
/// ends that are kept at 0, stays one.
fn exact(x: f64, t: f64) -> f64 {
    (PI * x).sin() * (-DIFFUSIVITY * PI * PI * t).exp()
}

#[derive(Clone, Debug, Differentiable)]
struct Network {
    w1: Array2<f64>,
    b1: Array1<f64>,
    w2: Array2<f64>,
    b2: Array1<f64>,
    w3: Array2<f64>,
    b3: Array1<f64>,
}

impl Network {
    fn new(units: usize, rng: &mut impl Rng) -> Network {
        Network {
            w1: init::xavier_uniform(rng, (2, units)),
            b1: Array1::zeros(units),
            w2: init::xavier_uniform(rng, (units, units)),
            b2: Array1::zeros(units),
            w3: init::xavier_uniform(rng, (units, 2)),
            b3: Array1::zeros(2),
        }
    }
}

/// The temperature and the flow of heat, a row for each row `(x, t)` of `points`.
#[differentiable(second_order)]
fn fields(network: &Network, points: &Array2<f64>) -> Array2<f64> {
    let first = (points.dot(&network.w1) + &network.b1).tanh();
    let second = (first.dot(&network.w2) + &network.b2).tanh();
    second.dot(&network.w3) + &network.b3
}

/// What is known of the rod.
struct Rod {
    /// Places and times at which the equation is to hold.
    inside: Array2<f64>,
    /// Directions: a step of place, and one of time, with the network as it is.
    along_x: Array2<f64>,
    along_t: Array2<f64>,
    same_network: NetworkGradient,
    /// Places at the beginning and moments at the ends, and the temperatures there.
    border: Array2<f64>,
    temperatures: Array1<f64>,
}

impl Rod {
    fn new(count: usize, network: &Network, rng: &mut impl Rng) -> Rod {
        let inside = Array2::from_shape_simple_fn((count, 2), || rng.random::<f64>());
        let direction = |x: f64, t: f64| Array2::from_shape_fn((count, 2), |(_, c)| [x, t][c]);
        let steps = (0..=20).map(|step| step as f64 / 20.0);
        let border: Vec<[f64; 2]> =
            steps.flat_map(|step| [[step, 0.0], [0.0, step], [1.0, step]]).collect();
        let border = Array2::from(border);
        Rod {
            inside,
            along_x: direction(1.0, 0.0),
            along_t: direction(0.0, 1.0),
            same_network: network.zero_gradient(),
            temperatures: border.rows().into_iter().map(|at| exact(at[0], at[1])).collect(),
            border,
        }
    }
}

/// By how much heat is not conserved, and by how much it does not flow by Fourier's law, squared.
#[differentiable(wrt(network))]
fn physics(network: &Network, rod: &Rod) -> f64 {
    let (at, by_x) = fields::jvp(network, &rod.inside, (&rod.same_network, &rod.along_x));
    let (_, by_t) = fields::jvp(network, &rod.inside, (&rod.same_network, &rod.along_t));
    let heat_made = &by_t.column(0) + &by_x.column(1);
    let odd_flow = &at.column(1) + &(&by_x.column(0) * DIFFUSIVITY);
    heat_made.pow2().mean().unwrap() + odd_flow.pow2().mean().unwrap()
}

/// How far the temperatures at the beginning and at the ends are from what they are to be, squared.
#[differentiable(wrt(network))]
fn conditions(network: &Network, rod: &Rod) -> f64 {
    let temperatures = fields(network, &rod.border).column(0).to_owned();
    temperatures.mse(&rod.temperatures)
}

#[differentiable(wrt(network))]
fn loss(network: &Network, rod: &Rod) -> f64 {
    physics(network, rod) + 10.0 * conditions(network, rod)
}

/// The largest error of the temperature, over a grid of places and times.
fn largest_error(network: &Network) -> f64 {
    let steps = 101;
    let at = |step: usize| step as f64 / (steps - 1) as f64;
    let grid = Array2::from_shape_fn((steps * steps, 2), |(row, column)| {
        at(if column == 0 { row / steps } else { row % steps })
    });
    let found = fields(network, &grid);
    let errors = grid.rows().into_iter().zip(found.column(0));
    errors.map(|(at, found)| (found - exact(at[0], at[1])).abs()).fold(0.0, f64::max)
}

/// Trains a copy of the network, and says what came of it.
fn train(
    name: &str,
    network: &Network,
    args: &Args,
    loss: impl FnMut(&Network) -> (f64, NetworkGradient),
) -> (Network, f64) {
    let mut trained = network.clone();
    let started = Instant::now();
    let minimum = Lbfgs::new(args.iterations).minimize(&mut trained, loss);
    let error = largest_error(&trained);
    println!(
        "{name:<22} {:>10} {:>8.1} {:>10.1e} {error:>14.5}",
        minimum.iterations,
        started.elapsed().as_secs_f64(),
        minimum.loss,
    );
    (trained, error)
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let mut rng = ChaCha8Rng::seed_from_u64(args.seed);
    let network = Network::new(args.units, &mut rng);
    let rod = Rod::new(args.points, &network, &mut rng);

    let checked = check_gradients(
        |network| loss(network, &rod),
        |network| loss::grad(network, &rod),
        &network,
    )?;
    println!(
        "The gradient of a loss made of derivatives agrees with differences, in all of the {} weights.\n",
        checked.elements
    );

    println!(
        "{:<22} {:>10} {:>8} {:>10} {:>14}",
        "trained by", "iterations", "seconds", "loss", "largest error"
    );
    let of_conditions = |network: &Network| conditions::value_and_grad(network, &rod);
    let (unphysical, without) = train("the conditions alone", &network, &args, of_conditions);
    let (found, error) = train("the equation as well", &network, &args, |network| {
        loss::value_and_grad(network, &rod)
    });

    let places: Vec<f64> = (0..=50).map(|step| f64::from(step) / 50.0).collect();
    let times = [0.0, 0.5, 1.0];
    let temperatures = |network: &Network, t: f64| {
        let points = Array2::from_shape_fn((places.len(), 2), |(row, c)| [places[row], t][c]);
        fields(network, &points).column(0).to_vec()
    };
    let curve = |plot: LinePlot, name: &str, network: &Network, t: f64| {
        plot.curve(name, places.iter().copied(), temperatures(network, t))
    };
    let mut plot = LinePlot::new("A rod cools down").axes("place", "temperature");
    for t in times {
        plot = curve(plot, &format!("t = {t}"), &found, t);
    }
    curve(plot, "t = 0.5 without the equation", &unphysical, 0.5)
        .points(
            "exact",
            times.iter().flat_map(|_| places.iter().copied()),
            times.iter().flat_map(|t| places.iter().map(|x| exact(*x, *t))),
        )
        .save(args.out.file("heat_pinn.svg")?)?;
    println!("\nWrote heat_pinn.svg.");

    assert!(error < 0.01, "the temperature is off by {error}");
    assert!(20.0 * error < without, "without the equation it is off by {without}");
    Ok(())
}
