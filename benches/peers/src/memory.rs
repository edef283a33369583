//! The most bytes that a step of ours holds at once, beside what the formulas need.

use std::alloc::{GlobalAlloc, Layout, System};
use std::fmt::Write;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

use peers_common::inputs::{BATCH, CLASSES, HIDDEN, Inputs, PIXELS, STEPS};

use crate::options::Options;
use crate::ours;

/// The system's allocator, which counts while it is told to.
struct Counting;

static COUNTS: AtomicBool = AtomicBool::new(false);
/// Bytes that were asked for and not yet given back, modulo what was there before.
static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

/// So that giving back what was there before does not go below nothing.
const ZERO: usize = 1 << 60;

fn grow(bytes: usize) {
    if COUNTS.load(Relaxed) {
        PEAK.fetch_max(LIVE.fetch_add(bytes, Relaxed) + bytes, Relaxed);
    }
}

fn shrink(bytes: usize) {
    if COUNTS.load(Relaxed) {
        LIVE.fetch_sub(bytes, Relaxed);
    }
}

// SAFETY: every call is passed on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        grow(layout.size());
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        grow(layout.size());
        // SAFETY: the caller's promise.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // While it moves, both are there.
        grow(size);
        // SAFETY: the caller's promise.
        let place = unsafe { System.realloc(place, layout, size) };
        shrink(layout.size());
        place
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        shrink(layout.size());
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The most bytes above what was there before.
fn peak(step: impl FnOnce()) -> usize {
    LIVE.store(ZERO, Relaxed);
    PEAK.store(ZERO, Relaxed);
    COUNTS.store(true, Relaxed);
    step();
    COUNTS.store(false, Relaxed);
    PEAK.load(Relaxed) - ZERO
}

/// What the formulas of a workload need, in numbers: what the backward pass uses of the forward pass, the gradients, and
/// the most that is alive beside them.
struct Need {
    workload: &'static str,
    bytes_of_number: usize,
    kept: usize,
    gradients: usize,
    temporaries: usize,
}

const STATE: usize = BATCH * HIDDEN;

const NEEDS: &[Need] = &[
    Need {
        workload: "mlp128_b32",
        bytes_of_number: 4,
        kept: 32 * 128,
        gradients: (PIXELS + 1) * 128 + 129 * CLASSES,
        temporaries: 32 * (128 + CLASSES),
    },
    Need {
        workload: "mlp128_b512",
        bytes_of_number: 4,
        kept: 512 * 128,
        gradients: (PIXELS + 1) * 128 + 129 * CLASSES,
        temporaries: 512 * (128 + CLASSES),
    },
    // While a hidden layer's gradient is made, that of the layer above is there.
    Need {
        workload: "mlp256_b512",
        bytes_of_number: 4,
        kept: 2 * 512 * 256,
        gradients: (PIXELS + 1) * 256 + 257 * 256 + 257 * CLASSES,
        temporaries: 2 * 512 * 256,
    },
    // All states; the gradient of a state, of the sum under it, and of the state before.
    Need {
        workload: "rnn",
        bytes_of_number: 4,
        kept: (STEPS + 1) * STATE,
        gradients: (32 + HIDDEN + 1) * HIDDEN + (HIDDEN + 1) * CLASSES,
        temporaries: 3 * STATE,
    },
    // Four gates, what is kept, its tangent, what is shown; gradients of the gates, and of both states twice.
    Need {
        workload: "lstm",
        bytes_of_number: 4,
        kept: 7 * (STEPS + 1) * STATE,
        gradients: (32 + HIDDEN + 1) * 4 * HIDDEN + (HIDDEN + 1) * CLASSES,
        temporaries: 8 * STATE,
    },
    Need {
        workload: "regression",
        bytes_of_number: 8,
        kept: 2 * 64 * 64,
        gradients: 14 * 64 + 65 * 64 + 65,
        temporaries: 2 * 64 * 64 + 64,
    },
    // One pass over memory keeps nothing.
    Need { workload: "chain", bytes_of_number: 4, kept: 0, gradients: 3_000_000, temporaries: 0 },
    Need { workload: "rosenbrock", bytes_of_number: 8, kept: 0, gradients: 1000, temporaries: 0 },
    // The state and the sine.
    Need {
        workload: "loop",
        bytes_of_number: 8,
        kept: 2 * 10_000,
        gradients: 10_000,
        temporaries: 0,
    },
];

/// The table, as Markdown.
pub fn write(options: &Options, inputs: &Inputs) -> Result<String, Box<dyn std::error::Error>> {
    let mut text = "| workload | kept for backward | gradients | temporaries | together, KiB | held at most, KiB | \
                    the latter over the former |\n|---|--:|--:|--:|--:|--:|--:|\n"
        .to_owned();
    for need in NEEDS.iter().filter(|need| options.wants(need.workload)) {
        let mut prepared =
            ours::prepare(need.workload, inputs).ok_or("a workload that ours has not")?;
        (prepared.steps)(2);
        // What this thread keeps for arrays to come would else not be counted.
        chainrule::memory::clear();
        let above = peak(|| (prepared.steps)(1));
        chainrule::memory::clear();
        let bytes = |numbers: usize| (numbers * need.bytes_of_number) as f64 / 1024.0;
        let gradients = bytes(need.gradients);
        // The gradients are there before, since they are kept from step to step.
        let held = above as f64 / 1024.0 + gradients;
        let (kept, temporaries) = (bytes(need.kept), bytes(need.temporaries));
        let needed = kept + gradients + temporaries;
        let (name, ratio) = (need.workload, held / needed);
        eprintln!("{name:12} needs {needed:9.0} KiB, holds {held:9.0} KiB, ratio {ratio:.2}");
        writeln!(
            text,
            "| {name} | {kept:.0} | {gradients:.0} | {temporaries:.0} | {needed:.0} | {held:.0} | {ratio:.2} |"
        )?;
    }
    Ok(text + "\n")
}
