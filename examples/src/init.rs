//! The weights that a network starts with.

use chainrule::ndarray::Array2;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Weights `[inputs, outputs]` of a layer with relu: uniform, with variance 2 / inputs, so that the
/// layer keeps the scale of what goes through it (He et al. 2015).
pub fn he(rng: &mut ChaCha8Rng, inputs: usize, outputs: usize) -> Array2<f32> {
    uniform(rng, inputs, outputs, (6.0 / inputs as f32).sqrt())
}

/// Weights `[inputs, outputs]` of a layer with tanh or sigmoid: uniform, with variance
/// 2 / (inputs + outputs) (Glorot and Bengio 2010).
pub fn glorot(rng: &mut ChaCha8Rng, inputs: usize, outputs: usize) -> Array2<f32> {
    uniform(rng, inputs, outputs, (6.0 / (inputs + outputs) as f32).sqrt())
}

fn uniform(rng: &mut ChaCha8Rng, inputs: usize, outputs: usize, limit: f32) -> Array2<f32> {
    Array2::from_shape_simple_fn((inputs, outputs), || rng.random_range(-limit..limit))
}
