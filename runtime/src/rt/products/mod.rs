//! Matrix products and their cotangents.

mod backward;
mod count;
mod dot;
mod dynamic;
mod matmul;
mod onto;
mod reused;

pub use backward::{DotNt, DotTn, dot_nt, dot_tn};
pub use count::count_products;
pub use dot::{Dot, dot};
pub use matmul::{matmul, matmul_nt, matmul_tn};
pub use onto::{
    DotNtToAdd, DotTnToAdd, DotToAdd, dot_nt_to_add, dot_tn_to_add, dot_to_add, plus_dot,
    plus_dot_nt, plus_dot_tn,
};
pub use reused::{Reused, reused};

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
