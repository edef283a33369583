//! Random programs, each compared with the gradient that the oracle gives.
#![allow(warnings, clippy::all)]

include!(concat!(env!("OUT_DIR"), "/sample.rs"));
