//! What an optimiser remembers, as a file.

use std::collections::BTreeSet;
use std::path::Path;

use ndarray::ArrayViewD;

use super::Error;
use super::archive::{Archive, Check};
use super::tensor::{Tensor, dtype};
use crate::differentiable::{LeafPath, Visit};
use crate::optim::{Buffers, Memory, Optimizer, Slots, file_name};
use crate::{Differentiable, Float};

/// The name under which the number of steps stands.
const STEPS: &str = "step";

/// Writes what an optimiser remembers to a file: `step`, and each buffer under its own name and the
/// leaf's, such as `exp_avg.layers.0.w`. Its hyperparameters are not written.
///
/// ```
/// use chainrule::files;
/// use chainrule::ndarray::array;
/// use chainrule::optim::{Adam, Optimizer};
///
/// let path = std::env::temp_dir().join("chainrule-optimizer-example.safetensors");
/// let (mut x, mut optimizer) = (array![1.0, 2.0], Adam::new(0.1));
/// optimizer.step(&mut x, &array![0.5, -0.5]);
/// files::save_optimizer(&path, optimizer.memory())?;
///
/// let (mut y, mut loaded) = (x.clone(), Adam::new(0.1));
/// files::load_optimizer(&path, &mut loaded, &y)?;
/// optimizer.step(&mut x, &array![1.0, 1.0]);
/// loaded.step(&mut y, &array![1.0, 1.0]);
/// assert_eq!(x, y);
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), chainrule::files::Error>(())
/// ```
///
/// # Errors
/// If the file cannot be written.
pub fn save_optimizer(path: impl AsRef<Path>, memory: &Memory) -> Result<(), Error> {
    let mut archive = Archive::default();
    add(&mut archive, "", memory);
    archive.write(path.as_ref())
}

/// Reads what an optimiser remembers from a file. Every buffer must belong to a leaf of `params`, in
/// its type and shape; else the optimiser is unchanged.
///
/// # Errors
/// If the file cannot be read, is damaged, or does not fit `params`; see [`Problem`](super::Problem).
pub fn load_optimizer<P: Differentiable + ?Sized>(
    path: impl AsRef<Path>,
    optimizer: &mut (impl Optimizer<P> + ?Sized),
    params: &P,
) -> Result<(), Error> {
    let path = path.as_ref();
    let archive = Archive::read(path)?;
    let mut check = archive.check();
    let memory = read(&archive, &mut check, "", params);
    check.finish(path)?;
    *optimizer.memory_mut() = memory;
    Ok(())
}

/// Adds the buffers, each name behind `prefix`.
pub(crate) fn add(archive: &mut Archive, prefix: &str, memory: &Memory) {
    archive.tensors.insert(format!("{prefix}{STEPS}"), Tensor::of_integer(memory.steps));
    for (leaf, Slots { names, shape, buffers }) in &memory.leaves {
        for (index, slot) in names.iter().enumerate() {
            let tensor = match buffers {
                Buffers::F32(buffers) => Tensor::of_slice(shape, &buffers[index]),
                Buffers::F64(buffers) => Tensor::of_slice(shape, &buffers[index]),
            };
            archive.tensors.insert(format!("{prefix}{}", file_name(slot, leaf)), tensor);
        }
    }
}

/// Reads the buffers, and notes in `check` whatever does not fit.
pub(crate) fn read<'a, P: Differentiable + ?Sized>(
    archive: &'a Archive,
    check: &mut Check<'a>,
    prefix: &str,
    params: &P,
) -> Memory {
    let steps = check.integer(&format!("{prefix}{STEPS}")).unwrap_or(0);
    // A buffer's own name ends at the first dot; a leaf that is the whole model has no name.
    let slots: BTreeSet<&str> = archive
        .tensors
        .keys()
        .filter_map(|name| name.strip_prefix(prefix))
        .map(|name| name.split_once('.').map_or(name, |(slot, _)| slot))
        .filter(|slot| *slot != STEPS)
        .collect();
    let memory = Memory { steps, ..Memory::new() };
    let mut read = Read { check, prefix, slots: slots.into_iter().collect(), memory };
    params.visit(&mut LeafPath::new(), &mut read);
    read.memory
}

struct Read<'a, 'b> {
    check: &'b mut Check<'a>,
    prefix: &'b str,
    slots: Vec<&'a str>,
    memory: Memory,
}

impl Visit for Read<'_, '_> {
    fn leaf<T: Float>(&mut self, leaf: &str, value: ArrayViewD<'_, T>) {
        if self.slots.is_empty() {
            return;
        }
        // An optimiser remembers as much of every leaf.
        let mut tensors = Vec::new();
        for slot in &self.slots {
            let name = format!("{}{}", self.prefix, file_name(slot, leaf));
            tensors.extend(self.check.tensor::<T>(&name, value.shape()));
        }
        if tensors.len() < self.slots.len() {
            return;
        }
        let buffers = if dtype::<T>() == dtype::<f32>() {
            Buffers::F32(tensors.iter().map(|tensor| tensor.to_vec()).collect())
        } else {
            Buffers::F64(tensors.iter().map(|tensor| tensor.to_vec()).collect())
        };
        let names = self.slots.iter().map(|slot| (*slot).to_owned()).collect();
        let slots = Slots { names, shape: value.shape().to_vec(), buffers };
        self.memory.leaves.insert(leaf.to_owned(), slots);
    }
}
