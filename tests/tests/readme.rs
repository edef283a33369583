//! What README.md, ARCHITECTURE.md and CONTRIBUTING.md claim, as far as a test can tell.
// What the documents say does not depend on the profile.
#![cfg(debug_assertions)]
#![forbid(unsafe_code)]
#![deny(warnings)]

#[path = "../examples/golden.rs"]
#[expect(dead_code, reason = "its main calls `check`, and so does a test")]
mod golden;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use chainrule::ndarray::{Array1, array};
use chainrule::prelude::*;
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit::Visit;
use syn::{Item, ItemFn, PatIdent};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The fenced blocks of a language, in their order.
fn blocks(document: &str, language: &str) -> Vec<String> {
    let text = read(document);
    let opening = format!("```{language}\n");
    let parts = text.split(&opening).skip(1);
    parts.map(|part| part.split("```").next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn the_example_is_one_that_runs() {
    let source = read("tests/examples/readme.rs");
    let shown = blocks("README.md", "rust");
    assert!(source.contains(shown[0].trim_end()), "the function:\n{}", shown[0]);
    assert!(source.contains(shown[1].trim_end()), "its use:\n{}", shown[1]);
}

/// Builds the examples once more with `CHAINRULE_DUMP` set to a new folder; the rest of the build is there already.
fn dumps() -> Vec<(String, String)> {
    let folder =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("readme-{}", std::process::id()));
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("a target directory");
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--quiet", "--offline", "--package", "chainrule-tests"]);
    build.args(["--example", "readme", "--example", "golden"]);
    let built = build
        .current_dir(root())
        .env("CHAINRULE_DUMP", &folder)
        .env("CARGO_TARGET_DIR", target)
        .status()
        .expect("cargo runs");
    assert!(built.success(), "the examples do not build");
    let code = |path: PathBuf| {
        let dump = fs::read_to_string(&path).expect("a readable dump");
        let code = dump.split("// ----").next().unwrap_or_default().trim().to_owned();
        (path.file_name().unwrap_or_default().to_string_lossy().into_owned(), code)
    };
    let entries = fs::read_dir(&folder).expect("a folder of dumps");
    let dumps = entries.map(|entry| code(entry.expect("a readable folder").path())).collect();
    fs::remove_dir_all(&folder).expect("the folder of dumps can be removed");
    dumps
}

/// The derivatives that README.md and tests/golden show. `README=overwrite` writes what they are now.
#[test]
fn the_derivatives_are_what_the_compiler_writes() {
    let overwrites = std::env::var_os("README").is_some_and(|wish| wish == "overwrite");
    let dumps = dumps();
    let written = |start: &str| {
        let found = dumps.iter().find(|(name, _)| name.starts_with(start));
        &found.unwrap_or_else(|| panic!("no dump of {start}")).1
    };

    let code = written("readme.readme.loss.");
    let shown = &blocks("README.md", "rust")[2];
    if overwrites {
        let (old, new) = (format!("```rust\n{shown}```"), format!("```rust\n{code}\n```"));
        let readme = read("README.md").replace(&old, &new);
        fs::write(root().join("README.md"), readme).expect("README.md can be written");
    }
    let shown = &blocks("README.md", "rust")[2];
    assert!(shown.trim() == code, "README.md should show (README=overwrite writes it):\n\n{code}");

    for name in GOLDEN {
        let code = written(&format!("golden.golden.{name}."));
        let path = format!("tests/golden/{name}.rs");
        if overwrites {
            fs::write(root().join(&path), format!("{code}\n"))
                .expect("a golden file can be written");
        }
        let shown = read(&path);
        assert!(shown.trim() == code, "{path} should be (README=overwrite writes it):\n\n{code}");
    }
}

/// The functions of tests/examples/golden.rs.
const GOLDEN: [&str; 3] = ["loss", "rosenbrock", "surprise"];

/// The functions of tests/examples/golden.rs, and the only one of a golden file.
fn function(path: &str, name: &str) -> ItemFn {
    let file = syn::parse_file(&read(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    let functions = file.items.into_iter().filter_map(|item| match item {
        Item::Fn(function) => Some(function),
        _ => None,
    });
    let mut named = functions.filter(|function| function.sig.ident == name);
    named.next().unwrap_or_else(|| panic!("{path} has no function {name}"))
}

#[test]
fn the_golden_functions_are_those_of_the_examples() {
    for (name, example) in
        [("loss", "examples/digits.rs"), ("rosenbrock", "examples/rosenbrock.rs")]
    {
        let (here, there) = (function("tests/examples/golden.rs", name), function(example, name));
        assert_eq!(
            here.block.to_token_stream().to_string(),
            there.block.to_token_stream().to_string()
        );
    }
}

#[test]
fn the_golden_derivatives_are_those_found_by_hand() {
    golden::check();
}

/// Every name is the user's, or `d` and the user's; `x_i` stands for `x[i]`, and numbers tell twins apart.
#[test]
fn names_in_golden_derivatives_are_the_users() {
    for name in GOLDEN {
        let mut users = BTreeSet::new();
        words(function("tests/examples/golden.rs", name).to_token_stream(), &mut users);
        let is_users = |word: &str| {
            users.contains(word) || word.strip_prefix('d').is_some_and(|word| users.contains(word))
        };
        let mut names = Bound::default();
        names.visit_item_fn(&function(&format!("tests/golden/{name}.rs"), "value_and_grad"));
        assert!(!names.0.is_empty());
        for bound in names.0 {
            let is_number = |end: &str| end.chars().all(|digit| digit.is_ascii_digit());
            let is_allowed = is_users(&bound)
                || bound.rsplit_once('_').is_some_and(|(start, end)| {
                    is_users(start) && (is_number(end) || users.contains(end))
                });
            assert!(is_allowed, "{bound} in tests/golden/{name}.rs is no name of the user's");
        }
    }
}

#[test]
fn golden_derivatives_are_not_much_longer_than_those_written_by_hand() {
    for name in GOLDEN {
        let golden = function(&format!("tests/golden/{name}.rs"), "value_and_grad");
        let by_hand = function("tests/examples/golden.rs", &format!("{name}_by_hand"));
        let (ours, theirs) =
            (length(golden.block.to_token_stream()), length(by_hand.block.to_token_stream()));
        println!("{name}: {ours} tokens, {theirs} by hand");
        assert!(2 * ours <= 3 * theirs, "{name}: {ours} tokens, {theirs} by hand");
    }
}

/// The names that a function binds.
#[derive(Default)]
struct Bound(BTreeSet<String>);

impl<'ast> Visit<'ast> for Bound {
    fn visit_pat_ident(&mut self, pattern: &'ast PatIdent) {
        self.0.insert(pattern.ident.to_string());
    }
}

fn words(tokens: TokenStream, into: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(word) => drop(into.insert(word.to_string())),
            TokenTree::Group(group) => words(group.stream(), into),
            _ => {}
        }
    }
}

/// The number of tokens; brackets are two.
fn length(tokens: TokenStream) -> usize {
    let of = |token: TokenTree| match token {
        TokenTree::Group(group) => 2 + length(group.stream()),
        _ => 1,
    };
    tokens.into_iter().map(of).sum()
}

#[test]
fn the_two_commands_are_the_ones_that_ci_runs() {
    let readme = read("README.md");
    let ci = read(".ci/run");
    for command in ["cargo run --release --example digits", "cargo test --workspace"] {
        assert!(readme.contains(command), "{command}");
    }
    assert!(ci.contains("cargo test --workspace\n"));
    assert!(ci.contains("for example in xor one_hidden_layer digits"));
}

#[test]
fn the_profile_is_the_one_that_is_recommended() {
    let shown = blocks("README.md", "toml").concat();
    let manifest = read("Cargo.toml");
    for line in shown.lines().filter(|line| !line.starts_with("chainrule")) {
        assert!(manifest.contains(line), "Cargo.toml has no line `{line}`");
    }
}

/// The rows that the documents show are rows of the table.
#[test]
fn the_rows_that_are_shown_are_in_the_table() {
    let table = read("macros/src/ops/elementwise.rs") + &read("macros/src/ops/reductions.rs");
    let without_indent =
        |text: &str| -> String { text.lines().map(|line| line.trim().to_owned() + "\n").collect() };
    let table = without_indent(&table);
    for row in blocks("CONTRIBUTING.md", "rust") {
        assert!(table.contains(without_indent(&row).trim()), "no such row:\n{row}");
    }
}

/// ARCHITECTURE.md has a line for every place in the compiler.
#[test]
fn every_place_is_described() {
    let page = read("ARCHITECTURE.md");
    for entry in fs::read_dir(root().join("macros/src")).expect("the compiler's source") {
        let path = entry.expect("a readable folder").path();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        assert!(name == "lib" || page.contains(&format!("`{name}`")), "`{name}` is not described");
    }
}

#[differentiable]
fn abs(x: f64) -> f64 {
    x.abs()
}

#[differentiable]
fn norm(x: &Array1<f64>) -> f64 {
    x.norm()
}

#[differentiable]
fn deviation(x: &Array1<f64>) -> f64 {
    x.std(0.0)
}

#[differentiable]
fn hypot(a: f64, b: f64) -> f64 {
    a.hypot(b)
}

#[differentiable]
fn bounded(x: f64) -> f64 {
    x.max(0.0) + x.min(0.0) + x.clamp(0.0, 1.0)
}

#[differentiable]
fn max(a: f64, b: f64) -> f64 {
    a.max(b)
}

#[differentiable]
fn min(a: f64, b: f64) -> f64 {
    a.min(b)
}

#[differentiable]
fn clamp(x: f64, low: f64, high: f64) -> f64 {
    x.clamp(low, high)
}

#[differentiable]
fn extremes(x: &Array1<f64>) -> f64 {
    x.amax() + 3.0 * x.amin()
}

#[differentiable]
fn relu(x: f64) -> f64 {
    x.relu()
}

#[differentiable]
fn leaky_relu(x: f64, slope: f64) -> f64 {
    x.leaky_relu(slope)
}

#[differentiable]
fn elu(x: f64, alpha: f64) -> f64 {
    x.elu(alpha)
}

#[differentiable]
fn powi(x: f64) -> f64 {
    x.powi(0)
}

#[differentiable]
fn powf(x: f64, p: f64) -> f64 {
    x.powf(p)
}

#[differentiable]
fn sqrt(x: f64) -> f64 {
    x.sqrt()
}

#[differentiable]
fn steps(x: f64) -> f64 {
    x.floor() + x.round() + x.signum() + (x as i64) as f64
}

#[differentiable]
fn arms(x: &Array1<f64>) -> f64 {
    x.mapv(|v| if v > 0.0 { v.ln() } else { 2.0 * v }).sum()
}

/// The table of kinks: each row with what is computed there, in the order of the table.
#[test]
fn the_table_of_kinks_is_right() {
    let (zero, one) = (array![0.0, 0.0], array![1.0, 1.0]);
    let infinite = f64::INFINITY;
    let computed: &[(&str, Vec<f64>, &[f64])] = &[
        ("`x.abs()`", vec![abs::grad(0.0)], &[0.0]),
        ("`x.norm()`", norm::grad(&zero).to_vec(), &[0.0, 0.0]),
        ("`x.std(0.0)`", deviation::grad(&one).to_vec(), &[0.0, 0.0]),
        ("`a.hypot(b)`", list(hypot::grad(0.0, 0.0)), &[0.0, 0.0]),
        ("`x.max(0.0)`, `x.min(0.0)`, `x.clamp(0.0, 1.0)`", vec![bounded::grad(0.0)], &[0.0]),
        (
            "`a.max(b)`, `a.min(b)`",
            [list(max::grad(1.0, 1.0)), list(min::grad(1.0, 1.0))].concat(),
            &[0.5; 4],
        ),
        (
            "`x.clamp(low, high)`",
            vec![clamp::grad(1.0, 1.0, 2.0).0, clamp::grad(1.0, 1.0, 2.0).1],
            &[0.5, 0.5],
        ),
        ("`x.amax()`, `x.amin()`", extremes::grad(&one).to_vec(), &[2.0, 2.0]),
        ("`x.relu()`", vec![relu::grad(0.0)], &[0.0]),
        ("`x.leaky_relu(slope)`", vec![leaky_relu::grad(0.0, 0.1).0], &[0.1]),
        ("`x.elu(alpha)`", vec![elu::grad(0.0, 0.7).0], &[0.7]),
        ("`x.powi(0)`", vec![powi::grad(0.0), powi::grad(2.0)], &[0.0, 0.0]),
        (
            "`x.powf(p)` in x",
            [2.0, 1.0, 0.5].map(|p| powf::grad(0.0, p).0).to_vec(),
            &[0.0, 1.0, infinite],
        ),
        ("`x.powf(p)` in p", vec![powf::grad(0.0, 0.5).1, powf::grad(0.0, 2.0).1], &[0.0, 0.0]),
        ("`x.sqrt()`", vec![sqrt::grad(0.0)], &[infinite]),
        (
            "`x.floor()`, `x.round()`, `x.signum()`, `x as i64`",
            vec![steps::grad(0.7), steps::grad(0.0)],
            &[0.0, 0.0],
        ),
        ("`if` in a closure", arms::grad(&array![0.0, 4.0]).to_vec(), &[2.0, 0.25]),
    ];
    let readme = read("README.md");
    let (_, section) = readme.split_once("## At kinks").expect("a section on kinks");
    let (section, _) = section.split_once("\n## ").expect("a section after it");
    let rows: Vec<&str> = section.lines().filter(|line| line.starts_with("| `")).collect();
    assert_eq!(rows.len(), computed.len());
    for (row, (operation, derivative, expected)) in rows.iter().zip(computed) {
        assert!(row.starts_with(&format!("| {operation} |")), "{row}: {operation}");
        assert_eq!(derivative, expected, "{operation}");
    }
}

fn list((a, b): (f64, f64)) -> Vec<f64> {
    vec![a, b]
}
