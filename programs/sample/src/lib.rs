//! A fixed sample of random programs, each a test: tests/sample.rs includes what build.rs writes.
