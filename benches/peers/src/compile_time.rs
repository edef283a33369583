//! What annotating a function costs rustc: functions of 10, 100 and 1,000 lines, written here, compiled plain and
//! annotated. Times are of the processor, of the one crate; what it depends on is compiled before.

use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::contest::median;
use crate::options::Options;

/// What stands above the function, and what calls its derivatives: in debug builds, what nothing calls is checked by
/// rustc and not compiled.
const KINDS: [(&str, &str, &str); 6] = [
    ("plain", "", ""),
    ("annotated", "#[differentiable(wrt(x, w, p))]", ""),
    ("annotated, `value_and_grad` called", "#[differentiable(wrt(x, w, p))]", GRADIENT),
    ("with forward", "#[differentiable(wrt(x, w, p), forward)]", ""),
    ("with second_order", "#[differentiable(wrt(x, w, p), second_order)]", ""),
    ("with second_order, `hvp` called", "#[differentiable(wrt(x, w, p), second_order)]", HESSIAN),
];

const GRADIENT: &str = "
pub fn gradient(x: &Array1<f64>, w: &Array2<f64>, p: f64) -> f64 {
    f::value_and_grad(x, w, p).1.2
}
";

const HESSIAN: &str = "
pub fn product(x: &Array1<f64>, w: &Array2<f64>, p: f64) -> f64 {
    f::hvp(x, w, p, (x, w, p)).2
}
";

/// A function with so many lines in its body beside three that begin and end it: matrices, floats, branches, loops.
fn function(lines: usize) -> String {
    let mut body = String::new();
    for k in 1..=lines / 10 {
        let before = k - 1;
        let block = if k % 2 == 1 {
            format!(
                "    let h{k} = (h{before}.dot(w) + x).tanh();
    let g{k} = &h{k} * x - &h{before} * s;
    let v{k} = s.sin() * g{k}.sum() + p;
    s = if v{k} > 0.0 {{
        s * 0.5 + v{k}.cos()
    }} else {{
        s - v{k} / 3.0
    }};
    let q{k} = (v{k} * v{k} + 1.0).ln();
    s = s * q{k} + h{k}[0];
"
            )
        } else {
            format!(
                "    let mut t{k} = s * p;
    for i in 0..x.len() {{
        let d = x[i] - t{k};
        if d > 0.0 {{
            t{k} += d * 0.1;
        }}
    }}
    let h{k} = (&h{before} * t{k}).mapv(|h| h / (1.0 + h * h));
    let m{k} = h{k}.sum() / (2.0 + t{k} * t{k});
    s = s * 0.9 + m{k}.exp() - p;
"
            )
        };
        body += &block;
    }
    format!(
        "    let mut s = p;
    let h0 = x.clone();
{body}    s
"
    )
}

fn source(lines: usize, attribute: &str, caller: &str) -> String {
    let (signature, body) =
        ("pub fn f(x: &Array1<f64>, w: &Array2<f64>, p: f64) -> f64", function(lines));
    format!(
        "#![allow(unused)]\nuse chainrule::ndarray::{{Array1, Array2}};\nuse chainrule::prelude::*;\n\n\
         {attribute}\n{signature} {{\n{body}}}\n{caller}"
    )
}

/// Seconds of the processor that ended children have taken, from the kernel's page about this process.
fn children_seconds() -> Result<f64, Box<dyn Error>> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The name, in parentheses, may hold anything; fields are counted from behind it.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    // cutime and cstime, in hundredths.
    let ticks = fields[13].parse::<f64>()? + fields[14].parse::<f64>()?;
    Ok(ticks / 100.0)
}

/// A build of the crate: seconds of the processor in all, and of the clock in the expansion of macros; nothing if it does
/// not come to its end.
fn build(folder: &Path, release: bool) -> Result<Option<(f64, f64)>, Box<dyn Error>> {
    let before = children_seconds()?;
    let mut command = Command::new("cargo");
    command.args(["rustc", "--quiet", "--lib"]).current_dir(folder);
    if release {
        command.arg("--release");
    }
    // The passes' times are asked of a stable compiler. Nothing is taken from the build before.
    command.args(["--", "-Ztime-passes"]).env("RUSTC_BOOTSTRAP", "1").env("CARGO_INCREMENTAL", "0");
    let output = command.output()?;
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        let errors: Vec<&str> =
            text.lines().filter(|line| line.contains("error")).take(3).collect();
        eprintln!("the crate does not compile: {}", errors.join("; "));
        return Ok(None);
    }
    let pass = text.lines().find(|line| line.ends_with("macro_expand_crate"));
    let expansion =
        pass.and_then(|line| line.split("time:").nth(1)?.split(';').next()?.trim().parse().ok());
    Ok(Some((children_seconds()? - before, expansion.unwrap_or(f64::NAN))))
}

/// The table, as Markdown.
pub fn write(options: &Options) -> Result<String, Box<dyn Error>> {
    let folder = options.inputs.with_file_name("peers-compile-time");
    fs::create_dir_all(folder.join("src"))?;
    let runtime = concat!(env!("CARGO_MANIFEST_DIR"), "/../../runtime");
    let manifest = format!(
        "[package]\nname = \"measured\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         chainrule = {{ path = {runtime:?} }}\n\n[workspace]\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest)?;
    // The same compiler as here.
    let toolchain = concat!(env!("CARGO_MANIFEST_DIR"), "/../../rust-toolchain.toml");
    fs::copy(toolchain, folder.join("rust-toolchain.toml"))?;
    let mut text = "| lines | build | of the function | macros expanded | all of the crate | more than plain |\n|--:|---|---|--:|--:|--:|\n".to_owned();
    for release in [false, true] {
        let build_name = if release { "release" } else { "debug" };
        fs::write(folder.join("src/lib.rs"), "")?;
        build(&folder, release)?;
        for lines in [10, 100, 1000_usize] {
            if !options.only.is_empty() && !options.only.contains(&lines.to_string()) {
                continue;
            }
            // With optimisation a thousand lines take minutes.
            if release && lines == 1000 {
                continue;
            }
            // They take long enough to be measured once.
            let rounds = if lines < 1000 { options.rounds.min(3) } else { 1 };
            let mut plain = 0.0;
            for (kind, attribute, caller) in KINDS {
                let (mut times, mut expansions) = (Vec::new(), Vec::new());
                for round in 0..rounds {
                    // Another text each time, so that cargo builds.
                    let text = source(lines, attribute, caller) + &format!("// {kind} {round}\n");
                    fs::write(folder.join("src/lib.rs"), text)?;
                    let Some((time, expansion)) = build(&folder, release)? else { break };
                    times.push(time);
                    expansions.push(expansion);
                }
                if times.is_empty() {
                    writeln!(text, "| {lines} | {build_name} | {kind} | does not compile | | |")?;
                    continue;
                }
                let (time, expansion) = (median(times), median(expansions));
                if attribute.is_empty() {
                    plain = time;
                }
                let more = time - plain;
                eprintln!(
                    "{lines:5} {build_name:7} {kind:18} expansion {expansion:6.2} s, all {time:6.2} s, more {more:6.2} s"
                );
                writeln!(
                    text,
                    "| {lines} | {build_name} | {kind} | {expansion:.2} | {time:.2} | {more:.2} |"
                )?;
            }
        }
    }
    Ok(text + "\n")
}
