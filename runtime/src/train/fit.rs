//! The loop itself.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use ndarray::ArrayViewD;
use rand_chacha::ChaCha8Rng;

use super::checkpoint::{self, Position, Settings};
#[cfg(feature = "ctrlc")]
use super::interrupt::CtrlC;
use super::log::Log;
use super::progress::Progress;
use super::{Epoch, Error, History, NonFinite, Rows, Stop, Trainer, random};
use crate::differentiable::{LeafPath, Visit};
use crate::files::{self, archive::Archive};
#[cfg(feature = "find-nonfinite")]
use crate::nonfinite;
use crate::optim::schedule::Moment;
use crate::optim::{self, Optimizer};
use crate::{Differentiable, Float};

/// Loss and gradient of the rows of a batch, in a step from 0.
pub(super) type Step<'s, P> =
    dyn FnMut(&P, &[usize], usize) -> (f64, <P as Differentiable>::Gradient) + 's;

impl<P: Differentiable, B: Rows> Trainer<'_, P, B> {
    /// Trains `params` on `data`.
    ///
    /// `value_and_grad(params, batch)` gives the batch's mean loss and its gradient, as in
    /// `|net, batch| loss::value_and_grad(net, &batch.x, &batch.y)`.
    ///
    /// # Errors
    /// If a batch's loss or gradient is infinite or no number: `params` are then as they were when it
    /// was computed, and with the feature `find-nonfinite` the error names the operation where it began.
    /// If a checkpoint or the log cannot be written, or a checkpoint does not fit.
    ///
    /// # Panics
    /// If `data` has no rows, or the trainer shall resume without a folder, or looks at a metric that
    /// it does not measure.
    #[track_caller]
    pub fn fit<T: Float>(
        self,
        params: &mut P,
        optimizer: &mut (impl Optimizer<P> + ?Sized),
        data: &B,
        mut value_and_grad: impl FnMut(&P, &B) -> (T, P::Gradient),
    ) -> Result<History, Error> {
        self.fit_with_rng(params, optimizer, data, |params, batch, _| value_and_grad(params, batch))
    }

    /// Like [`fit`](Self::fit), with random numbers for dropout and the like, of the trainer's seed.
    ///
    /// They depend on the seed and on the number of the step alone, so that a resumed training sees the
    /// same ones.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    ///
    /// # Panics
    /// As [`fit`](Self::fit).
    #[track_caller]
    pub fn fit_with_rng<T: Float>(
        self,
        params: &mut P,
        optimizer: &mut (impl Optimizer<P> + ?Sized),
        data: &B,
        mut value_and_grad: impl FnMut(&P, &B, &mut ChaCha8Rng) -> (T, P::Gradient),
    ) -> Result<History, Error> {
        let seed = self.seed;
        let mut step = |params: &P, rows: &[usize], step: usize| {
            let mut rng = random::of_step(seed, step, 0);
            let (loss, gradient) = value_and_grad(params, &data.select_rows(rows), &mut rng);
            (loss.to_f64_lossless(), gradient)
        };
        self.run(params, optimizer, data, 0, &mut step)
    }

    /// The loop; a checkpoint of other shards than `shard_size` is refused.
    #[track_caller]
    pub(super) fn run(
        self,
        params: &mut P,
        optimizer: &mut (impl Optimizer<P> + ?Sized),
        data: &B,
        shard_size: usize,
        step: &mut Step<'_, P>,
    ) -> Result<History, Error> {
        let rows = data.row_count();
        assert!(rows > 0, "there is no row to train on");
        if let Some(metric) = &self.monitor.metric {
            let is_known = self.metrics.iter().any(|(name, _)| name == metric);
            assert!(is_known, "the metric `{metric}` is not measured");
        }
        assert!(self.folder.is_some() || !self.resumes, "resume: `checkpoints` names no folder");

        let rate = optimizer.learning_rate();
        let settings = self.settings(rows, shard_size);
        let position = match self.checkpoint_to_resume() {
            Some(path) => checkpoint::read(&path, &settings, params, self.carried, optimizer)?,
            None => Position::default(),
        };
        let batches = rows.div_ceil(self.batch_size);
        let done = (position.epochs.len() * batches + position.batches).min(self.epochs * batches);
        let mut run = Run {
            #[cfg(feature = "ctrlc")]
            ctrl_c: self.stops_on_ctrl_c.then(CtrlC::watch).transpose()?,
            log: self.log.as_ref().map(|path| Log::create(path, &position.epochs)).transpose()?,
            progress: Progress::new(self.quiet, self.epochs, batches, done),
            trainer: self,
            settings,
            position,
            rate,
            batches,
            data,
        };
        run.greet();
        let result = run.all_epochs(params, optimizer, step);
        optimizer.set_learning_rate(rate);
        match result {
            Ok(Stop::Finished) => run.progress.finish(),
            _ => run.progress.abandon(),
        }
        let stop = result?;
        if let Some(best) = run.position.best {
            best.write_to("", params);
            if let Some(carried) = run.trainer.carried {
                carried.set_to(&best);
            }
        }
        let best = run.trainer.monitor.best();
        let folder = run.trainer.folder.as_deref();
        run.progress.say_end(stop, best, run.position.epochs.len(), folder);
        Ok(History { epochs: run.position.epochs, best, stop })
    }

    fn checkpoint_to_resume(&self) -> Option<PathBuf> {
        let path = checkpoint::checkpoint_file(self.folder.as_ref().filter(|_| self.resumes)?);
        path.exists().then_some(path)
    }
}

