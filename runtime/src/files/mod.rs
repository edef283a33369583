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

pub(crate) mod archive;
mod error;
#[cfg(feature = "train")]
pub(crate) mod optimizer;
pub(crate) mod tensor;

use std::path::Path;

pub use error::{Error, Problem};
#[cfg(feature = "train")]
pub use optimizer::{load_optimizer, save_optimizer};

use crate::Differentiable;
use archive::Archive;

/// Writes all leaves of `params` to a file.
///
/// The file is written under another name and then renamed, so that `path` holds either the former
/// or the new parameters, whatever happens in between.
///
/// # Errors
/// If the file cannot be written.
pub fn save<P: Differentiable + ?Sized>(path: impl AsRef<Path>, params: &P) -> Result<(), Error> {
    let mut archive = Archive::default();
    archive.add("", params);
    archive.write(path.as_ref())
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
    let archive = Archive::read(path)?;
    let mut check = archive.check();
    check.leaves("", params);
    check.finish(path)?;
    archive.write_to("", params);
    Ok(())
}

#[cfg(test)]
mod tests;
