//! Index loops over a vector.

use chainrule::ndarray::Array1;
use chainrule::prelude::*;

use peers_common::inputs::Inputs;
use peers_common::number::squares;
use peers_common::side::Prepared;

#[differentiable]
fn rosenbrock(x: &Array1<f64>) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() - 1 {
        let q = x[i + 1] - x[i] * x[i];
        let r = 1.0 - x[i];
        sum += 100.0 * q * q + r * r;
    }
    sum
}

#[differentiable]
fn recurrence(x: &Array1<f64>) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        s = s * x[i].sin() + x[i];
    }
    s
}

pub(super) fn prepare_rosenbrock(inputs: &Inputs) -> Prepared {
    let x = inputs.vector("rosenbrock_x");
    let (value, mut gradient) = rosenbrock::value_and_grad(&x);
    Prepared::new(value, squares(&gradient).sqrt(), move || {
        rosenbrock::value_and_grad_into(&x, &mut gradient)
    })
}

pub(super) fn prepare_loop(inputs: &Inputs) -> Prepared {
    let x = inputs.vector("loop_x");
    let (value, mut gradient) = recurrence::value_and_grad(&x);
    Prepared::new(value, squares(&gradient).sqrt(), move || {
        recurrence::value_and_grad_into(&x, &mut gradient)
    })
}
