//! 569 breast tumours with 30 measurements each; `data/README.md` tells where they come from.

use chainrule::data::{Standard, Table};
use chainrule::ndarray::{Array1, Array2};
use chainrule::train::Dataset;

/// Measurements of a tumour's cells, a row each, and 1 where it is malignant.
pub type Tumours = Dataset<Array2<f64>, Array1<f64>>;

static FILE: &[u8] = include_bytes!("../data/breast_cancer.csv.gz");

/// The names of the measurements, and the tumours to test with and to train with.
#[derive(Clone, Debug)]
pub struct Parts {
    /// The names of the 30 measurements.
    pub names: Vec<String>,
    /// Every fifth row, never used in training or tuning.
    pub test: Tumours,
    /// All others.
    pub training: Tumours,
}

/// All tumours. Each measurement has mean 0 and standard deviation 1 over the training rows.
///
/// # Panics
/// If the embedded file is damaged.
pub fn load() -> Parts {
    let table = Table::from_bytes("breast_cancer.csv.gz", FILE).expect("the file is whole");
    let names: Vec<&str> =
        table.names().iter().map(String::as_str).filter(|name| *name != "diagnosis").collect();
    let x = table.numbers(&names).expect("measurements are numbers");
    let diagnoses = table.column("diagnosis").expect("there is a diagnosis");
    let y = diagnoses.iter().map(|cell| f64::from(u8::from(cell == "malignant"))).collect();

    let (mut test, mut training) = Dataset::new(x, y).split(|row| row % 5 == 0);
    let standard = Standard::of(&training.x);
    test.x = standard.apply(&test.x);
    training.x = standard.apply(&training.x);
    Parts { names: names.into_iter().map(str::to_owned).collect(), test, training }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_whole() {
        let parts = load();
        assert_eq!((parts.test.x.dim(), parts.training.x.dim()), ((114, 30), (455, 30)));
        assert_eq!(parts.test.y.sum() + parts.training.y.sum(), 212.0);
        assert_eq!(parts.names[20], "worst_radius");
    }
}
