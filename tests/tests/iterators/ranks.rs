//! The elements of arrays of every rank, also where only rustc knows which it is.

use chainrule::check::check_gradients;
use chainrule::ndarray::{Array1, Array2, Array3, ArrayD, ArrayView1, array};
use chainrule::prelude::*;
use chainrule_tests::{check, sampled};

#[derive(Clone, Debug, Differentiable)]
struct Parameters {
    w: Array2<f64>,
    t: Array3<f64>,
    d: ArrayD<f64>,
    lists: Vec<Array1<f64>>,
    s: [f64; 2],
}

fn parameters() -> Parameters {
    Parameters {
        w: array![[0.3, 0.2], [0.1, 0.7], [0.4, 0.9]],
        t: Array3::from_shape_fn((1, 2, 2), |(_, j, k)| 0.3 + (j + 2 * k) as f64 * 0.1),
        d: array![[0.4, 0.6]].into_dyn(),
        lists: vec![array![0.1, 0.2], array![0.4]],
        s: [0.4, 0.7],
    }
}

#[differentiable]
fn gone_over(p: &Parameters, t: &Array3<f64>) -> f64 {
    let mut sum = p.w.iter().map(|w| w * w).sum::<f64>();
    for (x, y) in p.t.iter().zip(&p.s) {
        sum += x * y;
    }
    for x in &p.d {
        sum += x.sin() * x;
    }
    for list in p.lists.iter() {
        sum += list.iter().zip(list).map(|(a, b)| a * b.powi(2)).sum::<f64>();
    }
    for ((i, j), x) in p.w.indexed_iter() {
        sum += x * (i + 2 * j) as f64;
    }
    for ((_, j, k), x) in t.indexed_iter() {
        sum *= x + (j * k) as f64;
    }
    sum
}

#[differentiable]
fn changed(p: &Parameters) -> f64 {
    let mut p = p.clone();
    for x in p.w.iter_mut() {
        *x *= *x;
    }
    for (x, s) in p.t.iter_mut().zip(p.s) {
        *x = x.sin() * s;
    }
    let mut m = &p.w * 2.0;
    for (k, x) in m.iter_mut().enumerate() {
        *x += k as f64 * *x * *x;
    }
    for list in p.lists.iter_mut() {
        *list *= 2.0;
        for x in list.iter_mut() {
            *x = x.exp();
        }
    }
    m.sum() + p.t.sum() + p.lists.iter().map(|list| list.sum()).sum::<f64>() + p.w[[0, 1]]
}

#[test]
fn elements_of_every_rank() {
    let point = (parameters(), Array3::from_elem((1, 2, 2), 0.6));
    let of = |(p, t): &(Parameters, Array3<f64>)| gone_over(p, t);
    check(check_gradients(of, |(p, t)| gone_over::grad(p, t), &point));
    check(check_gradients(of, |(p, t)| gone_over::vjp(p, t).1(1.0), &point));
    check(check_gradients(|p| changed(p), |p| changed::grad(p), &point.0));
    check(check_gradients(|p| changed(p), |p| changed::vjp(p).1(1.0), &point.0));
}

#[differentiable]
fn of_windows(x: &Array1<f64>, y: ArrayView1<f64>) -> f64 {
    let mut sum = 0.0;
    for pair in x.windows(2) {
        sum += pair[0] * pair[1];
    }
    for three in y.windows(3) {
        sum += three.sum() * three[2];
    }
    sum + x.windows(2).into_iter().map(|pair| pair[1] - pair[0]).fold(1.0, |a: f64, b| a + b * b)
}

#[test]
fn windows_of_arrays() {
    let given = (sampled([4], 1), sampled([5], 2));
    check(check_gradients(
        |(x, y)| of_windows(x, y.view()),
        |(x, y)| of_windows::grad(x, y.view()),
        &given,
    ));
}
