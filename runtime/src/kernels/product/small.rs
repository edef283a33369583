//! Products of small matrices, for which others would take longer to begin than to multiply.

use ndarray::{ArrayView2, ArrayViewMut2};

use super::dispatch;
use crate::Float;

/// The most multiplications of such a product.
pub(super) const MOST: usize = 256;

/// `a b`, written to `c` or added to it. The shapes fit.
pub(super) fn multiply<T: Float>(
    a: ArrayView2<'_, T>,
    b: ArrayView2<'_, T>,
    mut c: ArrayViewMut2<'_, T>,
    is_added: bool,
) {
    let (rows, columns) = c.dim();
    let depth = a.ncols();
    let ([a_down, a_across], [b_down, b_across]) = (both(a.strides()), both(b.strides()));
    let [c_down, c_across] = both(c.strides());
    let (a, b, c) = (a.as_ptr(), b.as_ptr(), c.as_mut_ptr());
    dispatch::run(
        #[inline(always)]
        move |is_fused| {
            for i in 0..rows as isize {
                let (row, into) = (a.wrapping_offset(i * a_down), c.wrapping_offset(i * c_down));
                for j in 0..columns as isize {
                    let (mut left, mut right) = (row, b.wrapping_offset(j * b_across));
                    let mut sum = T::zero();
                    for _ in 0..depth {
                        // SAFETY: row `i` of `a` and column `j` of `b` have as many elements, these far apart.
                        let (x, y) = unsafe { (*left, *right) };
                        sum = if is_fused { x.mul_add(y, sum) } else { sum + x * y };
                        left = left.wrapping_offset(a_across);
                        right = right.wrapping_offset(b_down);
                    }
                    // SAFETY: `c`, which is borrowed alone, has this row and this column.
                    let into = unsafe { &mut *into.wrapping_offset(j * c_across) };
                    *into = if is_added { *into + sum } else { sum };
                }
            }
        },
    );
}

/// Of a matrix.
fn both(strides: &[isize]) -> [isize; 2] {
    [strides[0], strides[1]]
}
