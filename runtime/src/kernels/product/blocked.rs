//! Products by the crate `gemm`, with code for AVX-512.
//!
//! Its parts for `f32` and `f64` are called themselves: the crate around them compiles as much again for complex numbers.

use ndarray::{ArrayView2, ArrayViewMut2};

use crate::Float;

/// Floats that `gemm` multiplies, on processors that it has been measured on.
pub(super) trait Blocked: Float {
    /// `a b`, written to `c` or added to it, by so many threads; or says no and leaves `c`.
    ///
    /// The shapes fit.
    fn blocked(
        a: &ArrayView2<'_, Self>,
        b: &ArrayView2<'_, Self>,
        c: &mut ArrayViewMut2<'_, Self>,
        is_added: bool,
        threads: usize,
    ) -> bool;
}

#[cfg(target_arch = "x86_64")]
macro_rules! blocked {
    ($($float:ident by $gemm:ident)*) => {$(
        impl Blocked for $float {
            fn blocked(
                a: &ArrayView2<'_, Self>,
                b: &ArrayView2<'_, Self>,
                c: &mut ArrayViewMut2<'_, Self>,
                is_added: bool,
                threads: usize,
            ) -> bool {
                let forwards = |strides: &[isize]| strides.iter().all(|stride| *stride >= 0);
                if !(forwards(a.strides()) && forwards(b.strides()) && forwards(c.strides())) {
                    return false;
                }
                #[cfg(feature = "threads")]
                let parallelism = match threads {
                    1 => gemm_common::Parallelism::None,
                    threads => gemm_common::Parallelism::Rayon(threads),
                };
                #[cfg(not(feature = "threads"))]
                let parallelism = {
                    let _ = threads;
                    gemm_common::Parallelism::None
                };
                // It expects results by columns. Those that lie by rows are the transposed product's.
                let is_by_rows = c.strides()[0] >= c.strides()[1];
                let (left, right) = if is_by_rows { (b.t(), a.t()) } else { (a.view(), b.view()) };
                let mut into = c.view_mut();
                if is_by_rows {
                    into = into.reversed_axes();
                }
                let kept = if is_added { 1.0 } else { 0.0 };
                let product = $gemm::gemm::$float::get_gemm_fn();
                // SAFETY: the shapes fit, the views reach all of their elements, and that of the result is borrowed
                // alone. The last three flags ask for conjugates.
                unsafe {
                    product(
                        into.nrows(),
                        into.ncols(),
                        left.ncols(),
                        into.as_mut_ptr(),
                        into.strides()[1],
                        into.strides()[0],
                        is_added,
                        left.as_ptr(),
                        left.strides()[1],
                        left.strides()[0],
                        right.as_ptr(),
                        right.strides()[1],
                        right.strides()[0],
                        kept,
                        1.0,
                        false,
                        false,
                        false,
                        parallelism,
                    );
                }
                true
            }
        }
    )*};
}
#[cfg(target_arch = "x86_64")]
blocked!(f32 by gemm_f32 f64 by gemm_f64);

#[cfg(not(target_arch = "x86_64"))]
impl<T: Float> Blocked for T {
    fn blocked(
        _: &ArrayView2<'_, Self>,
        _: &ArrayView2<'_, Self>,
        _: &mut ArrayViewMut2<'_, Self>,
        _: bool,
        _: usize,
    ) -> bool {
        false
    }
}
