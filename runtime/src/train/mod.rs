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
//! # Ok::<(), chainrule::train::NonFiniteLoss>(())
//! ```

mod dataset;
mod error;
mod history;
mod progress;

use std::time::Instant;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

pub use dataset::{Dataset, Rows};
pub use error::NonFiniteLoss;
pub use history::{Epoch, History};

use crate::optim::Optimizer;
use crate::{Differentiable, Float};
use progress::Progress;

/// How a model is trained: how many epochs, in which batches, what is measured.
///
/// `P` is the type of the parameters, `B` that of the data and of a batch.
pub struct Trainer<'a, P, B> {
    epochs: usize,
    batch_size: usize,
    seed: u64,
    quiet: bool,
    accuracy: Option<Accuracy<'a, P, B>>,
}

type Accuracy<'a, P, B> = Box<dyn FnMut(&P, &B) -> f64 + 'a>;

impl<'a, P: Differentiable, B: Rows> Trainer<'a, P, B> {
    /// Passes `epochs` times over the data, in batches of 32 rows, with seed 0.
    ///
    /// # Panics
    /// If `epochs` is 0.
    #[track_caller]
    pub fn new(epochs: usize) -> Self {
        assert!(epochs > 0, "a training of 0 epochs");
        Self { epochs, batch_size: 32, seed: 0, quiet: false, accuracy: None }
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

    /// Measures the accuracy on all rows at the end of each epoch.
    ///
    /// `accuracy(params, batch)` is the share of the batch's rows that are predicted right, from 0
    /// to 1.
    #[must_use]
    pub fn accuracy(mut self, accuracy: impl FnMut(&P, &B) -> f64 + 'a) -> Self {
        self.accuracy = Some(Box::new(accuracy));
        self
    }

    /// Reports nothing. Else there is a progress bar on a terminal's standard error, and a line for
    /// every epoch (every few, if there are many) where that is no terminal.
    #[must_use]
    pub fn quiet(mut self) -> Self {
        self.quiet = true;
        self
    }

    /// Trains `params` on `data`.
    ///
    /// `value_and_grad(params, batch)` gives the batch's mean loss and its gradient, as in
    /// `|net, batch| loss::value_and_grad(net, &batch.x, &batch.y)`.
    ///
    /// # Errors
    /// If a batch's loss is infinite or no number; `params` are then as they were when it was
    /// computed.
    ///
    /// # Panics
    /// If `data` has no rows.
    #[track_caller]
    pub fn fit<T: Float>(
        mut self,
        params: &mut P,
        optimizer: &mut impl Optimizer<P>,
        data: &B,
        mut value_and_grad: impl FnMut(&P, &B) -> (T, P::Gradient),
    ) -> Result<History, NonFiniteLoss> {
        let rows = data.row_count();
        assert!(rows > 0, "there is no row to train on");
        let mut order: Vec<usize> = (0..rows).collect();
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        let batches = rows.div_ceil(self.batch_size);
        let mut progress = Progress::new(self.quiet, self.epochs, batches);
        let mut history = History::default();

        for epoch in 1..=self.epochs {
            let start = Instant::now();
            order.shuffle(&mut rng);
            let mut total = 0.0;
            for (batch, rows) in (1..).zip(order.chunks(self.batch_size)) {
                let (loss, gradient) = value_and_grad(params, &data.select_rows(rows));
                let loss = loss.to_f64_lossless();
                if !loss.is_finite() {
                    progress.abandon();
                    return Err(NonFiniteLoss { loss, epoch, batch, history });
                }
                optimizer.step(params, &gradient);
                total += loss * rows.len() as f64;
                progress.batch();
            }
            history.epochs.push(Epoch {
                number: epoch,
                loss: total / rows as f64,
                accuracy: self.measure(params, data),
                seconds: start.elapsed().as_secs_f64(),
            });
            progress.epoch(history.last());
        }
        progress.finish();
        Ok(history)
    }

    /// The accuracy on all rows, a batch at a time as in training, so that it needs no more memory.
    fn measure(&mut self, params: &P, data: &B) -> Option<f64> {
        let accuracy = self.accuracy.as_mut()?;
        let all: Vec<usize> = (0..data.row_count()).collect();
        let right: f64 = all
            .chunks(self.batch_size)
            .map(|rows| accuracy(params, &data.select_rows(rows)) * rows.len() as f64)
            .sum();
        Some(right / all.len() as f64)
    }
}

impl<P, B> std::fmt::Debug for Trainer<'_, P, B> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Trainer")
            .field("epochs", &self.epochs)
            .field("batch_size", &self.batch_size)
            .field("seed", &self.seed)
            .field("quiet", &self.quiet)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
