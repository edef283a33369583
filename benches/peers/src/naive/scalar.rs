//! The loops over indices.

use ndarray::{Array1, s};

use peers_common::inputs::Inputs;
use peers_common::number::{Number, squares};
use peers_common::side::Prepared;

/// In whole vectors, as one would write it over ndarray.
fn rosenbrock<A: Number>(x: &Array1<A>) -> (A, Array1<A>) {
    let (here, next) = (x.slice(s![..-1]), x.slice(s![1..]));
    let q = &next - &(&here * &here);
    let r = here.mapv(|x| A::one() - x);
    let value = (&q * &q).sum() * A::of(100.0) + (&r * &r).sum();
    let mut gradient = Array1::zeros(x.len());
    let mut of_here = gradient.slice_mut(s![..-1]);
    of_here += &(&here * &q * A::of(-400.0) - &r * A::of(2.0));
    let mut of_next = gradient.slice_mut(s![1..]);
    of_next += &(&q * A::of(200.0));
    (value, gradient)
}

pub(super) fn prepare_rosenbrock<A: Number>(inputs: &Inputs) -> Prepared {
    let x = inputs.vector::<A>("rosenbrock_x");
    let (value, gradient) = rosenbrock(&x);
    Prepared::new(value.double(), squares(&gradient).sqrt(), move || rosenbrock(&x))
}

fn recurrence<A: Number>(x: &Array1<A>) -> (A, Array1<A>) {
    let mut s = A::zero();
    let mut before = Vec::new();
    for x in x {
        before.push(s);
        s = s * x.sin() + *x;
    }
    let mut gradient = Array1::zeros(x.len());
    let mut ds = A::one();
    for i in (0..x.len()).rev() {
        gradient[i] = ds * (before[i] * x[i].cos() + A::one());
        ds *= x[i].sin();
    }
    (s, gradient)
}

pub(super) fn prepare_loop<A: Number>(inputs: &Inputs) -> Prepared {
    let x = inputs.vector::<A>("loop_x");
    let (value, gradient) = recurrence(&x);
    Prepared::new(value.double(), squares(&gradient).sqrt(), move || recurrence(&x))
}
