//! What a training recorded.

use std::fmt::{self, Display, Formatter};

/// The record of a training, epoch by epoch; of a resumed one from its beginning.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct History {
    /// One entry per epoch, in order.
    pub epochs: Vec<Epoch>,
    /// Which epoch, from 1, had the best validation loss, or whatever the trainer looks at.
    pub best: Option<usize>,
    /// Why there are no more.
    pub stop: Stop,
}

/// Why a training ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stop {
    /// It passed over the data as often as it was to.
    #[default]
    Finished,
    /// It got no better.
    Early,
    /// It was asked to, by Ctrl-C or [`stop_when`](super::Trainer::stop_when).
    Asked,
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
    /// The mean loss over the validation rows at the end of the epoch, if there are any.
    pub validation_loss: Option<f64>,
    /// What else was measured at the end of the epoch, by name.
    pub metrics: Vec<(String, f64)>,
    /// The learning rate of the last step.
    pub learning_rate: f64,
    /// How long the epoch took, with all that was measured.
    pub seconds: f64,
}

impl Epoch {
    /// What was measured under this name.
    pub fn metric(&self, name: &str) -> Option<f64> {
        self.metrics.iter().find(|(known, _)| known == name).map(|(_, value)| *value)
    }

    /// The validation loss, or the training loss where nothing is validated.
    pub fn judged_loss(&self) -> f64 {
        self.validation_loss.unwrap_or(self.loss)
    }
}

impl History {
    /// The last epoch.
    ///
    /// # Panics
    /// If there is none: the training was stopped in its first one.
    #[track_caller]
    pub fn last(&self) -> &Epoch {
        self.epochs.last().expect("a history of no epochs has no last one")
    }

    /// The loss of each epoch.
    pub fn losses(&self) -> Vec<f64> {
        self.epochs.iter().map(|epoch| epoch.loss).collect()
    }

    /// The validation loss of each epoch; empty if nothing was validated.
    pub fn validation_losses(&self) -> Vec<f64> {
        self.epochs.iter().filter_map(|epoch| epoch.validation_loss).collect()
    }

    /// What was measured under this name in each epoch; empty if nothing was.
    pub fn metric(&self, name: &str) -> Vec<f64> {
        self.epochs.iter().filter_map(|epoch| epoch.metric(name)).collect()
    }

    /// How long all epochs took.
    pub fn seconds(&self) -> f64 {
        self.epochs.iter().map(|epoch| epoch.seconds).sum()
    }
}

impl Display for Epoch {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "loss {}", short(self.loss))?;
        if let Some(loss) = self.validation_loss {
            write!(formatter, ", validation {}", short(loss))?;
        }
        self.metrics.iter().try_for_each(|(name, value)| match name.as_str() {
            "accuracy" => write!(formatter, ", accuracy {:.2} %", 100.0 * value),
            name => write!(formatter, ", {name} {}", short(*value)),
        })
    }
}

/// Four significant digits or so, whatever the size.
pub(super) fn short(value: f64) -> String {
    if value == 0.0 || (1e-3..1e4).contains(&value.abs()) {
        format!("{value:.4}")
    } else {
        format!("{value:.3e}")
    }
}
