//! A formula over three vectors of a million elements.

use chainrule::ndarray::Array1;
use chainrule::prelude::*;

use peers_common::inputs::Inputs;
use peers_common::number::squares;
use peers_common::side::Prepared;

#[differentiable]
fn chain(a: &Array1<f32>, b: &Array1<f32>, c: &Array1<f32>) -> f32 {
    ((a * b + c).tanh() * (a - c).sigmoid() + (-(b * b)).exp()).sum()
}

pub(super) fn prepare(inputs: &Inputs) -> Prepared {
    let [a, b, c] = ["chain_a", "chain_b", "chain_c"].map(|name| inputs.vector(name));
    let (value, mut gradients) = chain::value_and_grad(&a, &b, &c);
    let norm = squares(&gradients.0) + squares(&gradients.1) + squares(&gradients.2);
    Prepared::new(value.into(), norm.sqrt(), move || {
        chain::value_and_grad_into(&a, &b, &c, &mut gradients)
    })
}
