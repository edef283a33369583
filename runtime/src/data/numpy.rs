//! NumPy's files.

use std::fs::File;
use std::io::{BufReader, Cursor};
use std::path::Path;

use ndarray::{Array, ArrayRef, Dimension};
use ndarray_npy::{NpzReader, ReadNpyExt, ReadableElement, WritableElement, WriteNpyExt};

use super::Error;
use crate::replace::replace;

/// Reads an array from a `.npy` file.
///
/// ```
/// use chainrule::data::{read_npy, write_npy};
/// use chainrule::ndarray::{Array1, Array2, array};
/// let path = std::env::temp_dir().join(format!("chainrule-{}.npy", std::process::id()));
/// write_npy(&path, &array![[1.0, 2.0], [3.0, 4.0]])?;
/// assert_eq!(read_npy::<f64, _>(&path)?, array![[1.0, 2.0], [3.0, 4.0]]);
/// let error = read_npy::<f32, chainrule::ndarray::Ix2>(&path).unwrap_err();
/// assert!(error.to_string().contains("<f8"), "{error}");
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), chainrule::data::Error>(())
/// ```
///
/// # Errors
/// If the file cannot be read, is damaged, or holds another type or number of axes; nothing is
/// converted.
pub fn read_npy<A: ReadableElement, D: Dimension>(
    path: impl AsRef<Path>,
) -> Result<Array<A, D>, Error> {
    let path = path.as_ref();
    let file = File::open(path).map_err(|source| Error::new(path, None, source))?;
    Array::read_npy(BufReader::new(file)).map_err(|source| Error::new(path, None, source))
}

/// Writes an array to a `.npy` file, which is replaced as a whole.
///
/// # Errors
/// If the file cannot be written.
pub fn write_npy<A: WritableElement, D: Dimension>(
    path: impl AsRef<Path>,
    array: &ArrayRef<A, D>,
) -> Result<(), Error> {
    let path = path.as_ref();
    let mut bytes = Vec::new();
    array.view().write_npy(&mut bytes).map_err(|source| Error::new(path, None, source))?;
    replace(path, &bytes).map_err(|source| Error::new(path, None, source))
}

/// Reads one array from a `.npz` file, by its name in Python.
///
/// ```
/// use chainrule::data::{read_npz, write_npz};
/// use chainrule::ndarray::array;
/// let path = std::env::temp_dir().join(format!("chainrule-{}.npz", std::process::id()));
/// write_npz(&path, |file| file.array("w", &array![[1.0_f32]])?.array("b", &array![2_i64, 3]))?;
/// assert_eq!(read_npz::<i64, _>(&path, "b")?, array![2, 3]);
/// let error = read_npz::<i64, chainrule::ndarray::Ix1>(&path, "c").unwrap_err();
/// assert!(error.to_string().ends_with("there is no array `c`, only w, b"), "{error}");
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), chainrule::data::Error>(())
/// ```
///
/// # Errors
/// If the file cannot be read, is damaged, has no such array, or one of another type or number of axes.
pub fn read_npz<A: ReadableElement, D: Dimension>(
    path: impl AsRef<Path>,
    name: &str,
) -> Result<Array<A, D>, Error> {
    let path = path.as_ref();
    let file = File::open(path).map_err(|source| Error::new(path, None, source))?;
    let error = |source| Error::new(path, None, source);
    let mut file = NpzReader::new(BufReader::new(file)).map_err(error)?;
    let bare = |name: &str| name.strip_suffix(".npy").unwrap_or(name).to_owned();
    let names = file.names().map_err(error)?;
    let Some(found) = names.iter().find(|found| bare(found) == bare(name)) else {
        let names = names.iter().map(|name| bare(name)).collect::<Vec<_>>().join(", ");
        return Err(Error::new(path, None, format!("there is no array `{name}`, only {names}")));
    };
    file.by_name(found)
        .map_err(|source| Error::new(path, None, format!("array `{name}`: {source}")))
}

/// Writes a compressed `.npz` file, which is replaced as a whole: `write` adds the arrays.
///
/// # Errors
/// If the file cannot be written, or two arrays have the same name.
pub fn write_npz(
    path: impl AsRef<Path>,
    write: impl FnOnce(&mut NpzWriter) -> Result<&mut NpzWriter, ndarray_npy::WriteNpzError>,
) -> Result<(), Error> {
    let path = path.as_ref();
    let mut writer =
        NpzWriter { inner: ndarray_npy::NpzWriter::new_compressed(Cursor::new(Vec::new())) };
    write(&mut writer).map_err(|source| Error::new(path, None, source))?;
    let bytes = writer.inner.finish().map_err(|source| Error::new(path, None, source))?;
    replace(path, bytes.get_ref()).map_err(|source| Error::new(path, None, source))
}

/// What [`write_npz`] adds arrays to.
pub struct NpzWriter {
    inner: ndarray_npy::NpzWriter<Cursor<Vec<u8>>>,
}

impl NpzWriter {
    /// Adds an array under this name, and gives itself for the next.
    ///
    /// # Errors
    /// If another array has this name.
    pub fn array<A: WritableElement, D: Dimension>(
        &mut self,
        name: &str,
        array: &ArrayRef<A, D>,
    ) -> Result<&mut Self, ndarray_npy::WriteNpzError> {
        self.inner.add_array(name, &array.view())?;
        Ok(self)
    }
}

impl std::fmt::Debug for NpzWriter {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("NpzWriter").finish_non_exhaustive()
    }
}
