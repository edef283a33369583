//! Gradients of a batch over several threads.

use ndarray::{ArrayViewD, ArrayViewMutD};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::{Error, History, Rows, Trainer, random};
use crate::differentiable::{LeafPath, VisitMut, VisitWith};
#[cfg(feature = "find-nonfinite")]
use crate::nonfinite;
use crate::optim::Optimizer;
use crate::{Differentiable, Float};

impl<P: Differentiable + Sync, B: Rows + Sync> Trainer<'_, P, B> {
    /// Like [`fit`](Self::fit), with each batch divided into shards of
    /// [`shard_size`](Self::shard_size) rows, whose gradients are computed by rayon's threads
    /// (`RAYON_NUM_THREADS` many) and added up in the order of the shards.
    ///
    /// The results are the same to the last bit for any number of threads. The random numbers are as
    /// in [`fit_with_rng`](Self::fit_with_rng), others for each shard.
    ///
    /// ```
    /// use chainrule::optim::Sgd;
    /// use chainrule::train::Trainer;
    /// let data: Vec<f64> = (0..1000).map(f64::from).collect();
    /// let mut mean = 0.0;
    /// Trainer::new(100).batch_size(1000).shard_size(64).quiet().fit_parallel(
    ///     &mut mean,
    ///     &mut Sgd::new(0.1),
    ///     &data,
    ///     |mean, batch, _| {
    ///         let n = batch.len() as f64;
    ///         let errors = batch.iter().map(|x| mean - x);
    ///         (errors.clone().map(|e| e * e).sum::<f64>() / n, 2.0 * errors.sum::<f64>() / n)
    ///     },
    /// )?;
    /// assert!((mean - 499.5).abs() < 1e-6);
    /// # Ok::<(), chainrule::train::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    ///
    /// # Panics
    /// As [`fit`](Self::fit).
    #[track_caller]
    pub fn fit_parallel<T: Float>(
        self,
        params: &mut P,
        optimizer: &mut (impl Optimizer<P> + ?Sized),
        data: &B,
        value_and_grad: impl Fn(&P, &B, &mut ChaCha8Rng) -> (T, P::Gradient) + Sync,
    ) -> Result<History, Error> {
        let seed = self.seed;
        let shard_size = self.shard_size.unwrap_or_else(|| self.batch_size.div_ceil(8));
        let mut step = |params: &P, rows: &[usize], step: usize| {
            let of_shard = |(shard, rows): (usize, &[usize])| {
                let mut rng = random::of_step(seed, step, shard);
                let (loss, gradient) = value_and_grad(params, &data.select_rows(rows), &mut rng);
                (loss.to_f64_lossless(), gradient)
            };
            let shards = rows.par_chunks(shard_size).enumerate();
            #[cfg(not(feature = "find-nonfinite"))]
            let shards: Vec<(f64, P::Gradient)> = shards.map(of_shard).collect();
            #[cfg(feature = "find-nonfinite")]
            let shards: Vec<(f64, P::Gradient)> = {
                // Each is computed on some thread, and that of the first shard to find something tells.
                let watched = |shard| {
                    nonfinite::clear();
                    (of_shard(shard), nonfinite::found())
                };
                let watched: Vec<_> = shards.map(watched).collect();
                let (shards, found): (_, Vec<_>) = watched.into_iter().unzip();
                nonfinite::clear();
                found.into_iter().for_each(nonfinite::take_over);
                shards
            };
            let part = |shard: usize| {
                let end = rows.len().min((shard + 1) * shard_size);
                (end - shard * shard_size) as f64 / rows.len() as f64
            };
            weighted_sum(shards, part)
        };
        self.run(params, optimizer, data, shard_size, &mut step)
    }
}

/// The sum of all losses and gradients, each times its weight, from the first to the last.
fn weighted_sum<G: Differentiable<Gradient = G>>(
    shards: Vec<(f64, G)>,
    weight: impl Fn(usize) -> f64,
) -> (f64, G) {
    let mut shards = shards.into_iter().enumerate();
    let (_, (loss, mut sum)) = shards.next().expect("a batch has rows");
    let mut loss = loss * weight(0);
    sum.visit_mut(&mut LeafPath::new(), &mut Scale(weight(0)));
    for (shard, (next_loss, next)) in shards {
        loss += next_loss * weight(shard);
        sum.visit_with(&next, &mut LeafPath::new(), &mut AddScaled(weight(shard)));
    }
    (loss, sum)
}

struct Scale(f64);

impl VisitMut for Scale {
    fn leaf<T: Float>(&mut self, _: &str, mut value: ArrayViewMutD<'_, T>) {
        let factor = T::from_f64_lossy(self.0);
        value.mapv_inplace(|element| element * factor);
    }
}

struct AddScaled(f64);

impl VisitWith for AddScaled {
    fn leaf<T: Float>(
        &mut self,
        _: &str,
        mut value: ArrayViewMutD<'_, T>,
        other: ArrayViewD<'_, T>,
    ) {
        value.scaled_add(T::from_f64_lossy(self.0), &other);
    }
}
