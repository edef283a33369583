//! Writes some random programs, always the same ones, with a test for each: tests/generated.rs runs them.

use std::path::Path;
use std::{env, fs};

const SEED: u64 = 1;
const COUNT: usize = 15;

fn main() {
    let sample = programs::sample(SEED, COUNT, "").expect("all constructs exist");
    let folder = env::var_os("OUT_DIR").expect("cargo names a folder");
    fs::write(Path::new(&folder).join("sample.rs"), sample).expect("the folder can be written");
    println!("cargo::rerun-if-changed=build.rs");
}
