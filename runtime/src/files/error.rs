//! Why a file was not read or written.

use std::fmt::{self, Display, Formatter};
use std::path::PathBuf;

use safetensors::SafeTensorError;

/// Why [`save`](super::save) or [`load`](super::load) failed.
#[non_exhaustive]
pub enum Error {
    /// The file could not be read or written.
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file is not a whole safetensors file.
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: SafeTensorError,
    },
    /// The file holds something else than the model.
    Mismatch {
        /// The file.
        path: PathBuf,
        /// All differences, in the order of the model's leaves.
        problems: Vec<Problem>,
    },
}

/// One difference between a file and a model.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// A leaf of the model is not in the file.
    Missing {
        /// The leaf.
        name: String,
    },
    /// A tensor of the file is not a leaf of the model.
    Unexpected {
        /// The tensor.
        name: String,
    },
    /// The types differ; nothing is converted silently.
    Type {
        /// The leaf.
        name: String,
        /// The type in the file, as safetensors names it: `F64`.
        file: String,
        /// The type in the model.
        model: String,
    },
    /// The shapes differ.
    Shape {
        /// The leaf.
        name: String,
        /// The shape in the file.
        file: Vec<usize>,
        /// The shape in the model.
        model: Vec<usize>,
    },
    /// A setting differs: what a checkpoint was made with cannot go on with another.
    Setting {
        /// The setting.
        name: String,
        /// Its value in the file.
        file: u64,
        /// Its value now.
        now: u64,
    },
}

/// As [`Display`]: this is what `main` prints of an error that it returns.
impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(self, formatter)
    }
}

impl Display for Error {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { path, source } => write!(formatter, "{}: {source}", path.display()),
            Self::Format { path, source } => {
                write!(formatter, "{} is no whole safetensors file: {source}", path.display())
            }
            Self::Mismatch { path, problems } => {
                write!(formatter, "{} does not fit the model:", path.display())?;
                problems.iter().try_for_each(|problem| write!(formatter, "\n  {problem}"))
            }
        }
    }
}

impl Display for Problem {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { name } => write!(formatter, "`{name}` is not in the file"),
            Self::Unexpected { name } => {
                write!(formatter, "`{name}` is in the file, and not in the model")
            }
            Self::Type { name, file, model } => {
                write!(formatter, "`{name}` is {file} in the file and {model} in the model")
            }
            Self::Shape { name, file, model } => write!(
                formatter,
                "`{name}` has shape {file:?} in the file and {model:?} in the model"
            ),
            Self::Setting { name, file, now } => {
                write!(formatter, "`{name}` is {file} in the file, and {now} now")
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            Self::Format { source, .. } => Some(source),
            Self::Mismatch { .. } => None,
        }
    }
}
