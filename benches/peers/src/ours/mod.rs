//! chainrule: each workload as a user would write it, over ndarray.

mod chain;
mod lstm;
mod mlp;
mod regression;
mod rnn;
mod scalar;
pub mod twins;
mod xor;

use chainrule::Differentiable;

use peers_common::inputs::Inputs;
use peers_common::side::Prepared;

/// The workloads.
pub fn prepare(workload: &str, inputs: &Inputs) -> Option<Prepared> {
    Some(match workload {
        "xor" => xor::prepare(inputs),
        "mlp128_b32" => mlp::prepare_128(inputs, 32),
        "mlp128_b512" => mlp::prepare_128(inputs, 512),
        "mlp256_b512" => mlp::prepare_256(inputs, 512),
        "rnn" => rnn::prepare(inputs),
        "lstm" => lstm::prepare(inputs),
        "regression" => regression::prepare(inputs),
        "chain" => chain::prepare(inputs),
        "rosenbrock" => scalar::prepare_rosenbrock(inputs),
        "loop" => scalar::prepare_loop(inputs),
        _ => return None,
    })
}

/// A network that learns by plain gradient descent.
trait Descends: Differentiable {
    /// One step of descent.
    fn descend(&mut self, gradient: &Self::Gradient);

    /// The sum of the squares of all gradients.
    fn squares(gradient: &Self::Gradient) -> f64;
}

/// Says of a struct of arrays how it descends.
macro_rules! descends {
    ($net:ident { $($field:ident),* }) => {
        impl $crate::ours::Descends for $net {
            fn descend(&mut self, gradient: &Self::Gradient) {
                $(self.$field.scaled_add(-peers_common::side::RATE as _, &gradient.$field);)*
            }

            fn squares(gradient: &Self::Gradient) -> f64 {
                0.0 $(+ peers_common::number::squares(&gradient.$field))*
            }
        }
    };
}
use descends;

/// Training with gradients that are kept from step to step.
fn training<N, L>(mut net: N, value_and_grad_into: L) -> Prepared
where
    N: Descends + 'static,
    L: Fn(&N, &mut N::Gradient) -> f64 + 'static,
{
    let mut gradient = net.zero_gradient();
    let loss = value_and_grad_into(&net, &mut gradient);
    Prepared::new(loss, N::squares(&gradient).sqrt(), move || {
        let loss = value_and_grad_into(&net, &mut gradient);
        net.descend(&gradient);
        loss
    })
}
