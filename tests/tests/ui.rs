//! What compiles, read in order as a tour, and what every mistake is answered with.
//!
//! The expected messages are those of the toolchain in rust-toolchain.toml. After a change of
//! words: `TRYBUILD=overwrite cargo test -p chainrule-tests --test ui`, then read the difference.

// The messages do not depend on the profile, and compiling every file once is enough.
#![cfg(debug_assertions)]

/// The tour: each file compiles, runs and asserts what it says.
#[test]
fn pass() {
    trybuild::TestCases::new().pass("ui/pass/*.rs");
}

/// One mistake a file, named by topic.
#[test]
fn fail() {
    trybuild::TestCases::new().compile_fail("ui/fail/*.rs");
}
