//! A training loop over shuffled mini-batches.
//!
//! ```
//! use chainrule::ndarray::{Array1, Array2, array};
//! use chainrule::optim::Sgd;
//! use chainrule::train::{Dataset, Trainer};
//!
//! // Points on the line y = 2 x + 1, and a model that shall find it.
//! let x = Array1::linspace(-1.0, 1.0, 50);
//! let data = Dataset::new(x.clone(), 2.0 * x + 1.0);
//! let mut line = array![0.0, 0.0];
//!
//! // What `loss::value_and_grad(line, &batch.x, &batch.y)` would give for
//! // `((line[0] * x + line[1] - y).powi(2)).mean()`.
//! let value_and_grad = |line: &Array1<f64>, batch: &Dataset<Array1<f64>, Array1<f64>>| {
//!     let error = line[0] * &batch.x + line[1] - &batch.y;
//!     let n = error.len() as f64;
//!     let gradient = array![2.0 * error.dot(&batch.x) / n, 2.0 * error.sum() / n];
//!     (error.dot(&error) / n, gradient)
//! };
//!
//! let history = Trainer::new(20).batch_size(10).seed(1).quiet().fit(
//!     &mut line,
//!     &mut Sgd::new(0.3),
//!     &data,
//!     value_and_grad,
//! )?;
//! assert!(history.last().loss < 1e-3);
//! assert!((line[0] - 2.0).abs() < 0.1 && (line[1] - 1.0).abs() < 0.1);
//! # Ok::<(), chainrule::train::Error>(())
//! ```
//!
//! # A training that can be stopped
//!
//! With [`checkpoints`](Trainer::checkpoints) and [`resume`](Trainer::resume) a program that was
//! killed at any moment goes on from its last checkpoint when it is started again, and comes to the same
//! parameters to the last bit on the same machine. [`stop_on_ctrl_c`](Trainer::stop_on_ctrl_c) (feature
//! `ctrlc`) writes one more checkpoint before it ends.
//!
//! ```
//! use chainrule::optim::Adam;
//! use chainrule::train::{Stop, Trainer};
//!
//! let folder = std::env::temp_dir().join(format!("chainrule-train-{}", std::process::id()));
//! let data: Vec<f64> = (0..100).map(f64::from).collect();
//! // Towards the median of the data.
//! let value_and_grad = |x: &f64, batch: &Vec<f64>| {
//!     let n = batch.len() as f64;
//!     let gradient = batch.iter().map(|b| (x - b).signum()).sum::<f64>() / n;
//!     (batch.iter().map(|b| (x - b).abs()).sum::<f64>() / n, gradient)
//! };
//! let train = |steps: usize| {
//!     let (mut x, mut step) = (0.0, 0);
//!     let history = Trainer::new(3)
//!         .checkpoints(&folder)
//!         .resume()
//!         .stop_when(|| {
//!             step += 1;
//!             step > steps
//!         })
//!         .quiet()
//!         .fit(&mut x, &mut Adam::new(1.0), &data, value_and_grad);
//!     history.map(|history| (x, history.stop))
//! };
//! assert_eq!(train(5)?.1, Stop::Asked);
//! let (resumed, stop) = train(1000)?;
//! assert_eq!(stop, Stop::Finished);
//!
//! std::fs::remove_dir_all(&folder).unwrap();
//! assert_eq!(train(1000)?.0, resumed);
//! # std::fs::remove_dir_all(&folder).unwrap();
//! # Ok::<(), chainrule::train::Error>(())
//! ```

mod carried;
mod checkpoint;
mod dataset;
mod error;
mod fit;
mod history;
#[cfg(feature = "ctrlc")]
mod interrupt;
mod log;
mod monitor;
#[cfg(feature = "parallel")]
mod parallel;
mod progress;
mod random;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::path::PathBuf;

pub use dataset::{Dataset, Rows};
pub use error::{Error, NonFinite};
pub use history::{Epoch, History, Stop};

use crate::optim::schedule::{Constant, Schedule};
use crate::{Differentiable, Float};
use carried::Carried;
use monitor::Monitor;

/// How a model is trained: how many epochs, in which batches, what is measured, and when it ends.
///
/// `P` is the type of the parameters, `B` that of the data and of a batch.
pub struct Trainer<'a, P, B> {
    epochs: usize,
    batch_size: usize,
    #[cfg(feature = "parallel")]
    shard_size: Option<usize>,
    seed: u64,
    quiet: bool,
    schedule: Box<dyn Schedule + 'a>,
    clip_norm: Option<f64>,
    clip_value: Option<f64>,
    validation: Option<(&'a B, Measure<'a, P, B>)>,
    metrics: Vec<(String, Measure<'a, P, B>)>,
    monitor: Monitor,
    restores_best: bool,
    folder: Option<PathBuf>,
    every: usize,
    resumes: bool,
    log: Option<PathBuf>,
    carried: Option<&'a dyn Carried>,
    stop: Option<Box<dyn FnMut() -> bool + 'a>>,
    #[cfg(feature = "ctrlc")]
    stops_on_ctrl_c: bool,
}

