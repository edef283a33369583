//! Embedding: a row of learnt numbers for each of some things.

use chainrule::ndarray::{Array2, Axis};
use chainrule::prelude::*;

/// The rows of a table `[things, features]` with these indices: `[indices, features]`. A thing that comes twice
/// gathers the gradients of both (Bengio and others, "A neural probabilistic language model", 2003).
///
/// ```
/// use chainrule::layers::embedding;
/// use chainrule::ndarray::array;
/// use chainrule::prelude::*;
///
/// #[differentiable(wrt(table))]
/// fn f(table: &Array2<f64>, words: &[usize]) -> f64 {
///     embedding(table, words).sum()
/// }
/// # use chainrule::ndarray::Array2;
///
/// let table = array![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]];
/// assert_eq!(embedding(&table, &[2, 0]), array![[5.0, 6.0], [1.0, 2.0]]);
/// assert_eq!(f::grad(&table, &[2, 0, 2]), array![[1.0, 1.0], [0.0, 0.0], [2.0, 2.0]]);
/// ```
///
/// # Panics
/// If an index is not under the number of rows.
#[differentiable(wrt(table))]
#[track_caller]
pub fn embedding<T: Float>(table: &Array2<T>, indices: &[usize]) -> Array2<T> {
    for index in indices {
        assert!(
            *index < table.nrows(),
            "embedding: there is no row {index} in {:?}",
            table.shape()
        );
    }
    table.select(Axis(0), indices)
}
