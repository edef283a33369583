//! Products of matrices, added into a destination or written there.
//!
//! The plan is that of Goto and van de Geijn (Anatomy of High-Performance Matrix Multiplication, ACM TOMS
//! 34, 2008): the length that is summed over is cut so that a panel of `b` stays in the first-level cache,
//! and tiles of the result stay in registers. Every element of a result is the same sum in the same order
//! whatever the shape around it: so it depends neither on the batch it stands in nor on threads.

mod pack;
mod tile;

#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::mem::MaybeUninit;
use std::thread::LocalKey;

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView2, ArrayViewMut2, Ix2, RawArrayViewMut};

use self::tile::{Tile, Tiles};
use super::dispatch;
use crate::{Float, memory};

/// The longest part of the length to be summed over that is summed in registers.
const DEPTH: usize = 256;

/// Floats that matrices can be made of.
///
/// The products are compiled here and not where they are called: so a build without optimisation can
/// have them fast, by optimising this crate alone.
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
}

macro_rules! multiply {
    ($($float:ident: $fma:ident $avx512:ident;)*) => {$(
        impl Multiply for $float {
            fn matrix_product(a: ArrayView2<'_, Self>, b: ArrayView2<'_, Self>) -> Array2<Self> {
                let (rows, columns) = (a.nrows(), b.ncols());
                let mut c = memory::take::<$float>(rows * columns);
                let (tiles, buffers) = <$float>::means();
                // SAFETY: `c` has room for as many elements in C order. What is written and not added to
                // needs no value, and afterwards every element has one.
                unsafe {
                    let view = RawArrayViewMut::from_shape_ptr((rows, columns), c.as_mut_ptr());
                    multiply_by(tiles, buffers, &a, &b, view, false);
                    c.set_len(rows * columns);
                }
                Array2::from_shape_vec((rows, columns), c).expect("as many elements as it has room for")
            }
            fn multiply(
                a: ArrayView2<'_, Self>,
                b: ArrayView2<'_, Self>,
                mut c: ArrayViewMut2<'_, Self>,
                is_added: bool,
            ) {
                let (tiles, buffers) = <$float>::means();
                // SAFETY: `c` is borrowed mutably and has values.
                unsafe { multiply_by(tiles, buffers, &a, &b, c.raw_view_mut(), is_added) };
            }
        }

        impl Means for $float {
            fn means() -> (Option<Tiles<Self>>, Buffers<Self>) {
                thread_local! {
                    static BUFFERS: RefCell<Packed<$float>> = const {
                        RefCell::new(Packed { a: Vec::new(), b: Vec::new() })
                    };
                }
                #[cfg(target_arch = "x86_64")]
                let tiles = match dispatch::level() {
                    dispatch::AVX512 => Some(tile::$avx512::TILES),
                    dispatch::FMA => Some(tile::$fma::TILES),
                    _ => None,
                };
                #[cfg(not(target_arch = "x86_64"))]
                let tiles = None;
                (tiles, &BUFFERS)
            }
        }
    )*};
}
multiply! {
    f32: fma_f32 avx512_f32;
    f64: fma_f64 avx512_f64;
}

/// What products are computed with: the tiles of this processor, if we have some for it, and this
/// thread's buffers.
trait Means: Sized {
    fn means() -> (Option<Tiles<Self>>, Buffers<Self>);
}

type Buffers<T> = &'static LocalKey<RefCell<Packed<T>>>;

/// `a b` by these tiles, or by ndarray where there are none for the processor.
///
/// # Safety
/// `c` is valid for writes and overlaps neither `a` nor `b`; it has values if they are added to.
unsafe fn multiply_by<T: Float>(
    tiles: Option<Tiles<T>>,
    buffers: Buffers<T>,
    a: &ArrayView2<'_, T>,
    b: &ArrayView2<'_, T>,
    c: RawArrayViewMut<T, Ix2>,
    is_added: bool,
) {
    assert!(
        a.ncols() == b.nrows() && a.nrows() == c.nrows() && b.ncols() == c.ncols(),
        "product: shapes {:?} and {:?} do not make {:?}",
        a.shape(),
        b.shape(),
        c.shape()
    );
    if let Some(tiles) = tiles
        && a.len() * b.ncols() > SMALL
    {
        // Taken, so that nobody below can find it borrowed.
        let mut packed = buffers.take();
        Product::new(&tiles, a, b, c).run(&tiles, &mut packed, is_added);
        buffers.set(packed);
        return;
    }
    // SAFETY: `c` is valid for writes, and has values from here on.
    let mut c = unsafe {
        if !is_added {
            c.cast::<MaybeUninit<T>>().deref_into_view_mut().fill(MaybeUninit::new(T::zero()));
        }
        c.deref_into_view_mut()
    };
    match tiles {
        Some(_) => small(a, b, &mut c, is_added),
        None => {
            let kept = if is_added { T::one() } else { T::zero() };
            general_mat_mul(T::one(), a, b, kept, &mut c);
        }
    }
}

/// Products with at most this many multiplications are computed where they lie.
const SMALL: usize = 32;

