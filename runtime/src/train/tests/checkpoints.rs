//! Trainings that stop and go on, and the files that they write.

use std::fs;
use std::path::PathBuf;

use super::*;
use crate::files;
use crate::optim::schedule::{OneCycle, ReduceOnPlateau};
use crate::optim::{Adam, Optimizer, Sgd};
use ndarray::{Array1, Array2, array};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// A folder of its own for each test, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("chainrule-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

type Data = Dataset<Array2<f32>, Array1<f32>>;
type Params = (Array1<f32>, f64);

fn data() -> Data {
    let x = Array2::from_shape_fn((50, 3), |(i, j)| ((7 * i + 3 * j) % 11) as f32 / 5.0 - 1.0);
    let y = x.dot(&array![1.0, -2.0, 0.5]) + 0.25;
    Dataset::new(x, y)
}

/// Least squares with a noise that depends on the random numbers of the step.
fn step(params: &Params, batch: &Data, rng: &mut ChaCha8Rng) -> (f64, Params) {
    let noise = rng.random::<f32>() * 0.1;
    let error = batch.x.dot(&params.0) + params.1 as f32 + noise - &batch.y;
    let n = error.len() as f32;
    let gradient = (batch.x.t().dot(&error) * (2.0 / n), f64::from(error.sum()) * 2.0 / n as f64);
    (f64::from(error.dot(&error) / n), gradient)
}

/// What a training came to: everything that has to be the same, to the last bit.
#[derive(Debug, PartialEq)]
struct Outcome {
    params: Params,
    memory: crate::optim::Memory,
    losses: Vec<f64>,
    validation: Vec<f64>,
    metrics: Vec<f64>,
    rates: Vec<f64>,
    best: Option<usize>,
    stop: Stop,
}

/// Trains six epochs with everything there is, and ends before step `stop_at` of this run.
fn train(folder: Option<&Folder>, mut steps: usize) -> Outcome {
    let (data, validation) = data().split(|row| row % 5 > 0);
    let (mut params, mut optimizer) = ((array![0.0, 0.0, 0.0], 0.0), Adam::new(0.2));
    let mut trainer = Trainer::new(6)
        .batch_size(16)
        .seed(3)
        .quiet()
        .schedule(ReduceOnPlateau::new(0.5, 0).threshold(0.9))
        .clip_norm(2.0)
        .validation(&validation, |params: &Params, batch: &Data| {
            (batch.x.dot(&params.0) + params.1 as f32 - &batch.y).mapv(|e| e * e).mean().unwrap()
        })
        .metric("bias", |params: &Params, _: &Data| params.1)
        .minimise("bias")
        .restore_best()
        .stop_when(|| {
            steps = steps.wrapping_sub(1);
            steps == usize::MAX
        });
    if let Some(folder) = folder {
        trainer = trainer.checkpoints(&folder.0).checkpoint_every(4).resume();
    }
    let history = trainer.fit_with_rng(&mut params, &mut optimizer, &data, step).unwrap();
    Outcome {
        params,
        memory: Optimizer::<Params>::memory(&optimizer).clone(),
        losses: history.losses(),
        validation: history.validation_losses(),
        metrics: history.metric("bias"),
        rates: history.epochs.iter().map(|epoch| epoch.learning_rate).collect(),
        best: history.best,
        stop: history.stop,
    }
}

#[test]
fn a_training_goes_on_as_if_it_had_not_stopped() {
    let whole = train(None, usize::MAX);
    assert_eq!((whole.stop, whole.losses.len()), (Stop::Finished, 6));
    assert!(whole.rates[5] < whole.rates[0], "the schedule has something to remember");
    assert!(whole.best.is_some_and(|best| best < 6), "the best is not the last: {:?}", whole.best);
    // 3 batches an epoch, so 18 steps; ended before each of them, at the beginning of epochs too.
    for stop_at in 0..18 {
        let folder = Folder::new(&format!("resumed-{stop_at}"));
        let first = train(Some(&folder), stop_at);
        assert_eq!((first.stop, first.losses.len()), (Stop::Asked, stop_at / 3));
        assert_eq!(train(Some(&folder), usize::MAX), whole, "ended before step {stop_at}");
        // What is finished stays so.
        assert_eq!(train(Some(&folder), usize::MAX), whole);
    }
    // And in the smallest pieces.
    let folder = Folder::new("resumed-often");
    for _ in 0..17 {
        assert_eq!(train(Some(&folder), 1).stop, Stop::Asked);
    }
    assert_eq!(train(Some(&folder), 1), whole);
}

