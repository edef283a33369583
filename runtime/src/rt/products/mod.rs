//! Matrix products and their cotangents.

use ndarray::{Array2, ArrayView2};

use crate::Float;

mod backward;
mod count;
mod dot;
mod dynamic;
mod matmul;

pub use backward::{DotNt, DotTn, dot_nt, dot_tn};
pub use count::count_products;
pub use dot::{Dot, dot};
pub use matmul::{matmul, matmul_nt, matmul_tn};

/// Ends a product whose operands do not fit: `name`, both shapes, and the lengths that should agree.
#[cold]
#[track_caller]
fn do_not_fit(name: &str, a: &[usize], b: &[usize], lengths: (usize, usize)) -> ! {
    panic!("{name}: shapes {a:?} and {b:?} do not fit ({} against {})", lengths.0, lengths.1)
}

/// # Panics
/// If the lengths differ.
#[inline]
#[track_caller]
fn check(name: &str, a: &[usize], b: &[usize], lengths: (usize, usize)) {
    if lengths.0 != lengths.1 {
        do_not_fit(name, a, b, lengths);
    }
}

/// `a b` of matrices that fit.
fn of_matrices<T: Float>(a: ArrayView2<'_, T>, b: ArrayView2<'_, T>) -> Array2<T> {
    let mut product = Array2::zeros((a.nrows(), b.ncols()));
    T::multiply(a, b, product.view_mut(), false);
    product
}
