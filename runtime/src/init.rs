//! The weights that a network starts with, from a random number generator of the caller's.
//!
//! A layer's weights have the shape `(inputs, outputs)`, as in `x.dot(&w)` for rows `x`.
//!
//! ```
//! use chainrule::init;
//! use chainrule::ndarray::Array2;
//! use rand::SeedableRng;
//! use rand_chacha::ChaCha8Rng;
//!
//! let mut rng = ChaCha8Rng::seed_from_u64(0);
//! let w: Array2<f32> = init::he_uniform(&mut rng, (64, 128));
//! assert_eq!(w.dim(), (64, 128));
//! let again: Array2<f32> = init::he_uniform(&mut ChaCha8Rng::seed_from_u64(0), (64, 128));
//! assert_eq!(w, again);
//! ```

use ndarray::{Array, Array2, IntoDimension, ShapeBuilder};
use rand::{Rng, RngExt};
use rand_distr::{Distribution, StandardNormal};

use crate::Float;

/// Weights for tanh, sigmoid or no activation: uniform, with variance 2 / (inputs + outputs) (Glorot
/// and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010,
/// equation 16).
pub fn xavier_uniform<T: Float>(rng: &mut impl Rng, shape: (usize, usize)) -> Array2<T> {
    uniform(rng, shape, (6.0 / (shape.0 + shape.1) as f64).sqrt())
}

/// Weights for tanh, sigmoid or no activation: normal, with variance 2 / (inputs + outputs) (Glorot
/// and Bengio 2010, equation 12).
pub fn xavier_normal<T: Float>(rng: &mut impl Rng, shape: (usize, usize)) -> Array2<T> {
    normal(rng, shape, (2.0 / (shape.0 + shape.1) as f64).sqrt())
}

/// Weights for relu: uniform, with variance 2 / inputs, so that the layer keeps the scale of what goes
/// through it (He, Zhang, Ren and Sun, "Delving Deep into Rectifiers", 2015, equation 10).
pub fn he_uniform<T: Float>(rng: &mut impl Rng, shape: (usize, usize)) -> Array2<T> {
    uniform(rng, shape, (6.0 / shape.0 as f64).sqrt())
}

/// Weights for relu: normal, with variance 2 / inputs (He and others 2015, equation 10).
pub fn he_normal<T: Float>(rng: &mut impl Rng, shape: (usize, usize)) -> Array2<T> {
    normal(rng, shape, (2.0 / shape.0 as f64).sqrt())
}

/// Elements between `-limit` and `limit`, in any shape.
///
/// # Panics
/// If the limit is negative or not finite.
#[track_caller]
pub fn uniform<T: Float, D: IntoDimension>(
    rng: &mut impl Rng,
    shape: D,
    limit: f64,
) -> Array<T, D::Dim> {
    assert!(limit >= 0.0 && limit.is_finite(), "uniform: the limit is {limit}");
    let draw = || T::from_f64_lossy(limit * (2.0 * rng.random::<f64>() - 1.0));
    Array::from_shape_simple_fn(shape.into_dimension().into_shape_with_order(), draw)
}

/// Elements of mean 0 with this standard deviation, in any shape.
///
/// # Panics
/// If the deviation is negative or not finite.
#[track_caller]
pub fn normal<T: Float, D: IntoDimension>(
    rng: &mut impl Rng,
    shape: D,
    deviation: f64,
) -> Array<T, D::Dim> {
    assert!(deviation >= 0.0 && deviation.is_finite(), "normal: the deviation is {deviation}");
    let draw = || {
        let element: f64 = StandardNormal.sample(rng);
        T::from_f64_lossy(deviation * element)
    };
    Array::from_shape_simple_fn(shape.into_dimension().into_shape_with_order(), draw)
}

