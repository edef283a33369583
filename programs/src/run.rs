//! A run that a person starts.

use std::collections::BTreeMap;
use std::fs;
use std::time::Instant;

use crate::build::{Builder, Outcome, unquoted};
use crate::check::{self, Case, Mode};
use crate::constructs::Switches;
use crate::count::Counts;
use crate::print;
use crate::shrink::shrunk;

/// What is run.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many programs.
    pub count: usize,
    /// Which programs: the same in every run.
    pub seed: u64,
    /// One of them alone, by its number.
    pub only: Option<usize>,
    /// The constructs that are generated, by name; those with a `-` are left out. All, if empty.
    pub constructs: String,
    /// Compiles with optimisation.
    pub release: bool,
    /// What is compared with the oracle.
    pub mode: Mode,
    /// Only generates and counts.
    pub dry: bool,
    /// How many failures, of different kinds, are made smaller.
    pub shrink: usize,
    /// How many programs a file has.
    pub per_file: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            count: 2000,
            seed: 1,
            only: None,
            constructs: String::new(),
            release: false,
            mode: Mode::Reverse,
            dry: false,
            shrink: 5,
            per_file: 100,
        }
    }
}

/// Generates, compiles, runs and compares; prints what was found, and makes failures smaller.
/// True if nothing fails, and, with all constructs on and 2,000 programs, none is missing.
///
/// # Errors
/// If a name of `constructs` does not exist, or files cannot be written or cargo not be started.
pub fn run(options: &Options) -> Result<bool, String> {
    let switches = Switches::read(&options.constructs)?;
    let started = Instant::now();
    let count = options.only.map_or(options.count, |only| only + 1);
    let (mut cases, rejected) = check::cases(options.seed, count, &switches);
    let first = options.only.unwrap_or(0);
    cases.drain(..first);
    println!("generated in {:.1} s; rejected: {rejected:?}", started.elapsed().as_secs_f64());
    let mut counts = Counts::default();
    cases.iter().for_each(|case| counts.add(case));
    print!("{}", counts.table());
    let whole = options.count >= 2000;
    let missing = if whole { counts.missing(|name| switches.on(name)) } else { Vec::new() };
    missing.iter().for_each(|missing| println!("too few: {missing}"));
    if options.dry {
        return Ok(missing.is_empty());
    }

    let failed = |error: std::io::Error| error.to_string();
    let builder = Builder::new(options.release, options.mode).map_err(failed)?;
    let mut kinds: BTreeMap<String, Vec<(usize, Outcome)>> = BTreeMap::new();
    let mut right = 0;
    for (nth, chunk) in cases.chunks(options.per_file.max(1)).enumerate() {
        let chunk: Vec<&Case> = chunk.iter().collect();
        let outcomes =
            builder.outcomes(&format!("programs_{nth}"), &chunk, true).map_err(failed)?;
        for (at, outcome) in outcomes.into_iter().enumerate() {
            let kind = match &outcome {
                Outcome::Right => {
                    right += 1;
                    continue;
                }
                Outcome::Wrong(wrong) if wrong.contains("panics") => "it panics".to_owned(),
                Outcome::Wrong(_) => "wrong numbers".to_owned(),
                Outcome::Refused(error) => unquoted(error),
            };
            kinds.entry(kind).or_default().push((nth * options.per_file + at, outcome));
        }
        println!(
            "{right} right of {} after {:.0} s",
            (nth + 1) * options.per_file,
            started.elapsed().as_secs_f64()
        );
    }
    let mut kinds: Vec<_> = kinds.into_iter().collect();
    kinds.sort_by_key(|(_, failures)| usize::MAX - failures.len());
    for (kind, failures) in &kinds {
        println!("{:>5} {kind}", failures.len());
    }
    let folder = builder.folder().join("failures");
    fs::create_dir_all(&folder).map_err(failed)?;
    for (kind, failures) in &kinds {
        for (at, outcome) in failures {
            let comment = format!("// {kind}: {outcome:?}\n").replace('\n', " ") + "\n";
            let text = check::module(&cases[*at], "program", options.mode);
            let path = folder.join(format!("whole_seed_{}_{}.rs", options.seed, first + at));
            fs::write(path, comment + &text).map_err(failed)?;
        }
    }
    for (kind, failures) in kinds.iter().take(options.shrink) {
        // The smallest of its kind is the quickest to shrink.
        let smallest =
            failures.iter().min_by_key(|(at, _)| crate::shrink::size(&cases[*at].program));
        let Some((at, outcome)) = smallest else { continue };
        let small = shrunk(&cases[*at], outcome, &builder).map_err(failed)?;
        let found = builder.outcomes("shrunk", &[&small], true).map_err(failed)?;
        let path = folder.join(format!("seed_{}_{}.rs", options.seed, first + at));
        let comment = format!("// {kind}: {:?}\n", found[0]).replace('\n', " ") + "\n";
        let text = check::module(&small, "program", options.mode);
        fs::write(&path, comment.clone() + &text).map_err(failed)?;
        println!("\n{comment}// {}\n{}", path.display(), print::program(&small.program, "program"));
    }
    println!("{right} of {} right in {:.0} s", cases.len(), started.elapsed().as_secs_f64());
    Ok(kinds.is_empty() && missing.is_empty())
}
