//! How well scores tell two classes apart, for every threshold.

/// A receiver operating characteristic (Fawcett, "An introduction to ROC analysis", 2006).
#[derive(Clone, Debug)]
pub struct Roc {
    /// The parts of the negatives and of the positives with a score of at least a threshold, for every
    /// threshold from the highest to the lowest: from (0, 0) to (1, 1).
    pub points: Vec<(f64, f64)>,
}

impl Roc {
    /// Of scores, larger where a row is more likely positive.
    ///
    /// # Panics
    /// If the lengths differ, or one of the two classes has no row.
    pub fn new(scores: &[f64], is_positive: &[bool]) -> Self {
        assert_eq!(scores.len(), is_positive.len(), "a score for every row");
        let positives = is_positive.iter().filter(|positive| **positive).count();
        let negatives = is_positive.len() - positives;
        assert!(positives > 0 && negatives > 0, "there are rows of both classes");

        let mut rows: Vec<_> = scores.iter().copied().zip(is_positive.iter().copied()).collect();
        rows.sort_by(|a, b| b.0.total_cmp(&a.0));
        let (mut found, mut alarms) = (0, 0);
        let mut points = vec![(0.0, 0.0)];
        // Rows of the same score are on the same side of every threshold.
        for tied in rows.chunk_by(|a, b| a.0 == b.0) {
            found += tied.iter().filter(|row| row.1).count();
            alarms += tied.iter().filter(|row| !row.1).count();
            points.push((alarms as f64 / negatives as f64, found as f64 / positives as f64));
        }
        Self { points }
    }

    /// The area under the curve: how often a positive row has a larger score than a negative one.
    pub fn area(&self) -> f64 {
        let trapezoid =
            |pair: &[(f64, f64)]| (pair[1].0 - pair[0].0) * (pair[0].1 + pair[1].1) / 2.0;
        self.points.windows(2).map(trapezoid).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_area_counts_pairs() {
        let classes = [true, false, true, false];
        assert_eq!(Roc::new(&[0.9, 0.1, 0.8, 0.2], &classes).area(), 1.0);
        assert_eq!(Roc::new(&[0.1, 0.9, 0.2, 0.8], &classes).area(), 0.0);
        // Of four pairs one is wrong, and one is tied.
        assert_eq!(Roc::new(&[0.9, 0.5, 0.5, 0.7], &classes).area(), 2.5 / 4.0);
        let tied = Roc::new(&[0.5; 4], &classes);
        assert_eq!((tied.area(), tied.points.len()), (0.5, 2));
    }
}
