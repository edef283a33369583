//! Which epoch is the best, and how long ago that was.

use super::Epoch;

/// Looks at one number of every epoch.
#[derive(Clone, Debug, Default)]
pub(super) struct Monitor {
    /// The loss, if there is none.
    pub(super) metric: Option<String>,
    pub(super) is_larger_better: bool,
    /// After how many epochs without a better one the training ends.
    pub(super) patience: Option<usize>,
    /// The best epoch so far and its number.
    best: Option<(usize, f64)>,
    /// How many epochs were seen since.
    since: usize,
}

impl Monitor {
    /// Whether this epoch is better than all before.
    pub(super) fn observe(&mut self, epoch: &Epoch) -> bool {
        let value = match &self.metric {
            None => epoch.judged_loss(),
            Some(name) => epoch.metric(name).unwrap_or(f64::NAN),
        };
        let is_better = !value.is_nan()
            && self.best.is_none_or(|(_, best)| {
                if self.is_larger_better { value > best } else { value < best }
            });
        if is_better {
            self.best = Some((epoch.number, value));
            self.since = 0;
        } else {
            self.since += 1;
        }
        is_better
    }

    /// The best epoch so far.
    pub(super) fn best(&self) -> Option<usize> {
        self.best.map(|(number, _)| number)
    }

    /// Whether the training has waited long enough.
    pub(super) fn is_out_of_patience(&self) -> bool {
        self.patience.is_some_and(|patience| self.since > patience)
    }
}
