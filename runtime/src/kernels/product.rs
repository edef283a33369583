//! Products of matrices, added into a destination or written there.

#[cfg(test)]
mod tests;

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView2, ArrayViewMut2};

use super::dispatch;
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
}

/// The most multiplications for which setting up ndarray's product would take longer than they do, and the most
/// that it adds up to one element in one go.
const SMALL: usize = 512;
const DEEP: usize = 128;

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
                mut c: ArrayViewMut2<'_, Self>,
                is_added: bool,
            ) {
                if a.len() * b.ncols() <= SMALL && a.ncols() <= DEEP {
                    return small(a, b, c, is_added);
                }
                let kept = if is_added { 1.0 } else { 0.0 };
                general_mat_mul(1.0, &a, &b, kept, &mut c);
            }
        }
    )*};
}
multiply!(f32 f64);
