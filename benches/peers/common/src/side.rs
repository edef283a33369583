//! What a side is, and how it is spoken to.
//!
//! A side is a process that reads requests from its standard input, a line each, and answers each with a line:
//!
//! * `prepare WORKLOAD`: `ok LOSS NORM`, the loss and the norm of its gradient at the inputs, or `none`;
//! * `time SECONDS`: `MEDIAN MINIMUM`, microseconds of a step of what was prepared last.
//!
//! So sides in any language can be timed in turns, each warm, in one session.

use std::hint::black_box;
use std::io::{self, BufRead, Write};
use std::time::Instant;

use crate::inputs::Inputs;

/// A workload that is ready to run.
pub struct Prepared {
    /// At the inputs, before any step.
    pub loss: f64,
    /// The 2-norm of all gradients together, likewise.
    pub norm: f64,
    /// Takes so many steps.
    pub steps: Box<dyn FnMut(usize)>,
}

/// A side: what it makes of a workload's name.
pub type Side = fn(&str, &Inputs) -> Option<Prepared>;

impl Prepared {
    /// A step that returns what must not be optimised away.
    pub fn new<T>(loss: f64, norm: f64, mut step: impl FnMut() -> T + 'static) -> Self {
        let steps = move |count| {
            for _ in 0..count {
                black_box(step());
            }
        };
        Self { loss, norm, steps: Box::new(steps) }
    }
}

/// The rate of plain gradient descent, in every side: so small that losses stay what they are.
pub const RATE: f64 = 1e-4;

/// Samples of at least this length, so that reading the clock costs nothing.
const SAMPLE: f64 = 2e-4;

/// Median and minimum of a step's microseconds, of samples over so many seconds.
pub fn time(steps: &mut dyn FnMut(usize), seconds: f64) -> (f64, f64) {
    let mut measure = |count| {
        let start = Instant::now();
        steps(count);
        start.elapsed().as_secs_f64()
    };
    // Long enough for caches, branch predictors and the pages of buffers.
    let warm = Instant::now();
    let mut count = 1;
    loop {
        let elapsed = measure(count);
        if elapsed < SAMPLE {
            count *= 2;
        } else if warm.elapsed().as_secs_f64() > seconds / 4.0 {
            break;
        }
    }
    let mut samples = Vec::new();
    let start = Instant::now();
    while samples.is_empty() || start.elapsed().as_secs_f64() < seconds {
        samples.push(1e6 * measure(count) / count as f64);
    }
    samples.sort_by(f64::total_cmp);
    (samples[samples.len() / 2], samples[0])
}

/// Answers requests until there are no more.
pub fn serve(side: Side, inputs: &Inputs) -> io::Result<()> {
    let mut prepared = None;
    for line in io::stdin().lock().lines() {
        let line = line?;
        let answer = match line.split_once(' ') {
            Some(("prepare", workload)) => {
                prepared = side(workload, inputs);
                match &prepared {
                    Some(prepared) => format!("ok {} {}", prepared.loss, prepared.norm),
                    None => "none".to_owned(),
                }
            }
            Some(("time", seconds)) => {
                let seconds = seconds.parse().map_err(io::Error::other)?;
                let prepared: &mut Prepared =
                    prepared.as_mut().ok_or_else(|| io::Error::other("nothing is prepared"))?;
                let (median, minimum) = time(&mut prepared.steps, seconds);
                format!("{median} {minimum}")
            }
            _ => return Err(io::Error::other(format!("not a request: {line}"))),
        };
        let mut output = io::stdout().lock();
        writeln!(output, "{answer}")?;
        output.flush()?;
    }
    Ok(())
}
