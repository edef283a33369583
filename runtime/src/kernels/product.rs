//! Products of matrices, added into a destination or written there.

mod blocked;
mod small;
#[cfg(test)]
mod tests;

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView1, ArrayView2, ArrayViewMut2, Axis, ShapeBuilder, s};

use self::blocked::Blocked;
use super::{dispatch, threads};
use crate::{Float, memory};

/// Floats that matrices can be made of.
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

/// Rows and columns are divided at multiples of this: no thread is left with part of what one step of the product
/// takes at once.
const TILE: usize = 16;

/// Few enough rows that the product of the crate `gemm` is the faster one on every processor.
const FEW: usize = 32;

/// Few enough that it is so for a transposed right factor as well: of more rows, it puts that in order for longer.
const FEW_OF_TRANSPOSED: usize = 8;

/// `a b`, written to `c` or added to it: of three ways the fastest for these shapes.
///
/// # Panics
/// If the shapes do not fit.
fn multiply<T: Blocked>(
    a: ArrayView2<'_, T>,
    b: ArrayView2<'_, T>,
    mut c: ArrayViewMut2<'_, T>,
    is_added: bool,
) {
    let (rows, depth, columns) = (a.nrows(), a.ncols(), b.ncols());
    assert!(depth == b.nrows() && c.dim() == (rows, columns), "the shapes do not fit");
    let multiplications = rows * depth * columns;
    if multiplications <= small::MOST {
        return small::multiply(a, b, c, is_added);
    }
    let threads = threads::worth(multiplications);
    let is_transposed = b.strides()[0] == 1 && columns > 1 && depth > 1;
    let suits = if rows <= FEW {
        !is_transposed || rows <= FEW_OF_TRANSPOSED
    } else {
        columns == 1 || depth == 1 || dispatch::has_avx512()
    };
    if !(suits && T::blocked(&a, &b, &mut c, is_added, threads)) {
        divided(a, b, c, is_added, threads);
    }
}

/// The product by so many threads: each has a part of the rows or of the columns, in which no element is added up
/// otherwise than in the whole.
fn divided<T: Float>(
    a: ArrayView2<'_, T>,
    b: ArrayView2<'_, T>,
    mut c: ArrayViewMut2<'_, T>,
    is_added: bool,
    threads: usize,
) {
    let (rows, columns) = c.dim();
    if threads < 2 {
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
    let elements = memory::unwritten(rows * columns);
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
                let c = memory::unwritten::<$float>(shape.0 * shape.1);
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
                multiply(a, b, c, is_added);
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