/// A training under way.
struct Run<'r, 'a, P, B> {
    trainer: Trainer<'a, P, B>,
    settings: Settings,
    position: Position,
    /// The optimiser's own learning rate.
    rate: f64,
    /// Batches of an epoch.
    batches: usize,
    data: &'r B,
    log: Option<Log>,
    progress: Progress,
    #[cfg(feature = "ctrlc")]
    ctrl_c: Option<CtrlC>,
}

impl<P: Differentiable, B: Rows> Run<'_, '_, P, B> {
    fn greet(&self) {
        let Position { epochs, batches, .. } = &self.position;
        if !epochs.is_empty() || *batches > 0 {
            let what = format!("going on after epoch {}, batch {batches}", epochs.len());
            self.progress.say(&what);
        }
    }

    fn all_epochs(
        &mut self,
        params: &mut P,
        optimizer: &mut (impl Optimizer<P> + ?Sized),
        step: &mut Step<'_, P>,
    ) -> Result<Stop, Error> {
        if let Some(folder) = &self.trainer.folder {
            let error = |source| files::Error::Io { path: folder.clone(), source };
            fs::create_dir_all(folder).map_err(error)?;
        }
        // What a resumed training saw, in the same order: so no schedule has a state to be kept.
        for epoch in &self.position.epochs {
            self.trainer.monitor.observe(epoch);
            self.trainer.schedule.observe(epoch.judged_loss());
        }
        while self.position.epochs.len() < self.trainer.epochs {
            if self.trainer.monitor.is_out_of_patience() {
                self.save(params, optimizer)?;
                return Ok(Stop::Early);
            }
            if self.one_epoch(params, optimizer, step)? == Stop::Asked {
                self.save(params, optimizer)?;
                return Ok(Stop::Asked);
            }
            self.end_epoch(params)?;
            if self.position.epochs.len().is_multiple_of(self.trainer.every) {
                self.save(params, optimizer)?;
            }
        }
        self.save(params, optimizer)?;
        Ok(Stop::Finished)
    }

    /// All batches that the epoch still has, unless the training shall end.
    fn one_epoch(
        &mut self,
        params: &mut P,
        optimizer: &mut (impl Optimizer<P> + ?Sized),
        step: &mut Step<'_, P>,
    ) -> Result<Stop, Error> {
        let epoch = self.position.epochs.len();
        let order = random::order(self.settings.seed, epoch + 1, self.settings.rows);
        let before = self.position.seconds;
        let start = Instant::now();
        let batches = order.chunks(self.settings.batch_size).enumerate();
        let mut rows_done = self.position.batches * self.settings.batch_size;
        for (batch, rows) in batches.skip(self.position.batches) {
            self.position.seconds = before + start.elapsed().as_secs_f64();
            if self.shall_stop() {
                return Ok(Stop::Asked);
            }
            let number = epoch * self.batches + batch;
            let moment =
                Moment { step: number, steps_per_epoch: self.batches, epochs: self.trainer.epochs };
            optimizer.set_learning_rate(self.rate * self.trainer.schedule.factor(moment));

            #[cfg(feature = "find-nonfinite")]
            nonfinite::clear();
            let (loss, mut gradient) = step(params, rows, number);
            let leaf = loss.is_finite().then(|| first_not_finite(&gradient)).flatten();
            if !loss.is_finite() || leaf.is_some() {
                let history = self.history_so_far();
                let (epoch, batch, step, rows) = (epoch + 1, batch + 1, number + 1, rows.to_vec());
                let operations = operations_that_were_not_finite();
                let found = NonFinite { loss, leaf, epoch, batch, step, rows, operations, history };
                return Err(Error::NonFinite(Box::new(found)));
            }
            if let Some(max) = self.trainer.clip_norm {
                optim::clip_norm(&mut gradient, max);
            }
            if let Some(limit) = self.trainer.clip_value {
                optim::clip_value(&mut gradient, limit);
            }
            optimizer.step(params, &gradient);

            rows_done += rows.len();
            self.position.batches += 1;
            self.position.loss += loss * rows.len() as f64;
            let mean = self.position.loss / rows_done as f64;
            self.progress.batch(mean, optimizer.learning_rate());
        }
        let loss = self.position.loss / self.settings.rows as f64;
        let validation_loss = self.validate(params);
        let metrics = self.measure(params);
        self.position.epochs.push(Epoch {
            number: epoch + 1,
            loss,
            validation_loss,
            metrics,
            learning_rate: optimizer.learning_rate(),
            seconds: before + start.elapsed().as_secs_f64(),
        });
        Ok(Stop::Finished)
    }

