//! Random programs in the language of `#[differentiable]`, each with the gradient that an independent
//! oracle gives: an interpreter of the same program over dual numbers, which never calls chainrule and
//! is itself compared with finite differences.

mod ast;
mod build;
mod check;
mod constructs;
mod contents;
mod count;
mod generate;
mod names;
mod oracle;
mod print;
mod run;
mod shrink;
mod walk;

use constructs::Switches;

pub use check::Mode;
pub use run::{Options, run};

/// A module for each of `count` programs of a seed, and a test for each: what a build script writes for a
/// fixed sample.
///
/// # Errors
/// If `constructs` names one that does not exist.
pub fn sample(seed: u64, count: usize, constructs: &str) -> Result<String, String> {
    let switches = Switches::read(constructs)?;
    let (cases, _) = check::cases(seed, count, &switches);
    let mut out = check::header();
    for (nth, case) in cases.iter().enumerate() {
        let id = format!("p{nth}");
        out += &check::module(case, &id, check::Mode::Reverse);
        out += &format!("\n#[test]\nfn program_{nth}() {{\n    {id}::check().unwrap();\n}}\n");
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_means_what_is_meant() {
        let switches = Switches::read("").unwrap();
        for seed in 0..500 {
            let (program, _) = generate::program(seed, &switches);
            assert!(names::resolve(&program), "{seed}: {}", print::program(&program, "p"));
        }
    }

    /// Derivative and differences agree in all programs that have no kink: neither is like the other.
    #[test]
    fn the_oracle_agrees_with_differences() {
        let (cases, rejected) = check::cases(7, 300, &Switches::read("").unwrap());
        assert_eq!((cases.len(), rejected.differences, rejected.malformed), (300, 0, 0));
    }

    #[test]
    fn programs_are_the_same_in_every_run() {
        assert_eq!(sample(3, 5, ""), sample(3, 5, ""));
        assert!(sample(3, 5, "no_such").unwrap_err().contains("no_such"));
    }

    #[test]
    fn switches_leave_constructs_out() {
        let (cases, _) = check::cases(1, 100, &Switches::read("-for_range,-closure").unwrap());
        for case in cases {
            let constructs = contents::contents(&case.program).constructs;
            assert!(!constructs.contains("for_range") && !constructs.contains("closure"));
        }
    }
}
