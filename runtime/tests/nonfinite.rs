//! Where the first number that is not finite came from, by the feature `find-nonfinite`.

use chainrule::ndarray::{Array1, Array2, array};
use chainrule::nonfinite::{self, Found};
use chainrule::optim::Sgd;
use chainrule::prelude::*;
use chainrule::train::{Error, Trainer};

/// What a call left behind.
fn found_by<R>(call: impl FnOnce() -> R) -> Vec<Found> {
    nonfinite::clear();
    call();
    nonfinite::found()
}

const OF_LOGARITHMS: u32 = line!() + 5;

#[differentiable(wrt(w))]
fn logarithms(w: &Array2<f64>, x: &Array1<f64>) -> f64 {
    let scores = w.dot(x);
    let bits = scores.ln() * 2.0;
    let shares = &bits / bits.sum();
    shares.sum()
}

#[test]
fn the_first_operation_is_named_with_its_line() {
    let w = array![[1.0, 0.0], [0.5, 1.0], [1.0, -1.0]];
    let found = found_by(|| logarithms::value_and_grad(&w, &array![1.0, 1.0]));
    let first = &found[0];
    assert_eq!((first.name, first.operation), ("", "ln"));
    assert_eq!((first.index.as_slice(), first.shape.as_slice()), (&[2][..], &[3][..]));
    assert_eq!((first.value, first.location.line()), (f64::NEG_INFINITY, OF_LOGARITHMS));
    assert_eq!(first.location.file(), file!());
    let place = format!("{}:{OF_LOGARITHMS}:", file!());
    assert!(first.to_string().starts_with("`ln` is -inf at [2] of shape [3], "), "{first}");
    assert!(first.to_string().contains(&place), "{first}");
    // -inf / -inf.
    assert_eq!((found[1].name, found[1].value.is_nan(), found.len()), ("shares", true, 2));

    assert_eq!(found_by(|| logarithms::value_and_grad(&w, &array![2.0, 1.0])), []);
    let found = found_by(|| logarithms::vjp(&w, &array![1.0, 1.0]).0);
    assert_eq!((found[0].operation, found[0].location.line()), ("ln", OF_LOGARITHMS));
    assert_eq!(found_by(|| logarithms::grad(&w, &array![f64::NAN, 1.0]))[0].name, "scores");
}

#[differentiable]
fn floats(x: f64, n: usize) -> f64 {
    let mut sum = 0.0;
    for i in 0..n {
        sum += 1.0 / (x - i as f64);
    }
    if sum > 0.0 { sum.sqrt() } else { (-sum).sqrt() }
}

#[test]
fn floats_in_loops_and_in_results() {
    let found = found_by(|| floats::value_and_grad(2.0, 4));
    assert_eq!((found[0].operation, found[0].value, found[0].shape.len()), ("/", f64::INFINITY, 0));
    assert_eq!(found[0].to_string().split(',').next(), Some("`/` is inf"));
}

#[differentiable]
fn distance(x: &Array1<f64>) -> f64 {
    (x * x).sum().sqrt()
}

#[differentiable(second_order)]
fn of_generic<T: Float>(x: &Array1<T>) -> T {
    x.ln().sum()
}

#[differentiable]
fn caller(x: &Array1<f64>) -> f64 {
    let shifted = x - 1.0;
    of_generic(&shifted) * 2.0
}

#[test]
fn the_backward_pass_and_what_is_called() {
    // The square root of 0 is finite, and its derivative is not.
    let found = found_by(|| distance::value_and_grad(&array![0.0, 0.0]));
    assert_eq!((found[0].operation, found[0].value), ("/", f64::INFINITY), "{found:?}");
    let found = found_by(|| caller::grad(&array![3.0, 0.5]));
    assert_eq!((found[0].operation, &found[0].index[..]), ("ln", &[1][..]));
    let found = found_by(|| of_generic::hvp(&array![0.0_f32], &array![1.0_f32]));
    assert_eq!(found[0].value, f64::NEG_INFINITY);
}

#[differentiable(wrt(x))]
fn loss(x: f64, batch: &Vec<f64>) -> f64 {
    let mut sum = 0.0;
    for y in batch {
        sum += (x - y).ln();
    }
    sum
}

#[test]
fn a_trainer_tells() {
    let data = vec![1.0, 2.0, 30.0];
    let train = || Trainer::new(1).batch_size(1).quiet();
    let by_rows = |x: &f64, batch: &Vec<f64>| loss::value_and_grad(*x, batch);
    let error = train().fit(&mut 20.0, &mut Sgd::new(1e-9), &data, by_rows).unwrap_err();
    let Error::NonFinite(found) = &error else { panic!("{error}") };
    assert_eq!((found.rows.as_slice(), found.operations.len()), (&[2][..], 1));
    let said = error.to_string();
    assert!(said.starts_with("the loss is NaN in epoch 1, batch "), "{said}");
    assert!(said.contains(": first, `ln` is NaN, ") && said.contains(file!()), "{said}");
}

#[cfg(feature = "parallel")]
#[test]
fn so_does_one_over_threads() {
    let data: Vec<f64> = (0..64).map(f64::from).collect();
    let trainer = Trainer::new(1).batch_size(64).shard_size(1).quiet();
    let error = trainer
        .fit_parallel(&mut 40.5, &mut Sgd::new(1e-9), &data, |x, batch, _| {
            loss::value_and_grad(*x, batch)
        })
        .unwrap_err();
    assert!(error.to_string().contains(": first, `ln` is NaN, "), "{error}");
}
