//! The yearly numbers of sunspots from 1700 to 2008; `data/README.md` tells where they come from.

use chainrule::data::Table;
use chainrule::ndarray::{Array1, Array2, s};
use chainrule::train::Dataset;

/// The years before, the last one at the end, and the year that follows.
pub type Windows = Dataset<Array2<f64>, Array1<f64>>;

static FILE: &[u8] = include_bytes!("../data/sunspots.csv");

/// The years, and the number of sunspots in each.
///
/// # Panics
/// If the embedded file is damaged.
pub fn load() -> (Array1<f64>, Array1<f64>) {
    let table = Table::from_bytes("sunspots.csv", FILE).expect("the file is whole");
    let numbers = table.numbers(&["YEAR", "SUNACTIVITY"]).expect("the cells are numbers");
    (numbers.column(0).to_owned(), numbers.column(1).to_owned())
}

/// A row for each value that has `length` others before it.
///
/// # Panics
/// If there are no more than `length` values.
pub fn windows(values: &Array1<f64>, length: usize) -> Windows {
    let rows = values.len() - length;
    let x = Array2::from_shape_fn((rows, length), |(row, at)| values[row + at]);
    Dataset::new(x, values.slice(s![length..]).to_owned())
}

#[cfg(test)]
mod tests {
    use chainrule::ndarray::array;

    use super::*;

    #[test]
    fn the_file_is_whole() {
        let (years, numbers) = load();
        assert_eq!((years.len(), years[0], years[308]), (309, 1700.0, 2008.0));
        assert_eq!((numbers[0], numbers[257], numbers[308]), (5.0, 190.2, 2.9));
    }

    #[test]
    fn a_window_ends_before_its_target() {
        let windows = windows(&array![1.0, 2.0, 3.0, 4.0], 2);
        assert_eq!(windows, Dataset::new(array![[1.0, 2.0], [2.0, 3.0]], array![3.0, 4.0]));
    }
}