    /// Tells everybody of the epoch that has just been recorded.
    fn end_epoch(&mut self, params: &P) -> Result<(), Error> {
        self.position.batches = 0;
        self.position.loss = 0.0;
        self.position.seconds = 0.0;
        let Some(epoch) = self.position.epochs.last() else { return Ok(()) };
        self.progress.epoch(epoch);
        if let Some(log) = &mut self.log {
            log.epoch(epoch)?;
        }
        self.trainer.schedule.observe(epoch.judged_loss());
        if self.trainer.monitor.observe(epoch) {
            if self.trainer.restores_best {
                let mut best = Archive::default();
                best.add("", params);
                if let Some(carried) = self.trainer.carried {
                    carried.add_to(&mut best);
                }
                self.position.best = Some(best);
            }
            if let Some(folder) = &self.trainer.folder {
                files::save(checkpoint::best_file(folder), params)?;
            }
        }
        Ok(())
    }

    /// Writes the checkpoint, if there is a folder for it.
    fn save(
        &self,
        params: &P,
        optimizer: &(impl Optimizer<P> + ?Sized),
    ) -> Result<(), files::Error> {
        let Some(folder) = &self.trainer.folder else { return Ok(()) };
        let path = checkpoint::checkpoint_file(folder);
        let (carried, memory) = (self.trainer.carried, optimizer.memory());
        checkpoint::write(&path, &self.settings, &self.position, params, carried, memory)
    }

    fn shall_stop(&mut self) -> bool {
        #[cfg(feature = "ctrlc")]
        if self.ctrl_c.as_ref().is_some_and(CtrlC::is_pressed) {
            return true;
        }
        self.trainer.stop.as_mut().is_some_and(|stop| stop())
    }

    fn history_so_far(&self) -> History {
        let best = self.trainer.monitor.best();
        History { epochs: self.position.epochs.clone(), best, stop: Stop::default() }
    }

    fn validate(&mut self, params: &P) -> Option<f64> {
        let (data, loss) = self.trainer.validation.as_mut()?;
        Some(mean(*data, self.settings.batch_size, |batch| loss(params, batch)))
    }

    fn measure(&mut self, params: &P) -> Vec<(String, f64)> {
        let data = self.trainer.validation.as_ref().map_or(self.data, |(data, _)| *data);
        let rows = self.settings.batch_size;
        let metrics = self.trainer.metrics.iter_mut();
        let measured = metrics.map(|(name, measure)| {
            (name.clone(), mean(data, rows, |batch| measure(params, batch)))
        });
        measured.collect()
    }
}

/// A mean over all rows, a batch at a time as in training, so that it needs no more memory.
fn mean<B: Rows>(data: &B, batch_size: usize, mut of_batch: impl FnMut(&B) -> f64) -> f64 {
    let all: Vec<usize> = (0..data.row_count()).collect();
    let total: f64 = all
        .chunks(batch_size)
        .map(|rows| of_batch(&data.select_rows(rows)) * rows.len() as f64)
        .sum();
    total / all.len() as f64
}

/// What the feature `find-nonfinite` found in this step.
fn operations_that_were_not_finite() -> Vec<String> {
    #[cfg(feature = "find-nonfinite")]
    return nonfinite::found().iter().map(ToString::to_string).collect();
    #[cfg(not(feature = "find-nonfinite"))]
    Vec::new()
}

/// The name of the first leaf that holds an infinity or a NaN.
fn first_not_finite<G: Differentiable>(gradient: &G) -> Option<String> {
    struct Find(Option<String>);
    impl Visit for Find {
        fn leaf<T: Float>(&mut self, name: &str, value: ArrayViewD<'_, T>) {
            if self.0.is_none() && !value.iter().all(|element| element.is_finite()) {
                self.0 = Some(name.to_owned());
            }
        }
    }
    let mut find = Find(None);
    gradient.visit(&mut LeafPath::new(), &mut find);
    find.0
}
