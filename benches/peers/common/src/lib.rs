//! What all sides in Rust share: the inputs, the requests, the clock.

pub mod inputs;
pub mod number;
pub mod side;
