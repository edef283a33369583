//! Batches, determinism, the record, and where a training stops.

use std::cell::RefCell;

use ndarray::{Array1, Array2, array};

use super::*;
use crate::optim::Sgd;

mod checkpoints;
#[cfg(feature = "parallel")]
mod threads;

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
        assert!((epoch.metric("accuracy").unwrap() - 6.0 / 11.0).abs() < 1e-12);
    }
    assert_eq!(history.last().to_string(), "loss 5.0000, accuracy 54.55 %");
}

#[test]
fn a_loss_that_is_no_number_stops_before_the_step() {
    let mut x = 1.0;
    let step = |x: &f64, _: &Points| (if *x < -5.0 { f64::NAN } else { *x }, 1.0);
    let trainer = Trainer::new(10).batch_size(2).quiet();
    let error = trainer.fit(&mut x, &mut Sgd::new(1.0), &points(6), step).unwrap_err();
    let text = error.to_string();
    assert!(text.starts_with("the loss is NaN in epoch 3, batch 2 (step 8)"), "{text}");
    assert_eq!(text.contains("`find-nonfinite`"), !cfg!(feature = "find-nonfinite"), "{text}");
    let Error::NonFinite(found) = error else { panic!("{error}") };
    assert_eq!((x, found.history.epochs.len(), found.rows.len()), (-6.0, 2, 2));
}

#[test]
fn a_gradient_that_is_not_finite_is_named() {
    let mut params = (1.0, vec![2.0, 3.0_f32]);
    let step = |_: &(f64, Vec<f32>), _: &Points| (0.5, (1.0, vec![0.0, f32::INFINITY]));
    let error = Trainer::new(1)
        .quiet()
        .clip_norm(1.0)
        .fit(&mut params, &mut Sgd::new(1.0), &points(6), step)
        .unwrap_err();
    let text =
        "the loss is 0.5, and the gradient of `1.1` is not finite, in epoch 1, batch 1 (step 1)";
    assert!(error.to_string().starts_with(text), "{error}");
    assert_eq!(params, (1.0, vec![2.0, 3.0]));
}

/// Trains `x` with plain descent along the gradient 1, with the loss that `loss(x)` tells.
fn descend(
    trainer: Trainer<'_, f64, Points>,
    x: &mut f64,
    loss: impl Fn(f64) -> f64,
) -> Result<History, Error> {
    trainer.fit(x, &mut Sgd::new(1.0), &points(4), |x, _| (loss(*x), 1.0))
}

#[test]
fn it_ends_when_nothing_gets_better() {
    // The validation loss |x - 7| with x = 9, 8, 7, 6, ..
    let validation = points(2);
    let trainer = |patience| {
        Trainer::new(50)
            .batch_size(4)
            .quiet()
            .validation(&validation, |x: &f64, _: &Points| (x - 7.0).abs())
            .early_stopping(patience)
    };
    let mut x = 10.0;
    let history = descend(trainer(2), &mut x, |x| x).unwrap();
    assert_eq!((history.stop, history.best, x), (Stop::Early, Some(3), 4.0));
    assert_eq!(history.validation_losses(), [2.0, 1.0, 0.0, 1.0, 2.0, 3.0]);
    assert_eq!(history.losses()[..2], [10.0, 9.0]);

    let mut x = 10.0;
    descend(trainer(0).restore_best(), &mut x, |x| x).unwrap();
    assert_eq!(x, 7.0);
}

#[test]
fn the_best_is_what_the_user_says() {
    let best = |largest: bool| {
        let trainer = Trainer::new(5)
            .batch_size(4)
            .quiet()
            .metric("parabola", |x: &f64, _: &Points| (x - 7.0).powi(2));
        let trainer = match largest {
            true => trainer.maximise("parabola"),
            false => trainer.minimise("parabola"),
        };
        let mut x = 10.0;
        let history = descend(trainer.restore_best(), &mut x, |x| x).unwrap();
        assert_eq!(history.metric("parabola"), [4.0, 1.0, 0.0, 1.0, 4.0]);
        (history.best, x)
    };
    assert_eq!(best(true), (Some(1), 9.0));
    assert_eq!(best(false), (Some(3), 7.0));
}

#[test]
#[should_panic(expected = "the metric `acuracy` is not measured")]
fn a_metric_that_is_not_measured_is_refused() {
    let trainer = Trainer::new(1).quiet().accuracy(|_: &f64, _: &Points| 1.0);
    let _ = descend(trainer.maximise("acuracy"), &mut 1.0, |x| x);
}

#[test]
fn rates_follow_the_schedule_and_come_back() {
    let mut x = 0.0;
    let mut optimizer = Sgd::new(1.0);
    let history = Trainer::new(4)
        .batch_size(2)
        .quiet()
        .schedule(crate::optim::schedule::Step::new(2, 0.25))
        .fit(&mut x, &mut optimizer, &points(4), |_: &f64, _: &Points| (1.0, 1.0))
        .unwrap();
    assert_eq!(x, -(4.0 + 1.0));
    let rates: Vec<f64> = history.epochs.iter().map(|epoch| epoch.learning_rate).collect();
    assert_eq!(rates, [1.0, 1.0, 0.25, 0.25]);
    assert_eq!(optimizer.learning_rate(), 1.0);
}

#[test]
fn gradients_are_clipped() {
    let moved = |trainer: Trainer<'_, Array1<f64>, Points>| {
        let mut x = array![0.0, 0.0];
        let step = |_: &Array1<f64>, _: &Points| (0.0, array![3.0, -4.0]);
        trainer.quiet().fit(&mut x, &mut Sgd::new(1.0), &points(4), step).unwrap();
        x
    };
    assert_eq!(moved(Trainer::new(1).clip_norm(2.5)), array![-1.5, 2.0]);
    assert_eq!(moved(Trainer::new(1).clip_value(3.5)), array![-3.0, 3.5]);
    assert_eq!(moved(Trainer::new(1)), array![-3.0, 4.0]);
}

#[test]
fn random_numbers_depend_on_the_step_alone() {
    use rand::RngExt;
    let draw = |seed, step, part| random::of_step(seed, step, part).random::<u64>();
    let all = [(0, 0, 0), (0, 0, 1), (0, 1, 0), (1, 0, 0), (0, 1 << 30, 0), (0, 1 << 30, 1)];
    for a in all {
        assert_eq!(draw(a.0, a.1, a.2), draw(a.0, a.1, a.2));
        let same = all.iter().filter(|b| draw(a.0, a.1, a.2) == draw(b.0, b.1, b.2)).count();
        assert_eq!(same, 1);
    }
    let trainer = Trainer::new(1).batch_size(2).quiet();
    let mut seen = Vec::new();
    let step = |_: &f64, _: &Points, rng: &mut rand_chacha::ChaCha8Rng| {
        seen.push(rng.random::<u64>());
        (0.0, 0.0)
    };
    trainer.fit_with_rng(&mut 1.0, &mut Sgd::new(1.0), &points(4), step).unwrap();
    assert_eq!(seen, [draw(0, 0, 0), draw(0, 1, 0)]);
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
