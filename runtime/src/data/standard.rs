//! Columns of mean 0 and standard deviation 1.

use ndarray::{Array1, Array2, ArrayRef2, Axis};

use crate::Float;

/// The mean and standard deviation of each column.
///
/// Take them from the training rows, apply them to all, and save them beside the model: they are part
/// of it. `files::save(path, &(&net, &standard.mean, &standard.deviation))` writes them.
///
/// ```
/// use chainrule::data::Standard;
/// use chainrule::ndarray::array;
/// let training = array![[1.0, 5.0], [3.0, 5.0]];
/// let standard = Standard::of(&training);
/// assert_eq!(standard.apply(&training), array![[-1.0, 0.0], [1.0, 0.0]]);
/// assert_eq!(standard.undo(&array![[2.0, 1.0]]), array![[4.0, 6.0]]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Standard<T> {
    /// The mean of each column.
    pub mean: Array1<T>,
    /// The standard deviation of each column, over all rows; 1 where a column is constant.
    pub deviation: Array1<T>,
}

impl<T: Float> Standard<T> {
    /// Of the rows given.
    ///
    /// # Panics
    /// If there is no row.
    #[track_caller]
    pub fn of(rows: &ArrayRef2<T>) -> Self {
        assert!(rows.nrows() > 0, "Standard: there is no row to take a mean of");
        // In f64 whatever the type: columns can be long, and far from 0.
        let wide = rows.mapv(T::to_f64_lossless);
        let mean = wide.sum_axis(Axis(0)) / wide.nrows() as f64;
        let deviation = wide.std_axis(Axis(0), 0.0);
        let usable = |(deviation, mean): (f64, f64)| {
            // A constant column is one up to the rounding of its mean.
            if deviation > 1e-12 * mean.abs() { deviation } else { 1.0 }
        };
        let deviation = deviation.into_iter().zip(mean.iter().copied()).map(usable);
        Self {
            deviation: deviation.map(T::from_f64_lossy).collect(),
            mean: mean.mapv(T::from_f64_lossy),
        }
    }

    /// Each column minus its mean, divided by its standard deviation.
    ///
    /// # Panics
    /// If there are more or fewer columns.
    #[track_caller]
    pub fn apply(&self, rows: &ArrayRef2<T>) -> Array2<T> {
        self.check("apply", rows);
        (rows.to_owned() - &self.mean) / &self.deviation
    }

    /// What [`apply`](Self::apply) was given.
    ///
    /// # Panics
    /// If there are more or fewer columns.
    #[track_caller]
    pub fn undo(&self, rows: &ArrayRef2<T>) -> Array2<T> {
        self.check("undo", rows);
        rows.to_owned() * &self.deviation + &self.mean
    }

    #[track_caller]
    fn check(&self, what: &str, rows: &ArrayRef2<T>) {
        let (found, known) = (rows.ncols(), self.mean.len());
        assert!(found == known, "Standard::{what}: {found} columns do not fit the {known} known");
    }
}
