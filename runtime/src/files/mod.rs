//! Parameters to and from [safetensors](https://github.com/huggingface/safetensors) files, which
//! Python reads and writes too.
//!
//! Every leaf is a tensor under its own name (`layers.0.w`), in its own type and shape.
//!
//! ```
//! use chainrule::files;
//! use chainrule::ndarray::array;
//!
//! let path = std::env::temp_dir().join("chainrule-files-example.safetensors");
//! let trained = (array![[1.0, 2.0]], 3.0_f32);
//! files::save(&path, &trained)?;
//!
//! let mut fresh = (array![[0.0, 0.0]], 0.0_f32);
//! files::load(&path, &mut fresh)?;
//! assert_eq!(fresh, trained);
//!
//! let mut other = (array![[0.0], [0.0]], 0.0_f32);
//! let error = files::load(&path, &mut other).unwrap_err();
//! assert!(error.to_string().contains("`0` has shape [1, 2] in the file and [2, 1] in the model"));
//! # std::fs::remove_file(path).unwrap();
//! # Ok::<(), chainrule::files::Error>(())
//! ```

mod error;
mod replace;

use std::any::TypeId;
use std::borrow::Cow;
use std::collections::HashSet;
use std::fs;
use std::path::Path;

use ndarray::{ArrayViewD, ArrayViewMutD};
use safetensors::{Dtype, SafeTensors, View};

pub use error::{Error, Problem};

use crate::differentiable::{LeafPath, Visit, VisitMut};
use crate::{Differentiable, Float};

/// Writes all leaves of `params` to a file.
///
/// The file is written under another name and then renamed, so that `path` holds either the former
/// or the new parameters, whatever happens in between.
///
/// # Errors
/// If the file cannot be written.
pub fn save<P: Differentiable + ?Sized>(path: impl AsRef<Path>, params: &P) -> Result<(), Error> {
    let path = path.as_ref();
    let mut tensors = Tensors(Vec::new());
    params.visit(&mut LeafPath::new(), &mut tensors);
    let bytes = safetensors::serialize(tensors.0, None)
        .map_err(|source| Error::Format { path: path.to_owned(), source })?;
    replace::replace(path, &bytes).map_err(|source| Error::Io { path: path.to_owned(), source })
}

/// Reads all leaves of `params` from a file.
///
/// The file must hold exactly the leaves of `params`, each in its type and shape. This is checked
/// before anything is written, so that `params` is unchanged after an error.
///
/// # Errors
/// If the file cannot be read, is damaged, or holds something else; see [`Problem`].
///
/// # Panics
/// If a leaf of `params` cannot be written (a view, a shared reference).
pub fn load<P: Differentiable + ?Sized>(
    path: impl AsRef<Path>,
    params: &mut P,
) -> Result<(), Error> {
    let path = path.as_ref();
    let bytes = fs::read(path).map_err(|source| Error::Io { path: path.to_owned(), source })?;
    let file = SafeTensors::deserialize(&bytes)
        .map_err(|source| Error::Format { path: path.to_owned(), source })?;

    let mut check = Check { file: &file, known: HashSet::new(), problems: Vec::new() };
    params.visit(&mut LeafPath::new(), &mut check);
    let Check { known, mut problems, .. } = check;
    let mut unexpected: Vec<_> =
        file.names().into_iter().filter(|name| !known.contains(*name)).collect();
    unexpected.sort_unstable();
    problems
        .extend(unexpected.into_iter().map(|name| Problem::Unexpected { name: name.to_owned() }));
    if !problems.is_empty() {
        return Err(Error::Mismatch { path: path.to_owned(), problems });
    }

    params.visit_mut(&mut LeafPath::new(), &mut Read { file: &file });
    Ok(())
}

/// The type of a leaf in a file.
fn dtype<T: Float>() -> Dtype {
    if TypeId::of::<T>() == TypeId::of::<f32>() { Dtype::F32 } else { Dtype::F64 }
}

/// A leaf as the file holds it: little-endian, last axis fastest.
struct Tensor {
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl View for Tensor {
    fn dtype(&self) -> Dtype {
        self.dtype
    }
    fn shape(&self) -> &[usize] {
        &self.shape
    }
    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.bytes)
    }
    fn data_len(&self) -> usize {
        self.bytes.len()
    }
}

/// Collects the leaves.
struct Tensors(Vec<(String, Tensor)>);

impl Visit for Tensors {
    fn leaf<T: Float>(&mut self, name: &str, value: ArrayViewD<'_, T>) {
        let dtype = dtype::<T>();
        let mut bytes = Vec::with_capacity(value.len() * size_of::<T>());
        for element in value.iter().map(|element| element.to_f64_lossless()) {
            match dtype {
                // Exact: the element was an `f32`.
                Dtype::F32 => bytes.extend((element as f32).to_le_bytes()),
                _ => bytes.extend(element.to_le_bytes()),
            }
        }
        let tensor = Tensor { dtype, shape: value.shape().to_vec(), bytes };
        self.0.push((name.to_owned(), tensor));
    }
}

/// Compares the file's tensors to the leaves.
struct Check<'f> {
    file: &'f SafeTensors<'f>,
    known: HashSet<String>,
    problems: Vec<Problem>,
}

impl Visit for Check<'_> {
    fn leaf<T: Float>(&mut self, name: &str, value: ArrayViewD<'_, T>) {
        self.known.insert(name.to_owned());
        let name = name.to_owned();
        let Ok(tensor) = self.file.tensor(&name) else {
            return self.problems.push(Problem::Missing { name });
        };
        if tensor.dtype() != dtype::<T>() {
            let (file, model) = (tensor.dtype().to_string(), dtype::<T>().to_string());
            self.problems.push(Problem::Type { name, file, model });
        } else if tensor.shape() != value.shape() {
            let (file, model) = (tensor.shape().to_vec(), value.shape().to_vec());
            self.problems.push(Problem::Shape { name, file, model });
        }
    }
}

/// Copies the file's tensors, which have been checked, into the leaves.
struct Read<'f> {
    file: &'f SafeTensors<'f>,
}

impl VisitMut for Read<'_> {
    fn leaf<T: Float>(&mut self, name: &str, mut value: ArrayViewMutD<'_, T>) {
        let tensor = self.file.tensor(name).expect("all names have been checked");
        let read = |bytes: &[u8]| match *bytes {
            [a, b, c, d] => f64::from(f32::from_le_bytes([a, b, c, d])),
            [a, b, c, d, e, f, g, h] => f64::from_le_bytes([a, b, c, d, e, f, g, h]),
            _ => unreachable!("all types have been checked"),
        };
        for (element, bytes) in value.iter_mut().zip(tensor.data().chunks_exact(size_of::<T>())) {
            *element = T::from_f64_lossy(read(bytes));
        }
    }
}

#[cfg(test)]
mod tests;
