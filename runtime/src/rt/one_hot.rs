//! Class labels.

use ndarray::{Array2, ArrayBase, ArrayRef, Data, Ix1, Ix2};

use crate::Float;
use crate::kernels::{Nd, Operand};

/// Class labels, one per row: a slice, `Vec`, `[usize; N]` or one-dimensional array of `usize`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of class labels",
    label = "expected `&[usize]`, `&Vec<usize>`, `&[usize; N]` or `&Array1<usize>`"
)]
pub trait Labels {
    /// How many there are.
    fn count(&self) -> usize;
    /// The label of row `row`.
    fn label(&self, row: usize) -> usize;
}

impl Labels for [usize] {
    fn count(&self) -> usize {
        self.len()
    }
    fn label(&self, row: usize) -> usize {
        self[row]
    }
}

impl Labels for Vec<usize> {
    fn count(&self) -> usize {
        self.len()
    }
    fn label(&self, row: usize) -> usize {
        self[row]
    }
}

impl<const N: usize> Labels for [usize; N] {
    fn count(&self) -> usize {
        N
    }
    fn label(&self, row: usize) -> usize {
        self[row]
    }
}

impl<S: Data<Elem = usize>> Labels for ArrayBase<S, Ix1> {
    fn count(&self) -> usize {
        self.len()
    }
    fn label(&self, row: usize) -> usize {
        self[row]
    }
}

impl Labels for ArrayRef<usize, Ix1> {
    fn count(&self) -> usize {
        self.len()
    }
    fn label(&self, row: usize) -> usize {
        self[row]
    }
}

impl<L: Labels + ?Sized> Labels for &L {
    fn count(&self) -> usize {
        (**self).count()
    }
    fn label(&self, row: usize) -> usize {
        (**self).label(row)
    }
}

/// An array of `like`'s shape `[rows, classes]`: 1 at each row's label, else 0.
///
/// # Panics
/// If there are not as many labels as rows, or a label is not under the number of classes.
#[track_caller]
pub fn one_hot<T, L, X>(labels: L, like: X) -> Array2<T>
where
    T: Float,
    L: Labels,
    X: Operand<T, Rank = Nd<Ix2>>,
{
    let shape = like.operand_view().raw_dim();
    check_labels("one_hot", &labels, [shape[0], shape[1]]);
    let mut hot = Array2::zeros(shape);
    for row in 0..labels.count() {
        hot[[row, labels.label(row)]] = T::one();
    }
    hot
}

/// # Panics
/// If there are not as many labels as rows, or a label is not under the number of classes.
#[track_caller]
pub(crate) fn check_labels(
    name: &str,
    labels: &(impl Labels + ?Sized),
    [rows, classes]: [usize; 2],
) {
    assert!(
        labels.count() == rows,
        "{name}: {} labels for an array of shape [{rows}, {classes}]",
        labels.count()
    );
    for row in 0..rows {
        let label = labels.label(row);
        assert!(
            label < classes,
            "{name}: label {label} of row {row}, in an array of shape [{rows}, {classes}], is not one \
             of the classes 0 to {}",
            classes.wrapping_sub(1)
        );
    }
}
