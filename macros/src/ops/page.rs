//! The page of supported operations, made of the table: docs/operations.md, which is also the module
//! `chainrule::operations` of the documentation.

use super::{
    cotangents, elementwise, losses, products, queries, reductions, structure, views, Kind, Row,
};

/// What stands before the tables.
const INTRODUCTION: &str = "\
# Supported operations

This page is made of the table that the compiler reads (`macros/src/ops`); a test keeps it up to date.
In a formula `y` is the value, `dy` its cotangent, and `dx = ..` what the operand `x` receives, before
broadcasting is undone. Where no value is given, it is that of the float type's or ndarray's own method.
A condition says where the derivative is compared with finite differences: the operation itself takes any
operands, and what its derivative is at a kink stands beside it.

Operations may be called as methods or by path (`x.ln()`, `f64::ln(x)`, `Array2::sum(&x)`), on owned,
borrowed and shared arrays, views, and floats. Those marked with a star come from `chainrule::prelude`.
";

/// What is understood beside methods.
const CONSTRUCTS: &str = "\
## What is no method

| written | gives |
|---|---|
| `x as f64`, `f64::from(x)`, `x as usize` | casts; to an integer nothing flows |
| `x.mapv(\\|v\\| ..)`, `x.map(..)`, `x.mapv(f64::tanh)` | a closure on every element, with what it captures; `if` decides per element |
| `x[i]`, `x[[i, j]]` | an element of an array or a list |
| `x.clone()`, `to_owned()`, `view()`, `as_ref()` | the same value |
| `array![a, b]`, `arr1(&[a, b])`, `arr2(..)`, `Array1::from_vec(v)`, `Array1::from(v)`, `aview1(&v)` | an array of floats |
| `Array2::from_elem(shape, a)`, `Array2::from_shape_vec(shape, v).unwrap()` | an array of floats |
| `concatenate!`, `stack!`, `concatenate(..).unwrap()`, `stack(..).unwrap()` | arrays put together |
| `x.swap_axes(a, b)`, `invert_axis`, `permute_axes`, `reverse_axes` | statements that move the axes of a variable |
| `option.unwrap()`, `expect(..)`, `unwrap_or(c)`, `is_some()` | what an `Option` holds |
| `x.sin_cos()` | a pair |
| `stop_gradient(e)` | `e`, as a constant |
";

/// A group of rows with its heading and the words below it.
const GROUPS: [(&[Row], &str, &str); 8] = [
    (
        elementwise::ROWS,
        "Element by element",
        "On floats, and on arrays with broadcasting or inside `mapv`.",
    ),
    (reductions::ROWS, "Reductions and scans", "On arrays, over everything or along an axis."),
    (products::ROWS, "Products", "Of vectors and matrices."),
    (
        views::ROWS,
        "Parts of arrays",
        "Shown in place; their cotangent is added into the same part.",
    ),
    (structure::ROWS, "Shapes and axes", "Elements are moved and nothing is computed."),
    (losses::ROWS, "Losses", "Each is the mean over the examples."),
    (queries::ROWS, "Questions", "Their answers are constants."),
    (cotangents::ROWS, "", ""),
];

/// The page, as Markdown.
fn page() -> String {
    let mut page = String::from(INTRODUCTION);
    for (rows, heading, words) in GROUPS {
        let rows: Vec<&Row> = rows.iter().filter(|row| !row.is_internal()).collect();
        if rows.is_empty() {
            continue;
        }
        page += &format!("\n## {heading}\n\n{words}\n\n");
        page += &match rows[0].kind {
            Kind::Query | Kind::View => short(&rows),
            _ => long(&rows),
        };
    }
    page += "\n";
    page += CONSTRUCTS;
    let internal: Vec<&Row> = GROUPS
        .iter()
        .flat_map(|(rows, ..)| *rows)
        .filter(|row| row.is_internal() && row.kind != Kind::View)
        .collect();
    page + "\n## In formulas alone\n\nWhat the formulas above are made of beside each other.\n\n"
        + &long(&internal)
}

/// A table of names and what they are.
fn short(rows: &[&Row]) -> String {
    let lines = rows.iter().map(|row| format!("| {} | {} |\n", written(row), words(row)));
    "| operation | is |\n|---|---|\n".to_owned() + &lines.collect::<String>()
}

/// A table with the formulas.
fn long(rows: &[&Row]) -> String {
    let lines = rows.iter().map(|row| {
        let value = row.value().map_or(String::new(), code);
        let domain = if row.domain.is_empty() { String::new() } else { code(row.domain) };
        format!("| {} | {} | {value} | {} | {domain} |\n", written(row), words(row), received(row))
    });
    "| operation | is | value | operands receive | tested where |\n|---|---|---|---|---|\n"
        .to_owned()
        + &lines.collect::<String>()
}

/// The operation as it is called.
fn written(row: &Row) -> String {
    let (first, rest) =
        row.operands.split_first().map_or(("", row.operands), |(first, rest)| (*first, rest));
    let star = if row.is_extension() { " \\*" } else { "" };
    let unwrap = if row.is_fallible() { ".unwrap()" } else { "" };
    let text = match (row.symbol, rest) {
        _ if row.is_internal() => format!("{}({})", row.call, row.operands.join(", ")),
        (Some(symbol), [second]) => format!("{first} {symbol} {second}"),
        (Some(symbol), _) => format!("{symbol}{first}"),
        (None, _) => format!("{first}.{}({}){unwrap}", row.call, rest.join(", ")),
    };
    code(&text) + star
}

/// The row's documentation in one line.
fn words(row: &Row) -> String {
    let doc = row.doc.replace("\n///", "\n").replace('|', "\\|");
    doc.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What each operand receives.
fn received(row: &Row) -> String {
    if row.is_piecewise_constant() {
        return if row.is_internal() { String::new() } else { "nothing".to_owned() };
    }
    if row.is_composition() {
        return "as follows from the value".to_owned();
    }
    let clauses = (0..row.operands.len()).filter_map(|position| {
        let formula = row.cotangent(position)?;
        Some(code(&format!("d{} = {formula}", row.operands[position])))
    });
    clauses.collect::<Vec<_>>().join("<br>")
}

/// Code in a cell of a table.
fn code(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("`{}`", line.replace('|', "\\|"))
}

/// `OPERATIONS=overwrite` writes the page anew.
#[test]
fn the_page_is_that_of_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/operations.md");
    let page = page();
    if std::env::var_os("OPERATIONS").is_some_and(|wish| wish == "overwrite") {
        std::fs::write(path, page).expect("docs/operations.md can be written");
        return;
    }
    let shown = std::fs::read_to_string(path).expect("a readable docs/operations.md");
    assert!(
        shown.replace("\r\n", "\n") == page,
        "docs/operations.md is not what the table says; `OPERATIONS=overwrite cargo test -p \
         chainrule-macros` writes it"
    );
}
