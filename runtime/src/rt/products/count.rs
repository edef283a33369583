//! How many products were run: so that tests can show that none is run for a constant.

use std::cell::Cell;

thread_local! {
    static PRODUCTS: Cell<usize> = const { Cell::new(0) };
}

/// The number of matrix products that the runtime ran on this thread, counted in builds with debug
/// assertions only (elsewhere 0).
pub fn count_products() -> usize {
    PRODUCTS.get()
}

/// Counts one product.
#[inline]
pub(super) fn one_product() {
    if cfg!(debug_assertions) {
        PRODUCTS.set(PRODUCTS.get() + 1);
    }
}
