//! Rosenbrock's valley in many dimensions, with first and with second derivatives, by solvers of argmin: steepest
//! descent, L-BFGS, and a trust region with Steihaug's conjugate gradients, which does no more with the Hessian
//! than multiply. It is given the products alone, and no matrix is ever made.
//!
//! ```text
//! cargo run --release --example rosenbrock
//! ```

use std::cell::Cell;
use std::time::Instant;

use argmin::core::{CostFunction, Error, Executor, Gradient, Hessian, IterState, Solver, State};
use argmin::solver::gradientdescent::SteepestDescent;
use argmin::solver::linesearch::MoreThuenteLineSearch;
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

thread_local! {
    static GRADIENTS: Cell<usize> = const { Cell::new(0) };
    static PRODUCTS: Cell<usize> = const { Cell::new(0) };
}

#[derive(Clone)]
struct Valley;

impl CostFunction for Valley {
    type Param = Vec<f64>;
    type Output = f64;
    fn cost(&self, x: &Vec<f64>) -> Result<f64, Error> {
        Ok(rosenbrock(x))
    }
}

impl Gradient for Valley {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;
    fn gradient(&self, x: &Vec<f64>) -> Result<Vec<f64>, Error> {
        GRADIENTS.with(|count| count.set(count.get() + 1));
        Ok(rosenbrock::grad(x))
    }
}

/// The Hessian at a point: what it makes of a direction is all that there is of it.
#[derive(Clone)]
struct HessianAt(Vec<f64>);

impl ArgminDot<Vec<f64>, Vec<f64>> for HessianAt {
    fn dot(&self, direction: &Vec<f64>) -> Vec<f64> {
        PRODUCTS.with(|count| count.set(count.get() + 1));
        rosenbrock::hvp(&self.0, direction)
    }
}

impl Hessian for Valley {
    type Param = Vec<f64>;
    type Hessian = HessianAt;
    fn hessian(&self, x: &Vec<f64>) -> Result<HessianAt, Error> {
        Ok(HessianAt(x.clone()))
    }
}

/// Runs a solver from the origin, and prints what it took. (From the usual start, -1.2 and 1 in turn, those
/// that take the curvature seriously end in the valley's other minimum, at a value of 3.99.)
fn run<S, H>(name: &str, solver: S, args: &Args) -> Result<(), Error>
where
    S: Solver<Valley, IterState<Vec<f64>, Vec<f64>, (), H, (), f64>>,
    H: Clone,
{
    GRADIENTS.with(|count| count.set(0));
    PRODUCTS.with(|count| count.set(0));
    let start = vec![0.0; args.dimensions];
    let started = Instant::now();
    let result = Executor::new(Valley, solver)
        .configure(|state| state.param(start).max_iters(args.iterations).target_cost(1e-16))
        .run()?;
    let time = started.elapsed();
    let state = result.state();
    println!(
        "{name:<18} {:>10} {:>10} {:>10} {:>12.3} {:>12.2e}",
        state.get_iter(),
        GRADIENTS.with(Cell::get),
        PRODUCTS.with(Cell::get),
        time.as_secs_f64() * 1e3,
        state.get_best_cost(),
    );
    Ok(())
}

fn main() -> Result<(), Error> {
    let args = Args::parse();
    println!(
        "{:<18} {:>10} {:>10} {:>10} {:>12} {:>12}",
        "solver", "iterations", "gradients", "products", "ms", "value"
    );
    let search = MoreThuenteLineSearch::new;
    run::<_, ()>("steepest descent", SteepestDescent::new(search()), &args)?;
    run::<_, ()>("L-BFGS", LBFGS::new(search(), 10), &args)?;
    let region = TrustRegion::new(Steihaug::new().with_max_iters(args.dimensions as u64));
    run("trust region", region, &args)
}