/// Columns of length 1 at right angles to each other, or rows where there are more columns than rows;
/// every such matrix is as likely (Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear
/// dynamics of learning in deep linear neural networks", 2014).
///
/// ```
/// use chainrule::{init, ndarray::Array2};
/// use rand::SeedableRng;
/// let w: Array2<f64> = init::orthogonal(&mut rand_chacha::ChaCha8Rng::seed_from_u64(1), (5, 3));
/// let error = w.t().dot(&w) - Array2::<f64>::eye(3);
/// assert!(error.iter().all(|error| error.abs() < 1e-14));
/// ```
pub fn orthogonal<T: Float>(rng: &mut impl Rng, (rows, columns): (usize, usize)) -> Array2<T> {
    if columns > rows {
        return orthogonal(rng, (columns, rows)).reversed_axes().as_standard_layout().into_owned();
    }
    // The columns of a normal matrix, by Gram and Schmidt. Its factor R has a positive diagonal, so
    // that the other factor is distributed evenly (Mezzadri, "How to generate random matrices from the
    // classical compact groups", 2007).
    let mut matrix: Array2<f64> = Array2::zeros((rows, columns));
    for column in 0..columns {
        let mut vector: Array<f64, _> = normal(rng, rows, 1.0);
        let full = vector.dot(&vector).sqrt();
        // Twice is enough for right angles to the last digits (Giraud and others 2005).
        for _ in 0..2 {
            for earlier in 0..column {
                let earlier = matrix.column(earlier);
                let along = vector.dot(&earlier);
                vector.scaled_add(-along, &earlier);
            }
        }
        let length = vector.dot(&vector).sqrt();
        debug_assert!(length > 1e-12 * full, "random columns are independent");
        matrix.column_mut(column).assign(&(vector / length));
    }
    matrix.mapv(T::from_f64_lossy)
}

#[cfg(test)]
mod tests {
    use ndarray::ArrayRef2;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    fn rng() -> ChaCha8Rng {
        ChaCha8Rng::seed_from_u64(5)
    }

    /// Mean and variance of a matrix of 200 by 300.
    fn moments(matrix: &ArrayRef2<f64>) -> (f64, f64) {
        assert_eq!(matrix.dim(), (200, 300));
        (matrix.mean().unwrap(), matrix.var(0.0))
    }

    #[test]
    fn variances_are_as_published() {
        let shape = (200, 300);
        let cases: [(Array2<f64>, f64); 6] = [
            (xavier_uniform(&mut rng(), shape), 2.0 / 500.0),
            (xavier_normal(&mut rng(), shape), 2.0 / 500.0),
            (he_uniform(&mut rng(), shape), 2.0 / 200.0),
            (he_normal(&mut rng(), shape), 2.0 / 200.0),
            (uniform(&mut rng(), shape, 3.0), 3.0),
            (normal(&mut rng(), shape, 2.0), 4.0),
        ];
        for (matrix, variance) in cases {
            let (mean, found) = moments(&matrix);
            // Within four standard errors over 60,000 elements.
            assert!(mean.abs() < 4.0 * (variance / 6e4).sqrt(), "{mean}");
            assert!((found / variance - 1.0).abs() < 4.0 * (2.0 / 6e4_f64).sqrt(), "{found}");
        }
        let limit = (6.0_f64 / 500.0).sqrt();
        let largest = xavier_uniform::<f64>(&mut rng(), shape).fold(0.0, |a, b| b.abs().max(a));
        assert!(largest < limit && largest > 0.999 * limit);
    }

    #[test]
    fn orthogonal_in_both_directions() {
        for (rows, columns) in [(40, 40), (7, 3), (3, 7), (1, 1), (0, 0)] {
            let w: Array2<f64> = orthogonal(&mut rng(), (rows, columns));
            assert_eq!(w.dim(), (rows, columns));
            let product = if rows < columns { w.dot(&w.t()) } else { w.t().dot(&w) };
            let error = product - Array2::<f64>::eye(rows.min(columns));
            assert!(error.iter().all(|error| error.abs() < 1e-14), "{error}");
        }
    }

    #[test]
    fn the_numbers_are_the_same_in_both_types() {
        let wide: Array2<f64> = he_normal(&mut rng(), (4, 5));
        assert_eq!(he_normal::<f32>(&mut rng(), (4, 5)), wide.mapv(|element| element as f32));
    }
}
