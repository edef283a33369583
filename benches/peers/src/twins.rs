//! Workloads beside their twins: microseconds per element of one over that of the other.

use std::fmt::Write;

use peers_common::inputs::Inputs;
use peers_common::side::time;

use crate::contest::median;
use crate::options::Options;
use crate::ours;
use crate::ours::twins::TWINS;

/// The table, as Markdown.
pub fn write(options: &Options, inputs: &Inputs) -> Result<String, Box<dyn std::error::Error>> {
    let mut text = "| workload | its twin | workload, microseconds | twin, microseconds | twin over workload, per element |\n|---|---|--:|--:|--:|\n".to_owned();
    for twin in TWINS.iter().filter(|twin| options.wants(twin.original)) {
        let mut original = ours::prepare(twin.original, inputs).ok_or("a twin of no workload")?;
        let mut other = (twin.prepare)();
        let (mut times, mut other_times, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..options.rounds {
            let first = options.of(time(&mut original.steps, options.seconds));
            let second = options.of(time(&mut other.steps, options.seconds));
            times.push(first);
            other_times.push(second);
            let per_element = |time: f64, elements: usize| time / elements as f64;
            ratios
                .push(per_element(second, twin.twin_elements) / per_element(first, twin.elements));
        }
        let (first, second, ratio) = (median(times), median(other_times), median(ratios));
        let (name, what) = (twin.original, twin.what);
        eprintln!("{name:12} {first:10.2} us, twin {second:10.2} us, per element {ratio:.2}");
        writeln!(text, "| {name} | {what} | {first:.1} | {second:.1} | {ratio:.2} |")?;
    }
    Ok(text + "\n")
}
