//! What each place of the house may know, read from the paths in its files.
//!
//! `lower` knows syntax and no calculus; `ops` knows formulas and no syntax; `differentiate` and
//! `simplify` walk the graph; `emit` alone writes code; the runtime knows arrays. ARCHITECTURE.md
//! says why.
// Sources do not depend on the profile.
#![cfg(debug_assertions)]
#![forbid(unsafe_code)]
#![deny(warnings)]

mod paths;

use std::fs;
use std::path::{Path, PathBuf};

use paths::{Mention, mentions};

/// A part of macros/src with what it may name, beside itself and std.
struct Place {
    module: &'static str,
    may: &'static [&'static str],
}

/// The walls. A path is allowed if it starts with one of these.
const PLACES: &[Place] = &[
    Place { module: "ops", may: &[] },
    // The graph carries the user's tokens and does not look into them.
    Place { module: "graph", may: &["crate::ops", "proc_macro2"] },
    // What lower may quote is held by `lower_passes_the_users_tokens_on`.
    Place {
        module: "lower",
        may: &[
            "crate::graph",
            "crate::language",
            "crate::mistake",
            "crate::ops",
            "crate::source",
            "syn",
            "proc_macro2",
            "quote::ToTokens",
            "quote::format_ident",
            "quote::quote",
        ],
    },
    // The forms of syntax, with the words for those that are refused.
    Place { module: "language", may: &["syn"] },
    // A row's formula is read by the code that reads users' functions.
    Place {
        module: "differentiate",
        may: &["crate::graph", "crate::lower::Formulas", "crate::ops"],
    },
    Place { module: "simplify", may: &["crate::graph", "crate::ops"] },
    Place { module: "residuals", may: &["crate::graph"] },
    Place {
        module: "emit",
        may: &[
            "crate::differentiate::cotangent_name",
            "crate::graph",
            "crate::lower::ByName",
            "crate::lower::formula",
            "crate::lower::rename",
            "crate::ops",
            "crate::source",
            "syn",
            "quote",
            "proc_macro2",
        ],
    },
    // Not a stage: the derive reads a struct and writes its gradient.
    Place {
        module: "derive",
        may: &["crate::mistake", "crate::types", "syn", "quote", "proc_macro2", "prettyplease"],
    },
    Place {
        module: "source",
        may: &["crate::language", "crate::mistake", "crate::types", "syn", "proc_macro2"],
    },
    Place { module: "types", may: &["syn"] },
    // A mistake underlines all of the tokens that it is about.
    Place { module: "mistake", may: &["syn", "proc_macro2", "quote::ToTokens"] },
    Place {
        module: "dump",
        may: &[
            "crate::emit",
            "crate::graph",
            "crate::source",
            "syn",
            "quote",
            "proc_macro2",
            "prettyplease",
        ],
    },
    // Calls the stages in their order and puts their output beside the user's tokens.
    Place { module: "pipeline", may: &["crate", "syn", "quote", "proc_macro2"] },
    // Text in, text out, for every stage.
    Place { module: "stage_tests", may: &["crate", "syn", "quote", "proc_macro2"] },
    Place { module: "lib", may: &["crate", "proc_macro"] },
];

/// What reads or writes syntax.
const SYNTAX: &[&str] = &["syn", "quote", "proc_macro", "proc_macro2", "prettyplease"];

impl Place {
    fn of(module: &[String]) -> Option<&'static Place> {
        let name = module.get(1).map_or("lib", String::as_str);
        PLACES.iter().find(|place| place.module == name)
    }

    /// What this place must not name of all that a file mentions.
    fn trespasses(&self, found: &[Mention]) -> Vec<String> {
        let own = format!("crate::{}", self.module);
        found
            .iter()
            .filter(|mention| {
                let is_part = |allowed: &str| starts_with(&mention.path, allowed);
                let leads_to =
                    |allowed: &str| mention.is_import && starts_with(allowed, &mention.path);
                let may = self.may.iter().any(|allowed| is_part(allowed) || leads_to(allowed));
                !may && !is_part(&own)
            })
            .map(|mention| format!("line {}: `{}` in {}", mention.line, mention.path, self.module))
            .collect()
    }
}

