//! How long a pendulum is, and how much friction slows it down: found from noisy angles, by the gradient of the
//! loop that simulates it. There is no neural network in this one.
//!
//! ```text
//! cargo run --release --example pendulum
//! ```
//!
//! The pendulum swings far, so that its period depends on its height and no formula tells it. What is
//! differentiated is the integrator itself, a plain `for` loop over steps of Runge and Kutta's method.

use std::error::Error;

use chainrule::check::check_gradients;
use chainrule::ndarray::{Array1, s};
use chainrule::optim::Lbfgs;
use chainrule::plot::LinePlot;
use chainrule::prelude::*;
use chainrule::{Differentiable, differentiable, init};
use chainrule_examples::arguments::Out;
use clap::Parser;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Finds the length and the friction of a pendulum.
#[derive(Parser)]
struct Args {
    /// The standard deviation of the noise of an angle, in radians
    #[arg(long, default_value_t = 0.05)]
    noise: f64,
    /// Seeds the noise
    #[arg(long, default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    out: Out,
}

/// In metres per square second.
const GRAVITY: f64 = 9.81;
/// Seconds between two observations.
const INTERVAL: f64 = 0.05;
/// Steps of the integrator between two observations.
const STEPS: usize = 5;
/// How long the pendulum is watched, in seconds.
const SECONDS: f64 = 20.0;

/// What is to be found.
#[derive(Clone, Debug, Differentiable)]
struct Pendulum {
    /// Gravity divided by the length, in 1/s².
    stiffness: f64,
    /// How fast friction slows it down, in 1/s.
    friction: f64,
    /// The angle at the beginning, in radians.
    angle: f64,
    /// The angular velocity at the beginning, in radians per second.
    velocity: f64,
}

impl Pendulum {
    fn length(&self) -> f64 {
        GRAVITY / self.stiffness
    }
}

#[differentiable]
fn acceleration(pendulum: &Pendulum, angle: f64, velocity: f64) -> f64 {
    -pendulum.stiffness * angle.sin() - pendulum.friction * velocity
}

/// The angles at so many moments of observation, by the classical method of Runge and Kutta.
#[differentiable(wrt(pendulum))]
fn swing(pendulum: &Pendulum, count: usize) -> Array1<f64> {
    let dt = INTERVAL / STEPS as f64;
    let (mut angle, mut velocity) = (pendulum.angle, pendulum.velocity);
    let mut angles = Array1::zeros(count);
    for moment in 0..count {
        angles[moment] = angle;
        for _ in 0..STEPS {
            let (v1, a1) = (velocity, acceleration(pendulum, angle, velocity));
            let v2 = velocity + 0.5 * dt * a1;
            let a2 = acceleration(pendulum, angle + 0.5 * dt * v1, v2);
            let v3 = velocity + 0.5 * dt * a2;
            let a3 = acceleration(pendulum, angle + 0.5 * dt * v2, v3);
            let v4 = velocity + dt * a3;
            let a4 = acceleration(pendulum, angle + dt * v3, v4);
            angle += dt / 6.0 * (v1 + 2.0 * v2 + 2.0 * v3 + v4);
            velocity += dt / 6.0 * (a1 + 2.0 * a2 + 2.0 * a3 + a4);
        }
    }
    angles
}

/// How far the simulated angles are from the observed ones.
#[differentiable(wrt(pendulum))]
fn loss(pendulum: &Pendulum, observed: &Array1<f64>) -> f64 {
    swing(pendulum, observed.len()).mse(observed)
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let truth = Pendulum { stiffness: GRAVITY / 1.4, friction: 0.15, angle: 2.2, velocity: 0.5 };
    let count = (SECONDS / INTERVAL) as usize;
    let mut rng = ChaCha8Rng::seed_from_u64(args.seed);
    let observed = swing(&truth, count) + init::normal::<f64, _>(&mut rng, count, args.noise);

    // A length of 1 m, no friction, and the first angle as it was seen.
    let start = Pendulum { stiffness: GRAVITY, friction: 0.0, angle: observed[0], velocity: 0.0 };
    let checked = check_gradients(
        |pendulum| loss(pendulum, &observed),
        |pendulum| loss::grad(pendulum, &observed),
        &start,
    )?;
    let steps = count * STEPS;
    println!(
        "The gradient through {steps} steps agrees with differences, in all of the {} unknowns.",
        checked.elements
    );

    // A pendulum of a wrong length is out of step after some swings, and then the way downhill leads
    // nowhere. So the first seconds come first.
    let mut found = start.clone();
    println!("\n{:>8} {:>9} {:>9} {:>12} {:>6}", "seconds", "length", "friction", "error", "steps");
    for seconds in [1.0, 2.0, 4.0, 8.0, SECONDS] {
        let part = observed.slice(s![..(seconds / INTERVAL) as usize]).to_owned();
        let minimum = Lbfgs::new(100).minimize(&mut found, |p| loss::value_and_grad(p, &part));
        let (length, friction) = (found.length(), found.friction);
        let error = minimum.loss.sqrt();
        println!(
            "{seconds:>8} {length:>9.4} {friction:>9.4} {error:>12.4} {:>6}",
            minimum.iterations
        );
    }
    println!("{:>8} {:>9.4} {:>9.4} {:>12.4}", "truth", truth.length(), truth.friction, args.noise);

    let times = || (0..count).map(|moment| moment as f64 * INTERVAL);
    LinePlot::new("A pendulum, from the way it swings")
        .axes("seconds", "angle in radians")
        .points("observed", times(), observed.iter().copied())
        .curve("start", times(), swing(&start, count))
        .curve("found", times(), swing(&found, count))
        .save(args.out.file("pendulum.svg")?)?;
    println!("\nWrote pendulum.svg.");

    let nearer = |what: &str, of: fn(&Pendulum) -> f64, tolerance: f64| {
        let (before, after) = ((of(&start) - of(&truth)).abs(), (of(&found) - of(&truth)).abs());
        assert!(after < tolerance * of(&truth), "the {what} is off by {after}");
        assert!(20.0 * after < before, "the {what} was off by {before}, and is by {after}");
    };
    nearer("length", Pendulum::length, 0.01);
    nearer("friction", |pendulum| pendulum.friction, 0.05);
    Ok(())
}
