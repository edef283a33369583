//! Shared pieces of the examples: the digits, how networks start, what is printed of results.

pub mod argmax;
pub mod confusion;
pub mod digits;
pub mod init;
pub mod picture;
