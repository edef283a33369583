//! Writes the sample: the same programs in every build.

use std::path::Path;
use std::{env, fs};

/// How many programs: what compiles within a minute.
const COUNT: usize = 60;

/// What the compiler understands so far; all, once it is empty.
const CONSTRUCTS: &str = "let,arithmetic,broadcasting,method,block_value,cast,array,sum,call,\
    call_by_reference,call_slice";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let sample = programs::sample(1, COUNT, CONSTRUCTS).expect("the constructs have these names");
    let folder = env::var_os("OUT_DIR").expect("cargo sets it");
    fs::write(Path::new(&folder).join("sample.rs"), sample).expect("cargo's folder can be written");
}
