//! The value and the cotangent of the cross entropy.

use ndarray::{Array2, Axis, Ix2};

use super::{Labels, check_labels, softmax};
use crate::Float;
use crate::ext::CrossEntropy;
use crate::kernels::{Nd, Operand};

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
    let mut dlogits: Array2<T> = softmax(logits, Axis(1));
    let (rows, classes) = dlogits.dim();
    check_labels("cross_entropy", &labels, [rows, classes]);
    let scale = dy / T::from_f64_lossy(rows as f64);
    dlogits.mapv_inplace(|p| p * scale);
    for row in 0..rows {
        dlogits[[row, labels.label(row)]] -= scale;
    }
    dlogits
}
