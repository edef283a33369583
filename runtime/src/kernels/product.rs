//! Products of matrices, added into a destination or written there.

#[cfg(test)]
mod tests;

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView1, ArrayView2, ArrayViewMut2, Axis, ShapeBuilder, s};

use super::{dispatch, threads};
use crate::{Float, memory};

/// Floats that matrices can be made of: the products are ndarray's.
///
/// They are compiled here and not where they are called, so that a build without optimisation has them
/// fast.
pub trait Multiply: Sized {
    /// `a b`.
    ///
    /// # Panics
    /// If the shapes do not fit.
    #[doc(hidden)]
    fn matrix_product(a: ArrayView2<'_, Self>, b: ArrayView2<'_, Self>) -> Array2<Self>;

    /// `a b`, written to `c` or added to it.
    ///
    /// # Panics
    /// If the shapes do not fit.
    #[doc(hidden)]
    fn multiply(
        a: ArrayView2<'_, Self>,
        b: ArrayView2<'_, Self>,
        c: ArrayViewMut2<'_, Self>,
        is_added: bool,
    );

    /// `column row`, added to `sum`, which has as many rows and columns.
    #[doc(hidden)]
    fn add_outer(
        column: ArrayView1<'_, Self>,
        row: ArrayView1<'_, Self>,
        sum: ArrayViewMut2<'_, Self>,
    );

    /// The same matrix, laid out by columns.
    #[doc(hidden)]
    fn by_columns(matrix: ArrayView2<'_, Self>) -> Array2<Self>;
}

/// The most multiplications for which setting up ndarray's product would take longer than they do, and the most
/// that it adds up to one element in one go.
const SMALL: usize = 512;
const DEEP: usize = 128;

/// Rows and columns are divided at multiples of this: no thread is left with part of what one step of the product
/// takes at once.
const TILE: usize = 16;

/// The product of small matrices: each element is added up as ndarray's product does it, so that both are the same
/// to the bit.
///
/// # Panics
/// If the shapes do not fit.
fn small<T: Float>(
    a: ArrayView2<'_, T>,
    b: ArrayView2<'_, T>,
    mut c: ArrayViewMut2<'_, T>,
    is_added: bool,
) {
    assert!(a.ncols() == b.nrows() && c.dim() == (a.nrows(), b.ncols()), "the shapes do not fit");
    dispatch::run(
        #[inline(always)]
        |is_fused| {
            for i in 0..a.nrows() {
                for j in 0..b.ncols() {
                    let mut sum = T::zero();
                    for k in 0..a.ncols() {
                        // SAFETY: all indices are inside, since the shapes fit.
                        let (a, b) = unsafe { (*a.uget((i, k)), *b.uget((k, j))) };
                        sum = if is_fused { a.mul_add(b, sum) } else { sum + a * b };
                    }
                    // SAFETY: as above.
                    let c = unsafe { c.uget_mut((i, j)) };
                    *c = if is_added { *c + sum } else { sum };
                }
            }
        },
    );
}

/// The product by so many threads: each has a part of the rows or of the columns, in which no element is added up
/// otherwise than in the whole.
///
/// # Panics
/// If the shapes do not fit.
fn divided<T: Float>(
    a: ArrayView2<'_, T>,
    b: ArrayView2<'_, T>,
    mut c: ArrayViewMut2<'_, T>,
    is_added: bool,
    threads: usize,
) {
    let (rows, columns) = c.dim();
    if threads < 2 || a.nrows() != rows || b.ncols() != columns {
        let kept = if is_added { T::one() } else { T::zero() };
        return general_mat_mul(T::one(), &a, &b, kept, &mut c);
    }
    let fewer = threads / 2;
    let share = |len: usize| (len * fewer / threads).next_multiple_of(TILE).min(len);
    let ((a1, a2), (b1, b2), (c1, c2)) = if rows >= columns {
        let first = share(rows);
        (a.split_at(Axis(0), first), (b, b), c.split_at(Axis(0), first))
    } else {
        let first = share(columns);
        ((a, a), b.split_at(Axis(1), first), c.split_at(Axis(1), first))
    };
    threads::join(
        || divided(a1, b1, c1, is_added, fewer),
        || divided(a2, b2, c2, is_added, threads - fewer),
    );
}

/// A column times a row, added where the sum lies.
fn add_outer<T: Float>(
    column: ArrayView1<'_, T>,
    row: ArrayView1<'_, T>,
    mut sum: ArrayViewMut2<'_, T>,
) {
    dispatch::run(
        #[inline(always)]
        |is_fused| {
            let plus = |sum: T, x: T, y: T| if is_fused { x.mul_add(y, sum) } else { sum + x * y };
            for (&x, mut sums) in column.iter().zip(sum.rows_mut()) {
                match (sums.as_slice_mut(), row.as_slice()) {
                    (Some(sums), Some(row)) => {
                        sums.iter_mut().zip(row).for_each(|(sum, &y)| *sum = plus(*sum, x, y));
                    }
                    _ => sums.zip_mut_with(&row, |sum, &y| *sum = plus(*sum, x, y)),
                }
            }
        },
    );
}

/// As many rows and columns of a matrix as are copied at once: each stays in the first-level cache.
const PATCH: usize = 16;

/// A copy of a matrix that lies by columns.
fn by_columns<T: Float>(matrix: ArrayView2<'_, T>) -> Array2<T> {
    let (rows, columns) = matrix.dim();
    let mut elements = memory::take(rows * columns);
    elements.resize(rows * columns, T::zero());
    let mut copy = Array2::from_shape_vec((rows, columns).f(), elements)
        .expect("as many elements as the matrix has");
    for first_row in (0..rows).step_by(PATCH) {
        let last_row = rows.min(first_row + PATCH);
        for first in (0..columns).step_by(PATCH) {
            let patch = s![first_row..last_row, first..columns.min(first + PATCH)];
            copy.slice_mut(patch).assign(&matrix.slice(patch));
        }
    }
    copy
}

macro_rules! multiply {
    ($($float:ident)*) => {$(
        impl Multiply for $float {
            fn matrix_product(a: ArrayView2<'_, Self>, b: ArrayView2<'_, Self>) -> Array2<Self> {
                let shape = (a.nrows(), b.ncols());
                let mut c = memory::take::<$float>(shape.0 * shape.1);
                c.resize(shape.0 * shape.1, 0.0);
                // SAFETY: it has just been given as many elements as the shape has.
                let mut c = unsafe { Array2::from_shape_vec_unchecked(shape, c) };
                Self::multiply(a, b, c.view_mut(), false);
                c
            }

            fn multiply(
                a: ArrayView2<'_, Self>,
                b: ArrayView2<'_, Self>,
                c: ArrayViewMut2<'_, Self>,
                is_added: bool,
            ) {
                if a.len() * b.ncols() <= SMALL && a.ncols() <= DEEP {
                    return small(a, b, c, is_added);
                }
                let threads = threads::worth(a.len() * b.ncols());
                divided(a, b, c, is_added, threads);
            }

            fn add_outer(
                column: ArrayView1<'_, Self>,
                row: ArrayView1<'_, Self>,
                sum: ArrayViewMut2<'_, Self>,
            ) {
                add_outer(column, row, sum);
            }

            fn by_columns(matrix: ArrayView2<'_, Self>) -> Array2<Self> {
                by_columns(matrix)
            }
        }
    )*};
}
multiply!(f32 f64);
