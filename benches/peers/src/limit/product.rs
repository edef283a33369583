//! Products of matrices by the crate `gemm`.

use std::sync::atomic::{AtomicUsize, Ordering};

use gemm::Parallelism;

use peers_common::number::Number;

static THREADS: AtomicUsize = AtomicUsize::new(1);

/// How many threads a large product runs on.
pub fn set_threads(count: usize) {
    THREADS.store(count, Ordering::Relaxed);
}

/// How many threads there are.
pub(super) fn threads() -> usize {
    THREADS.load(Ordering::Relaxed)
}

/// Fewer multiplications than these are not worth a second thread.
const WORTH_A_THREAD: usize = 1_000_000;

/// A matrix that lies in a slice.
#[derive(Clone, Copy)]
pub(super) struct Matrix<'a, A> {
    elements: &'a [A],
    rows: usize,
    columns: usize,
    row_stride: isize,
    column_stride: isize,
}

impl<'a, A> Matrix<'a, A> {
    /// Row by row.
    pub(super) fn new(elements: &'a [A], rows: usize, columns: usize) -> Self {
        assert_eq!(elements.len(), rows * columns, "a matrix fills its slice");
        Self { elements, rows, columns, row_stride: columns as isize, column_stride: 1 }
    }

    /// Transposed.
    pub(super) fn t(self) -> Self {
        Self {
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
            ..self
        }
    }
}

/// `into = scale a b`, or added to what is there.
pub(super) fn product<A: Number>(
    into: &mut [A],
    add: bool,
    scale: A,
    a: Matrix<'_, A>,
    b: Matrix<'_, A>,
) {
    assert_eq!((a.columns, into.len()), (b.rows, a.rows * b.columns), "shapes fit");
    let threads = threads();
    let parallelism = if threads > 1 && a.rows * a.columns * b.columns >= WORTH_A_THREAD {
        Parallelism::Rayon(threads)
    } else {
        Parallelism::None
    };
    // SAFETY: each matrix lies in its slice, by the assertions here and in `new`, and `into` is borrowed alone.
    unsafe {
        gemm::gemm(
            a.rows,
            b.columns,
            a.columns,
            into.as_mut_ptr(),
            1,
            b.columns as isize,
            add,
            a.elements.as_ptr(),
            a.column_stride,
            a.row_stride,
            b.elements.as_ptr(),
            b.column_stride,
            b.row_stride,
            A::one(),
            scale,
            false,
            false,
            false,
            parallelism,
        );
    }
}

/// The matrix transposed, in tiles that stay in the cache.
pub(super) fn transpose(from: &[f32], rows: usize, columns: usize, into: &mut [f32]) {
    const TILE: usize = 16;
    for top in (0..rows).step_by(TILE) {
        for left in (0..columns).step_by(TILE) {
            for j in left..(left + TILE).min(columns) {
                for i in top..(top + TILE).min(rows) {
                    into[j * rows + i] = from[i * columns + j];
                }
            }
        }
    }
}
