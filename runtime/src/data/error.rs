//! Why a file of data was not read.

use std::fmt::{self, Display, Formatter};
use std::path::{Path, PathBuf};

/// Why a file of data was not read or written: which file, where in it, and what is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Error {
    /// The file.
    pub path: PathBuf,
    /// Where in the file, if anywhere in particular.
    pub place: Option<Place>,
    /// What is wrong.
    pub reason: String,
}

/// Where in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A line, from 1.
    Line(u64),
    /// A byte, from 0, of the file that was compressed.
    Byte(u64),
}

impl Error {
    pub(super) fn new(path: &Path, place: Option<Place>, reason: impl Display) -> Self {
        Self { path: path.to_owned(), place, reason: reason.to_string() }
    }
}

impl Display for Error {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.path.display())?;
        match self.place {
            Some(Place::Line(line)) => write!(formatter, ", line {line}")?,
            Some(Place::Byte(byte)) => write!(formatter, ", byte {byte}")?,
            None => {}
        }
        write!(formatter, ": {}", self.reason)
    }
}

impl std::error::Error for Error {}
