//! The workloads on all sides: each round runs every side once, and ratios are taken within rounds.

use std::env;
use std::io;

use crate::contest::{Contender, Timing, median};
use crate::naive;
use crate::options::Options;
use peers_common::inputs::Inputs;

/// Names, and the titles of columns.
const WORKLOADS: [(&str, &str); 10] = [
    ("xor", "XOR 2-2-1"),
    ("mlp128_b32", "784-128-10, batch 32"),
    ("mlp128_b512", "784-128-10, batch 512"),
    ("mlp256_b512", "784-256-256-10, batch 512"),
    ("rnn", "RNN"),
    ("lstm", "LSTM"),
    ("regression", "13-64-64-1, f64"),
    ("chain", "chain of 10⁶"),
    ("rosenbrock", "Rosenbrock 10³"),
    ("loop", "loop of 10⁴"),
];

/// How far a loss or a norm may be from the reference, relatively.
const TOLERANCE: f64 = 1e-4;

/// A side: its name on the command line, its title in the table, and what starts it.
struct Side {
    name: &'static str,
    title: &'static str,
    command: Vec<String>,
}

/// All sides that are there.
fn sides(threads: usize) -> io::Result<Vec<Side>> {
    let ourselves = env::current_exe()?.display().to_string();
    let rust = |side: &str, threads: usize| {
        ["serve", side, "--threads", &threads.to_string()].map(str::to_owned)
    };
    let rust = |side, threads| [vec![ourselves.clone()], rust(side, threads).to_vec()].concat();
    let mut sides = vec![("limit", "limit", rust("limit", threads))];
    if threads > 1 {
        // Small work is faster on one thread, which is the limit then.
        sides.push(("limit1", "limit on one thread", rust("limit", 1)));
    }
    sides.push(("ours", "chainrule", rust("ours", threads)));
    sides.push(("naive", "ndarray by hand", rust("naive", threads)));
    if let Ok(python) = env::var("PEERS_PYTHON") {
        let script = |name: &str, mode: &str| {
            let file = concat!(env!("CARGO_MANIFEST_DIR"), "/python/");
            vec![python.clone(), format!("{file}{name}.py"), mode.to_owned()]
        };
        sides.extend([
            ("jax", "JAX jit", script("jax_side", "step")),
            ("jax_inside", "JAX, steps inside one jit", script("jax_side", "inside")),
            ("torch", "PyTorch eager", script("torch_side", "eager")),
            ("torch_nn", "PyTorch nn.RNN, nn.LSTM", script("torch_side", "nn")),
            ("torch_compile", "torch.compile, whole step", script("torch_side", "compile")),
        ]);
    }
    if let Ok(burn) = env::var("PEERS_BURN") {
        sides.push(("burn", "burn", vec![burn]));
    }
    let side = |(name, title, command)| Side { name, title, command };
    Ok(sides.into_iter().map(side).collect())
}

/// What a side has shown in a workload.
struct Cell {
    /// The median over rounds, in microseconds, and the least.
    median: f64,
    minimum: f64,
    /// To the limit: the median of the rounds' ratios, and the ratio of the least times.
    ratio: f64,
    ratio_of_minima: f64,
    /// Loss and norm are those of the reference.
    right: bool,
}

impl Cell {
    /// The time and the ratio that the table shows.
    fn shown(&self, least: bool) -> (f64, f64) {
        if least { (self.minimum, self.ratio_of_minima) } else { (self.median, self.ratio) }
    }
}

