//! Which class has the largest score.

use chainrule::ndarray::Array2;

/// The index of the largest score in each row.
///
/// # Panics
/// If there are no columns.
pub fn of_rows(scores: &Array2<f32>) -> Vec<usize> {
    scores
        .outer_iter()
        .map(|row| {
            let better = |best: usize, next: usize| if row[next] > row[best] { next } else { best };
            (0..row.len()).reduce(better).expect("a row has columns")
        })
        .collect()
}
