//! How many programs have each construct, and each pair of families.

use std::collections::BTreeMap;

use crate::check::Case;
use crate::constructs::NAMES;
use crate::contents::{FAMILIES, contents};

/// Counts over all programs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    programs: usize,
    statements: usize,
    depth: usize,
    constructs: BTreeMap<&'static str, usize>,
    pairs: BTreeMap<(usize, usize), usize>,
}

impl Counts {
    pub(crate) fn add(&mut self, case: &Case) {
        let contents = contents(&case.program);
        self.programs += 1;
        self.statements += contents.statements;
        self.depth += contents.depth;
        for name in contents.constructs {
            *self.constructs.entry(name).or_default() += 1;
        }
        for pair in contents.pairs {
            *self.pairs.entry(pair).or_default() += 1;
        }
    }

    /// Everything that was counted, as a table.
    pub(crate) fn table(&self) -> String {
        let mean = |sum: usize| sum as f64 / self.programs.max(1) as f64;
        let mut out = format!(
            "{} programs, on average {:.1} statements and depth {:.1}\n",
            self.programs,
            mean(self.statements),
            mean(self.depth)
        );
        for names in NAMES.chunks(5) {
            let cell = |name: &&str| format!("{:>5} {name:<18}", self.of(name));
            out += &names.iter().map(cell).collect::<String>();
            out.push('\n');
        }
        out += "within  ";
        out += &FAMILIES.map(|name| format!("{name:>9}")).concat();
        for (outer, name) in FAMILIES.iter().enumerate() {
            out += &format!("\n{name:<8}");
            for inner in 0..FAMILIES.len() {
                out += &format!("{:>9}", self.pairs.get(&(outer, inner)).copied().unwrap_or(0));
            }
        }
        out + "\n"
    }

    fn of(&self, name: &str) -> usize {
        self.constructs.get(name).copied().unwrap_or(0)
    }

    /// What there is too little of: constructs in fewer than 50 programs, pairs in fewer than 20.
    pub(crate) fn missing(&self, wanted: impl Fn(&str) -> bool) -> Vec<String> {
        let mut missing: Vec<String> = NAMES
            .iter()
            .filter(|name| wanted(name) && self.of(name) < 50)
            .map(|name| format!("{name} in {} programs", self.of(name)))
            .collect();
        let count = |a, b| self.pairs.get(&(a, b)).copied().unwrap_or(0);
        for (a, first) in FAMILIES.iter().enumerate() {
            for (b, second) in FAMILIES.iter().enumerate().skip(a + 1) {
                if count(a, b) + count(b, a) < 20 {
                    missing.push(format!("{first} with {second}"));
                }
            }
        }
        missing
    }
}
