//! Long short-term memory: a recurrent layer whose gates decide what it keeps.

use chainrule::ndarray::{Array1, Array2, s};
use chainrule::prelude::*;
use chainrule::{Differentiable, differentiable, init};
use rand::Rng;

/// The weights of the four gates (input, forget, output, candidate), side by side: Hochreiter and
/// Schmidhuber, "Long short-term memory" (1997), with the forget gate of Gers, Schmidhuber and Cummins,
/// "Learning to forget" (2000).
#[derive(Clone, Debug, PartialEq, Differentiable)]
pub struct Lstm {
    /// From the input: `[features, 4 hidden]`.
    pub w: Array2<f64>,
    /// From the state before: `[hidden, 4 hidden]`.
    pub u: Array2<f64>,
    /// `[4 hidden]`.
    pub b: Array1<f64>,
}

/// What goes from one step to the next, for each row of a batch: `[batch, hidden]`.
#[derive(Clone, Debug, PartialEq, Differentiable)]
pub struct State {
    /// What the layer shows.
    pub h: Array2<f64>,
    /// What it keeps.
    pub c: Array2<f64>,
}

impl Lstm {
    /// Random weights. The forget gate starts with a bias of `keep`: the larger, the longer the layer
    /// remembers at first; 1 is usual (Jozefowicz, Zaremba and Sutskever 2015).
    pub fn new(rng: &mut impl Rng, features: usize, hidden: usize, keep: f64) -> Self {
        let mut b = Array1::zeros(4 * hidden);
        b.slice_mut(s![hidden..2 * hidden]).fill(keep);
        let w = init::xavier_uniform(rng, (features, 4 * hidden));
        Self { w, u: init::xavier_uniform(rng, (hidden, 4 * hidden)), b }
    }

    /// The number of hidden units.
    pub fn hidden(&self) -> usize {
        self.u.nrows()
    }

    /// The state before the first step.
    pub fn start(&self, batch: usize) -> State {
        State { h: Array2::zeros((batch, self.hidden())), c: Array2::zeros((batch, self.hidden())) }
    }

    /// The state after an input of shape `[batch, features]`.
    #[differentiable]
    pub fn step(&self, x: &Array2<f64>, state: &State) -> State {
        let n = self.u.nrows();
        let gates = x.dot(&self.w) + state.h.dot(&self.u) + &self.b;
        let input = gates.slice(s![.., ..n]).sigmoid();
        let forget = gates.slice(s![.., n..2 * n]).sigmoid();
        let output = gates.slice(s![.., 2 * n..3 * n]).sigmoid();
        let candidate = gates.slice(s![.., 3 * n..]).tanh();
        let c = forget * &state.c + input * candidate;
        State { h: output * c.tanh(), c }
    }
}

#[cfg(test)]
mod tests {
    use chainrule::check::check_gradients;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[differentiable]
    fn of_two_steps(layer: &Lstm, x: &Array2<f64>, state: &State) -> f64 {
        let state = layer.step(x, &layer.step(x, state));
        state.h.sum() + state.c.pow2().sum()
    }

    #[test]
    fn the_gradient_is_right() {
        let mut rng = ChaCha8Rng::seed_from_u64(0);
        let layer = Lstm::new(&mut rng, 2, 3, 1.0);
        let mut random = |shape| init::uniform(&mut rng, shape, 1.0);
        let state = State { h: random((4, 3)), c: random((4, 3)) };
        let at = (layer, random((4, 2)), state);
        check_gradients(
            |(layer, x, state)| of_two_steps(layer, x, state),
            |(layer, x, state)| of_two_steps::grad(layer, x, state),
            &at,
        )
        .unwrap();
    }
}
