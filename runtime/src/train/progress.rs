//! How far the training is: a bar on a terminal, lines elsewhere.

use std::io::{IsTerminal, stderr};
use std::path::Path;
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressBar, ProgressStyle};

use super::history::short;
use super::{Epoch, Stop};

/// About so many lines are written where there is no terminal.
const LINES: usize = 20;

/// How often the numbers beside the bar change.
const REFRESH: Duration = Duration::from_millis(100);

pub(super) enum Progress {
    Quiet,
    Lines { epochs: usize, start: Instant, first: usize },
    Bar { epochs: usize, bar: ProgressBar, refreshed: Instant, last: String },
}

impl Progress {
    /// For a training of so many epochs of so many batches, of which some are done already.
    pub(super) fn new(quiet: bool, epochs: usize, batches: usize, done: usize) -> Self {
        if quiet {
            return Self::Quiet;
        }
        if !stderr().is_terminal() {
            return Self::Lines { epochs, start: Instant::now(), first: done / batches };
        }
        let style = ProgressStyle::with_template(
            "{prefix} {bar:32.cyan/blue.dim} {percent:>3} %  {msg}  {eta:>3.dim}",
        )
        .expect("the template is well formed")
        .progress_chars("━╸─");
        let bar = ProgressBar::new((epochs * batches) as u64).with_style(style);
        bar.set_position(done as u64);
        // What was done before says nothing of how fast it goes now.
        bar.reset_eta();
        bar.enable_steady_tick(Duration::from_millis(200));
        let progress = Self::Bar { epochs, bar, refreshed: Instant::now(), last: String::new() };
        progress.show_epoch((done / batches + 1).min(epochs));
        progress
    }

    /// A batch is done: with the mean loss of the epoch so far, and the rate of the step.
    pub(super) fn batch(&mut self, loss: f64, rate: f64) {
        if let Self::Bar { bar, refreshed, last, .. } = self {
            bar.inc(1);
            if refreshed.elapsed() >= REFRESH {
                *refreshed = Instant::now();
                bar.set_message(format!("loss {}, rate {}{last}", short(loss), short_rate(rate)));
            }
        }
    }

    /// An epoch is done.
    pub(super) fn epoch(&mut self, epoch: &Epoch) {
        match self {
            Self::Quiet => {}
            Self::Lines { epochs, start, first } => {
                let every = epochs.div_ceil(LINES);
                if epoch.number.is_multiple_of(every) || epoch.number == *epochs {
                    let rate = short_rate(epoch.learning_rate);
                    let left = start.elapsed() * (*epochs - epoch.number) as u32
                        / (epoch.number - *first) as u32;
                    let left = match epoch.number == *epochs {
                        true => String::new(),
                        false => format!(", {} left", HumanDuration(left)),
                    };
                    eprintln!(
                        "epoch {}/{epochs}: {epoch}, rate {rate}, {:.2} s{left}",
                        epoch.number, epoch.seconds
                    );
                }
            }
            Self::Bar { epochs, bar, last, .. } => {
                bar.set_message(epoch.to_string());
                *last = format!(" (before: {epoch})");
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

    /// A line that stays above the bar.
    pub(super) fn say(&self, line: &str) {
        match self {
            Self::Quiet => {}
            Self::Lines { .. } => eprintln!("{line}"),
            Self::Bar { bar, .. } => bar.println(line),
        }
    }

    /// Why the training is at its end, where that is not plain.
    pub(super) fn say_end(
        &self,
        stop: Stop,
        best: Option<usize>,
        epochs: usize,
        folder: Option<&Path>,
    ) {
        match (stop, best) {
            (Stop::Finished, _) => {}
            (Stop::Early, Some(best)) => {
                self.say(&format!("ended after epoch {epochs}: the best was epoch {best}"));
            }
            (Stop::Early, None) => self.say(&format!("ended after epoch {epochs}: none was good")),
            (Stop::Asked, _) => {
                let kept = folder.map(|folder| format!("; all is kept in {}", folder.display()));
                let kept = kept.unwrap_or_default();
                self.say(&format!("ended as asked, in epoch {}{kept}", epochs + 1));
            }
        }
    }

    fn show_epoch(&self, number: usize) {
        if let Self::Bar { epochs, bar, .. } = self {
            let width = epochs.to_string().len();
            bar.set_prefix(format!("epoch {number:width$}/{epochs}"));
        }
    }
}

/// A learning rate in three significant digits, without zeros at its end.
fn short_rate(rate: f64) -> String {
    let rounded: f64 = format!("{rate:.2e}").parse().unwrap_or(rate);
    if rounded == 0.0 || rounded >= 1e-4 { format!("{rounded}") } else { format!("{rounded:e}") }
}
