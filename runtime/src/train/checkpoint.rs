//! All that a training needs to go on where it was, in one file.

use std::path::{Path, PathBuf};

use super::carried::{BEST_CARRIED, CARRIED, Carried};
use super::{Epoch, Trainer};
use crate::Differentiable;
use crate::files::archive::{Archive, Check};
use crate::files::tensor::Tensor;
use crate::files::{self, Problem, optimizer};
use crate::optim::{Memory, Optimizer};

/// The parameters, in a file that also [`files::load`] reads.
const MODEL: &str = "model.";
const OPTIMIZER: &str = "optimizer.";
const BEST: &str = "best.";
const METRIC: &str = "history.metric.";

/// Where a training is, beside its parameters and optimiser. The order of the rows is made from the
/// seed and the number of the epoch, so it needs no state.
#[derive(Clone, Debug, Default)]
pub(super) struct Position {
    pub(super) epochs: Vec<Epoch>,
    /// Batches of the unfinished epoch that are done,
    pub(super) batches: usize,
    /// the sum of their losses over their rows, and how long they took.
    pub(super) loss: f64,
    pub(super) seconds: f64,
    /// The parameters of the best epoch, if they are to be restored.
    pub(super) best: Option<Archive>,
}

/// What a checkpoint is compared with.
pub(super) struct Settings {
    pub(super) seed: u64,
    pub(super) batch_size: usize,
    pub(super) shard_size: usize,
    pub(super) rows: usize,
    pub(super) is_validated: bool,
    pub(super) metrics: Vec<String>,
    pub(super) restores_best: bool,
}

