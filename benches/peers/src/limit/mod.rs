//! The limit: the best code by hand. Buffers are made once, loops are fused and vectorised, descent is folded into
//! the products that make the gradients, products are the crate `gemm`'s.
//!
//! The gradient itself is seen in what a step of rate one changes.

mod chain;
mod loss;
mod lstm;
mod math;
mod mlp;
mod product;
mod regression;
mod rnn;
mod rows;
mod scalar;
mod vectorised;
mod xor;

use peers_common::inputs::Inputs;
use peers_common::number::Number;
use peers_common::side::{Prepared, RATE};

pub use product::set_threads;

/// The workloads.
pub fn prepare(workload: &str, inputs: &Inputs) -> Option<Prepared> {
    Some(match workload {
        "xor" => xor::prepare(inputs),
        "mlp128_b32" => mlp::prepare(inputs, "mlp128", &[784, 128, 10], 32),
        "mlp128_b512" => mlp::prepare(inputs, "mlp128", &[784, 128, 10], 512),
        "mlp256_b512" => mlp::prepare(inputs, "mlp256", &[784, 256, 256, 10], 512),
        "rnn" => rnn::prepare(inputs),
        "lstm" => lstm::prepare(inputs),
        "regression" => regression::prepare(inputs),
        "chain" => chain::prepare(inputs),
        "rosenbrock" => scalar::prepare_rosenbrock(inputs),
        "loop" => scalar::prepare_loop(inputs),
        _ => return None,
    })
}

/// Weights that descend: `step` takes one step at the rate given and returns the loss.
trait Descent {
    type Float: Number;

    fn step(&mut self, rate: Self::Float) -> Self::Float;

    /// All weights, in a fixed order.
    fn weights(&self) -> Vec<&[Self::Float]>;
}

/// Loss and norm from a step of a copy at rate one; then small steps.
fn descent<D: Descent + Clone + 'static>(mut net: D) -> Prepared {
    let mut copy = net.clone();
    let loss = copy.step(D::Float::of(1.0));
    let change = |(before, after): (&D::Float, &D::Float)| (*before - *after).double().powi(2);
    let norm: f64 = net
        .weights()
        .into_iter()
        .zip(copy.weights())
        .map(|(before, after)| before.iter().zip(after).map(change).sum::<f64>())
        .sum();
    Prepared::new(loss.double(), norm.sqrt(), move || net.step(D::Float::of(RATE)))
}
