//! Dropout: in training, some of a layer's results are left out at random.

use chainrule::ndarray::{Array, Dimension, IntoDimension, ShapeBuilder};
use chainrule::prelude::*;
use rand::{Rng, RngExt};

/// What [`dropout`] multiplies with: 0 with this probability, else `1 / (1 - rate)`, so that a sum over many
/// elements stays on the whole what it was.
///
/// The same random numbers give the same mask in `f32` and `f64`. A [`Trainer`](crate::train::Trainer) gives its
/// closure a generator that depends on the step alone: see
/// [`fit_with_rng`](crate::train::Trainer::fit_with_rng).
///
/// # Panics
/// If the rate is not at least 0 and under 1.
#[track_caller]
pub fn dropout_mask<T: Float, D: IntoDimension>(
    rng: &mut impl Rng,
    shape: D,
    rate: f64,
) -> Array<T, D::Dim> {
    assert!((0.0..1.0).contains(&rate), "dropout_mask: a rate of {rate} is not in 0..1");
    let kept = T::from_f64_lossy(1.0 / (1.0 - rate));
    let draw = || if rng.random::<f64>() < rate { T::zero() } else { kept };
    Array::from_shape_simple_fn(shape.into_dimension().into_shape_with_order(), draw)
}

/// Leaves out the elements where the mask is 0, and makes up for them in the others: `x` times a
/// [`dropout_mask`]. In use, as opposed to training, leave this layer out (Srivastava and others, "Dropout: a
/// simple way to prevent neural networks from overfitting", 2014; here with the scaling in training).
///
/// The mask is an argument, so that loss and gradient are functions of what is written there: they can be checked
/// against differences and computed again.
///
/// ```
/// use chainrule::layers::{dropout, dropout_mask};
/// use chainrule::ndarray::Array2;
/// use rand::SeedableRng;
/// use rand_chacha::ChaCha8Rng;
///
/// let hidden = Array2::<f32>::ones((100, 100));
/// let mask = dropout_mask(&mut ChaCha8Rng::seed_from_u64(0), (100, 100), 0.25);
/// let y = dropout(&hidden, &mask);
/// assert!(y.iter().all(|y| *y == 0.0 || *y == 1.0 / 0.75));
/// assert!((y.mean().unwrap() - 1.0).abs() < 0.02);
/// ```
///
/// # Panics
/// If the shapes differ.
#[differentiable(wrt(x))]
#[track_caller]
pub fn dropout<T: Float, D: Dimension>(x: &Array<T, D>, mask: &Array<T, D>) -> Array<T, D> {
    assert!(
        x.shape() == mask.shape(),
        "dropout: shapes {:?} and {:?} differ",
        x.shape(),
        mask.shape()
    );
    x * mask
}
