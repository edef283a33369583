//! 2,925 houses sold in Ames, Iowa; `data/README.md` tells where they come from.

use chainrule::data::{Categories, Error, Standard, Table};
use chainrule::ndarray::{Array1, Array2, Axis, concatenate};
use chainrule::train::Dataset;

/// What is known of a house, a row each, and its price in thousands of dollars.
pub type Houses = Dataset<Array2<f64>, Array1<f64>>;

static FILE: &[u8] = include_bytes!("../data/ames.csv.gz");

/// Houses larger than this many square feet are left out, as the author of the data advises: they are
/// five, and three of them were sold for unusual reasons (De Cock 2011, section 3).
const LARGEST: f64 = 4000.0;

const PRICE: &str = "Sale_Price";
const AREA: &str = "Gr_Liv_Area";

/// The houses to test with, never used in training or tuning: every fifth row; and all others to train
/// with. Numbers have mean 0 and standard deviation 1 over the training rows; a category is a column
/// that is 1 where a house is of it.
///
/// # Errors
/// If the embedded file is damaged.
pub fn test_and_training() -> Result<(Houses, Houses), Error> {
    let table = Table::from_bytes("ames.csv.gz", FILE)?;
    let is_number = |name: &&str| table.number::<f64>(name).is_ok();
    let names = table.names().iter().map(String::as_str).filter(|name| *name != PRICE);
    let (numbers, texts): (Vec<&str>, Vec<&str>) = names.partition(is_number);

    let area = table.number::<f64>(AREA)?;
    let kept: Vec<usize> = (0..table.row_count()).filter(|row| area[*row] <= LARGEST).collect();
    let (test, training): (Vec<usize>, Vec<usize>) = (0..kept.len()).partition(|row| row % 5 == 0);
    let rows = |part: &[usize]| part.iter().map(|row| kept[*row]).collect::<Vec<_>>();
    let (test, training) = (rows(&test), rows(&training));

    let x = table.numbers::<f64>(&numbers)?;
    let standard = Standard::of(&x.select(Axis(0), &training));
    let mut columns = vec![standard.apply(&x)];
    for name in texts {
        let cells = table.column(name)?;
        let of_training: Vec<String> = training.iter().map(|row| cells[*row].clone()).collect();
        columns.push(Categories::of(&of_training).one_hot(cells));
    }
    let views: Vec<_> = columns.iter().map(|part| part.view()).collect();
    let x = concatenate(Axis(1), &views).expect("all parts have as many rows");
    let y = table.number::<f64>(PRICE)? / 1000.0;
    let part = |rows: &[usize]| Dataset::new(x.select(Axis(0), rows), y.select(Axis(0), rows));
    Ok((part(&test), part(&training)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_whole() {
        let (test, training) = test_and_training().unwrap();
        assert_eq!((test.y.len(), training.y.len()), (585, 2340));
        assert_eq!(test.x.ncols(), training.x.ncols());
        assert!(training.x.iter().chain(&test.x).all(|x| x.is_finite()));
        assert_eq!(test.y[0], 215.0);
        let mean = training.x.column(0).mean().unwrap();
        assert!(mean.abs() < 1e-12, "{mean}");
    }
}
