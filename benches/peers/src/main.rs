//! Derivatives by chainrule beside the best code by hand and beside other libraries, in one session.
//!
//! `peers table` times the workloads on all sides that are there, in turns, and prints a table; `peers --help` says what
//! else there is. The script `run` makes the sides in other languages and writes RESULTS.md.

mod compile_time;
mod contest;
mod limit;
mod loops;
mod memory;
mod naive;
mod options;
mod ours;
mod table;
mod twins;

use std::process::ExitCode;

use options::{Options, Task};
use peers_common::inputs::Inputs;

/// Of the inputs.
const SEED: u64 = 20_240_607;

fn run(options: &Options) -> Result<String, Box<dyn std::error::Error>> {
    Ok(match &options.task {
        Task::Serve(name) => {
            let side = match name.as_str() {
                "ours" => ours::prepare,
                "limit" => limit::prepare,
                "naive" => naive::prepare,
                _ => return Err(format!("no side is called {name}").into()),
            };
            let inputs = Inputs::open(&options.inputs);
            limit::set_threads(options.threads[0]);
            rayon::ThreadPoolBuilder::new().num_threads(options.threads[0]).build_global()?;
            // On a thread of the pool, which is entered once and not at every step.
            rayon::scope(|_| peers_common::side::serve(side, &inputs))?;
            String::new()
        }
        Task::Table => {
            let inputs = Inputs::write(&options.inputs, SEED)?;
            table::write(options, &inputs)?
        }
        Task::Twins => {
            let inputs = Inputs::write(&options.inputs, SEED)?;
            twins::write(options, &inputs)?
        }
        Task::Memory => {
            let inputs = Inputs::write(&options.inputs, SEED)?;
            memory::write(options, &inputs)?
        }
        Task::CompileTime => compile_time::write(options)?,
        Task::Loops => loops::write(options)?,
    })
}

fn main() -> ExitCode {
    let options = match Options::read(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::FAILURE;
        }
    };
    match run(&options) {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
