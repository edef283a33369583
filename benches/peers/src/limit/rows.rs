//! Passes over rows.

use super::vectorised::vectorised;

/// Every row becomes `row`: what a product is added to.
pub(super) fn fill<A: Copy>(rows: &mut [A], row: &[A]) {
    for place in rows.chunks_exact_mut(row.len()) {
        place.copy_from_slice(row);
    }
}

vectorised! {
    /// `sums += scale` times the sum of the rows, 64 columns at a time in registers.
    fn add_rows<FUSED>(sums: &mut [f32], rows: &[f32], scale: f32) {
        let width = sums.len();
        let mut start = 0;
        while start + 64 <= width {
            let mut block = [0.0; 64];
            for row in rows.chunks_exact(width) {
                let row: &[f32; 64] = row[start..].first_chunk().expect("a block of columns");
                for (sum, x) in block.iter_mut().zip(row) {
                    *sum += x;
                }
            }
            for (sum, x) in sums[start..].iter_mut().zip(block) {
                *sum += scale * x;
            }
            start += 64;
        }
        for row in rows.chunks_exact(width) {
            for (sum, x) in sums[start..].iter_mut().zip(&row[start..]) {
                *sum += scale * x;
            }
        }
    }
}

vectorised! {
    /// The same in double precision.
    fn add_rows64<FUSED>(sums: &mut [f64], rows: &[f64], scale: f64) {
        let mut block = [0.0; 64];
        for row in rows.chunks_exact(64) {
            let row: &[f64; 64] = row.first_chunk().expect("a row");
            for (sum, x) in block.iter_mut().zip(row) {
                *sum += x;
            }
        }
        for (sum, x) in sums.iter_mut().zip(block) {
            *sum += scale * x;
        }
    }
}
