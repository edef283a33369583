//! New shapes, moved axes, joined arrays, arrays made of floats.
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

use chainrule::check::{check_adjoint, check_gradients};
use chainrule::ndarray::{
    Array, Array1, Array2, Array3, ArrayD, Axis, IxDyn, arr1, arr2, array, aview1, concatenate,
    stack,
};
use chainrule::prelude::*;
use chainrule_tests::{adjoint, check, sampled};

#[differentiable]
fn reshaped(x: &Array2<f64>) -> f64 {
    let flat = x.to_shape(6).unwrap();
    let owned = (x * 2.0).into_shape_with_order((3, 2)).unwrap();
    let kept = x.to_shape((3, 2)).unwrap();
    flat.dot(&flat) + (&owned * &kept).sum() + owned.dot(x).sum()
}

#[test]
fn reshapes() {
    check(check_gradients(reshaped, reshaped::grad, &sampled([2, 3], 1)));
}

#[differentiable]
fn flattened(x: &Array3<f64>) -> Array1<f64> {
    let (a, b, c) = x.dim();
    let y = x.clone().into_shape_with_order(a * b * c).unwrap();
    y.sin() * x.flatten()
}

#[test]
fn flattened_arrays() {
    adjoint!(flattened, sampled([2, 1, 3], 1));
}

#[differentiable]
fn moved(x: &Array3<f64>) -> f64 {
    let a = x.view().permuted_axes([2, 0, 1]);
    let b = x.clone().reversed_axes();
    let c = x.view().insert_axis(Axis(1));
    let d = x.clone().remove_axis(Axis(1));
    (&a * &a).sum() + b.exp().sum() + c.mapv(|v| v * v).sum() + (&d * &d).sum() + x.t().sin().sum()
}

#[test]
fn axis_moves() {
    check(check_gradients(moved, moved::grad, &sampled([2, 3, 2], 1)));
}

#[differentiable]
fn permuted(x: &Array3<f64>) -> Array3<f64> {
    x.clone().permuted_axes([2, 0, 1])
}

#[differentiable]
fn reversed(x: &Array3<f64>) -> Array3<f64> {
    x.clone().reversed_axes()
}

#[test]
fn moved_axes_move_back() {
    adjoint!(permuted, sampled([2, 3, 4], 1));
    adjoint!(reversed, sampled([2, 3, 4], 1));
}

#[differentiable]
fn spread(x: &Array1<f64>, y: &Array2<f64>) -> f64 {
    let wide = x.broadcast((2, 3)).unwrap();
    let like = x.broadcast(y.raw_dim()).unwrap();
    (&wide * y).sum() + (&like * &like).sum()
}

#[test]
fn explicit_broadcasts() {
    check(check_gradients(
        |(x, y)| spread(x, y),
        |(x, y)| spread::grad(x, y),
        &(sampled([3], 1), sampled([2, 3], 2)),
    ));
}

#[differentiable]
fn joined(a: &Array2<f64>, b: &Array2<f64>) -> Array2<f64> {
    let c = concatenate(Axis(0), &[a.view(), b.view(), a.view()]).unwrap();
    let d = concatenate![Axis(1), c, c.sin()];
    d.tanh()
}

#[test]
fn joined_arrays() {
    let x = (sampled([2, 3], 1), sampled([1, 3], 2));
    check(check_adjoint(|(a, b)| joined(a, b), |(a, b), dy| joined::vjp(a, b).1(dy), &x));
}

#[differentiable]
fn stacked_rows(a: &Array1<f64>, b: &Array1<f64>) -> f64 {
    let c = stack(Axis(1), &[a.view(), b.view()]).unwrap();
    let d = stack![Axis(0), a.view(), (a * b).view()];
    c.dot(&d).sum()
}

#[test]
fn stacked_arrays() {
    let x = (sampled([3], 1), sampled([3], 2));
    check(check_gradients(|(a, b)| stacked_rows(a, b), |(a, b)| stacked_rows::grad(a, b), &x));
}

#[differentiable]
fn rotation(angle: f64, v: &Array1<f64>) -> Array1<f64> {
    let (s, c) = angle.sin_cos();
    array![[c, -s], [s, c]].dot(v) + array![angle, 1.0]
}

#[test]
fn array_literals_of_active_values() {
    let x = (0.7, array![1.0, 2.0]);
    check(check_adjoint(|(a, v)| rotation(*a, v), |(a, v), dy| rotation::vjp(*a, v).1(dy), &x));
}

#[differentiable]
fn with_made_constants(x: &Array1<f64>) -> f64 {
    let grid = Array1::linspace(0.0, 1.0, x.len());
    let eye = Array2::<f64>::eye(x.len());
    let ones = Array2::<f64>::ones((x.len(), 2));
    (&grid * x).sum() + eye.dot(x).dot(&ones).sum() + (x - &grid).dot(&grid)
}