/// One workload: a cell for every side that has it.
fn contest(
    workload: &str,
    sides: &mut [Contender],
    options: &Options,
    inputs: &Inputs,
) -> Vec<Option<Cell>> {
    let reference = naive::reference(workload, inputs).expect("every workload has a reference");
    let near = |x: f64, y: f64| (x - y).abs() <= TOLERANCE * y.abs();
    let claims: Vec<_> = sides.iter_mut().map(|side| side.prepare(workload)).collect();
    let mut timings: Vec<Vec<Timing>> = sides.iter().map(|_| Vec::new()).collect();
    for round in 0..options.rounds {
        for turn in 0..sides.len() {
            let place = (turn + round) % sides.len();
            if claims[place].is_some() {
                timings[place].extend(sides[place].time(options.seconds));
            }
        }
    }
    let rounds = timings.iter().map(Vec::len).max().unwrap_or(0);
    // The faster of the limits, where there are two.
    let limit = |round: usize, time: fn(&Timing) -> f64| {
        let limits = sides.iter().zip(&timings).filter(|(side, _)| side.name.starts_with("limit"));
        let times = limits.filter_map(|(_, timings)| timings.get(round)).map(time);
        times.fold(f64::INFINITY, f64::min)
    };
    let minimum =
        |timings: &[Timing]| timings.iter().map(|t| t.minimum).fold(f64::INFINITY, f64::min);
    let least = (0..rounds).map(|round| limit(round, |t| t.minimum)).fold(f64::INFINITY, f64::min);
    let cell = |(place, timings): (usize, &Vec<Timing>)| {
        let claim = claims[place].filter(|_| !timings.is_empty())?;
        let right = near(claim.loss, reference.loss) && near(claim.norm, reference.norm);
        if !right {
            let name = sides[place].name;
            let (loss, norm) = (reference.loss, reference.norm);
            eprintln!(
                "{name} {workload}: {claim:?}, but the reference has loss {loss}, norm {norm}"
            );
        }
        let ratios =
            timings.iter().enumerate().map(|(round, t)| t.median / limit(round, |t| t.median));
        Some(Cell {
            median: median(timings.iter().map(|t| t.median).collect()),
            minimum: minimum(timings),
            ratio: median(ratios.collect()),
            ratio_of_minima: minimum(timings) / least,
            right,
        })
    };
    timings.iter().enumerate().map(cell).collect()
}

/// Three digits, no more.
fn short(x: f64) -> String {
    match x {
        x if x < 0.1 => format!("{x:.3}"),
        x if x < 10.0 => format!("{x:.2}"),
        x if x < 100.0 => format!("{x:.1}"),
        x => format!("{x:.0}"),
    }
}

/// The sides' rows under the workloads' titles.
fn page(
    threads: usize,
    sides: &[Side],
    columns: &[(&str, Vec<Option<Cell>>)],
    least: bool,
) -> String {
    let line = |first: &str, cells: Vec<String>| format!("| {first} | {} |\n", cells.join(" | "));
    let heading = if threads == 1 { "One thread".to_owned() } else { format!("{threads} threads") };
    let mut text = format!("### {heading}\n\n");
    text += &line("", columns.iter().map(|(title, _)| title.to_string()).collect());
    text += &format!("|---|{}\n", "--:|".repeat(columns.len()));
    let limit = |(_, cells): &(_, Vec<Option<Cell>>)| {
        let limits = cells.iter().zip(sides).filter(|(_, side)| side.name.starts_with("limit"));
        let times = limits.filter_map(|(cell, _)| Some(cell.as_ref()?.shown(least).0));
        short(times.fold(f64::INFINITY, f64::min))
    };
    text += &line("limit, microseconds", columns.iter().map(limit).collect());
    for (place, side) in sides.iter().enumerate() {
        if side.name.starts_with("limit") {
            continue;
        }
        let show = |(_, cells): &(_, Vec<Option<Cell>>)| match &cells[place] {
            Some(cell) if cell.right => short(cell.shown(least).1),
            Some(_) => "wrong".to_owned(),
            None => "-".to_owned(),
        };
        text += &line(side.title, columns.iter().map(show).collect());
    }
    text + "\n"
}

/// The tables, one for each number of threads, as Markdown; progress goes to standard error.
pub fn write(options: &Options, inputs: &Inputs) -> io::Result<String> {
    let mut text = match options.least {
        true => "The machine was busy with other work: ratios are those of the least times.\n\n"
            .to_owned(),
        false => String::new(),
    };
    for threads in &options.threads {
        let mut sides = sides(*threads)?;
        sides.retain(|side| {
            side.name.starts_with("limit")
                || options.sides.is_empty()
                || options.sides.iter().any(|name| name == side.name)
        });
        let start =
            |side: &Side| Contender::start(side.name, &side.command, *threads, inputs.folder());
        let mut contenders = sides.iter().map(start).collect::<io::Result<Vec<_>>>()?;
        let mut columns = Vec::new();
        for (name, title) in WORKLOADS.into_iter().filter(|(name, _)| options.wants(name)) {
            let cells = contest(name, &mut contenders, options, inputs);
            for (side, cell) in sides.iter().zip(&cells) {
                let Some(cell) = cell else { continue };
                eprintln!(
                    "{threads} {name:12} {:14} median {:>9} us, least {:>9} us, ratio {:>6}, of the least {:>6}",
                    side.name,
                    short(cell.median),
                    short(cell.minimum),
                    short(cell.ratio),
                    short(cell.ratio_of_minima),
                );
            }
            columns.push((title, cells));
        }
        text += &page(*threads, &sides, &columns, options.least);
    }
    Ok(text)
}
