//! Products of all layouts against the definition.

use ndarray::{Array2, ArrayView2, Axis, ShapeBuilder, s};

use crate::Float;
use crate::kernels::Multiply;

fn matrix<T: Float>(shape: (usize, usize), is_transposed: bool, seed: usize) -> Array2<T> {
    let shape = shape.set_f(is_transposed);
    let mut state = seed;
    Array2::from_shape_simple_fn(shape, || {
        state = (state * 1_103_515_245 + 12_345) % (1 << 31);
        T::from_f64_lossy((state >> 16) as f64 / 16384.0 - 1.0)
    })
}

fn expected<T: Float>(
    a: ArrayView2<'_, T>,
    b: ArrayView2<'_, T>,
    c: ArrayView2<'_, T>,
) -> Array2<f64> {
    Array2::from_shape_fn(c.dim(), |(row, column)| {
        let terms = a.row(row).into_iter().zip(b.column(column));
        let products = terms.map(|(a, b)| a.to_f64_lossless() * b.to_f64_lossless());
        c[[row, column]].to_f64_lossless() + products.sum::<f64>()
    })
}

fn check<T: Float>(m: usize, k: usize, n: usize) {
    for layouts in 0..8 {
        let a = matrix::<T>((m, k), layouts & 1 > 0, 1);
        let b = matrix::<T>((k, n), layouts & 2 > 0, 2);
        let old = matrix::<T>((m, n), layouts & 4 > 0, 3);
        // Nothing of what lay there before is read.
        let mut new = old.mapv(|_| T::nan());
        T::multiply(a.view(), b.view(), new.view_mut(), false);
        assert_eq!(new, T::matrix_product(a.view(), b.view()));
        for is_added in [true, false] {
            let mut c = old.clone();
            T::multiply(a.view(), b.view(), c.view_mut(), is_added);
            let start = if is_added { old.clone() } else { Array2::zeros((m, n)) };
            let expected = expected(a.view(), b.view(), start.view());
            let allowed = 4.0 * (k as f64 + 1.0) * T::epsilon().to_f64_lossless();
            for (value, expected) in c.iter().zip(&expected) {
                let error = (value.to_f64_lossless() - expected).abs();
                assert!(
                    error <= allowed,
                    "[{m}, {k}] x [{k}, {n}], layouts {layouts}: off by {error}"
                );
            }
        }
    }
}

#[test]
fn products_of_all_shapes_and_layouts_are_right() {
    for (m, k, n) in [
        (1, 1, 1),
        (4, 2, 2),
        (2, 3, 8),
        (5, 1, 33),
        (7, 5, 16),
        (16, 128, 40),
        (3, 300, 10),
        (64, 13, 7),
        (40, 600, 3),
        (33, 17, 64),
        (1, 50, 20),
        (20, 50, 1),
        (0, 3, 2),
        (3, 0, 2),
        (3, 2, 0),
        // What other sizes than tiles take other code for: a column, a row, a sum of one or two products, few rows.
        (70, 40, 1),
        (1, 64, 64),
        (2, 64, 64),
        (64, 1, 50),
        (50, 2, 64),
        (9, 60, 40),
        (14, 600, 14),
        (80, 70, 90),
    ] {
        check::<f32>(m, k, n);
        check::<f64>(m, k, n);
    }
}

#[test]
fn parts_of_matrices_are_multiplied_where_they_lie() {
    let whole = matrix::<f64>((40, 50), false, 4);
    let mut a = whole.slice(s![3..;2, 5..30]);
    a.invert_axis(Axis(0));
    let b = whole.slice(s![..25, 3..40;-3]);
    let mut wide = Array2::<f64>::zeros((30, 30));
    f64::multiply(a, b, wide.slice_mut(s![1..20, 2..15]), false);
    let zeros = Array2::zeros((19, 13));
    let error = &wide.slice(s![1..20, 2..15]) - &expected(a, b, zeros.view());
    assert!(error.iter().all(|error| error.abs() < 1e-13));
    assert_eq!(wide.iter().filter(|x| **x != 0.0).count(), 19 * 13);
}

#[cfg(feature = "threads")]
#[test]
fn threads_change_no_bit_of_a_product() {
    fn check<T: Float>(m: usize, k: usize, n: usize) {
        for layouts in 0..4 {
            let a = matrix::<T>((m, k), layouts & 1 > 0, 1);
            let b = matrix::<T>((k, n), layouts & 2 > 0, 2);
            let by = |threads: usize| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                pool.install(|| T::matrix_product(a.view(), b.view()))
            };
            let one = by(1);
            for threads in [2, 3, 8] {
                assert_eq!(by(threads), one, "[{m}, {k}] x [{k}, {n}], {threads} threads");
            }
        }
    }
    // Wide, tall, of an odd number of tiles, with fewer tiles than threads, with much to add up.
    for (m, k, n) in
        [(32, 1200, 250), (601, 256, 65), (131, 513, 129), (17, 16384, 35), (9, 120_000, 9)]
    {
        assert!(m * k * n > 8 << 20, "worth two threads");
        check::<f32>(m, k, n);
        check::<f64>(m, k, n);
    }
}