#[test]
fn constant_arrays_made_inside() {
    check(check_gradients(with_made_constants, with_made_constants::grad, &array![1.0, 2.0, 3.0]));
}

#[differentiable]
fn dynamic(x: &ArrayD<f64>) -> ArrayD<f64> {
    let y = x.clone().into_shape_with_order(IxDyn(&[3, 2])).unwrap();
    let z = y.index_axis(Axis(0), 1);
    z.to_owned() * x.sum_axis(Axis(1)) + x[[0, 1]] * x[IxDyn(&[1, 1])]
}

#[test]
fn structure_of_dynamic_rank() {
    adjoint!(dynamic, sampled::<f64, _, _>(IxDyn(&[2, 3]), 1));
}

#[differentiable]
fn swapped(x: &Array3<f64>) -> Array3<f64> {
    let mut y = x * 2.0;
    y.swap_axes(0, 2);
    y
}

#[test]
fn axes_swapped_in_place() {
    adjoint!(swapped, sampled([2, 3, 4], 1));
}

#[differentiable]
fn made(k: f64, x: &Array1<f64>) -> f64 {
    let filled = Array1::from_elem(x.len(), k);
    let zeros = Array1::<f64>::zeros(3);
    let eye = Array2::<f64>::eye(3);
    let vec = Array1::from_vec(vec![k, k * 2.0, 1.0]);
    (filled * x + zeros).sum() + eye.dot(x).sum() + vec.dot(x) + Array::from_elem((2, 2), k).sum()
}

#[test]
fn arrays_made_of_floats() {
    check(check_gradients(
        |(k, x)| made(*k, x),
        |(k, x)| made::grad(*k, x),
        &(0.7, array![1.0, 2.0, 3.0]),
    ));
}

#[differentiable]
fn arrays_of_lists(v: &[f64], fixed: &[f64; 2], owned: Vec<f64>, k: f64) -> f64 {
    let a = aview1(v);
    let b = arr1(fixed);
    let c = Array1::from(owned);
    let d = arr2(&[[k, k * k], [1.0, k.sin()]]);
    let list = vec![k, 2.0, k * k, k.cos()];
    let e = Array2::from_shape_vec((2, 2), list).unwrap();
    let f = Array::from_elem([2, 2], k * 2.0) * Array2::from_elem((2, 2), c[0]);
    a.dot(&a) * b.sum() + (d.dot(&e) * f).sum() + c.dot(&b)
}

#[test]
fn arrays_made_of_lists() {
    let x = (vec![0.3, -0.4, 1.1], [0.5, 0.6], vec![1.5, -0.2], 0.7);
    check(check_gradients(
        |(v, fixed, owned, k)| arrays_of_lists(v, fixed, owned.clone(), *k),
        |(v, fixed, owned, k)| arrays_of_lists::grad(v, fixed, owned.clone(), *k),
        &x,
    ));
}

#[differentiable]
fn axes_in_place(x: &Array3<f64>) -> Array3<f64> {
    let mut y = x.clone();
    y.invert_axis(Axis(1));
    let mut z = &y * 2.0;
    z.permute_axes([1, 2, 0]);
    y.reverse_axes();
    y.swap_axes(0, 1);
    y.swap_axes(1, 2);
    y.sin() + z.sum()
}

#[test]
fn axes_moved_in_place() {
    adjoint!(axes_in_place, sampled([2, 3, 4], 1));
}

#[differentiable]
fn joined_lists(w: &Array2<f64>, xs: &Array2<f64>) -> f64 {
    let mut states = Vec::new();
    let mut h = Array1::zeros(w.nrows());
    for x in xs.outer_iter() {
        h = (w.dot(&h) + x).tanh();
        states.push(h.clone());
    }
    let views: Vec<_> = states.iter().map(|h| h.view()).collect();
    let rows = stack(Axis(0), &views).unwrap();
    let ends = concatenate(Axis(0), &views[1..].to_vec()).unwrap();
    let columns = stack(Axis(1), &states.iter().map(|h| h.view()).collect::<Vec<_>>()).unwrap();
    rows.dot(&columns).sum() + ends.cumsum(Axis(0)).sum() + rows.column(1).product()
}

#[test]
fn lists_of_arrays_are_joined() {
    let point = (array![[0.3, 0.2], [-0.5, 0.7]], array![[0.1, 0.6], [-0.3, 0.9], [0.2, 0.4]]);
    let of = |(w, xs): &(Array2<f64>, Array2<f64>)| joined_lists(w, xs);
    check(check_gradients(of, |(w, xs)| joined_lists::grad(w, xs), &point));
    check(check_gradients(of, |(w, xs)| joined_lists::vjp(w, xs).1(1.0), &point));
}
