//! Sides as processes, asked in turns.

use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A side's process.
pub struct Contender {
    pub name: &'static str,
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
    /// It answers nothing any more.
    lost: bool,
}

/// A side's loss and gradient norm.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    pub loss: f64,
    pub norm: f64,
}

/// Microseconds of a step.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    pub median: f64,
    pub minimum: f64,
}

impl Contender {
    /// Starts a side with so many threads. With one, it stays on the first core where the program `taskset` is there
    /// to see to it.
    pub fn start(
        name: &'static str,
        command: &[String],
        threads: usize,
        inputs: &Path,
    ) -> io::Result<Self> {
        let pinned = threads == 1
            && Command::new("taskset").arg("-V").stdout(Stdio::null()).status().is_ok();
        let mut words = command.to_vec();
        if pinned {
            words.splice(0..0, ["taskset", "-c", "0"].map(str::to_owned));
        }
        let count = threads.to_string();
        let mut child = Command::new(&words[0])
            .args(&words[1..])
            .env("PEERS_INPUTS", inputs)
            .env("PEERS_THREADS", &count)
            .env("RAYON_NUM_THREADS", &count)
            .env("OMP_NUM_THREADS", &count)
            .env("MKL_NUM_THREADS", &count)
            .env("OPENBLAS_NUM_THREADS", &count)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (requests, answers) = (child.stdin.take(), child.stdout.take());
        let (Some(requests), Some(answers)) = (requests, answers) else {
            return Err(io::Error::other("a process without pipes"));
        };
        Ok(Self { name, child, requests, answers: BufReader::new(answers), lost: false })
    }

    /// Two numbers in answer to a request, or nothing.
    fn ask(&mut self, request: &str) -> Option<(f64, f64)> {
        if self.lost {
            return None;
        }
        let mut line = String::new();
        let asked = writeln!(self.requests, "{request}").and_then(|()| self.requests.flush());
        let read = asked.and_then(|()| self.answers.read_line(&mut line));
        if !read.is_ok_and(|bytes| bytes > 0) {
            eprintln!("{} ended at `{request}`", self.name);
            self.lost = true;
            return None;
        }
        let mut numbers = line.split_whitespace().filter_map(|word| word.parse().ok());
        Some((numbers.next()?, numbers.next()?))
    }

    /// The side makes a workload ready, if it has it.
    pub fn prepare(&mut self, workload: &str) -> Option<Claim> {
        let (loss, norm) = self.ask(&format!("prepare {workload}"))?;
        Some(Claim { loss, norm })
    }

    /// The side runs what it has made ready for so many seconds.
    pub fn time(&mut self, seconds: f64) -> Option<Timing> {
        let (median, minimum) = self.ask(&format!("time {seconds}"))?;
        Some(Timing { median, minimum })
    }
}

impl Drop for Contender {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The median.
pub fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}
