//! `cargo run -p programs -- --count 2000 --seed 1`: random programs compared with the oracle.

use std::process::ExitCode;

use programs::{Mode, Options, run};

const USAGE: &str = "\
usage: programs [--count N] [--seed N] [--only N] [--constructs LIST] [--release] [--plain | --second] [--dry]
                [--shrink N] [--per-file N]

`--only N` is program N of the seed, counted from 0, alone: as a failure's file is named.
LIST is `if,for_range` for these constructs alone, or `-push,-recursion` for all but these.
--plain compiles without chainrule, and so compares the oracle's values with rustc's; --second adds jvp
and hvp; --dry only counts.";

fn main() -> ExitCode {
    let options = match read(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(wrong) => {
            eprintln!("{wrong}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(&options) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn read(mut args: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options::default();
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or_else(|| format!("{arg} wants a value"));
        let number = |text: String| text.parse().map_err(|_| format!("`{text}` is no number"));
        match arg.as_str() {
            "--count" => options.count = number(value()?)?,
            "--seed" => options.seed = number(value()?)? as u64,
            "--only" => options.only = Some(number(value()?)?),
            "--constructs" => options.constructs = value()?,
            "--release" => options.release = true,
            "--plain" => options.mode = Mode::Plain,
            "--second" => options.mode = Mode::Second,
            "--dry" => options.dry = true,
            "--shrink" => options.shrink = number(value()?)?,
            "--per-file" => options.per_file = number(value()?)?,
            "--help" => return Err(String::new()),
            _ => return Err(format!("`{arg}` is unknown")),
        }
    }
    Ok(options)
}
