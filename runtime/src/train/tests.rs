//! Batches, determinism, the record, and where a training stops.

use std::cell::RefCell;

use ndarray::{Array1, Array2, array};

use super::*;
use crate::optim::Sgd;

type Points = Dataset<Array1<f64>, Vec<usize>>;

fn points(rows: usize) -> Points {
    Dataset::new(Array1::from_iter((0..rows).map(|row| row as f64)), (0..rows).collect())
}

/// The rows of each batch, in the order in which a training of two epochs sees them.
fn batches(seed: u64) -> Vec<Vec<usize>> {
    let seen = RefCell::new(Vec::new());
    let trainer = Trainer::new(2).batch_size(4).seed(seed).quiet();
    let step = |_: &f64, batch: &Points| {
        assert_eq!(batch.x.mapv(|x| x as usize).to_vec(), batch.y);
        seen.borrow_mut().push(batch.y.clone());
        (0.0, 0.0)
    };
    trainer.fit(&mut 1.0, &mut Sgd::new(1.0), &points(10), step).unwrap();
    seen.into_inner()
}

#[test]
fn each_epoch_sees_every_row_once_in_another_order() {
    let seen = batches(3);
    assert_eq!(seen.iter().map(Vec::len).collect::<Vec<_>>(), [4, 4, 2, 4, 4, 2]);
    let epochs: Vec<Vec<usize>> = seen.chunks(3).map(<[_]>::concat).collect();
    assert_ne!(epochs[0], epochs[1]);
    for mut epoch in epochs {
        epoch.sort_unstable();
        assert_eq!(epoch, (0..10).collect::<Vec<_>>());
    }
}

#[test]
fn the_seed_determines_the_order() {
    assert_eq!(batches(7), batches(7));
    assert_ne!(batches(7), batches(8));
}

#[test]
fn the_record_weighs_batches_by_their_rows() {
    let mean = |_: &f64, batch: &Points| (batch.x.mean().unwrap() as f32, 0.0);
    let even = |_: &f64, batch: &Points| {
        batch.y.iter().filter(|y| **y % 2 == 0).count() as f64 / batch.y.len() as f64
    };
    let trainer = Trainer::new(3).batch_size(4).accuracy(even).quiet();
    let history = trainer.fit(&mut 1.0, &mut Sgd::new(1.0), &points(11), mean).unwrap();
    assert_eq!(history.epochs.iter().map(|epoch| epoch.number).collect::<Vec<_>>(), [1, 2, 3]);
    for epoch in &history.epochs {
        assert!((epoch.loss - 5.0).abs() < 1e-6);
        assert!((epoch.accuracy.unwrap() - 6.0 / 11.0).abs() < 1e-12);
    }
    assert_eq!(history.last().to_string(), "loss 5.0000, accuracy 54.55 %");
}

#[test]
fn a_loss_that_is_no_number_stops_before_the_step() {
    let mut x = 1.0;
    let step = |x: &f64, _: &Points| (if *x < -5.0 { f64::NAN } else { *x }, 1.0);
    let trainer = Trainer::new(10).batch_size(2).quiet();
    let error = trainer.fit(&mut x, &mut Sgd::new(1.0), &points(6), step).unwrap_err();
    assert_eq!(error.to_string(), "the loss is NaN in epoch 3, batch 2");
    assert_eq!((x, error.history.epochs.len()), (-6.0, 2));
}

#[test]
fn rows_of_every_collection() {
    let data = (array![[1, 2], [3, 4], [5, 6]], vec!["a", "b", "c"]);
    assert_eq!(data.row_count(), 3);
    assert_eq!(data.select_rows(&[2, 2, 0]), (array![[5, 6], [5, 6], [1, 2]], vec!["c", "c", "a"]));
}

#[test]
#[should_panic(expected = "Dataset: 2 rows of x do not fit 3 rows of y")]
fn a_dataset_has_as_many_inputs_as_targets() {
    Dataset::new(Array2::<f32>::zeros((2, 5)), vec![0, 1, 2]);
}

#[test]
#[should_panic(expected = "there is no row to train on")]
fn a_dataset_has_rows() {
    let step = |_: &f64, _: &Points| (0.0, 0.0);
    let _ = Trainer::new(1).fit(&mut 1.0, &mut Sgd::new(1.0), &points(0), step);
}
