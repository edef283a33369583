//! The formula over long vectors.

use ndarray::Array1;

use super::sigmoid;
use peers_common::inputs::Inputs;
use peers_common::number::{Number, squares};
use peers_common::side::Prepared;

fn value_and_grad<A: Number>(a: &Array1<A>, b: &Array1<A>, c: &Array1<A>) -> (A, [Array1<A>; 3]) {
    let t = (a * b + c).mapv(A::tanh);
    let s = (a - c).mapv(sigmoid);
    let e = (b * b).mapv(|x| (-x).exp());
    let value = (&t * &s + &e).sum();
    let du = &s * t.mapv(|t| A::one() - t * t);
    let dv = &t * s.mapv(|s| s * (A::one() - s));
    let da = &du * b + &dv;
    let db = &du * a - b * &e * A::of(2.0);
    (value, [da, db, du - dv])
}

pub(super) fn prepare<A: Number>(inputs: &Inputs) -> Prepared {
    let [a, b, c] = ["chain_a", "chain_b", "chain_c"].map(|name| inputs.vector::<A>(name));
    let (value, gradients) = value_and_grad(&a, &b, &c);
    let norm: f64 = gradients.iter().map(squares).sum();
    Prepared::new(value.double(), norm.sqrt(), move || value_and_grad(&a, &b, &c))
}
