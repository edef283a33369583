//! A safetensors file in memory: tensors by name.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use ndarray::{ArrayViewD, ArrayViewMutD};
use safetensors::SafeTensors;

use super::tensor::{Tensor, dtype};
use super::{Error, Problem};
use crate::differentiable::{LeafPath, Visit, VisitMut};
use crate::{Differentiable, Float, replace};

/// Tensors by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Archive {
    pub(crate) tensors: BTreeMap<String, Tensor>,
}

impl Archive {
    /// Reads a whole file.
    pub(crate) fn read(path: &Path) -> Result<Self, Error> {
        let bytes = fs::read(path).map_err(|source| Error::Io { path: path.to_owned(), source })?;
        let file = SafeTensors::deserialize(&bytes)
            .map_err(|source| Error::Format { path: path.to_owned(), source })?;
        let tensors = file.iter().map(|(name, tensor)| {
            let (dtype, shape) = (tensor.dtype(), tensor.shape().to_vec());
            (name.to_owned(), Tensor { dtype, shape, bytes: tensor.data().to_vec() })
        });
        Ok(Self { tensors: tensors.collect() })
    }

    /// Writes the file under another name and renames it.
    pub(crate) fn write(&self, path: &Path) -> Result<(), Error> {
        let bytes = safetensors::serialize(&self.tensors, None)
            .map_err(|source| Error::Format { path: path.to_owned(), source })?;
        replace::replace(path, &bytes).map_err(|source| Error::Io { path: path.to_owned(), source })
    }

    /// Adds all leaves, each name behind `prefix`.
    pub(crate) fn add<P: Differentiable + ?Sized>(&mut self, prefix: &str, leaves: &P) {
        leaves.visit(&mut LeafPath::new(), &mut Add { prefix, archive: self });
    }

    /// Starts a comparison with what is expected.
    pub(crate) fn check(&self) -> Check<'_> {
        Check { archive: self, prefix: "", known: BTreeSet::new(), problems: Vec::new() }
    }

    /// Copies the tensors into the leaves, once they have been compared.
    pub(crate) fn write_to<P: Differentiable + ?Sized>(&self, prefix: &str, leaves: &mut P) {
        leaves.visit_mut(&mut LeafPath::new(), &mut WriteTo { prefix, archive: self });
    }
}

struct Add<'a> {
    prefix: &'a str,
    archive: &'a mut Archive,
}

impl Visit for Add<'_> {
    fn leaf<T: Float>(&mut self, name: &str, value: ArrayViewD<'_, T>) {
        let tensor = Tensor::of_array(&value);
        self.archive.tensors.insert(format!("{}{name}", self.prefix), tensor);
    }
}

struct WriteTo<'a> {
    prefix: &'a str,
    archive: &'a Archive,
}

impl VisitMut for WriteTo<'_> {
    fn leaf<T: Float>(&mut self, name: &str, value: ArrayViewMutD<'_, T>) {
        self.archive.tensors[&format!("{}{name}", self.prefix)].write_to(value);
    }
}

/// A comparison of an archive with what is expected: all differences are collected, so that nothing
/// is read unless everything fits.
pub(crate) struct Check<'a> {
    archive: &'a Archive,
    prefix: &'a str,
    known: BTreeSet<String>,
    problems: Vec<Problem>,
}

impl<'a> Check<'a> {
    /// All leaves are there, in their types and shapes.
    pub(crate) fn leaves<P: Differentiable + ?Sized>(&mut self, prefix: &'a str, leaves: &P) {
        self.prefix = prefix;
        leaves.visit(&mut LeafPath::new(), self);
    }

    /// This name is expected, and what is under it is looked at elsewhere.
    pub(crate) fn known(&mut self, name: &str) {
        self.known.insert(name.to_owned());
    }

    /// There is a tensor of this name, type and shape.
    pub(crate) fn tensor<T: Float>(&mut self, name: &str, shape: &[usize]) -> Option<&'a Tensor> {
        self.known(name);
        let name = name.to_owned();
        let Some(tensor) = self.archive.tensors.get(&name) else {
            self.problem(Problem::Missing { name });
            return None;
        };
        if tensor.dtype != dtype::<T>() {
            let (file, model) = (tensor.dtype.to_string(), dtype::<T>().to_string());
            self.problem(Problem::Type { name, file, model });
        } else if tensor.shape != shape {
            let (file, model) = (tensor.shape.clone(), shape.to_vec());
            self.problem(Problem::Shape { name, file, model });
        } else {
            return Some(tensor);
        }
        None
    }

    pub(crate) fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// All problems, also with names that nothing expected.
    pub(crate) fn finish(mut self, path: &Path) -> Result<(), Error> {
        let unexpected = self.archive.tensors.keys().filter(|name| !self.known.contains(*name));
        self.problems.extend(unexpected.map(|name| Problem::Unexpected { name: name.clone() }));
        if self.problems.is_empty() {
            return Ok(());
        }
        Err(Error::Mismatch { path: path.to_owned(), problems: self.problems })
    }
}

#[cfg(feature = "train")]
impl Check<'_> {
    /// There is an integer of this name.
    pub(crate) fn integer(&mut self, name: &str) -> Option<u64> {
        self.known(name);
        let found = self.archive.tensors.get(name);
        let value = found.and_then(Tensor::to_integer);
        match (found, value) {
            (_, Some(_)) => {}
            (Some(tensor), None) => self.problem(Problem::Type {
                name: name.to_owned(),
                file: format!("{} of shape {:?}", tensor.dtype, tensor.shape),
                model: "an unsigned integer".to_owned(),
            }),
            (None, None) => self.problem(Problem::Missing { name: name.to_owned() }),
        }
        value
    }
}

impl Visit for Check<'_> {
    fn leaf<T: Float>(&mut self, name: &str, value: ArrayViewD<'_, T>) {
        self.tensor::<T>(&format!("{}{name}", self.prefix), value.shape());
    }
}
