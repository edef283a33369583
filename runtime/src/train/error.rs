//! Why a training stopped.

use std::fmt::{self, Display, Formatter};

use super::History;

/// The loss of a batch was infinite or no number, and the training stopped before the step.
///
/// The usual reasons: a learning rate that is too high, a logarithm or a quotient at zero, an input
/// that is no number.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NonFiniteLoss {
    /// The loss.
    pub loss: f64,
    /// In which epoch, from 1.
    pub epoch: usize,
    /// At which batch of the epoch, from 1.
    pub batch: usize,
    /// The epochs before.
    pub history: History,
}

impl Display for NonFiniteLoss {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let Self { loss, epoch, batch, .. } = self;
        write!(formatter, "the loss is {loss} in epoch {epoch}, batch {batch}")
    }
}

impl std::error::Error for NonFiniteLoss {}
