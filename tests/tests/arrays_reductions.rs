//! Reductions, softmax, cumulative operations and losses.
#![forbid(unsafe_code)]
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

use chainrule::check::{check_adjoint, check_gradients};
use chainrule::ndarray::{Array1, Array2, Array3, Axis, array};
use chainrule::prelude::*;
use chainrule_tests::{check, sampled};

#[differentiable]
fn reduced(x: &Array2<f64>) -> f64 {
    x.sum() * x.mean().unwrap()
        + x.product() * x.var(1.0)
        + x.std(0.0) * x.norm()
        + x.amax() * x.amin()
}

#[test]
fn reductions_of_all_elements() {
    check(check_gradients(reduced, reduced::grad, &sampled([2, 3], 1)));
}

#[differentiable]
fn along(x: &Array3<f64>, axis: Axis) -> Array2<f64> {
    let a = x.sum_axis(axis) * x.mean_axis(axis).unwrap() + x.product_axis(axis);
    let b = x.var_axis(axis, 1.0) * x.std_axis(axis, 0.0);
    let c = x.amax_axis(axis) + x.amin_axis(axis) * x.logsumexp(axis);
    a + b * c
}

#[test]
fn reductions_along_every_axis() {
    for axis in [Axis(0), Axis(1), Axis(2)] {
        check(check_adjoint(
            |x| along(x, axis),
            |x, dy| along::vjp(x, axis).1(dy),
            &sampled([3, 2, 4], 1),
        ));
    }
}

#[differentiable]
fn of_vector(x: &Array1<f64>) -> f64 {
    let axis = Axis(0);
    let a = x.sum_axis(axis);
    let b = x.var_axis(Axis(0), 0.0);
    (a * b).sum() + x.softmax(axis).dot(x)
}

#[test]
fn axis_reductions_of_vectors() {
    check(check_gradients(of_vector, of_vector::grad, &sampled([4], 1)));
}

#[differentiable]
fn softmaxes(x: &Array3<f64>) -> Array3<f64> {
    x.softmax(Axis(1)) * x.log_softmax(Axis(2)) + x.cumsum(Axis(0)) * x.softmax(Axis(0))
}

#[test]
fn softmaxes_and_cumulative_sums() {
    check(check_adjoint(softmaxes, |x, dy| softmaxes::vjp(x).1(dy), &sampled([3, 2, 4], 1)));
}

#[differentiable]
fn cumulative(x: &Array2<f64>) -> Array2<f64> {
    x.cumprod(Axis(1)) + x.cumprod(Axis(0))
}

#[test]
fn cumulative_products_with_zeros() {
    check(check_adjoint(
        cumulative,
        |x, dy| cumulative::vjp(x).1(dy),
        &array![[1.0, 0.0, 2.0], [0.0, 0.0, -3.0]],
    ));
}

#[differentiable]
fn product(x: &Array2<f64>) -> f64 {
    x.product() + x.product_axis(Axis(1)).sum()
}

#[test]
fn products_with_zeros() {
    assert_eq!(product::grad(&array![[2.0, 0.0], [3.0, 5.0]]), array![[0.0, 32.0], [5.0, 3.0]]);
    assert_eq!(product::grad(&array![[0.0, 0.0], [3.0, 5.0]]), array![[0.0, 0.0], [5.0, 3.0]]);
}

#[differentiable]
fn spread(x: &Array1<f64>) -> f64 {
    x.std(0.0) + x.norm()
}

#[differentiable]
fn extremes(x: &Array1<f64>) -> f64 {
    x.amax() + 10.0 * x.amin()
}

#[test]
fn kinks_of_reductions() {
    assert_eq!(spread::grad(&array![0.0, 0.0]), array![0.0, 0.0]);
    assert_eq!(extremes::grad(&array![3.0, 1.0, 3.0]), array![0.5, 10.0, 0.5]);
    assert_eq!(extremes::grad(&array![2.0, 2.0]), array![5.5, 5.5]);
}

#[differentiable(wrt(x))]
fn classified(x: &Array2<f64>, labels: &[usize]) -> f64 {
    x.cross_entropy(labels)
}

#[differentiable]
fn regressed(x: &Array2<f64>, y: &Array2<f64>) -> f64 {
    x.mse(y) + x.huber(y, 0.5) + x.binary_cross_entropy_with_logits(&y.sigmoid())
}

#[test]
fn losses() {
    let x = sampled([3, 4], 1);
    check(check_gradients(|x| classified(x, &[0, 3, 1]), |x| classified::grad(x, &[0, 3, 1]), &x));
    let x = (sampled([3, 4], 1), sampled([3, 4], 2));
    check(check_gradients(|(x, y)| regressed(x, y), |(x, y)| regressed::grad(x, y), &x));
}

#[differentiable(wrt(x))]
fn labelled(x: &Array2<f64>, list: &Vec<usize>, array: &Array1<usize>) -> f64 {
    x.cross_entropy(list) * 2.0 + x.cross_entropy(array.as_slice().unwrap()) * 0.5
}

#[test]
#[allow(clippy::ptr_arg)]
fn labels_of_every_kind() {
    let x = sampled([2, 3], 1);
    let labels = (vec![0, 2], array![1, 1]);
    check(check_gradients(
        |x| labelled(x, &labels.0, &labels.1),
        |x| labelled::grad(x, &labels.0, &labels.1),
        &x,
    ));
}

#[differentiable]
fn saturated(x: &Array2<f64>) -> f64 {
    x.cross_entropy(&[0])
        + x.binary_cross_entropy_with_logits(&array![[1.0, 0.0]])
        + x.logsumexp(Axis(1)).sum()
}

#[test]
fn extreme_logits_stay_finite() {
    let (value, gradient) = saturated::value_and_grad(&array![[1000.0, -1000.0]]);
    assert!(value.is_finite() && gradient.iter().all(|d| d.is_finite()), "{value} {gradient}");
    let (value, gradient) = saturated::value_and_grad(&array![[-1000.0, 1000.0]]);
    assert!(value.is_finite() && gradient.iter().all(|d| d.is_finite()), "{value} {gradient}");
}