/// A mean over a batch's rows.
type Measure<'a, P, B> = Box<dyn FnMut(&P, &B) -> f64 + 'a>;

impl<'a, P: Differentiable, B: Rows> Trainer<'a, P, B> {
    /// Passes `epochs` times over the data, in batches of 32 rows, with seed 0.
    ///
    /// # Panics
    /// If `epochs` is 0.
    #[track_caller]
    pub fn new(epochs: usize) -> Self {
        assert!(epochs > 0, "a training of 0 epochs");
        Self {
            epochs,
            batch_size: 32,
            #[cfg(feature = "parallel")]
            shard_size: None,
            seed: 0,
            quiet: false,
            schedule: Box::new(Constant),
            clip_norm: None,
            clip_value: None,
            validation: None,
            metrics: Vec::new(),
            monitor: Monitor::default(),
            restores_best: false,
            folder: None,
            every: 1,
            resumes: false,
            log: None,
            carried: None,
            stop: None,
            #[cfg(feature = "ctrlc")]
            stops_on_ctrl_c: false,
        }
    }

    /// Takes a step after every so many rows. The last batch of an epoch holds what remains.
    ///
    /// # Panics
    /// If `rows` is 0.
    #[track_caller]
    #[must_use]
    pub fn batch_size(mut self, rows: usize) -> Self {
        assert!(rows > 0, "batches of 0 rows");
        self.batch_size = rows;
        self
    }

    /// Seeds the order of the rows, which is another in each epoch. The same seed gives the same
    /// order.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Changes the learning rate from step to step, as a factor on the optimiser's. After the training
    /// the optimiser has its first rate again.
    #[must_use]
    pub fn schedule(mut self, schedule: impl Schedule + 'a) -> Self {
        self.schedule = Box::new(schedule);
        self
    }

    /// Scales gradients down whose norm is larger: see [`clip_norm`](crate::optim::clip_norm).
    ///
    /// # Panics
    /// If `max` is not positive and finite.
    #[track_caller]
    #[must_use]
    pub fn clip_norm(mut self, max: f64) -> Self {
        assert!(max > 0.0 && max.is_finite(), "clip_norm: {max} is not positive and finite");
        self.clip_norm = Some(max);
        self
    }

    /// Cuts off what is larger of each element of a gradient: see
    /// [`clip_value`](crate::optim::clip_value).
    ///
    /// # Panics
    /// If `limit` is not positive and finite.
    #[track_caller]
    #[must_use]
    pub fn clip_value(mut self, limit: f64) -> Self {
        assert!(limit > 0.0 && limit.is_finite(), "clip_value: {limit} is not positive and finite");
        self.clip_value = Some(limit);
        self
    }

    /// Measures the loss on other rows at the end of each epoch. `loss(params, batch)` is the mean over
    /// the batch's rows, as in `|net, batch| loss(net, &batch.x, &batch.y)`.
    ///
    /// # Panics
    /// If `data` has no rows.
    #[track_caller]
    #[must_use]
    pub fn validation<T: Float>(
        mut self,
        data: &'a B,
        mut loss: impl FnMut(&P, &B) -> T + 'a,
    ) -> Self {
        assert!(data.row_count() > 0, "there is no row to validate on");
        let loss = move |params: &P, batch: &B| loss(params, batch).to_f64_lossless();
        self.validation = Some((data, Box::new(loss)));
        self
    }

    /// Measures something else at the end of each epoch, on the validation rows if there are any, else
    /// on the training rows. `measure(params, batch)` is the mean over the batch's rows.
    ///
    /// # Panics
    /// If another metric has this name.
    #[track_caller]
    #[must_use]
    pub fn metric(
        mut self,
        name: impl Into<String>,
        measure: impl FnMut(&P, &B) -> f64 + 'a,
    ) -> Self {
        let name = name.into();
        let is_new = self.metrics.iter().all(|(known, _)| *known != name);
        assert!(is_new, "two metrics are called `{name}`");
        self.metrics.push((name, Box::new(measure)));
        self
    }

    /// Measures the [`metric`](Self::metric) `accuracy`: the share of a batch's rows that are predicted
    /// right, from 0 to 1.
    #[track_caller]
    #[must_use]
    pub fn accuracy(self, accuracy: impl FnMut(&P, &B) -> f64 + 'a) -> Self {
        self.metric("accuracy", accuracy)
    }

    /// The best epoch is the one in which this metric is largest. If not told, it is the one with the
    /// smallest validation loss, or training loss where nothing is validated.
    #[must_use]
    pub fn maximise(mut self, metric: impl Into<String>) -> Self {
        self.monitor.metric = Some(metric.into());
        self.monitor.is_larger_better = true;
        self
    }

    /// The best epoch is the one in which this metric is smallest.
    #[must_use]
    pub fn minimise(mut self, metric: impl Into<String>) -> Self {
        self.monitor.metric = Some(metric.into());
        self.monitor.is_larger_better = false;
        self
    }

