//! Parts of arrays and lists: elements, rows, columns, slices, selections.
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

use chainrule::check::check_gradients;
use chainrule::ndarray::{Array1, Array2, Array3, Axis, Slice, array, concatenate, s};
use chainrule::prelude::*;
use chainrule_tests::{adjoint, check, sampled};

#[differentiable]
fn elements(x: &Array2<f64>, i: usize) -> f64 {
    let n = x.nrows();
    x[[0, 1]] * x[(i, 2)] + x[[n - 1, i]] * x[[0, 1]] + x.row(i)[0].sin()
}

#[test]
fn element_reads() {
    let x = sampled([2, 3], 1);
    check(check_gradients(|x| elements(x, 1), |x| elements::grad(x, 1), &x));
}

#[differentiable]
fn of_lists(list: &[f64], vec: &Vec<f64>, fixed: &[f64; 3], nested: &Vec<Array1<f64>>) -> f64 {
    let i = vec.len() - 1;
    list[0] * vec[i]
        + fixed[2].sin() * list[list.len() - 1]
        + nested[1][0] * vec[0]
        + nested[0].sum()
}

#[test]
#[allow(clippy::ptr_arg)]
fn elements_of_lists() {
    let x = (
        vec![1.0, 2.0, 3.0],
        vec![0.5, -0.5],
        [0.1, 0.2, 0.3],
        vec![array![1.0, 2.0], array![3.0]],
    );
    check(check_gradients(
        |(a, b, c, d)| of_lists(a, b, c, d),
        |(a, b, c, d)| of_lists::grad(a, b, c, d),
        &x,
    ));
}

#[differentiable]
fn rows_and_columns(x: &Array2<f64>, i: usize) -> f64 {
    let first = x.row(0);
    let last = x.column(i);
    first.dot(&x.row(i)) + (&last * &x.column(0)).sum() + x.row(1).sum()
}

#[test]
fn rows_and_columns_of_a_matrix() {
    check(check_gradients(
        |x| rows_and_columns(x, 1),
        |x| rows_and_columns::grad(x, 1),
        &sampled([3, 3], 1),
    ));
}

#[differentiable]
fn of_made(x: &Array2<f64>) -> f64 {
    let y = x.mapv(|v| v * v);
    let row = y.row(0);
    let z = x.dot(&row);
    z.sum() + y.column(1).dot(&y.column(0)) + (x * 2.0).row(1).sum()
}

#[test]
fn rows_of_made_values() {
    check(check_gradients(of_made, of_made::grad, &sampled([3, 3], 1)));
}

#[differentiable]
fn sliced(x: &Array2<f64>, from: usize) -> f64 {
    let a = x.slice(s![from.., ..;2]);
    let b = x.slice(s![..-1, 1..;-1]);
    let c = x.slice(s![0, ..]);
    (&a * &a).sum()
        + b.sum() * c.sum()
        + (&c * &x.slice(s![-1, ..])).sum()
        + x.slice_axis(Axis(1), Slice::from(1..3)).sum()
}

#[test]
fn slices_with_steps() {
    check(check_gradients(|x| sliced(x, 1), |x| sliced::grad(x, 1), &sampled([3, 4], 1)));
}

#[differentiable]
fn parts(x: &Array3<f64>, rows: &[usize]) -> f64 {
    let a = x.index_axis(Axis(1), 1);
    let b = a.diag();
    let c = x.select(Axis(0), rows);
    b.dot(&b) + a.sum() * c.sum() + (&c * &c).sum()
}

#[test]
fn index_axis_diag_and_select() {
    let x = sampled([3, 2, 3], 1);
    check(check_gradients(|x| parts(x, &[0, 2, 2]), |x| parts::grad(x, &[0, 2, 2]), &x));
}

#[differentiable]
fn selected(x: &Array2<f64>) -> Array2<f64> {
    x.select(Axis(1), &[2, 0, 2]) * x.select(Axis(1), &[0, 1, 2])
}

#[test]
fn a_column_selected_twice() {
    adjoint!(selected, sampled([2, 3], 1));
}

#[differentiable]
fn empty(x: &Array2<f64>) -> f64 {
    let none = x.slice(s![..0, ..]);
    let joined = concatenate![Axis(0), none, x.view()];
    none.sum() + joined.sum() + x.select(Axis(1), &[]).product()
}

#[test]
fn empty_parts() {
    assert_eq!(empty::value_and_grad(&array![[1.0, 2.0]]), (4.0, array![[1.0, 1.0]]));
}

#[differentiable]
fn forward_difference(x: &Array1<f64>) -> Array1<f64> {
    let n = x.len();
    &x.slice(s![1..]) - &x.slice(s![..n - 1])
}

#[test]
fn differences_of_neighbours() {
    adjoint!(forward_difference, sampled([5], 1));
    assert_eq!(
        forward_difference::vjp(&array![1.0, 4.0, 9.0]).1(array![1.0, 10.0]),
        array![-1.0, -9.0, 10.0]
    );
}

#[differentiable]
fn overlapping(x: &Array1<f64>) -> f64 {
    let y = x * x;
    let a = y.slice(s![..2]).to_owned();
    let b = y.slice(s![1..]).to_owned();
    let c = y[1];
    (&a * &b).sum() * c + (y * c).sum()
}

#[test]
fn parts_that_overlap_accumulate() {
    check(check_gradients(overlapping, overlapping::grad, &array![0.5, -1.5, 2.0]));
}

#[differentiable]
fn subslices(v: &[f64]) -> f64 {
    let head = &v[..2];
    let tail = &v[1..];
    head[1] * tail[1] + tail[0]
}

#[test]
fn subslices_of_lists() {
    check(check_gradients(
        |v: &Vec<f64>| subslices(v),
        |v| subslices::grad(v),
        &vec![1.0, 2.0, 3.0],
    ));
}
