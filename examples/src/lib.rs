//! Shared pieces of the examples: the data, how results are measured, what is printed of them.

pub mod argmax;
pub mod arguments;
pub mod confusion;
pub mod digits;
pub mod houses;
pub mod lstm;
pub mod names;
pub mod picture;
pub mod r2;
pub mod roc;
pub mod sunspots;
pub mod tumours;
