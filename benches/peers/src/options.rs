//! The command line.

use std::path::PathBuf;

/// What is asked for.
pub struct Options {
    pub task: Task,
    /// The workloads whose names begin with one of these; all, if there are none.
    pub only: Vec<String>,
    /// The sides by name; all that are there, if there are none.
    pub sides: Vec<String>,
    pub threads: Vec<usize>,
    pub rounds: usize,
    /// For how long a side runs in a round.
    pub seconds: f64,
    /// Ratios are of the least times: on a machine that is not ours alone.
    pub least: bool,
    pub inputs: PathBuf,
}

/// What to do.
pub enum Task {
    Table,
    Loops,
    Twins,
    Memory,
    CompileTime,
    Serve(String),
}

const HELP: &str = "\
peers table [OPTION]..    the workloads on all sides, as a table
    --only NAME,..        only workloads whose names begin like this
    --sides NAME,..       only these sides, and the limit
    --threads N,..        thread counts, a table each (1)
    --rounds N            rounds, of which the median is taken (5)
    --seconds S           how long a side runs in a round (0.15)
    --least               ratios of the least times, not the median ratio of the rounds: on a busy machine
peers loops [OPTION]..    loops over indices, derivative over value: --only, --rounds, --seconds
peers twins [OPTION]..    workloads beside their twins: likewise
peers memory [OPTION]..   the most bytes that a step of ours holds: --only
peers compile-time        what annotating costs rustc, --only LINES,..: 10, 100, 1000
peers serve SIDE          answers requests, as src/side.rs says: ours, limit or naive

PEERS_PYTHON names a Python that has jax and torch, PEERS_BURN the program built from burn/; without them their
sides are left out. PEERS_INPUTS is the folder of the inputs.";

impl Options {
    /// Reads the arguments after the program's name.
    pub fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let task = match arguments.next().as_deref() {
            Some("table") => Task::Table,
            Some("loops") => Task::Loops,
            Some("twins") => Task::Twins,
            Some("memory") => Task::Memory,
            Some("compile-time") => Task::CompileTime,
            Some("serve") => Task::Serve(arguments.next().ok_or(HELP)?),
            _ => return Err(HELP.to_owned()),
        };
        let inputs = std::env::var_os("PEERS_INPUTS");
        let inputs =
            inputs.map_or_else(|| std::env::temp_dir().join("peers-inputs"), PathBuf::from);
        let mut options = Self {
            task,
            only: Vec::new(),
            sides: Vec::new(),
            threads: vec![1],
            rounds: 5,
            seconds: 0.15,
            least: false,
            inputs,
        };
        while let Some(name) = arguments.next() {
            if name == "--least" {
                options.least = true;
                continue;
            }
            let value =
                arguments.next().ok_or_else(|| format!("{name} needs a value\n\n{HELP}"))?;
            let names = || value.split(',').map(str::to_owned).collect();
            let wrong = |error: &dyn std::fmt::Display| format!("{name} {value}: {error}");
            match name.as_str() {
                "--only" => options.only = names(),
                "--sides" => options.sides = names(),
                "--threads" => {
                    let counts = value.split(',').map(str::parse).collect::<Result<_, _>>();
                    options.threads = counts.map_err(|error| wrong(&error))?;
                }
                "--rounds" => options.rounds = value.parse().map_err(|error| wrong(&error))?,
                "--seconds" => options.seconds = value.parse().map_err(|error| wrong(&error))?,
                _ => return Err(format!("there is no option {name}\n\n{HELP}")),
            }
        }
        Ok(options)
    }

    /// Of a median and a least time the one that counts.
    pub fn of(&self, (median, least): (f64, f64)) -> f64 {
        if self.least { least } else { median }
    }

    /// Whether a workload is among those that are asked for.
    pub fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| name.starts_with(only))
    }
}
