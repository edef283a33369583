//! Files of programs compiled and run by cargo.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::check::{self, Case, Mode};

/// What became of a program.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outcome {
    Right,
    /// What is wrong with its numbers.
    Wrong(String),
    /// The first error of its compilation.
    Refused(String),
}

impl Outcome {
    /// The same kind of failure, for a program that is being shrunk: numbers differ from program to
    /// program, errors are the same but for what they quote.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Outcome::Right, Outcome::Right) => true,
            (Outcome::Wrong(a), Outcome::Wrong(b)) => a.contains("panics") == b.contains("panics"),
            (Outcome::Refused(a), Outcome::Refused(b)) => unquoted(a) == unquoted(b),
            _ => false,
        }
    }
}

/// An error's text without what it quotes and counts.
pub(crate) fn unquoted(error: &str) -> String {
    let mut out = String::new();
    for (nth, part) in error.split('`').enumerate() {
        out.push_str(if nth % 2 == 0 { part } else { "_" });
    }
    out.replace(|c: char| c.is_ascii_digit(), "")
}

/// Where programs are compiled, and how.
#[derive(Clone, Debug)]
pub(crate) struct Builder {
    folder: PathBuf,
    /// The library that the programs use, compiled.
    library: PathBuf,
    release: bool,
    mode: Mode,
}

/// The package that brings what the files depend on, compiled as the workspace's packages are.
const MANIFEST: &str = "\
[workspace]

[package]
name = \"programs-run\"
version = \"0.0.0\"
edition = \"2024\"
publish = false

