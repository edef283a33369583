//! What a training recorded.

use std::fmt::{self, Display, Formatter};

/// The record of a training, epoch by epoch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// One entry per epoch, in order.
    pub epochs: Vec<Epoch>,
}

/// The record of one pass over the data.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Epoch {
    /// Which epoch, from 1.
    pub number: usize,
    /// The mean loss over the rows, each taken when its batch was computed: the parameters changed
    /// in between.
    pub loss: f64,
    /// The share of all rows that are predicted right at the end of the epoch, if measured.
    pub accuracy: Option<f64>,
    /// How long the epoch took, the measuring of the accuracy included.
    pub seconds: f64,
}

impl History {
    /// The last epoch.
    ///
    /// # Panics
    /// If there is none: a history that [`Trainer::fit`](super::Trainer::fit) returns has one.
    #[track_caller]
    pub fn last(&self) -> &Epoch {
        self.epochs.last().expect("a history of no epochs has no last one")
    }

    /// The loss of each epoch.
    pub fn losses(&self) -> Vec<f64> {
        self.epochs.iter().map(|epoch| epoch.loss).collect()
    }

    /// How long all epochs took.
    pub fn seconds(&self) -> f64 {
        self.epochs.iter().map(|epoch| epoch.seconds).sum()
    }
}

impl Display for Epoch {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        // Four significant digits, whatever the loss's size.
        let loss = self.loss;
        if loss == 0.0 || (1e-3..1e4).contains(&loss.abs()) {
            write!(formatter, "loss {loss:.4}")?;
        } else {
            write!(formatter, "loss {loss:.3e}")?;
        }
        match self.accuracy {
            Some(accuracy) => write!(formatter, ", accuracy {:.2} %", 100.0 * accuracy),
            None => Ok(()),
        }
    }
}
