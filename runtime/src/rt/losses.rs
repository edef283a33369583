//! The value and the cotangent of the cross entropy.

use ndarray::{Array2, Ix2};

use super::{Labels, check_labels};
use crate::Float;
use crate::ext::CrossEntropy;
use crate::kernels::{Nd, Operand, Row, exponentials};

/// See [`CrossEntropy::cross_entropy`].
#[track_caller]
pub fn cross_entropy<T, X, L>(logits: X, labels: L) -> T
where
    T: Float,
    X: Operand<T, Rank = Nd<Ix2>>,
    L: Labels,
{
    logits.operand_view().cross_entropy(&labels)
}

/// What the logits receive of `dy`, the cotangent of their cross entropy: the softmax of each row,
/// less one at its label, times `dy` over the number of rows (Goodfellow, Bengio and Courville,
/// Deep Learning, 2016, section 6.2.2.3).
///
/// # Panics
/// If there are not as many labels as rows, or a label is out of range.
#[track_caller]
pub fn cross_entropy_pull<T, X, L>(logits: X, labels: L, dy: T) -> Array2<T>
where
    T: Float,
    X: Operand<T, Rank = Nd<Ix2>>,
    L: Labels,
{
    let logits = logits.operand_view();
    let [rows, columns] = [logits.nrows(), logits.ncols()];
    check_labels("cross_entropy", &labels, [rows, columns]);
    let scale = dy / T::from_f64_lossy(rows as f64);
    let mut dlogits = logits.as_standard_layout().into_owned();
    let elements = dlogits.as_slice_mut().expect("it was just laid out so");
    exponentials(elements, columns, |Row { index, powers, sum, .. }| {
        let factor = scale / sum;
        powers.iter_mut().for_each(|power| *power *= factor);
        powers[labels.label(index)] -= scale;
    });
    dlogits
}
