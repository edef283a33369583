//! Rosenbrock's valley in many dimensions, with first and with second derivatives, by solvers of argmin: steepest
//! descent, L-BFGS, and two that do no more with the Hessian than multiply: Newton's method with conjugate
//! gradients, and a trust region with Steihaug's. They are given the products alone, and no matrix is ever made.
//!
//! ```text
//! cargo run --release --example rosenbrock
//! ```
//!
//! It prints how often each asks for a value, a gradient and a product. A product costs about as much as a
//! gradient or two, so where the function is cheap, fewer iterations need not be less time.

use std::cell::Cell;
use std::time::Instant;

use argmin::core::{CostFunction, Error, Executor, Gradient, Hessian, IterState, Solver, State};
use argmin::solver::gradientdescent::SteepestDescent;
use argmin::solver::linesearch::condition::ArmijoCondition;
use argmin::solver::linesearch::{BacktrackingLineSearch, MoreThuenteLineSearch};
use argmin::solver::newton::NewtonCG;
use argmin::solver::quasinewton::LBFGS;
use argmin::solver::trustregion::{Steihaug, TrustRegion};
use argmin_math::ArgminDot;
use chainrule::prelude::*;
use clap::Parser;

/// Finds the minimum of Rosenbrock's function, with first and with second derivatives.
#[derive(Parser)]
struct Args {
    /// The number of dimensions
    #[arg(long, default_value_t = 100)]
    dimensions: usize,
    /// The most iterations
    #[arg(long, default_value_t = 10_000)]
    iterations: u64,
}

/// The sum over i of `100 (x[i+1] - x[i]^2)^2 + (1 - x[i])^2`, whose minimum 0 is at (1, .., 1)
/// (Rosenbrock, "An automatic method for finding the greatest or least value of a function", 1960).
#[differentiable(second_order)]
fn rosenbrock(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() - 1 {
        let valley = x[i + 1] - x[i] * x[i];
        sum += 100.0 * valley * valley + (1.0 - x[i]) * (1.0 - x[i]);
    }
    sum
}

/// The value at which a solver has found the minimum.
const TARGET: f64 = 1e-16;

/// What argmin's Newton-CG is given the function in. It ends its conjugate gradients when the square of the residual's
/// norm is below `min(1/2, |gradient|^(1/2)) |gradient|`, where the norm itself was meant (Nocedal and Wright,
/// "Numerical Optimization", algorithm 7.1). Of a small gradient that holds after one step, and what is left is
/// steepest descent: with the unit 1 it stops short after 10,000 iterations. In a small unit gradients are large.
const SMALL_UNIT: f64 = 1e-8;

thread_local! {
    static VALUES: Cell<usize> = const { Cell::new(0) };
    static GRADIENTS: Cell<usize> = const { Cell::new(0) };
    static PRODUCTS: Cell<usize> = const { Cell::new(0) };
}

/// Rosenbrock's function, measured in a unit.
#[derive(Clone)]
struct Valley {
    unit: f64,
}

impl Valley {
    /// Gradients and products in the unit.
    fn measured(&self, derivative: Vec<f64>) -> Vec<f64> {
        derivative.into_iter().map(|d| d / self.unit).collect()
    }
}

impl CostFunction for Valley {
    type Param = Vec<f64>;
    type Output = f64;
    fn cost(&self, x: &Vec<f64>) -> Result<f64, Error> {
        VALUES.set(VALUES.get() + 1);
        Ok(rosenbrock(x) / self.unit)
    }
}

impl Gradient for Valley {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;
    fn gradient(&self, x: &Vec<f64>) -> Result<Vec<f64>, Error> {
        GRADIENTS.set(GRADIENTS.get() + 1);
        Ok(self.measured(rosenbrock::grad(x)))
    }
}

/// The Hessian at a point: what it makes of a direction is all that there is of it.
#[derive(Clone)]
struct HessianAt(Vec<f64>, Valley);

impl ArgminDot<Vec<f64>, Vec<f64>> for HessianAt {
    fn dot(&self, direction: &Vec<f64>) -> Vec<f64> {
        PRODUCTS.set(PRODUCTS.get() + 1);
        self.1.measured(rosenbrock::hvp(&self.0, direction))
    }
}

impl Hessian for Valley {
    type Param = Vec<f64>;
    type Hessian = HessianAt;
    fn hessian(&self, x: &Vec<f64>) -> Result<HessianAt, Error> {
        Ok(HessianAt(x.clone(), self.clone()))
    }
}

/// Runs a solver from the origin, and prints what it took. (From the usual start, -1.2 and 1 in turn, those
/// that take the curvature seriously end in the valley's other minimum, at a value of 3.99.) Gives the iterations.
fn run<S, H>(name: &str, unit: f64, solver: S, args: &Args) -> Result<u64, Error>
where
    S: Solver<Valley, IterState<Vec<f64>, Vec<f64>, (), H, (), f64>>,
    H: Clone,
{
    for count in [&VALUES, &GRADIENTS, &PRODUCTS] {
        count.set(0);
    }
    let start = vec![0.0; args.dimensions];
    let started = Instant::now();
    let result = Executor::new(Valley { unit }, solver)
        .configure(|state| state.param(start).max_iters(args.iterations).target_cost(TARGET / unit))
        .run()?;
    let time = started.elapsed();
    let state = result.state();
    println!(
        "{name:<18} {:>10} {:>8} {:>10} {:>10} {:>10.3} {:>10.2e}",
        state.get_iter(),
        VALUES.get(),
        GRADIENTS.get(),
        PRODUCTS.get(),
        time.as_secs_f64() * 1e3,
        state.get_best_cost() * unit,
    );
    Ok(state.get_iter())
}

fn main() -> Result<(), Error> {
    let args = Args::parse();
    println!(
        "{:<18} {:>10} {:>8} {:>10} {:>10} {:>10} {:>10}",
        "solver", "iterations", "values", "gradients", "products", "ms", "value"
    );
    let search = MoreThuenteLineSearch::new;
    run::<_, ()>("steepest descent", 1.0, SteepestDescent::new(search()), &args)?;
    let first_order = run::<_, ()>("L-BFGS", 1.0, LBFGS::new(search(), 10), &args)?;
    // Newton's step is of the right length near the minimum, so one that is too long is halved.
    let halving = BacktrackingLineSearch::new(ArmijoCondition::new(1e-4)?).rho(0.5)?;
    let newton = run("Newton-CG", SMALL_UNIT, NewtonCG::new(halving), &args)?;
    let region = TrustRegion::new(Steihaug::new().with_max_iters(args.dimensions as u64));
    let region = run("trust region", 1.0, region, &args)?;
    assert!(newton.max(region) <= first_order, "second derivatives took more iterations");
    Ok(())
}
