//! How far the training is: a bar on a terminal, lines elsewhere.

use std::io::{IsTerminal, stderr};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::Epoch;

/// About so many lines are written where there is no terminal.
const LINES: usize = 20;

pub(super) enum Progress {
    Quiet,
    Lines { epochs: usize },
    Bar { epochs: usize, bar: ProgressBar },
}

impl Progress {
    pub(super) fn new(quiet: bool, epochs: usize, batches: usize) -> Self {
        if quiet {
            return Self::Quiet;
        }
        if !stderr().is_terminal() {
            return Self::Lines { epochs };
        }
        let style = ProgressStyle::with_template(
            "{prefix} {bar:32.cyan/blue.dim} {percent:>3} %  {msg}  {eta:>3.dim}",
        )
        .expect("the template is well formed")
        .progress_chars("━╸─");
        let bar = ProgressBar::new((epochs * batches) as u64).with_style(style);
        bar.enable_steady_tick(Duration::from_millis(200));
        let progress = Self::Bar { epochs, bar };
        progress.show_epoch(1);
        progress
    }

    /// A batch is done.
    pub(super) fn batch(&self) {
        if let Self::Bar { bar, .. } = self {
            bar.inc(1);
        }
    }

    /// An epoch is done.
    pub(super) fn epoch(&mut self, epoch: &Epoch) {
        match self {
            Self::Quiet => {}
            Self::Lines { epochs } => {
                let every = epochs.div_ceil(LINES);
                if epoch.number.is_multiple_of(every) || epoch.number == *epochs {
                    eprintln!("epoch {}/{epochs}: {epoch}, {:.2} s", epoch.number, epoch.seconds);
                }
            }
            Self::Bar { epochs, bar } => {
                bar.set_message(epoch.to_string());
                let next = (epoch.number + 1).min(*epochs);
                self.show_epoch(next);
            }
        }
    }

    /// All epochs are done; the last state stays to be read.
    pub(super) fn finish(&self) {
        if let Self::Bar { bar, .. } = self {
            bar.finish();
        }
    }

    /// The training stopped; the last state stays to be read.
    pub(super) fn abandon(&self) {
        if let Self::Bar { bar, .. } = self {
            bar.abandon();
        }
    }

    fn show_epoch(&self, number: usize) {
        if let Self::Bar { epochs, bar } = self {
            let width = epochs.to_string().len();
            bar.set_prefix(format!("epoch {number:width$}/{epochs}"));
        }
    }
}
