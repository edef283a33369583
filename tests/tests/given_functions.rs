//! Functions that are given to what makes an array, looks into an `Option` or goes through several arrays; and patterns
//! of slices.
#![forbid(unsafe_code)]
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

use chainrule::check::check_gradients as check;
use chainrule::ndarray::{Array1, Array2, Array3, Zip, array};
use chainrule::prelude::*;

fn matrix() -> Array2<f64> {
    array![[0.5, 0.2, -0.3], [0.1, 0.9, 0.4]]
}

/// The covariance of a Gaussian process: squared exponentials of distances.
#[differentiable(second_order)]
fn covariance(x: &Array1<f64>, length: f64) -> f64 {
    let n = x.len();
    let k = Array2::from_shape_fn((n, n), |(i, j)| (-((x[i] - x[j]) / length).powi(2) / 2.0).exp());
    let noise: Array2<f64> = Array2::eye(n);
    x.dot(&(k + noise).dot(x))
}

#[test]
fn a_matrix_of_a_function_of_positions() {
    let args = (array![0.3, -0.4, 1.2], 0.7);
    check(|(x, l)| covariance(x, *l), |(x, l)| covariance::grad(x, *l), &args).unwrap();
    let direction = (&array![0.5, -1.0, 0.25], 0.3);
    let (x, l) = (&args.0, args.1);
    let (dx, dl) = covariance::grad(x, l);
    let (_, dy) = covariance::jvp(x, l, (direction.0, direction.1));
    assert!((dy - (dx.dot(direction.0) + dl * direction.1)).abs() < 1e-12);
    let step = 1e-6;
    let at = |by: f64| covariance::grad(&(x + &(direction.0 * by)), l + by * direction.1);
    let (product, second) = covariance::hvp(x, l, (direction.0, direction.1));
    let (up, down) = (at(step), at(-step));
    assert!(((up.1 - down.1) / (2.0 * step) - second).abs() < 1e-7);
    let differences = (up.0 - down.0) / (2.0 * step);
    assert!((differences - product).iter().all(|error| error.abs() < 1e-7));
}

/// Every number of axes; a position as a whole; a `return` that is the closure's own; a closure that counts.
#[differentiable]
fn arrays_of_positions(p: f64, x: &Array1<f64>, m: &Array2<f64>) -> f64 {
    let a = Array1::from_shape_fn(x.len(), |i| {
        if i == 1 {
            return p * p;
        }
        x[i] * p
    });
    let b = Array2::from_shape_fn((2, 3), |ij| m[ij] * p);
    let c = Array3::from_shape_fn([2, 3, 2], |(i, j, k)| (m[[i, j]] * p + k as f64).sin());
    let mut count = 0.0;
    let d = Array1::from_shape_fn(3, |i| {
        count += 1.0;
        x[i] * count
    });
    let e = Array1::from_iter(x.iter().zip(&a).map(|(x, a)| x * a));
    let none = Array2::from_shape_fn((0, 3), |(i, j)| m[[i, j]] * p);
    a.dot(x) + b[[1, 2]] * b.sum() + c[[1, 2, 0]] * c.sum() + d.dot(&e) + none.sum()
}

#[test]
fn positions_of_all_ranks() {
    let args = (0.7, array![0.3, -0.4, 1.2], matrix());
    let of = |(p, x, m): &(f64, Array1<f64>, Array2<f64>)| arrays_of_positions(*p, x, m);
    check(of, |(p, x, m)| arrays_of_positions::grad(*p, x, m), &args).unwrap();
}

#[differentiable]
fn options(p: f64, o: Option<f64>, v: &[f64]) -> f64 {
    let a = o.map(|t| t * p).unwrap_or(2.0);
    let b = o.map_or(p * p, |t| t * t);
    let c = o.map_or_else(|| p * 3.0, |t| t / p) + o.unwrap_or_else(|| p);
    let d = o.and_then(|t| if t > p { Some(t * p) } else { None }).unwrap_or(p);
    let made = if p > 0.5 { Some(p * v[0]) } else { None };
    let e = made.map(f64::sin).map(|t| t + v[1]).unwrap_or_else(|| p * v[1]);
    a * b + c * d + e
}

#[test]
fn what_an_option_holds_is_mapped() {
    for p in [0.3, 0.7] {
        for o in [None, Some(0.2), Some(0.9)] {
            let of = |(p, o, v): &(f64, Option<f64>, Vec<f64>)| options(*p, *o, v);
            check(of, |(p, o, v)| options::grad(*p, *o, v), &(p, o, vec![0.4, 1.3])).unwrap();
        }
    }
}

#[differentiable]
fn zips(p: f64, x: &Array1<f64>, m: &Array2<f64>) -> f64 {
    let dot = Zip::from(x).and(m.row(0)).fold(p, |sum, a, b| sum + a * b);
    let product = Zip::from(m).fold(p, |all, a| all * (a + 1.0));
    dot * product
}

#[test]
fn zipped_arrays_are_folded() {
    let of = |(p, x, m): &(f64, Array1<f64>, Array2<f64>)| zips(*p, x, m);
    let args = (0.7, array![0.3, -0.4, 1.2], matrix());
    check(of, |(p, x, m)| zips::grad(*p, x, m), &args).unwrap();
}

#[differentiable]
fn taken_apart(p: f64, v: Vec<f64>) -> f64 {
    let ends = if let [first, .., last] = v.as_slice() { first * last * p } else { p };
    let all = match &v[..] {
        [] => p * 5.0,
        [one] => one * p,
        [a, b, c] if *a > 0.0 => a * b * c,
        [a, rest @ ..] => a * rest.iter().sum::<f64>(),
    };
    ends + all
}

