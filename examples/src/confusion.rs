//! Which classes are taken for which.

use std::fmt::{self, Display, Formatter};

use chainrule::ndarray::Array2;

/// Counts of rows by their true class (down) and the predicted one (across).
#[derive(Clone, Debug)]
pub struct Confusion {
    counts: Array2<usize>,
}

impl Confusion {
    /// Counts the rows of each pair of classes.
    ///
    /// # Panics
    /// If the lists differ in length, or hold a class that is not below `classes`.
    pub fn new(classes: usize, labels: &[usize], predictions: &[usize]) -> Self {
        assert_eq!(labels.len(), predictions.len(), "a prediction for every label");
        let mut counts = Array2::zeros((classes, classes));
        for (label, prediction) in labels.iter().zip(predictions) {
            counts[[*label, *prediction]] += 1;
        }
        Self { counts }
    }

    /// The counts: `[true class, predicted class]`.
    pub fn counts(&self) -> &Array2<usize> {
        &self.counts
    }

    /// The share of rows that are predicted right.
    pub fn accuracy(&self) -> f64 {
        self.counts.diag().sum() as f64 / self.counts.sum() as f64
    }
}

impl Display for Confusion {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let classes = self.counts.nrows();
        write!(formatter, "true ")?;
        (0..classes).try_for_each(|class| write!(formatter, "{class:>4}"))?;
        write!(formatter, "   predicted\n     {}", "─".repeat(4 * classes))?;
        for (label, row) in self.counts.rows().into_iter().enumerate() {
            write!(formatter, "\n{label:>3} │")?;
            for count in row {
                match count {
                    0 => write!(formatter, "   ·")?,
                    count => write!(formatter, "{count:>4}")?,
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_counted() {
        let confusion = Confusion::new(2, &[0, 0, 1, 1], &[0, 1, 1, 1]);
        assert_eq!(confusion.accuracy(), 0.75);
        let lines: Vec<String> = confusion.to_string().lines().map(str::to_owned).collect();
        assert_eq!(lines[2..4], ["  0 │   1   1", "  1 │   ·   2"]);
    }
}
