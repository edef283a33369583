//! The cross entropy of ten classes.

use super::math::exp;
use super::vectorised::vectorised;
use peers_common::inputs::CLASSES;

vectorised! {
    /// The mean cross entropy of rows of logits, which become its gradient. The exponentials are taken of all
    /// rows at once, since a row is too short for a vector.
    fn cross_entropy<FUSED>(logits: &mut [f32], labels: &[usize]) -> f32 {
        let share = 1.0 / labels.len() as f32;
        let mut loss = 0.0;
        let rows = logits.as_chunks_mut::<CLASSES>().0;
        for (row, label) in rows.iter_mut().zip(labels) {
            let largest = row.iter().fold(row[0], |a, b| if *b > a { *b } else { a });
            for z in row.iter_mut() {
                *z -= largest;
            }
            loss -= row[*label];
        }
        for z in logits.iter_mut() {
            *z = exp::<FUSED>(*z);
        }
        let rows = logits.as_chunks_mut::<CLASSES>().0;
        for (row, label) in rows.iter_mut().zip(labels) {
            let sum: f32 = row.iter().sum();
            loss += sum.ln();
            let scale = share / sum;
            for z in row.iter_mut() {
                *z *= scale;
            }
            row[*label] -= share;
        }
        loss * share
    }
}
