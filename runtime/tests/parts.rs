//! Kernels over many elements, which run in parts: the same bits for any number of threads and for formulas that cannot
//! be shared.

use chainrule::ndarray::{Array1, Array2, ArrayView, Axis, Dimension, ShapeBuilder, s};
use chainrule::rt;

/// More than several threads are worth, and no multiple of a block.
const ROWS: usize = 701;
const COLUMNS: usize = 997;

fn matrix(seed: usize) -> Array2<f64> {
    Array2::from_shape_fn((ROWS, COLUMNS), |(i, j)| {
        ((i * 7919 + j * 104_729 + seed * 31) % 2003) as f64 / 1000.0 - 1.0
    })
}

fn by_columns(matrix: &Array2<f64>) -> Array2<f64> {
    let mut copy = Array2::zeros(matrix.raw_dim().f());
    copy.assign(matrix);
    copy
}

type Gradients = (Array2<f64>, Array1<f64>, Array2<f64>, f64);

/// A product with a row and a column, each with its gradient, the sum of all, and values.
fn shared<D: Dimension>(
    x: &Array2<f64>,
    row: ArrayView<'_, f64, D>,
    column: &Array2<f64>,
) -> Gradients
where
    for<'a> ArrayView<'a, f64, D>: rt::Operand<f64> + rt::Like<f64, Gradient = Array1<f64>>,
{
    rt::pull3_math((x, row.view(), column, 0.5), x, &row, column, |math, x, row, column| {
        let tanh = math.tanh(x * row + column);
        (tanh * row, tanh * x, tanh, tanh * tanh)
    })
}

fn close(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= 1e-9 * expected.abs().max(1.0)
}

fn check(x: &Array2<f64>) {
    let row = matrix(1).row(0).to_owned();
    let column = matrix(2).slice(s![.., ..1]).to_owned();
    let run = || shared(x, row.view(), &column);
    let found = run();
    let alone =
        rt::alone::pull3_math((x, &row, &column, 0.5), x, &row, &column, |math, x, row, column| {
            let tanh = math.tanh(x * row + column);
            (tanh * row, tanh * x, tanh, tanh * tanh)
        });
    assert_eq!(found, alone, "alone");
    #[cfg(feature = "threads")]
    for threads in [1, 2, 3, 8] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(pool.install(run), found, "{threads} threads");
    }
    let tanh = (x * &row + &column).mapv(f64::tanh);
    let (dx, drow, dcolumn, sum) = found;
    let agrees = |found: &Array2<f64>, expected: &Array2<f64>| {
        found.shape() == expected.shape()
            && found.iter().zip(expected).all(|(found, expected)| close(*found, *expected))
    };
    assert!(agrees(&dx, &(&tanh * &row)));
    let expected = (&tanh * x).sum_axis(Axis(0));
    assert!(drow.iter().zip(&expected).all(|(found, expected)| close(*found, *expected)));
    assert!(agrees(&dcolumn, &tanh.sum_axis(Axis(1)).insert_axis(Axis(1))));
    assert!(close(sum, (&tanh * &tanh).sum()));
}

#[test]
fn parts_and_threads_change_no_bit() {
    let x = matrix(0);
    check(&x);
    check(&by_columns(&x));
    let mut wide = Array2::zeros((ROWS, 2 * COLUMNS));
    wide.slice_mut(s![.., ..;2]).assign(&x);
    let strided = wide.slice(s![.., ..;2]);
    assert_eq!(rt::map1(&strided, |x| x + 1.0), &x + 1.0);
    assert_eq!(rt::map2(&x, &strided.t().t(), |x, y| x * y), &x * &x);
}

/// One shape and floats: the elements follow one another.
#[test]
fn a_long_row_is_divided_as_well() {
    let x = matrix(3).into_flat();
    let run = || rt::pull1_math((&x, 0.0), &x, |math, x| (math.exp(x), math.sin(x)));
    let (exp, sum) = run();
    #[cfg(feature = "threads")]
    for threads in [1, 2, 3, 8] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(pool.install(run), (exp.clone(), sum), "{threads} threads");
    }
    assert!(exp.iter().zip(&x).all(|(exp, x)| close(*exp, x.exp())));
    assert!(close(sum, x.iter().map(|x| x.sin()).sum()));
}

/// Sums nearly as large as the domain are not had once for every part.
#[test]
fn sums_of_two_rows_are_one_part() {
    let long = 150_000;
    let x = Array2::from_shape_fn((2, long), |(i, j)| (i + j) as f64);
    let row = Array1::from_elem(long, 2.0);
    let (sums,) = rt::pull2((&row,), &x, &row, |x, row| (x * row,));
    assert!(sums.iter().enumerate().all(|(j, sum)| *sum == 2.0 * (2 * j + 1) as f64));
}

#[test]
#[should_panic(expected = "in a formula")]
fn a_panic_in_a_formula_comes_through() {
    let x = matrix(4);
    rt::map1(&x, |x| if x > 0.99 { panic!("in a formula") } else { x });
}