[dependencies]
chainrule = { path = \"RUNTIME\" }

[profile.dev]
opt-level = 0
debug = false
incremental = false

[profile.dev.package.\"*\"]
opt-level = 1

[profile.dev.package.ndarray]
opt-level = 3

[profile.release]
opt-level = 2
incremental = false
";

impl Builder {
    pub(crate) fn new(release: bool, mode: Mode) -> std::io::Result<Self> {
        let home = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("it is in the workspace");
        let target =
            std::env::var_os("CARGO_TARGET_DIR").map_or(home.join("target"), PathBuf::from);
        let folder = target.join("programs");
        fs::create_dir_all(folder.join("src"))?;
        let runtime = home.join("runtime").display().to_string();
        write_if_new(&folder.join("Cargo.toml"), &MANIFEST.replace("RUNTIME", &runtime))?;
        let lock = fs::read_to_string(home.join("Cargo.lock"))?;
        if !folder.join("Cargo.lock").exists() {
            fs::write(folder.join("Cargo.lock"), lock)?;
        }
        write_if_new(&folder.join("src/lib.rs"), "")?;
        let library = library(&folder, &target, release)?;
        Ok(Self { folder, library, release, mode })
    }

    /// Where files may be kept.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Compiles and runs the cases of one file. Those that do not compile are told, and the others run;
    /// or, if they need not run, are said to be right.
    pub(crate) fn outcomes(
        &self,
        name: &str,
        cases: &[&Case],
        runs: bool,
    ) -> std::io::Result<Vec<Outcome>> {
        let mut refused: BTreeMap<usize, String> = BTreeMap::new();
        loop {
            let left: Vec<usize> = (0..cases.len()).filter(|i| !refused.contains_key(i)).collect();
            if left.is_empty() {
                return Ok(self.read_run("", cases.len(), &refused));
            }
            let text = check::file(left.iter().map(|i| (format!("p{i}"), cases[*i])), self.mode);
            let file = self.folder.join(format!("{name}.rs"));
            fs::write(&file, &text)?;
            let output = self.rustc(&file, runs).output()?;
            fs::remove_file(&file)?;
            if !output.status.success() {
                let errors = errors_of(&String::from_utf8_lossy(&output.stderr), &text);
                if errors.is_empty() {
                    let text = String::from_utf8_lossy(&output.stderr).into_owned();
                    left.iter().for_each(|i| drop(refused.insert(*i, text.clone())));
                }
                for (at, error) in errors {
                    refused.entry(at).or_insert(error);
                }
                continue;
            }
            if !runs {
                let told =
                    |i| refused.get(&i).map_or(Outcome::Right, |e| Outcome::Refused(e.clone()));
                return Ok((0..cases.len()).map(told).collect());
            }
            let program = file.with_extension("bin");
            let run = Command::new(&program).output()?;
            fs::remove_file(&program)?;
            let told = String::from_utf8_lossy(&run.stdout);
            return Ok(self.read_run(&told, cases.len(), &refused));
        }
    }

    /// Compiles a file; without making code, which is the slow part, if it need not run. Not by way of
    /// cargo, which takes longer than a small file.
    fn rustc(&self, file: &Path, runs: bool) -> Command {
        let mut command = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
        let program = file.with_extension(if runs { "bin" } else { "rmeta" });
        let extern_ = format!("chainrule={}", self.library.display());
        let dependencies = self.library.parent().expect("a file is in a folder");
        // Where cargo ran: rustup may choose a toolchain by the folder.
        command.current_dir(&self.folder);
        command.args(["--edition", "2024", "--error-format", "short", "--extern", &extern_]);
        command.args([OsStr::new("-o"), program.as_os_str(), file.as_os_str()]);
        command.arg("-L").arg(format!("dependency={}", dependencies.display()));
        if !runs {
            command.args(["--emit", "metadata"]);
        }
        if self.release {
            command.args(["-C", "opt-level=2"]);
        }
        command
    }

    fn read_run(&self, out: &str, count: usize, refused: &BTreeMap<usize, String>) -> Vec<Outcome> {
        let died = || Outcome::Wrong("the process died before it".to_owned());
        let mut outcomes: Vec<Outcome> = (0..count)
            .map(|i| refused.get(&i).map_or_else(died, |error| Outcome::Refused(error.clone())))
            .collect();
        for line in out.lines() {
            let mut words = line.splitn(3, ' ');
            let at = words.next().and_then(|id| id.strip_prefix('p')?.parse::<usize>().ok());
            let (Some(at), Some(verdict)) = (at.filter(|at| *at < count), words.next()) else {
                continue;
            };
            outcomes[at] = match verdict {
                "right" => Outcome::Right,
                _ => Outcome::Wrong(words.next().unwrap_or_default().to_owned()),
            };
        }
        outcomes
    }
}

/// Has cargo compile the library, and asks where it is.
fn library(folder: &Path, target: &Path, release: bool) -> std::io::Result<PathBuf> {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(folder).args(["build", "--lib", "--quiet", "--message-format", "json"]);
    // The folder is in a target directory, whose own it shares.
    command.env("CARGO_TARGET_DIR", target).stderr(Stdio::inherit());
    if release {
        command.arg("--release");
    }
    let output = command.output()?;
    let told = String::from_utf8_lossy(&output.stdout);
    let library = told.split('"').filter(|word| word.ends_with(".rlib")).find(|word| {
        let name = Path::new(word).file_name().and_then(OsStr::to_str).unwrap_or_default();
        name.starts_with("libchainrule-") && word.contains("deps")
    });
    library.map(PathBuf::from).ok_or_else(|| std::io::Error::other("the library does not compile"))
}

fn write_if_new(path: &Path, text: &str) -> std::io::Result<()> {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    fs::write(path, text)
}

/// The first error in each module `pN` of a file, from rustc's short messages.
fn errors_of(stderr: &str, text: &str) -> BTreeMap<usize, String> {
    let mut starts = Vec::new();
    for (nth, line) in text.lines().enumerate() {
        let module = line.strip_prefix("pub mod p").and_then(|rest| rest.strip_suffix(" {"));
        if let Some(id) = module.and_then(|id| id.parse::<usize>().ok()) {
            starts.push((nth + 1, id));
        }
    }
    let mut errors = BTreeMap::new();
    for line in stderr.lines() {
        let Some((place, error)) = line.split_once(": error") else { continue };
        let number = place.rsplit(':').nth(1).and_then(|number| number.parse::<usize>().ok());
        let Some(number) = number else { continue };
        if let Some((_, id)) = starts.iter().rev().find(|(start, _)| *start <= number) {
            errors.entry(*id).or_insert_with(|| format!("error{error}"));
        }
    }
    errors
}
