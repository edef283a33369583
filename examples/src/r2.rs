//! How much of a spread is explained.

use chainrule::ndarray::ArrayRef1;

/// The coefficient of determination: 1 - sum (truth - predicted)^2 / sum (truth - mean truth)^2. It is 1
/// for what is always right, 0 for what always predicts the mean.
///
/// # Panics
/// If the lengths differ, or there are no values.
pub fn r2(truth: &ArrayRef1<f64>, predicted: &ArrayRef1<f64>) -> f64 {
    assert_eq!(truth.len(), predicted.len(), "a prediction for every value");
    let mean = truth.mean().expect("there are values");
    let squares = |of: &dyn Fn(f64, f64) -> f64| -> f64 {
        truth.iter().zip(predicted).map(|(t, p)| of(*t, *p).powi(2)).sum()
    };
    1.0 - squares(&|t, p| t - p) / squares(&|t, _| t - mean)
}

#[cfg(test)]
mod tests {
    use chainrule::ndarray::{Array1, array};

    use super::*;

    #[test]
    fn the_scale_runs_from_the_mean_to_the_truth() {
        let truth = array![1.0, 2.0, 6.0];
        assert_eq!(r2(&truth, &truth), 1.0);
        assert_eq!(r2(&truth, &Array1::from_elem(3, 3.0)), 0.0);
        assert_eq!(r2(&truth, &array![1.0, 2.0, 13.0]), 1.0 - 49.0 / 14.0);
    }
}