/// `crate::graph::Graph` starts with `crate::graph`, and not with `crate::gra`.
fn starts_with(path: &str, start: &str) -> bool {
    path.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// All Rust files below a folder of the repository.
fn rust_files(folder: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{folder:?}: {error}")) {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// `macros/src/lower/ty.rs` is `crate::lower::ty`.
fn module_of(file: &Path, source_folder: &Path) -> Vec<String> {
    let relative =
        file.strip_prefix(source_folder).expect("a file of the folder").with_extension("");
    let parts = relative.iter().map(|part| part.to_string_lossy().into_owned());
    let mut module: Vec<String> = std::iter::once("crate".to_owned()).chain(parts).collect();
    if module.last().is_some_and(|last| last == "mod" || last == "lib") {
        module.pop();
    }
    module
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{file:?}: {error}"))
}

/// A folder's files with what each mentions. Tests, in files named so, may know everything.
fn all_mentions(source_folder: &str) -> Vec<(PathBuf, Vec<String>, Vec<Mention>)> {
    rust_files(source_folder)
        .into_iter()
        .filter(|file| file.file_stem().is_some_and(|stem| stem != "tests"))
        .map(|file| {
            let module = module_of(&file, &root().join(source_folder));
            let found = mentions(&read(&file), &module);
            (file, module, found)
        })
        .collect()
}

#[test]
fn every_place_keeps_to_its_walls() {
    let mut trespasses = Vec::new();
    for (file, module, found) in all_mentions("macros/src") {
        match Place::of(&module) {
            Some(place) => {
                let of_place = place.trespasses(&found);
                trespasses.extend(of_place.into_iter().map(|what| format!("{file:?}, {what}")));
            }
            None => trespasses.push(format!("{file:?} belongs to no place: add it to the table")),
        }
    }
    assert!(trespasses.is_empty(), "\n{}", trespasses.join("\n"));
}

#[test]
fn the_runtime_knows_no_syntax() {
    for (file, _, found) in all_mentions("runtime/src") {
        for mention in found {
            let crosses = SYNTAX.iter().any(|name| starts_with(&mention.path, name));
            assert!(!crosses, "{file:?}, line {}: `{}`", mention.line, mention.path);
        }
    }
}

/// What lower may write of its own: Rust's words and the standard library's, with which it counts
/// positions and tells patterns apart, and ndarray's for lengths. Nothing of ours is among them.
const RUSTS_OWN: &[&str] = &[
    "Axis",
    "Clone",
    "Default",
    "IntoIterator",
    "Iterator",
    "None",
    "Option",
    "Ord",
    "Some",
    "ToOwned",
    "Vec",
    "as",
    "at",
    "borrow",
    "break",
    "clone",
    "cloned",
    "cmp",
    "collect",
    "column_mut",
    "index_axis_mut",
    "row_mut",
    "core",
    "count",
    "default",
    "div_ceil",
    "else",
    "false",
    "filter",
    "if",
    "into_iter",
    "isqrt",
    "iter",
    "len",
    "let",
    "len_of",
    "match",
    "matches",
    "max",
    "min",
    "ncols",
    "ndarray",
    "new",
    "nrows",
    "option",
    "saturating_sub",
    "shape",
    "std",
    "unreachable",
    "usize",
    "vec",
    "_",
    "true",
    "skip",
    "take",
    "unwrap_or_default",
    "to_owned",
    "Array1",
    "Slice",
    "assign",
    "enumerate",
    "for",
    "from",
    "in",
    "mut",
    "slice_axis_mut",
    "push",
    "truncate",
    "nth",
    "expect",
    "from_shape_vec",
    "f32",
    "f64",
    "reverse",
    "map",
    "unwrap",
    "break",
    "continue",
    "Some",
    "None",
    "Ordering",
    "Greater",
    "Vec",
    "zip",
    "from_shape_vec",
    "f32",
    "f64",
    "reverse",
    "map",
    "unwrap",
    "assert",
    "clear",
    "extend_from_slice",
    "filter_map",
    "next",
    "panic",
    "rev",
    "swap",
];

/// `quote!` in lower writes the user's tokens, placeholders (`__at`), and Rust's own words: whatever
/// names something of ours is written by emit.
#[test]
fn lower_passes_the_users_tokens_on() {
    for file in rust_files("macros/src/lower") {
        let words = paths::quoted_words(&read(&file));
        let own: Vec<_> = words
            .iter()
            .filter(|word| !RUSTS_OWN.contains(&word.as_str()) && !word.starts_with("__"))
            .collect();
        assert!(own.is_empty(), "{file:?} quotes {own:?}");
    }
}

#[test]
fn files_are_short() {
    let files: Vec<PathBuf> = ["macros/src", "runtime", "examples", "tests/src", "tests/tests"]
        .into_iter()
        .flat_map(rust_files)
        .collect();
    let lengths: Vec<usize> = files.iter().map(|file| read(file).lines().count()).collect();
    for (file, lines) in files.iter().zip(&lengths) {
        assert!(*lines <= 500, "{file:?} has {lines} lines: split it by ideas");
    }
    let long = lengths.iter().filter(|lines| **lines > 300).count();
    assert!(long * 5 <= files.len(), "{long} of {} files have more than 300 lines", files.len());
}

/// What is found where it is planted.
fn planted(module: &str, source: &str) -> Vec<String> {
    let module = vec!["crate".to_owned(), module.to_owned(), "file".to_owned()];
    Place::of(&module).expect("a place of the table").trespasses(&mentions(source, &module))
}

#[test]
fn a_planted_import_is_found() {
    let cases = [
        ("lower", "use crate::differentiate::differentiate;"),
        ("lower", "use crate::{graph::Graph, simplify};"),
        ("lower", "fn f() { let _ = crate::emit::stubs; }"),
        ("lower", "use super::super::emit;"),
        ("lower", "use crate::*;"),
        ("lower", "use quote::quote_spanned;"),
        ("ops", "use syn::Expr;"),
        ("ops", "fn f(tokens: proc_macro2::TokenStream) {}"),
        ("ops", "use crate::lower;"),
        ("graph", "fn f() { println!(\"{}\", quote::quote!(a)); }"),
        ("differentiate", "use quote::quote;"),
        ("differentiate", "fn f(expr: &syn::Expr) {}"),
        ("differentiate", "use crate::lower; fn f() { lower::function(); }"),
        ("simplify", "mod inner { use super::super::super::lower; }"),
        ("simplify", "fn f() { assert!(matches!(e, ::syn::Expr::Lit(_))); }"),
        ("emit", "use crate::simplify::simplify;"),
    ];
    for (module, source) in cases {
        assert!(!planted(module, source).is_empty(), "in {module}: {source}");
    }
}

#[test]
fn what_is_allowed_is_not_reported() {
    let cases = [
        (
            "lower",
            "use crate::graph::Graph; use std::fmt; use syn::Expr; use super::scope::Scopes;",
        ),
        ("differentiate", "use crate::lower; fn f() { lower::Formulas::default(); }"),
        ("emit", "use quote::quote; fn f() { quote!(crate::simplify::simplify()); }"),
        ("ops", "#[cfg(test)] mod tests { use crate::lower; }"),
        ("simplify", "fn f() { fold::literal(); self::fold::literal(); }"),
    ];
    for (module, source) in cases {
        assert_eq!(planted(module, source), Vec::<String>::new(), "in {module}: {source}");
    }
}

#[test]
fn a_planted_word_is_found() {
    assert_eq!(
        paths::quoted_words("fn f() { quote!(#krate::rt::sum(#(#names),*)) }"),
        ["rt", "sum"]
    );
    assert_eq!(paths::quoted_words("fn f() { quote::quote!((#(#names)*) as #ty) }"), ["as"]);
}
