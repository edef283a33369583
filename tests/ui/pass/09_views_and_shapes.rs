//! Parts of arrays, and arrays put together. No copy is made to read a part.
use chainrule::differentiable;
use chainrule::ndarray::{Array1, Array2, Axis, array, aview1, concatenate, s};

#[differentiable]
fn parts(x: &Array2<f64>) -> f64 {
    let inner = x.slice(s![1.., ..;2]);
    x.row(0).dot(&x.column(1)) + inner.sum() + x[[2, 1]] * 10.0
}

#[differentiable]
fn together(a: &Array1<f64>, b: &Array1<f64>) -> f64 {
    let both = concatenate![Axis(0), a.view(), b.view()];
    let table = both.into_shape_with_order((2, 2)).unwrap();
    (table.t().dot(&table)).sum()
}

/// Floats become arrays, and a variable's axes may be moved in place.
#[differentiable]
fn made(k: f64, list: &[f64]) -> f64 {
    let filled = Array1::from_elem(list.len(), k);
    let mut table = array![[k, 2.0], [k * k, 4.0]];
    table.swap_axes(0, 1);
    filled.dot(&Array1::from_vec(vec![k, 1.0])) + table[[0, 1]] * aview1(list).sum()
}

fn main() {
    let x = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]];
    let gradient = parts::grad(&x);
    assert_eq!(gradient, array![[2.0, 6.0, 8.0], [1.0, 2.0, 1.0], [1.0, 13.0, 1.0]]);

    let (da, db) = together::grad(&array![1.0, 2.0], &array![3.0, 4.0]);
    assert_eq!(da, array![6.0, 6.0]);
    assert_eq!(db, array![14.0, 14.0]);

    // k * k + k, and k * k times the sum of the list.
    assert_eq!(made::grad(3.0, &[1.0, 4.0]), (7.0 + 6.0 * 5.0, vec![9.0, 9.0]));
}