#[test]
fn lists_are_taken_apart_by_their_length() {
    for v in [vec![], vec![0.5], vec![0.4, 1.3, -0.2], vec![-0.4, 1.3, -0.2], vec![0.1, 0.2]] {
        let of = |(p, v): &(f64, Vec<f64>)| taken_apart(*p, v.clone());
        check(of, |(p, v)| taken_apart::grad(*p, v.clone()), &(0.7, v)).unwrap();
    }
}

#[differentiable]
fn a_list_is_mapped(p: f64, x: &Array1<f64>) -> f64 {
    let squares = [p, x[0], 2.0].map(|t| t * t);
    let [a, b] = [x[1], x[2]].map(f64::sin);
    squares[0] * a + squares[1] * squares[2] * b
}

#[test]
fn elements_that_are_written_are_mapped() {
    let of = |(p, x): &(f64, Array1<f64>)| a_list_is_mapped(*p, x);
    let args = (0.7, array![0.3, -0.4, 1.2]);
    check(of, |(p, x)| a_list_is_mapped::grad(*p, x), &args).unwrap();
}

/// What threads cannot share may be used in a formula: it runs on one.
#[differentiable]
fn counts_its_calls<F: Fn(f64) -> f64>(p: f64, x: &Array1<f64>, weight: &F) -> f64 {
    x.mapv(|v| v * p * weight(2.0)).sum()
}

#[test]
fn a_formula_may_use_a_cell() {
    let calls = std::cell::Cell::new(0);
    let weight = |by: f64| {
        calls.set(calls.get() + 1);
        by
    };
    let x = array![0.5, 2.0];
    assert_eq!(counts_its_calls::grad(3.0, &x, &weight), (5.0, array![6.0, 6.0]));
    assert!(calls.get() > 0);
}

/// Options whose types are written, and nothing else says what they would hold.
#[differentiable]
fn never_there(p: f64, x: &Array1<f64>) -> f64 {
    let none: Option<f64> = None;
    let neither: Option<f64> = if x[0] > p { None } else { None };
    let typed = [x[0], p].map(|t| -> f64 { t * t });
    none.map_or(p, |held| held * x[1]) * neither.map_or(x[0], |held| held * held.sin())
        + none.unwrap_or_else(|| x[2]) * typed[0]
        + Array2::from_shape_fn((2, 3), |(_, j)| (Unseen { v: x.clone() }.v[j] + p).exp()).sum()
}

#[derive(Clone, Differentiable)]
struct Unseen {
    v: Array1<f64>,
}

#[test]
fn an_option_that_holds_nothing() {
    for p in [0.2, 0.7] {
        let of = |(p, x): &(f64, Array1<f64>)| never_there(*p, x);
        check(of, |(p, x)| never_there::grad(*p, x), &(p, array![0.3, -0.4, 1.2])).unwrap();
    }
}

/// Nothing is put into an option that held something, and its type is still known.
#[differentiable]
fn emptied(p: f64, n: Option<usize>) -> f64 {
    let mut held: Option<f64> = n.map(|n| p * n as f64);
    let before = held.unwrap_or(p);
    held = None;
    let Some(value) = held else {
        return before * p * 2.0;
    };
    value + p
}

#[test]
fn an_option_is_emptied() {
    assert_eq!(emptied::grad(0.5, Some(3)), 6.0);
    assert_eq!(emptied::grad(0.5, None), 2.0);
}

/// Elements made of literals alone, and a number that a loop gives, have the types that are written.
#[differentiable]
fn of_literals_alone(p: f64, v: &Vec<f64>) -> f64 {
    let x: Array1<f64> = Array1::from_shape_fn(2, |_| {
        if p > v[0] {
            return 0.5;
        }
        -1.8
    });
    let mut turns = 0;
    let found: f64 = loop {
        turns += 1;
        if turns > 3 {
            break 0.25;
        }
        if v[1] > p {
            break -0.5;
        }
    };
    x[0].sin() * p + found.tanh() * v[1]
}

#[test]
fn literals_alone() {
    for p in [0.2, 0.7] {
        let of = |(p, v): &(f64, Vec<f64>)| of_literals_alone(*p, v);
        check(of, |(p, v)| of_literals_alone::grad(*p, v), &(p, vec![0.3, 0.6])).unwrap();
    }
}

/// What a loop ends with replaces a number, and is asked for the smaller of two.
#[differentiable]
fn replaced_by_literals(mut p: f64, q: f64) -> f64 {
    let before = p;
    let place = &mut p;
    *place = {
        let mut turns = 0;
        loop {
            turns += 1;
            if turns > 3 {
                break -0.9;
            }
            if q > 0.5 {
                break 0.6;
            }
        }
    } * 0.5;
    before * p.min(q)
}

#[test]
fn literals_replace() {
    for q in [-0.7, 0.2, 0.8] {
        let of = |(p, q): &(f64, f64)| replaced_by_literals(*p, *q);
        check(of, |(p, q)| replaced_by_literals::grad(*p, *q), &(0.4, q)).unwrap();
    }
}

/// What is asked of an array of literals has the type of what it stands beside.
#[differentiable]
fn asked_of_literals(x: f64, y: f64) -> f64 {
    let mut last = -1.9;
    for turn in 0..2 {
        let given = if turn > 0 { x } else { y };
        last = (Array1::from_elem(4, 0.3).norm() / (given.powi(2) + 1.0)).sin();
        last = last * array![0.3, 0.5].mean().unwrap() / (last + given).cos();
    }
    last * y
}

#[test]
fn arrays_of_literals_are_asked() {
    check(
        |(x, y)| asked_of_literals(*x, *y),
        |(x, y)| asked_of_literals::grad(*x, *y),
        &(0.4, 0.7),
    )
    .unwrap();
}
