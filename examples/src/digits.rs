//! 1,797 handwritten digits of 8 by 8 pixels; `data/README.md` tells where they come from.

use chainrule::ndarray::Array2;
use chainrule::train::Dataset;
use flate2::read::GzDecoder;

/// Images, a row of 64 brightnesses from 0 to 1 each, and the digits that they show.
pub type Digits = Dataset<Array2<f32>, Vec<usize>>;

/// The height and the width of an image.
pub const SIDE: usize = 8;

/// The brightness of a full pixel in the file.
const BRIGHTEST: f32 = 16.0;

static COMPRESSED: &[u8] = include_bytes!("../data/digits.csv.gz");

/// All digits, in the order of the file.
///
/// # Panics
/// If the embedded file is damaged.
pub fn load() -> Digits {
    let mut pixels = Vec::new();
    let mut labels = Vec::new();
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).from_reader(GzDecoder::new(COMPRESSED));
    for record in reader.deserialize() {
        let mut row: Vec<u8> = record.expect("the embedded file holds rows of integers");
        let label = row.pop().expect("a row ends with its label");
        labels.push(usize::from(label));
        pixels.extend(row.into_iter().map(|pixel| f32::from(pixel) / BRIGHTEST));
    }
    let images = Array2::from_shape_vec((labels.len(), SIDE * SIDE), pixels)
        .expect("every row holds 64 pixels");
    Dataset::new(images, labels)
}

/// The digits to test with, never used in training or tuning: every fifth row; and all others to
/// train with.
pub fn test_and_training() -> (Digits, Digits) {
    load().split(|row| row % 5 == 0)
}

#[cfg(test)]
mod tests {
    use chainrule::train::Rows;

    use super::*;

    #[test]
    fn the_file_is_whole() {
        let digits = load();
        assert_eq!(digits.x.dim(), (1797, 64));
        assert!(digits.x.iter().all(|pixel| (0.0..=1.0).contains(pixel)));
        let counts = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180];
        for (digit, count) in counts.into_iter().enumerate() {
            assert_eq!(digits.y.iter().filter(|label| **label == digit).count(), count, "{digit}");
        }
    }

    #[test]
    fn no_row_is_in_both_parts() {
        let (test, training) = test_and_training();
        assert_eq!((test.row_count(), training.row_count()), (360, 1437));
        assert_eq!(test.x.row(1), load().x.row(5));
    }
}