    /// Ends the training when more than so many epochs brought no better one.
    #[must_use]
    pub fn early_stopping(mut self, patience: usize) -> Self {
        self.monitor.patience = Some(patience);
        self
    }

    /// Gives the parameters of the best epoch, not those of the last one.
    #[must_use]
    pub fn restore_best(mut self) -> Self {
        self.restores_best = true;
        self
    }

    /// Writes `checkpoint.safetensors` to this folder after every epoch and at the end, with all that
    /// [`resume`](Self::resume) needs, and `best.safetensors` with the parameters of the best epoch
    /// alone, for [`files::load`](crate::files::load) and Python.
    ///
    /// Both are written under another name, synced and renamed, so that they are whole whenever the
    /// program is killed.
    #[must_use]
    pub fn checkpoints(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Writes the checkpoint after every so many epochs only, and at the end.
    ///
    /// # Panics
    /// If `epochs` is 0.
    #[track_caller]
    #[must_use]
    pub fn checkpoint_every(mut self, epochs: usize) -> Self {
        assert!(epochs > 0, "a checkpoint every 0 epochs");
        self.every = epochs;
        self
    }

    /// Goes on from the checkpoint in the folder of [`checkpoints`](Self::checkpoints), if there is one:
    /// parameters, the optimiser's memory, the epoch and batch, the order of the rows, and the history
    /// are as they were. The optimiser's hyperparameters and the schedule are those given now, and the
    /// number of epochs may be another; seed, batch size and number of rows may not.
    #[must_use]
    pub fn resume(mut self) -> Self {
        self.resumes = true;
        self
    }

    /// Writes a line for every epoch to this file: a JSON object if its name ends in `.jsonl`, else
    /// CSV, with a header. Makes the folder if it is not there.
    #[must_use]
    pub fn log(mut self, path: impl Into<PathBuf>) -> Self {
        self.log = Some(path.into());
        self
    }

    /// Keeps in checkpoints what steps change beside the parameters, such as the running moments of
    /// [`batch_norm_training`](crate::layers::batch_norm_training): [`resume`](Self::resume) sets it to what it
    /// was, and [`restore_best`](Self::restore_best) to what it was after the best epoch. The closures look at
    /// it and change it.
    ///
    /// ```
    /// use std::cell::RefCell;
    ///
    /// use chainrule::optim::Sgd;
    /// use chainrule::train::Trainer;
    ///
    /// // Towards a mean, which is also known from a running one.
    /// let running = RefCell::new(0.0);
    /// let data = vec![3.0; 640];
    /// let mut x = 0.0;
    /// Trainer::new(10).carry(&running).quiet().fit(
    ///     &mut x,
    ///     &mut Sgd::new(0.1),
    ///     &data,
    ///     |x: &f64, batch: &Vec<f64>| {
    ///         let mean = batch.iter().sum::<f64>() / batch.len() as f64;
    ///         running.replace_with(|running| 0.9 * *running + 0.1 * mean);
    ///         ((x - mean) * (x - mean), 2.0 * (x - mean))
    ///     },
    /// )?;
    /// assert!((running.take() - 3.0).abs() < 1e-8);
    /// # Ok::<(), chainrule::train::Error>(())
    /// ```
    #[must_use]
    pub fn carry(mut self, state: &'a RefCell<impl Differentiable>) -> Self {
        self.carried = Some(state);
        self
    }

    /// Asks before each step whether the training shall end, with a checkpoint.
    #[must_use]
    pub fn stop_when(mut self, stop: impl FnMut() -> bool + 'a) -> Self {
        self.stop = Some(Box::new(stop));
        self
    }

    /// Ctrl-C ends the training after the step at hand, with a checkpoint; again, it ends the program.
    #[cfg(feature = "ctrlc")]
    #[must_use]
    pub fn stop_on_ctrl_c(mut self) -> Self {
        self.stops_on_ctrl_c = true;
        self
    }

    /// How many rows of a batch [`fit_parallel`](Self::fit_parallel) gives to a thread at a time. An
    /// eighth of the batch if not told. Results depend on it, and not on the number of threads.
    ///
    /// # Panics
    /// If `rows` is 0.
    #[cfg(feature = "parallel")]
    #[track_caller]
    #[must_use]
    pub fn shard_size(mut self, rows: usize) -> Self {
        assert!(rows > 0, "shards of 0 rows");
        self.shard_size = Some(rows);
        self
    }

    /// Reports nothing. Else there is a progress bar on a terminal's standard error, and a line for
    /// every epoch (every few, if there are many) where that is no terminal.
    #[must_use]
    pub fn quiet(mut self) -> Self {
        self.quiet = true;
        self
    }
}

impl<P, B> std::fmt::Debug for Trainer<'_, P, B> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Trainer")
            .field("epochs", &self.epochs)
            .field("batch_size", &self.batch_size)
            .field("seed", &self.seed)
            .field("folder", &self.folder)
            .field("quiet", &self.quiet)
            .finish_non_exhaustive()
    }
}
