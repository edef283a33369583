//! Why a training stopped.

use std::fmt::{self, Display, Formatter};
use std::path::PathBuf;

use super::History;
use crate::files;

/// Why a training did not go on.
#[non_exhaustive]
pub enum Error {
    /// A loss or a gradient was infinite or no number.
    NonFinite(Box<NonFinite>),
    /// A checkpoint could not be written, or read, or is another training's.
    Checkpoint(files::Error),
    /// The log could not be written.
    Log {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Ctrl-C cannot be caught, since somebody else does.
    CtrlC(String),
}

/// A loss or a gradient that was infinite or no number. The parameters are as they were when it was
/// computed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NonFinite {
    /// The loss.
    pub loss: f64,
    /// If the loss is finite: the first leaf of the gradient that is not.
    pub leaf: Option<String>,
    /// In which epoch, from 1.
    pub epoch: usize,
    /// At which batch of the epoch, from 1.
    pub batch: usize,
    /// At which step of the training, from 1.
    pub step: usize,
    /// The rows of the batch.
    pub rows: Vec<usize>,
    /// With the feature `find-nonfinite`: which operations gave the first infinity and the first NaN.
    pub operations: Vec<String>,
    /// The epochs before.
    pub history: History,
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
            Self::NonFinite(found) => found.fmt(formatter),
            Self::Checkpoint(source @ files::Error::Mismatch { path, .. }) => {
                write!(formatter, "{source}\nto begin anew, remove {}", path.display())
            }
            Self::Checkpoint(source) => source.fmt(formatter),
            Self::Log { path, source } => write!(formatter, "{}: {source}", path.display()),
            Self::CtrlC(why) => write!(formatter, "Ctrl-C cannot be caught: {why}"),
        }
    }
}

impl Display for NonFinite {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let Self { loss, leaf, epoch, batch, step, operations, .. } = self;
        match leaf {
            None => write!(formatter, "the loss is {loss}")?,
            Some(leaf) if leaf.is_empty() => {
                write!(formatter, "the loss is {loss}, and its gradient is not finite,")?;
            }
            Some(leaf) => write!(
                formatter,
                "the loss is {loss}, and the gradient of `{leaf}` is not finite,"
            )?,
        }
        write!(formatter, " in epoch {epoch}, batch {batch} (step {step})")?;
        match operations.as_slice() {
            [] if cfg!(feature = "find-nonfinite") => Ok(()),
            [] => write!(formatter, "; chainrule's feature `find-nonfinite` names the operation"),
            [first, then @ ..] => {
                write!(formatter, ": first, {first}")?;
                then.iter().try_for_each(|next| write!(formatter, "; then, {next}"))
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::NonFinite(_) | Self::CtrlC(_) => None,
            Self::Checkpoint(source) => source.source(),
            Self::Log { source, .. } => Some(source),
        }
    }
}

impl From<files::Error> for Error {
    fn from(error: files::Error) -> Self {
        Self::Checkpoint(error)
    }
}
