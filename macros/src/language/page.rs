//! The page of the language, made of the tables: docs/language.md, which is also the module
//! `chainrule::language` of the documentation.

use std::path::Path;
use std::process::Command;

use super::{expressions, methods, patterns, statements, Form, Refusal};

/// What stands before the tables.
const INTRODUCTION: &str = "\
# The language

This page is made of the tables that the compiler takes its words from (`macros/src/language`); a test keeps
it up to date, and another holds that no form of Rust's syntax is missing.

Whatever no active value flows into is passed on as it is written, whatever Rust it is. What is refused is
refused where an active value flows in, at that place, with what to do instead.
";

/// The enumeration of syn's, if it is one, what it is called, and its forms.
const GROUPS: [(&str, &str, &[Form]); 7] = [
    ("Expr", "Expressions", expressions::FORMS),
    ("UnOp", "Operators of one operand", expressions::UNARY),
    ("BinOp", "Operators of two operands", expressions::BINARY),
    ("Stmt", "Statements", statements::FORMS),
    ("Pat", "Patterns", patterns::FORMS),
    ("Item", "Items", statements::ITEMS),
    ("", "Iterators, closures, calls, places and loops", methods::FORMS),
];

fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    for (_, heading, forms) in GROUPS {
        page += &format!("\n## {heading}\n\n| written | read as | refused |\n|---|---|---|\n");
        for form in forms {
            let refused: Vec<String> = form.refused.iter().map(words).collect();
            page += &format!("| {} | {} | {} |\n", form.written, form.read, refused.join("<br>"));
        }
    }
    page
}

/// A refusal in a cell of a table. Beside code, a bracket begins no link.
fn words(refusal: &Refusal) -> String {
    let message = String::from(*refusal).replace('|', "\\|");
    let mut parts: Vec<String> = message.split('`').map(str::to_owned).collect();
    for outside in parts.iter_mut().step_by(2) {
        *outside = outside.replace('[', "\\[");
    }
    parts.join("`")
}

/// `OPERATIONS=overwrite` writes the page anew.
#[test]
fn the_page_is_that_of_the_tables() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/language.md");
    let page = page();
    if std::env::var_os("OPERATIONS").is_some_and(|wish| wish == "overwrite") {
        std::fs::write(path, page).expect("docs/language.md can be written");
        return;
    }
    let shown = std::fs::read_to_string(path).expect("a readable docs/language.md");
    assert!(
        shown.replace("\r\n", "\n") == page,
        "docs/language.md is not what the tables say; `OPERATIONS=overwrite cargo test -p \
         chainrule-macros` writes it"
    );
}

/// Where cargo keeps the syn that this crate is compiled with.
fn folder_of_syn() -> String {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
    let told = cargo.args(["metadata", "--format-version", "1"]).output().expect("cargo runs");
    let told = String::from_utf8(told.stdout).expect("JSON");
    let manifests = told.split("\"manifest_path\":\"").skip(1).filter_map(|rest| {
        let manifest = rest.split('"').next()?;
        manifest.strip_suffix("Cargo.toml").map(str::to_owned)
    });
    manifests.filter(|folder| folder.contains("syn-3.")).last().expect("syn is a dependency")
}

/// Syn's enumerations may grow, so no `match` tells that a form is missing: its source does.
#[test]
fn no_form_of_syntax_is_missing() {
    let folder = folder_of_syn();
    let source: String = ["expr", "op", "stmt", "pat", "item"]
        .map(|file| {
            std::fs::read_to_string(format!("{folder}src/{file}.rs")).expect("a file of syn")
        })
        .concat();
    for (name, _, forms) in GROUPS.into_iter().filter(|(name, ..)| !name.is_empty()) {
        let body = source.split(&format!("pub enum {name} {{")).nth(1).expect("an enumeration");
        let body = body.split("\n    }").next().unwrap_or_default();
        let variants = body.lines().filter_map(|line| {
            let line = line
                .strip_prefix("        ")
                .filter(|line| line.starts_with(char::is_uppercase))?;
            Some(format!("{name}::{}", line.split(['(', ',']).next()?))
        });
        let found: Vec<&str> = forms.iter().map(|form| form.name).collect();
        assert_eq!(variants.collect::<Vec<_>>(), found, "the variants of syn's {name}");
    }
}

/// Every refusal is shown in tests/ui/fail, in these words.
#[test]
fn every_refusal_is_shown() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/ui/fail");
    let refusals = GROUPS.iter().flat_map(|(.., forms)| *forms).flat_map(|form| form.refused);
    for refusal in refusals.filter(|refusal| !refusal.file.is_empty()) {
        let path = folder.join(format!("{}.stderr", refusal.file));
        let shown = std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{}: {error}: {path:?}", refusal.what));
        assert!(shown.contains(refusal.what), "{path:?} does not say `{}`", refusal.what);
    }
}