/// The product of small matrices: the same sums as by tiles.
fn small<T: Float>(
    a: &ArrayView2<'_, T>,
    b: &ArrayView2<'_, T>,
    c: &mut ArrayViewMut2<'_, T>,
    is_added: bool,
) {
    dispatch::run(
        #[inline(always)]
        |_| {
            for (a, mut c) in a.rows().into_iter().zip(c.rows_mut()) {
                for (b, c) in b.columns().into_iter().zip(&mut c) {
                    let sum = a.iter().zip(b).fold(T::zero(), |sum, (a, b)| a.mul_add(*b, sum));
                    *c = if is_added { *c + sum } else { sum };
                }
            }
        },
    );
}

/// Parts of `a` and `b`, copied in the order in which they are read.
#[derive(Debug, Default)]
struct Packed<T> {
    a: Vec<T>,
    b: Vec<T>,
}

/// A matrix: its first element, and how far rows and columns lie apart.
#[derive(Clone, Copy, Debug)]
struct Matrix<P> {
    first: P,
    row: isize,
    column: isize,
}

impl<T> Matrix<*const T> {
    fn at(&self, row: usize, column: usize) -> *const T {
        self.first.wrapping_offset(row as isize * self.row + column as isize * self.column)
    }

    fn transposed(self) -> Self {
        Self { row: self.column, column: self.row, ..self }
    }
}

/// `c = a b`, with `[m, k] [k, n]`.
#[derive(Debug)]
struct Product<T> {
    a: Matrix<*const T>,
    b: Matrix<*const T>,
    c: Matrix<*mut T>,
    m: usize,
    k: usize,
    n: usize,
}

impl<T: Float> Product<T> {
    fn new(
        tiles: &Tiles<T>,
        a: &ArrayView2<'_, T>,
        b: &ArrayView2<'_, T>,
        mut c: RawArrayViewMut<T, Ix2>,
    ) -> Self {
        let of = |x: &ArrayView2<'_, T>| Matrix {
            first: x.as_ptr(),
            row: x.strides()[0],
            column: x.strides()[1],
        };
        let product = Product {
            a: of(a),
            b: of(b),
            c: Matrix { first: c.as_mut_ptr(), row: c.strides()[0], column: c.strides()[1] },
            m: a.nrows(),
            k: a.ncols(),
            n: b.ncols(),
        };
        let other = product.transposed();
        if other.cost(tiles) < product.cost(tiles) { other } else { product }
    }

    /// About how many cycles this takes: one for two vector multiplications, and one for each element
    /// that has to be moved by itself.
    fn cost(&self, tiles: &Tiles<T>) -> usize {
        let products = self.m * self.k * self.n.div_ceil(tiles.lanes) / 2;
        let crosswise_b = if self.b.column == 1 { 0 } else { self.k * self.n };
        let crosswise_c = if self.c.column == 1 { 0 } else { self.m * self.n };
        products + crosswise_b + crosswise_c
    }

    /// `c^T = b^T a^T`.
    fn transposed(&self) -> Self {
        Self {
            a: self.b.transposed(),
            b: self.a.transposed(),
            c: Matrix { row: self.c.column, column: self.c.row, ..self.c },
            m: self.n,
            k: self.k,
            n: self.m,
        }
    }

    fn run(&self, tiles: &Tiles<T>, packed: &mut Packed<T>, is_added: bool) {
        let width = 2 * tiles.lanes;
        let depth = self.k.div_ceil(self.k.div_ceil(DEPTH));
        for start in (0..self.k).step_by(depth) {
            let depth = depth.min(self.k - start);
            // Columns of `a` that lie apart are read once per panel, so they are brought together.
            let a_is_packed = self.a.column != 1 && self.n > width;
            if a_is_packed {
                self.pack_a(start, depth, tiles.rows, &mut packed.a);
            }
            for column in (0..self.n).step_by(width) {
                let columns = width.min(self.n - column);
                let vectors = columns.div_ceil(tiles.lanes);
                let is_direct = self.b.column == 1 && columns == width && self.m <= tiles.rows;
                let (b, b_step) = if is_direct {
                    (self.b.at(start, column), self.b.row)
                } else {
                    let wide = vectors * tiles.lanes;
                    self.pack_b(start..start + depth, column, columns, wide, &mut packed.b);
                    (packed.b.as_ptr(), wide as isize)
                };
                for row in (0..self.m).step_by(tiles.rows) {
                    let rows = tiles.rows.min(self.m - row);
                    let (a, a_row, a_step) = if a_is_packed {
                        (packed.a[row * depth..].as_ptr(), 1, rows as isize)
                    } else {
                        (self.a.at(row, start), self.a.row, self.a.column)
                    };
                    let c = self.c.first.wrapping_offset(
                        row as isize * self.c.row + column as isize * self.c.column,
                    );
                    let tile = Tile {
                        k: depth,
                        a,
                        a_row,
                        a_step,
                        b,
                        b_step,
                        c,
                        c_row: self.c.row,
                        c_column: self.c.column,
                        rows,
                        columns,
                        is_added: is_added || start > 0,
                    };
                    // SAFETY: the tiles are this processor's. `a`, `b` and `c` are inside the matrices
                    // or their packed copies, which hold `rows` elements, or `vectors` whole vectors,
                    // for each of the `depth` steps; a direct panel is as wide as its vectors. `c` is
                    // borrowed mutably, so nothing else overlaps it.
                    unsafe { (tiles.compute)(&tile) };
                }
            }
        }
    }
}