impl Settings {
    fn integers(&self) -> [(&'static str, u64); 4] {
        [
            ("trainer.seed", self.seed),
            ("trainer.batch_size", self.batch_size as u64),
            ("trainer.shard_size", self.shard_size as u64),
            ("trainer.rows", self.rows as u64),
        ]
    }
}

pub(super) fn checkpoint_file(folder: &Path) -> PathBuf {
    folder.join("checkpoint.safetensors")
}

pub(super) fn best_file(folder: &Path) -> PathBuf {
    folder.join("best.safetensors")
}

pub(super) fn write<P: Differentiable>(
    path: &Path,
    settings: &Settings,
    position: &Position,
    params: &P,
    carried: Option<&dyn Carried>,
    memory: &Memory,
) -> Result<(), files::Error> {
    let mut archive = Archive::default();
    archive.add(MODEL, params);
    if let Some(carried) = carried {
        carried.add_to(&mut archive);
    }
    optimizer::add(&mut archive, OPTIMIZER, memory);
    let Position { epochs, batches, loss, seconds, best } = position;
    let tensors = &mut archive.tensors;
    let mut add = |name: &str, tensor| tensors.insert(name.to_owned(), tensor);
    for (name, value) in settings.integers() {
        add(name, Tensor::of_integer(value));
    }
    add("trainer.batches", Tensor::of_integer(*batches as u64));
    add("trainer.epochs", Tensor::of_integer(epochs.len() as u64));
    add("trainer.loss", Tensor::of_slice(&[], &[*loss]));
    add("trainer.seconds", Tensor::of_slice(&[], &[*seconds]));
    let mut add_column = |name: &str, of: &dyn Fn(&Epoch) -> f64| {
        let values: Vec<f64> = epochs.iter().map(of).collect();
        add(name, Tensor::of_slice(&[values.len()], &values));
    };
    add_column("history.loss", &|epoch| epoch.loss);
    add_column("history.learning_rate", &|epoch| epoch.learning_rate);
    add_column("history.seconds", &|epoch| epoch.seconds);
    if settings.is_validated {
        let of = |epoch: &Epoch| epoch.validation_loss.unwrap_or(f64::NAN);
        add_column("history.validation_loss", &of);
    }
    for name in &settings.metrics {
        let of = |epoch: &Epoch| epoch.metric(name).unwrap_or(f64::NAN);
        add_column(&format!("{METRIC}{name}"), &of);
    }
    for (name, tensor) in best.iter().flat_map(|best| &best.tensors) {
        add(&format!("{BEST}{name}"), tensor.clone());
    }
    archive.write(path)
}

/// Reads a checkpoint. `params`, `carried` and `optimizer` are unchanged unless everything fits.
pub(super) fn read<P: Differentiable>(
    path: &Path,
    settings: &Settings,
    params: &mut P,
    carried: Option<&dyn Carried>,
    optimizer: &mut (impl Optimizer<P> + ?Sized),
) -> Result<Position, files::Error> {
    let archive = Archive::read(path)?;
    let mut check = archive.check();
    check.leaves(MODEL, params);
    if let Some(carried) = carried {
        carried.compare(&mut check, CARRIED);
    }
    let memory = optimizer::read(&archive, &mut check, OPTIMIZER, params);
    for (name, now) in settings.integers() {
        if let Some(file) = check.integer(name).filter(|file| *file != now) {
            check.problem(Problem::Setting { name: name.to_owned(), file, now });
        }
    }
    let mut integer = |name| check.integer(name).map_or(0, |value| value as usize);
    let (batches, epochs) = (integer("trainer.batches"), integer("trainer.epochs"));
    let mut scalar = |name: &str| column(&mut check, name, &[]).first().copied().unwrap_or(0.0);
    let (loss, seconds) = (scalar("trainer.loss"), scalar("trainer.seconds"));
    let mut of_epochs = |name: &str| column(&mut check, name, &[epochs]);
    let (losses, rates) = (of_epochs("history.loss"), of_epochs("history.learning_rate"));
    let times = of_epochs("history.seconds");
    let validation = settings.is_validated.then(|| of_epochs("history.validation_loss"));
    let metrics: Vec<(&String, Vec<f64>)> =
        settings.metrics.iter().map(|name| (name, of_epochs(&format!("{METRIC}{name}")))).collect();
    let best = best(&archive, &mut check, settings, params, carried);
    check.finish(path)?;

    archive.write_to(MODEL, params);
    if let Some(carried) = carried {
        carried.set_to(&archive);
    }
    *optimizer.memory_mut() = memory;
    let epochs = (0..epochs).map(|index| Epoch {
        number: index + 1,
        loss: losses[index],
        validation_loss: validation.as_ref().map(|losses| losses[index]),
        metrics: metrics.iter().map(|(name, values)| ((*name).clone(), values[index])).collect(),
        learning_rate: rates[index],
        seconds: times[index],
    });
    Ok(Position { epochs: epochs.collect(), batches, loss, seconds, best })
}

/// The numbers under a name, or none with a problem noted.
fn column(check: &mut Check<'_>, name: &str, shape: &[usize]) -> Vec<f64> {
    check.tensor::<f64>(name, shape).map(Tensor::to_vec).unwrap_or_default()
}

/// The parameters of the best epoch: none if no epoch was good, or nobody asks for them.
fn best<'a, P: Differentiable>(
    archive: &'a Archive,
    check: &mut Check<'a>,
    settings: &Settings,
    params: &P,
    carried: Option<&dyn Carried>,
) -> Option<Archive> {
    let tensors: Vec<_> =
        archive.tensors.iter().filter(|(name, _)| name.starts_with(BEST)).collect();
    if tensors.is_empty() {
        return None;
    }
    if !settings.restores_best {
        tensors.iter().for_each(|(name, _)| check.known(name));
        return None;
    }
    check.leaves(BEST, params);
    if let Some(carried) = carried {
        carried.compare(check, BEST_CARRIED);
    }
    let named =
        |(name, tensor): (&String, &Tensor)| (name[BEST.len()..].to_owned(), tensor.clone());
    Some(Archive { tensors: tensors.into_iter().map(named).collect() })
}

impl<P, B> Trainer<'_, P, B> {
    pub(super) fn settings(&self, rows: usize, shard_size: usize) -> Settings {
        Settings {
            seed: self.seed,
            batch_size: self.batch_size,
            shard_size,
            rows,
            is_validated: self.validation.is_some(),
            metrics: self.metrics.iter().map(|(name, _)| name.clone()).collect(),
            restores_best: self.restores_best,
        }
    }
}
