//! Every type of argument and result that holds an array.
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

use chainrule::check::{check_adjoint, check_gradients};
use chainrule::ndarray::{
    Array1, Array2, ArrayBase, ArrayRef, ArrayRef1, ArrayRef2, ArrayView1, ArrayView2, CowArray,
    Data, Dimension, Ix1, Ix2, IxDyn, array,
};
use chainrule::prelude::*;
use chainrule_tests::{check, sampled};

#[differentiable]
fn by_value(
    vec: Vec<f64>,
    fixed: [f64; 2],
    arrays: Vec<Array1<f64>>,
    matrix: [[f64; 2]; 2],
) -> f64 {
    vec[0] * fixed[1] + (&arrays[0] * fixed[0]).sum() + matrix[1][0] * vec[1]
}

#[test]
fn lists_by_value() {
    let x =
        (vec![1.0, 2.0], [0.3, 0.7], vec![array![1.0, 2.0], array![5.0]], [[1.0, 2.0], [3.0, 4.0]]);
    check(check_gradients(
        |(a, b, c, d)| by_value(a.clone(), *b, c.clone(), *d),
        |(a, b, c, d)| by_value::grad(a.clone(), *b, c.clone(), *d),
        &x,
    ));
}

#[differentiable]
fn any_storage<S: Data<Elem = f64>>(x: &ArrayBase<S, Ix2>, y: &ArrayBase<S, Ix1>) -> Array1<f64> {
    let z = x.dot(y);
    &z * &z + x.sum()
}

#[test]
fn any_storage_of_elements() {
    let x = (sampled([2, 3], 1), sampled([3], 2));
    check(check_adjoint(|(x, y)| any_storage(x, y), |(x, y), dy| any_storage::vjp(x, y).1(dy), &x));
    let views = any_storage::vjp(&x.0.view(), &x.1.view()).1(array![1.0, 2.0]);
    assert_eq!(views, any_storage::vjp(&x.0, &x.1).1(array![1.0, 2.0]));
}

#[differentiable]
fn any_array<S: Data<Elem = f64>, D: Dimension>(x: &ArrayBase<S, D>) -> f64 {
    x.mapv(|v| v * v).sum() + x.exp().sum()
}

#[test]
fn any_storage_and_rank() {
    check(check_gradients(any_array, |x| any_array::grad(x), &sampled::<f64, _, _>([2, 3], 1)));
    check(check_gradients(
        any_array,
        |x| any_array::grad(x),
        &sampled::<f64, _, _>(IxDyn(&[2, 3]), 1),
    ));
}

#[differentiable]
fn of_refs(x: &ArrayRef2<f64>, y: &ArrayRef<f64, Ix1>, z: &ArrayRef1<f64>) -> f64 {
    (x.dot(y) * 2.0).sum() + (y * z).exp().sum()
}

#[test]
fn array_refs() {
    let x = (sampled([2, 3], 1), sampled([3], 2), sampled([3], 3));
    check(check_gradients(|(x, y, z)| of_refs(x, y, z), |(x, y, z)| of_refs::grad(x, y, z), &x));
}

#[differentiable]
fn of_views(x: ArrayView2<'_, f64>, y: &ArrayView1<'_, f64>) -> f64 {
    (&x.dot(y) * 2.0).sum() + (y * &x.row(0)).exp().sum()
}

#[test]
fn array_views() {
    let x = (sampled([2, 3], 1), sampled([3], 2));
    check(check_gradients(
        |(x, y)| of_views(x.view(), &y.view()),
        |(x, y)| of_views::grad(x.view(), &y.view()),
        &x,
    ));
}

#[differentiable]
fn of_view_references(x: &ArrayView2<'_, f64>, y: &ArrayView1<f64>) -> f64 {
    (x.dot(y) * 2.0).sum() + (y * y).exp().sum()
}

#[test]
fn views_by_reference() {
    let x = (sampled([2, 3], 1), sampled([3], 2));
    check(check_gradients(
        |(x, y)| of_view_references(&x.view(), &y.view()),
        |(x, y)| of_view_references::grad(&x.view(), &y.view()),
        &x,
    ));
}

#[differentiable]
fn of_cow(x: &CowArray<'_, f64, Ix1>) -> f64 {
    (x * x).sum()
}

#[test]
fn copy_on_write_arrays() {
    let x = array![1.0, 2.0];
    assert_eq!(of_cow::grad(&CowArray::from(&x)), array![2.0, 4.0]);
}

#[differentiable]
fn weighted(x: &Array1<f64>, counts: &Array1<usize>, mask: &Array1<bool>) -> f64 {
    let weights = counts.mapv(|count| count as f64);
    let first = if mask[0] { 2.0 } else { 1.0 };
    (x * &weights).sum() * first + x[counts[0]]
}

#[test]
fn integer_arrays_are_constants() {
    let gradient = weighted::grad(&array![1.0, 2.0], &array![1, 3], &array![true, false]);
    assert_eq!(gradient, array![2.0, 7.0]);
}

#[differentiable]
fn several(x: &Array2<f64>, k: f64) -> (f64, Array1<f64>, Vec<Array1<f64>>, [f64; 2], Option<f64>) {
    let y = x * k;
    (
        y.sum(),
        y.row(0).to_owned(),
        vec![y.column(0).to_owned(), x.row(1).to_owned()],
        [k, k * x[[0, 0]]],
        Some(y[[1, 1]]),
    )
}

#[test]
fn results_of_every_kind() {
    let x = (sampled([2, 2], 1), 0.7);
    check(check_adjoint(|(x, k)| several(x, *k), |(x, k), dy| several::vjp(x, *k).1(dy), &x));
}