#[test]
fn the_best_parameters_are_a_model_of_their_own() {
    let folder = Folder::new("best");
    let whole = train(Some(&folder), usize::MAX);
    let mut best: Params = (array![0.0, 0.0, 0.0], 0.0);
    files::load(folder.0.join("best.safetensors"), &mut best).unwrap();
    assert_eq!(best, whole.params);
    let names: Vec<_> = fs::read_dir(&folder.0).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
}

#[test]
fn another_trainings_checkpoint_is_refused() {
    let folder = Folder::new("refused");
    train(Some(&folder), 4);
    let mut params = (array![1.0, 2.0, 3.0, 4.0], 0.0);
    let error = Trainer::new(6)
        .batch_size(8)
        .quiet()
        .checkpoints(&folder.0)
        .resume()
        .fit(&mut params, &mut Adam::new(0.1), &data(), |_, _| (0.0, (Array1::zeros(4), 0.0)))
        .unwrap_err();
    let text = error.to_string();
    for line in [
        "checkpoint.safetensors does not fit the model:",
        "`model.0` is F32 in the file and F64 in the model",
        "`trainer.seed` is 3 in the file, and 0 now",
        "`trainer.batch_size` is 16 in the file, and 8 now",
        "`trainer.rows` is 40 in the file, and 50 now",
        "`history.metric.bias` is in the file, and not in the model",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    assert_eq!(params.0, array![1.0, 2.0, 3.0, 4.0]);
}

#[test]
fn a_log_holds_a_line_an_epoch() {
    let folder = Folder::new("log");
    let train = |name: &str, epochs| {
        let log = folder.0.join(name);
        Trainer::new(epochs)
            .quiet()
            .schedule(OneCycle::new())
            .metric("a,b", |_: &f64, _: &Vec<f64>| f64::NAN)
            .log(&log)
            .checkpoints(&folder.0)
            .resume()
            .fit(&mut 0.0, &mut Adam::new(1.0), &vec![1.0; 4], |x, _| (*x + 0.5, 0.0))
            .unwrap();
        fs::read_to_string(log).unwrap()
    };
    train("log.csv", 1);
    // A resumed training has all lines, and each once.
    let csv = train("log.csv", 2);
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 3, "{csv}");
    assert_eq!(lines[0], "epoch,loss,\"a,b\",learning_rate,seconds");
    assert!(lines[2].starts_with("2,0.5,NaN,"), "{csv}");
    let json = train("log.jsonl", 3);
    assert_eq!(json.lines().count(), 3, "{json}");
    let line = json.lines().last().unwrap();
    assert!(line.starts_with(r#"{"epoch":3,"loss":0.5,"a,b":null,"learning_rate":"#), "{json}");
    let error = Trainer::<f64, Vec<f64>>::new(1)
        .log(folder.0.join("log.csv").join("none.csv"))
        .fit(&mut 0.0, &mut Adam::new(1.0), &vec![1.0], |_, _| (0.0, 0.0))
        .unwrap_err();
    assert!(error.to_string().contains("none.csv: "), "{error}");
    // What a `main` that returns it prints.
    assert_eq!(format!("{error:?}"), error.to_string());
}

/// What a training carried and came to, if it is killed after so many steps and goes on.
fn with_a_carried_state(
    folder: &Folder,
    restores_best: bool,
    steps: &[usize],
) -> (f64, Array1<f64>) {
    let mut outcome = (0.0, array![0.0, 0.0]);
    for steps in steps {
        let (mut x, carried, mut step) = (0.0, RefCell::new(array![0.0, 0.0]), 0);
        let mut trainer = Trainer::new(3)
            .batch_size(20)
            .carry(&carried)
            .metric("distance", |x: &f64, _| (x - 0.4).abs())
            .minimise("distance")
            .checkpoints(&folder.0)
            .resume()
            .stop_when(|| {
                step += 1;
                step > *steps
            })
            .quiet();
        if restores_best {
            trainer = trainer.restore_best();
        }
        let sums = |x: &f64, batch: &Data| {
            let mut carried = carried.borrow_mut();
            carried[0] += x + f64::from(batch.y.sum());
            carried[1] += 1.0;
            (1.0, -1.0)
        };
        trainer.fit(&mut x, &mut Sgd::new(0.1), &data(), sums).unwrap();
        outcome = (x, carried.into_inner());
    }
    outcome
}

#[test]
fn what_is_carried_goes_on_too() {
    for restores_best in [false, true] {
        let folder = Folder::new("carried");
        let whole = with_a_carried_state(&folder, restores_best, &[100]);
        // Three steps an epoch; the first epoch ends nearest.
        assert_eq!(whole.1[1], if restores_best { 3.0 } else { 9.0 });
        for killed in 1..9 {
            let folder = Folder::new("carried");
            let resumed = with_a_carried_state(&folder, restores_best, &[killed, 100]);
            assert_eq!(resumed, whole, "killed after {killed} steps");
        }
    }
}
