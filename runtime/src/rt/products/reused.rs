//! A factor of the products in all turns of a loop.

use std::cell::OnceCell;

use ndarray::Array2;

use crate::kernels::{Operand, Rank};
use crate::{Float, memory};

/// The right factor of [`dot_nt`](super::dot_nt) in every turn of a loop, which does not change.
///
/// A product of few rows takes up to a third longer with a transposed factor, which is rearranged for each. So the first of
/// them lays it out by columns, and the others use that.
#[derive(Debug)]
pub struct Reused<T, B> {
    factor: B,
    by_columns: OnceCell<Array2<T>>,
}

/// The fewest rows and the least factor for which it was seen to pay; and as many rows as a product needs to take much
/// longer than the rearrangement.
const ROWS: std::ops::Range<usize> = 4..64;
const LEAST: usize = 1024;

/// A factor, to be used in every turn of a loop.
#[inline]
pub fn reused<T: Float, B: Operand<T>>(factor: B) -> Reused<T, B> {
    Reused { factor, by_columns: OnceCell::new() }
}

impl<T: Float, B: Operand<T>> Operand<T> for Reused<T, B> {
    type Rank = B::Rank;
    #[inline(always)]
    fn operand_view(&self) -> <B::Rank as Rank>::View<'_, T> {
        self.factor.operand_view()
    }
    #[inline]
    fn operand_beside(&self, rows: usize) -> <B::Rank as Rank>::View<'_, T> {
        let factor = self.factor.operand_view();
        match B::Rank::as_matrix(&factor) {
            Some(matrix) if ROWS.contains(&rows) && matrix.len() >= LEAST => {
                let laid_out = self.by_columns.get_or_init(|| T::by_columns(matrix));
                B::Rank::from_matrix(laid_out.view()).unwrap_or_else(|| self.operand_view())
            }
            _ => self.operand_view(),
        }
    }
    fn operand_end(self) {
        if let Some(laid_out) = self.by_columns.into_inner() {
            memory::give(laid_out.into_raw_vec_and_offset().0);
        }
        self.factor.operand_end();
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array1, Array2, ArrayD};

    use super::*;
    use crate::rt::dot_nt;

    #[test]
    fn a_factor_is_laid_out_once_where_that_pays() {
        let b = Array2::from_shape_fn((40, 30), |(i, j)| ((7 * i + 3 * j) % 11) as f64 - 5.0);
        for rows in [1, 5, 80] {
            let dy = Array2::from_shape_fn((rows, 30), |(i, j)| ((5 * i + j) % 7) as f64 - 3.0);
            let factor = reused(&b);
            let product: Array2<f64> = dot_nt(&dy, &factor);
            assert_eq!(product, dy.dot(&b.t()), "of whole numbers, so to the bit");
            let place = factor.by_columns.get().map(|laid_out| laid_out.as_ptr());
            assert_eq!(place.is_some(), rows == 5);
            let again: ArrayD<f64> = dot_nt(&dy.clone().into_dyn(), &reused(&b.view().into_dyn()));
            assert_eq!(again, product.into_dyn());
            let _: Array2<f64> = dot_nt(&dy, &factor);
            assert_eq!(factor.by_columns.get().map(|laid_out| laid_out.as_ptr()), place);
            factor.operand_end();
        }
        // A vector has no columns.
        let dy: Array1<f64> = Array1::ones(30);
        let factor = reused(&b);
        let product: Array1<f64> = dot_nt(&dy, &factor);
        assert_eq!(product, b.sum_axis(ndarray::Axis(1)));
        assert!(factor.by_columns.get().is_none());
    }
}
