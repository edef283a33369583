//! Exponentials of rows relative to each row's largest element: what softmax and its kin are made of.

use super::dispatch;
use super::sink::sum;
use super::sweep::BLOCK;
use crate::Float;

/// A row of [`exponentials`].
#[derive(Debug)]
pub(crate) struct Row<'a, T> {
    pub(crate) index: usize,
    /// `exp(x - shift)` for every element `x`; what is left here stays.
    pub(crate) powers: &'a mut [T],
    /// The largest element; 0 if that is not finite, so that infinities do not cancel to NaN.
    pub(crate) shift: T,
    /// The sum of the powers.
    pub(crate) sum: T,
}

/// Replaces every row of `columns` elements by its powers and shows it to `each`, while it is in the
/// first-level cache.
///
/// Rows are taken by the block, so that short ones are vector code too.
pub(crate) fn exponentials<T: Float>(
    elements: &mut [T],
    columns: usize,
    mut each: impl FnMut(Row<'_, T>),
) {
    if columns == 0 {
        return;
    }
    let rows = (BLOCK / columns).max(1);
    dispatch::run(
        #[inline(always)]
        |is_vector| {
            let mut shifts = [T::zero(); BLOCK];
            for (block, elements) in elements.chunks_mut(rows * columns).enumerate() {
                for (row, shift) in elements.chunks_exact_mut(columns).zip(&mut shifts) {
                    let largest = largest(row);
                    *shift = if largest.is_finite() { largest } else { T::zero() };
                    row.iter_mut().for_each(|x| *x -= *shift);
                }
                for x in elements.iter_mut() {
                    *x = if is_vector { T::vector_exp(*x) } else { x.exp() };
                }
                let rows_before = block * rows;
                for (row, (powers, shift)) in
                    elements.chunks_exact_mut(columns).zip(&shifts).enumerate()
                {
                    let (index, sum) = (rows_before + row, sum(powers));
                    each(Row { index, powers, shift: *shift, sum });
                }
            }
        },
    );
}

/// The largest element of a row that is not empty; NaN if there is one.
#[inline(always)]
fn largest<T: Float>(row: &[T]) -> T {
    let larger = |a: T, b: T| if a > b || a.is_nan() { a } else { b };
    let (chunks, rest) = row.as_chunks::<16>();
    let mut lanes = [T::neg_infinity(); 16];
    for chunk in chunks {
        lanes.iter_mut().zip(chunk).for_each(|(lane, x)| *lane = larger(*lane, *x));
    }
    lanes.iter().chain(rest).fold(T::neg_infinity(), |largest, x| larger(largest, *x))
}
